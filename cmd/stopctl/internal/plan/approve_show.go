package plan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// few is how many desktops or rules are written out one by one.
const few = 20

// showApproval shows a plan in numbers, and what has changed by now.
func showApproval(s *terminal.Screen, p, now *plan) {
	by := p.PlannedBy
	if by == "" {
		by = "the sender of the request"
	}
	fmt.Fprintf(s.Out, "Planned by %s at %s (%s ago).\n", by, p.PlannedAt.Format(time.RFC3339), terminal.Duration(time.Since(p.PlannedAt).Round(time.Second)))
	for i, e := range p.Events {
		is := plannedEvent{}
		if i < len(now.Events) {
			is = now.Events[i]
		}
		showSummary(s, e, is)
		if is.Status == report.StatusPlanned {
			showChanges(s, e, is)
		}
	}
}

// showSummary shows an event of a plan in numbers: its options, whose desktops it would stop, and how many desktops
// each rule chose or spared. Offices and users are those of now, where EDS tells them: the planner wrote the file.
func showSummary(s *terminal.Screen, e, now plannedEvent) {
	fmt.Fprintln(s.Out, s.Paint(terminal.Bold, "event "+e.EventId)+"  would stop "+terminal.Plural(len(e.wouldStop()), "desktop"))
	options := *e.Request
	options.Reason, options.RequestedBy = "", ""
	text, left := shortOptions(options)
	fmt.Fprintf(s.Out, "Options: %s\n", text)
	for _, line := range left {
		fmt.Fprintln(s.Out, "  "+line)
	}
	if e.Request.Reason != "" {
		fmt.Fprintf(s.Out, "Reason: %s\n", terminal.Visible(e.Request.Reason))
	}
	if e.Request.Force {
		fmt.Fprintln(s.Out, s.Paint(terminal.Red, "Force: desktops are stopped although a user is connected."))
	}
	rules, states, offices, users := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	after := now.byID()
	for _, d := range e.Desktops {
		rules[string(d.Decision)+": "+d.Rule]++
		if d.Decision != report.WouldStop {
			continue
		}
		states[d.State+", "+d.ConnectionStatus]++
		is := after[d.key()].orOwned(d)
		offices[cmp.Or(is.OfficeSiteId, "unknown")]++
		for _, user := range is.users() {
			users[user]++
		}
	}
	showCounts(s, "Offices of the desktops that it would stop", offices)
	showCounts(s, "Users of the desktops that it would stop", users)
	showCounts(s, "State of the desktops that it would stop", states)
	showCounts(s, "Decisions", rules)
}

// showCounts shows counts, the biggest first.
func showCounts(s *terminal.Screen, title string, counts map[string]int) {
	if len(counts) > few {
		title += fmt.Sprintf(" (%d)", len(counts))
	}
	fmt.Fprintln(s.Out, title+":")
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
	for i, name := range names {
		if i == few {
			fmt.Fprintln(s.Out, "  "+andMore(len(names)-few))
			break
		}
		fmt.Fprintf(s.Out, "  %5d  %s\n", counts[name], terminal.Visible(name))
	}
}

// andMore says how many of a long list are left out.
func andMore(n int) string { return fmt.Sprintf("and %d more", n) }

// shortOptions returns a request as JSON, each list cut to a few items, and a line for each list that is cut.
func shortOptions(q events.Request) (text string, left []string) {
	shorten := func(name string, list []string) []string {
		if len(list) > few {
			left = append(left, name+": "+andMore(len(list)-few))
		}
		return list[:min(len(list), few)]
	}
	if q.Select != nil {
		c := *q.Select
		c.EndUserId = shorten("Select.EndUserId", c.EndUserId)
		q.Select = &c
	}
	if q.Exclude != nil {
		x := *q.Exclude
		x.DesktopId, x.EndUserId = shorten("Exclude.DesktopId", x.DesktopId), shorten("Exclude.EndUserId", x.EndUserId)
		q.Exclude = &x
	}
	short, _ := json.Marshal(q)
	return string(short), left
}

// showChanges says what has changed since the plan: which of the desktops that it would stop are spared by now, and
// which belong to others.
func showChanges(s *terminal.Screen, was, is plannedEvent) {
	after, changed := is.byID(), 0
	for _, d := range was.Desktops {
		if d.Decision != report.WouldStop {
			continue
		}
		text := change(d, after[d.key()])
		if text == "" {
			continue
		}
		if changed++; changed <= few {
			fmt.Fprintln(s.Out, s.Paint(terminal.Yellow, "Since the plan: "+d.DesktopId+" "+terminal.Visible(text)))
		}
	}
	switch {
	case changed == 0:
		fmt.Fprintln(s.Out, "Since the plan: nothing has changed.")
	case changed > few:
		fmt.Fprintln(s.Out, s.Paint(terminal.Yellow, "Since the plan: "+andMore(changed-few)))
	}
}

// change of a desktop that a plan would stop; empty: there is none.
func change(was, is plannedDesktop) string {
	if is.Decision != report.WouldStop {
		return orNothing(is.text())
	}
	var all []string
	if is.OfficeSiteId != "" && was.OfficeSiteId != "" && is.OfficeSiteId != was.OfficeSiteId {
		all = append(all, "is in the office "+is.OfficeSiteId+", and was in "+was.OfficeSiteId)
	}
	before, now := was.users(), is.users()
	if is.EndUserIds != nil && was.EndUserIds != nil && !slices.Equal(slices.Sorted(slices.Values(before)), slices.Sorted(slices.Values(now))) {
		all = append(all, "belongs to "+strings.Join(now, ", ")+", and belonged to "+strings.Join(before, ", "))
	}
	return strings.Join(all, "; ")
}

// users of a desktop, as people read them.
func (d plannedDesktop) users() []string {
	switch {
	case d.EndUserIds == nil:
		return []string{"unknown"}
	case len(d.EndUserIds) == 0:
		return []string{"nobody"}
	}
	return d.EndUserIds
}

// orOwned returns the desktop with the office and the users of another observation, where this one has none.
func (d plannedDesktop) orOwned(other plannedDesktop) plannedDesktop {
	d.OfficeSiteId = cmp.Or(d.OfficeSiteId, other.OfficeSiteId)
	if d.EndUserIds == nil {
		d.EndUserIds = other.EndUserIds
	}
	return d
}
