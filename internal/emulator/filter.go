package emulator

import (
	"slices"
	"time"
)

// filter is what DescribeDesktops selects by; empty fields match everything.
type filter struct {
	ids          []string
	users        []string
	statuses     []string
	tags         []tagFilter
	office       string
	group        string
	policy       string
	resources    string
	chargeType   string
	subPayType   string
	name         string
	withoutPools bool
	poolsGiven   bool // FilterDesktopGroup was given
}

// describable are the states DescribeDesktops can be asked for.
var describable = []string{"Stopped", "Starting", "Rebuilding", "Running", "Stopping", "Expired", "Deleted", "Pending", "Hibernated"}

func parseFilter(p *params) filter {
	f := filter{
		ids:          p.list("DesktopId", 100),
		users:        p.list("EndUserId", 100),
		statuses:     p.list("DesktopStatusList", 10),
		tags:         p.tags(),
		office:       p.text("OfficeSiteId"),
		group:        p.text("DesktopGroupId"),
		policy:       p.text("PolicyGroupId"),
		resources:    p.text("ResourceGroupId"),
		chargeType:   p.oneOf("ChargeType", "PostPaid", "PrePaid"),
		subPayType:   p.oneOf("SubPayType", "duration", "postPaid", "monthPackage", "prePaid"),
		name:         p.text("DesktopName"),
		withoutPools: p.boolean("FilterDesktopGroup", true),
	}
	_, f.poolsGiven = p.get("FilterDesktopGroup")
	for _, s := range f.statuses {
		p.check("DesktopStatusList", s, describable)
	}
	if s := p.oneOf("DesktopStatus", describable...); s != "" {
		if f.statuses != nil {
			p.fail(errParameter("DesktopStatus and DesktopStatusList exclude each other"))
		}
		f.statuses = []string{s}
	}
	return f
}

// hidesPools reports whether pooled desktops are left out. The documentation
// tells the default; whether it holds for explicit IDs it does not say.
func (f *filter) hidesPools(e *EDS) bool {
	if !f.poolsGiven && (e.ShowPooled == Always || e.ShowPooled == ByID && f.ids != nil) {
		return false
	}
	return f.withoutPools
}

// matchesAll reports whether the filter lets every desktop pass.
func (f *filter) matchesAll() bool {
	return !f.withoutPools && f.users == nil && f.statuses == nil && len(f.tags) == 0 &&
		f.office+f.group+f.policy+f.resources+f.chargeType+f.subPayType+f.name == ""
}

func (f *filter) matches(d *desktop, now time.Time) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	if f.withoutPools && d.DesktopGroupId != "" {
		return false
	}
	if !is(f.office, d.OfficeSiteId) || !is(f.group, d.DesktopGroupId) || !is(f.policy, d.PolicyGroupId) ||
		!is(f.resources, d.ResourceGroupId) || !is(f.chargeType, d.ChargeType) || !is(f.subPayType, d.SubPayType) ||
		!is(f.name, d.DesktopName) {
		return false
	}
	if f.users != nil && !slices.ContainsFunc(d.EndUserIds, func(u string) bool { return slices.Contains(f.users, u) }) {
		return false
	}
	for _, t := range f.tags { // all of them
		if !slices.ContainsFunc(d.Tags, t.matches) {
			return false
		}
	}
	return f.statuses == nil || slices.Contains(f.statuses, d.visible(now))
}
