package emulator

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	idPattern     = regexp.MustCompile(`^ecd-[a-z0-9]+$`)
	regionPattern = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`)
	statePattern  = regexp.MustCompile(`^[A-Z][A-Za-z]+$`)
)

// maxGenerated bounds a generator, against a slip of the finger.
const maxGenerated = 1_000_000

// fleetCheck checks of a decoded fleet what the types cannot say. It keeps
// the first fault, with its line.
type fleetCheck struct {
	root *yaml.Node
	ids  map[string]bool // of all desktops, generated ones too
	err  error
}

// fail keeps a fault of the entry at index i of the list called section.
func (c *fleetCheck) fail(section string, i int, format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("fleet: line %d: %s: %s", c.entry(section, i).Line, section, fmt.Sprintf(format, args...))
	}
}

// entry is the node of a list entry; with i < 0, of the section itself.
func (c *fleetCheck) entry(section string, i int) *yaml.Node {
	doc := c.root
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		doc = doc.Content[0]
	}
	node := member(doc, section)
	if node == nil {
		return doc
	}
	if node.Kind == yaml.SequenceNode && i >= 0 && i < len(node.Content) {
		return node.Content[i]
	}
	return node
}

// member is the value of a key of a mapping, or nil.
func member(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func (c *fleetCheck) fleet(f *Fleet) {
	for i := range f.Desktops {
		c.desktop("Desktops", i, &f.Desktops[i])
		c.id("Desktops", i, f.Desktops[i].DesktopId)
	}
	for i := range f.Generate {
		c.generator(i, &f.Generate[i])
	}
	for i, r := range f.Regions {
		if !regionPattern.MatchString(r) {
			c.fail("Regions", i, "%q is not a region", r)
		}
	}
	c.regions(f)
	for i := range f.ClientEvents {
		c.event(i, f.ClientEvents[i])
	}
	for i := range f.Faults {
		c.fault(i, &f.Faults[i])
	}
	for i := range f.Changes {
		c.change(i, &f.Changes[i])
	}
	c.settings(f)
	c.accounts(f)
}

var (
	accountIdPattern = regexp.MustCompile(`^[0-9]{16}$`)
	roleNamePattern  = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)
)

// accounts checks the roles and the other accounts of a fleet.
func (c *fleetCheck) accounts(f *Fleet) {
	ids := map[string]bool{}
	c.accountId("AccountId", -1, f.AccountId, ids)
	for i := range f.Roles {
		c.role(i, &f.Roles[i])
	}
	for i := range f.Accounts {
		account := &f.Accounts[i]
		if account.AccountId == "" || len(account.Accounts) > 0 {
			c.fail("Accounts", i, "an account needs an AccountId, and has no Accounts")
		}
		c.accountId("Accounts", i, account.AccountId, ids)
		inner := fleetCheck{root: c.entry("Accounts", i), ids: map[string]bool{}}
		if inner.fleet(account); c.err == nil {
			c.err = inner.err
		}
	}
}

// accountId checks one, and that it is not among those seen.
func (c *fleetCheck) accountId(section string, i int, id string, seen map[string]bool) {
	if id != "" && !accountIdPattern.MatchString(id) {
		c.fail(section, i, "AccountId %q is not 16 digits", id)
	}
	setDefault(&id, DefaultAccountId)
	if seen[id] {
		c.fail(section, i, "AccountId %s occurs twice", id)
	}
	seen[id] = true
}

func (c *fleetCheck) role(i int, r *Role) {
	if !roleNamePattern.MatchString(r.RoleName) {
		c.fail("Roles", i, "RoleName %q is not like stop-desktops", r.RoleName)
	}
	for _, id := range r.Trusts {
		if !accountIdPattern.MatchString(id) {
			c.fail("Roles", i, "Trusts names %q, which is not 16 digits", id)
		}
	}
	if r.MaxSessionDuration < 0 || r.SessionTime < 0 || r.Revoked < 0 || r.Latency < 0 {
		c.fail("Roles", i, "a negative MaxSessionDuration, SessionTime, Revoked or Latency")
	}
	for n := range r.Faults {
		f := &r.Faults[n]
		if _, ok := kinds[f.Kind]; !ok || f.Action != "" || f.DesktopId != "" {
			c.fail("Roles", i, "Faults: entry %d needs a Kind, and has no Action and no DesktopId", n+1)
		}
	}
}

func (c *fleetCheck) id(section string, i int, id string) {
	if !idPattern.MatchString(id) {
		c.fail(section, i, "DesktopId %q is not like ecd-7w78ozhjcwa3u", id)
	}
	if c.ids[id] {
		c.fail(section, i, "DesktopId %s occurs twice", id)
	}
	c.ids[id] = true
}

func (c *fleetCheck) desktop(section string, i int, d *Desktop) {
	if n := member(c.entry(section, i), "ConnectionStatus"); n != nil && n.Value == "" {
		d.ConnectionStatus = NoConnectionStatus // an explicit "" differs from none
	}
	if d.RegionId != "" && !regionPattern.MatchString(d.RegionId) {
		c.fail(section, i, "RegionId %q is not a region", d.RegionId)
	}
	if d.DesktopStatus != "" && !statePattern.MatchString(d.DesktopStatus) {
		c.fail(section, i, "DesktopStatus %q is not a state", d.DesktopStatus)
	}
	c.oneOf(section, i, "ConnectionStatus", d.ConnectionStatus, "Connected", "Disconnected", "Unknown", NoConnectionStatus)
	c.oneOf(section, i, "ChargeType", d.ChargeType, "PostPaid", "PrePaid")
	c.oneOf(section, i, "SubPayType", d.SubPayType, "postPaid", "prePaid", "monthPackage", "duration")
	for _, flag := range d.ManagementFlags {
		c.oneOf(section, i, "ManagementFlags", flag, "Migrating", "Updating")
	}
	keys := map[string]bool{}
	for _, t := range d.Tags {
		if t.Key == "" || keys[t.Key] {
			c.fail(section, i, "the tag key %q is empty or occurs twice", t.Key)
		}
		keys[t.Key] = true
	}
	if d.StopTime < 0 {
		c.fail(section, i, "StopTime is negative")
	}
}

func (c *fleetCheck) generator(i int, g *Generator) {
	c.desktop("Generate", i, &g.Desktop)
	switch {
	case g.DesktopId != "":
		c.fail("Generate", i, "DesktopId is made from Prefix; do not set it")
	case g.Count < 1 || g.Count > maxGenerated:
		c.fail("Generate", i, "Count must be from 1 to %d", maxGenerated)
	case !idPattern.MatchString(g.Prefix + "1"):
		c.fail("Generate", i, "Prefix %q is not like ecd-a", g.Prefix)
	}
	for n := 1; c.err == nil && n <= g.Count; n++ {
		c.id("Generate", i, g.desktop(n).DesktopId)
	}
}

// regions demands that Regions, if given, has the region of every desktop.
func (c *fleetCheck) regions(f *Fleet) {
	check := func(section string, i int, d Desktop) {
		setDefault(&d.RegionId, DefaultRegion)
		if f.Regions != nil && !slices.Contains(f.Regions, d.RegionId) {
			c.fail(section, i, "the region %s is not in Regions", d.RegionId)
		}
	}
	for i, d := range f.Desktops {
		check("Desktops", i, d)
	}
	for i, g := range f.Generate {
		check("Generate", i, g.Desktop)
	}
}

func (c *fleetCheck) event(i int, ev FleetEvent) {
	if _, err := ev.clientEvent(); err != nil {
		c.fail("ClientEvents", i, "%v", err)
	}
	if !slices.Contains(EventTypes, ev.EventType) {
		c.fail("ClientEvents", i, "EventType %q is none of %s", ev.EventType, strings.Join(EventTypes, ", "))
	}
	c.desktopOf("ClientEvents", i, ev.DesktopId)
}

// desktopOf refuses a reference to a desktop the fleet does not have.
func (c *fleetCheck) desktopOf(section string, i int, id string) {
	if !c.ids[id] {
		c.fail(section, i, "DesktopId %q is not in the fleet", id)
	}
}

func (c *fleetCheck) fault(i int, f *Fault) {
	if _, ok := kinds[f.Kind]; !ok {
		names := slices.Sorted(maps.Keys(kinds))
		c.fail("Faults", i, "Kind %q is none of %q", f.Kind, names)
	}
	c.action("Faults", i, f.Action)
	if f.Call < 0 || f.Times < 0 || f.Delay < 0 || f.TimeLeft < 0 || f.RetryAfter < 0 {
		c.fail("Faults", i, "a negative Call, Times, Delay, TimeLeft or RetryAfter")
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		c.fail("Faults", i, "Status %d is not one of HTTP", f.Status)
	}
}

func (c *fleetCheck) change(i int, ch *Change) {
	c.action("Changes", i, ch.After)
	if ch.DesktopId != "" {
		c.desktopOf("Changes", i, ch.DesktopId)
	}
	does := 0
	for _, one := range []bool{ch.Set != (State{}), ch.Release, ch.Create != nil} {
		if one {
			does++
		}
	}
	switch {
	case does == 0:
		c.fail("Changes", i, "Set changes nothing")
	case does > 1:
		c.fail("Changes", i, "one of Set, Release and Create")
	case ch.Release && ch.DesktopId == "":
		c.fail("Changes", i, "Release needs a DesktopId")
	case ch.Create != nil && ch.DesktopId != "":
		c.fail("Changes", i, "the DesktopId of a new desktop belongs into Create")
	case ch.Create != nil:
		c.desktop("Changes", i, ch.Create)
		c.id("Changes", i, ch.Create.DesktopId)
	}
	if s := ch.Set.ConnectionStatus; s != nil {
		c.oneOf("Changes", i, "ConnectionStatus", *s, "Connected", "Disconnected", "Unknown")
	}
	if s := ch.Set.DesktopStatus; s != nil && !statePattern.MatchString(*s) {
		c.fail("Changes", i, "DesktopStatus %q is not a state", *s)
	}
}

func (c *fleetCheck) action(section string, i int, name string) {
	if name != "" && actions[name] == nil {
		c.fail(section, i, "%q is not an action the emulator has", name)
	}
}

func (c *fleetCheck) settings(f *Fleet) {
	c.oneOf("MixedCalls", -1, "value", f.MixedCalls, Refuse, Partial)
	c.oneOf("UnknownIds", -1, "value", f.UnknownIds, Omit, Refuse)
	c.oneOf("UnknownResources", -1, "value", f.UnknownResources, Omit, Refuse)
	if n := member(c.entry("", -1), "EmptyList"); n != nil && n.Tag == "!!null" {
		f.EmptyList = n.Value // null without quotes means the form, not that nothing is set
	}
	c.oneOf("EmptyList", -1, "value", f.EmptyList, listNull, listAbsent)
	c.oneOf("NumberedPages", -1, "value", f.NumberedPages, Ignored, Reversed, Refused)
	c.oneOf("ShowPooled", -1, "value", f.ShowPooled, ByID, Always)
	for name, d := range map[string]int64{"StopTime": int64(f.StopTime), "StartTime": int64(f.StartTime), "VisibleAfter": int64(f.VisibleAfter),
		"ClientEventDelay": int64(f.ClientEventDelay), "Latency": int64(f.Latency), "Jitter": int64(f.Jitter), "MaxQPS": int64(f.MaxQPS),
		"Quota": int64(f.Quota), "QuotaWindow": int64(f.QuotaWindow), "LargestPage": int64(f.LargestPage)} {
		if d < 0 {
			c.fail(name, -1, "negative")
		}
	}
	for name := range f.ActionLatency {
		c.action("ActionLatency", -1, name)
	}
	for name, quota := range f.ActionQuota {
		c.action("ActionQuota", -1, name)
		if quota < 0 {
			c.fail("ActionQuota", -1, "negative")
		}
	}
	if s := f.ThrottleStatus; s != 0 && s != 400 && s != 429 {
		c.fail("ThrottleStatus", -1, "%d is neither 400 nor 429", s)
	}
}

// oneOf refuses a value that is not empty and not allowed.
func (c *fleetCheck) oneOf(section string, i int, field, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.fail(section, i, "%s %q is none of %s", field, value, strings.Join(allowed, ", "))
	}
}
