package probe

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"stopdesktops/internal/stop"
)

// What is asked for and does not exist. The names are no secret, so the file keeps them.
const (
	unknownDesktop   = "ecd-probe-nobody"
	illFormedDesktop = "not-a-desktop-id"
	unknownName      = "stopctl-probe-nobody"
	unknownTag       = "stop-desktops:probe-nobody"
	unknownNamespace = "ALIYUN::GWS::PROBE"
	instance         = "ALIYUN::GWS::INSTANCE"
	otherNamespace   = "ALIYUN::GWS::DESKTOP"
)

// unknownOffice has the form of an office's ID.
func unknownOffice(region string) string { return region + "+dir-0000000000" + "probe" }

const (
	pageSize = 100
	maxPages = 3
	// eventDays is how far back client events are asked for.
	eventDays = 7
)

// answers are the responses to all questions. A question that could not be asked is nil.
type answers struct {
	exchanges []*Exchange
	tagKey    string

	all, byToken, byNumber          listing // of DescribeDesktops
	byDefault, pooledByID           *Exchange
	nobodyByName, nobodyByOffice    *Exchange
	info, known, unknown, illFormed *Exchange // of DescribeDesktopInfo
	otherCase                       *Exchange
	nobody, protected               *Exchange // of ListTagResources
	inOther, inUnknown, unknownID   *Exchange
	tagPages                        listing
	now, recent                     *Exchange // of DescribeClientEvents
	eventPages                      listing
}

// questions asks them all. Those about a desktop need one in the region.
func (p *Probe) questions(ctx context.Context) *answers {
	a := &answers{tagKey: p.TagKey}
	if p.desktops(ctx, a) {
		p.states(ctx, a)
		p.tags(ctx, a)
		p.events(ctx, a)
	}
	a.exchanges = p.exchanges
	return a
}

// desktops returns false if no other question can be answered.
func (p *Probe) desktops(ctx context.Context, a *answers) bool {
	const action, listed = "DescribeDesktops", "Desktops"
	pools := []string{"FilterDesktopGroup", "false"}
	a.all = p.pages(ctx, action, pageSize, pools)
	if hopeless(a.all.pages[0]) {
		return false
	}
	a.byDefault = p.ask(ctx, action, "MaxResults", "100")
	if pooled := a.pooled(); len(pooled) > 0 {
		a.pooledByID = p.ask(ctx, action, append(numbered("DesktopId", pooled[0]), "MaxResults", "100")...)
	}
	a.nobodyByName = p.ask(ctx, action, "MaxResults", "100", "FilterDesktopGroup", "false", "DesktopName", unknownName)
	a.nobodyByOffice = p.ask(ctx, action, "MaxResults", "100", "FilterDesktopGroup", "false", "OfficeSiteId", unknownOffice(p.RegionId))
	if n := len(a.all.rows()); n > 1 {
		a.byToken = p.pages(ctx, action, third(n), pools)
		a.byNumber = p.numberedPages(ctx, action, third(n), pools)
	}
	return true
}

func (p *Probe) states(ctx context.Context, a *answers) {
	const action = "DescribeDesktopInfo"
	ids := a.ids()
	if len(ids) > 0 {
		a.info = p.ask(ctx, action, numbered("DesktopId", ids[:min(len(ids), stop.MaxDesktopsPerCall)]...)...)
		a.known = p.ask(ctx, action, numbered("DesktopId", ids[0], unknownDesktop)...)
		if other := inOtherCase(ids[0]); other != "" {
			a.otherCase = p.ask(ctx, action, numbered("DesktopId", other)...)
		}
	}
	a.unknown = p.ask(ctx, action, numbered("DesktopId", unknownDesktop)...)
	a.illFormed = p.ask(ctx, action, numbered("DesktopId", illFormedDesktop)...)
}

// inOtherCase is the ID in capitals behind its prefix; "" if that is the same.
func inOtherCase(id string) string {
	rest, ok := strings.CutPrefix(id, "ecd-")
	if upper := strings.ToUpper(rest); ok && upper != rest {
		return "ecd-" + upper
	}
	return ""
}

func (p *Probe) tags(ctx context.Context, a *answers) {
	const action = "ListTagResources"
	ask := func(namespace string, pairs ...string) *Exchange {
		return p.ask(ctx, action, append(pairs, "ResourceType", namespace, "MaxResults", "100")...)
	}
	a.nobody = ask(instance, "Tag.1.Key", unknownTag)
	a.protected = ask(instance, "Tag.1.Key", p.TagKey)
	a.inOther = ask(otherNamespace, "Tag.1.Key", p.TagKey)
	a.inUnknown = ask(unknownNamespace, "Tag.1.Key", p.TagKey)
	a.unknownID = ask(instance, numbered("ResourceId", unknownDesktop)...)
	if n := len(a.protected.rows()); n > 1 {
		a.tagPages = p.pages(ctx, action, third(n), []string{"ResourceType", instance, "Tag.1.Key", p.TagKey})
	}
}

func (p *Probe) events(ctx context.Context, a *answers) {
	const action = "DescribeClientEvents"
	now := time.Now()
	since := func(t time.Time) []string {
		return append(numbered("EventTypes", slices.Clone(stop.UserActs)...), "StartTime", t.UTC().Format("2006-01-02T15:04:05Z"))
	}
	a.now = p.ask(ctx, action, append(since(now), "MaxResults", strconv.Itoa(pageSize))...)
	week := since(now.AddDate(0, 0, -eventDays))
	a.recent = p.ask(ctx, action, append(week, "MaxResults", strconv.Itoa(pageSize))...)
	if n := len(a.recent.rows()); n > 1 {
		a.eventPages = p.pages(ctx, action, third(n), week)
	}
}

// ids of the desktops in the order of the listing.
func (a *answers) ids() []string {
	var ids []string
	for _, r := range a.all.rows() {
		if id := r.text("DesktopId"); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// pooled are the IDs of the desktops that belong to a pool.
func (a *answers) pooled() []string {
	var ids []string
	for _, r := range a.all.rows() {
		if r.text("DesktopGroupId") != "" {
			ids = append(ids, r.text("DesktopId"))
		}
	}
	return ids
}
