package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
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
		showSummary(s, e)
		if i < len(now.Events) && now.Events[i].Status == report.StatusPlanned {
			showChanges(s, e, now.Events[i])
		}
	}
}

// showSummary shows an event of a plan in numbers: its options, and how many desktops each rule chose or spared.
func showSummary(s *terminal.Screen, e plannedEvent) {
	fmt.Fprintln(s.Out, s.Paint(terminal.Bold, "event "+e.EventId)+"  would stop "+terminal.Plural(len(e.wouldStop()), "desktop"))
	options := *e.Request
	options.Reason, options.RequestedBy = "", ""
	text, _ := json.Marshal(options)
	fmt.Fprintf(s.Out, "Options: %s\n", text)
	if e.Request.Reason != "" {
		fmt.Fprintf(s.Out, "Reason: %s\n", terminal.Visible(e.Request.Reason))
	}
	if e.Request.Force {
		fmt.Fprintln(s.Out, s.Paint(terminal.Red, "Force: desktops are stopped although a user is connected."))
	}
	rules, states := map[string]int{}, map[string]int{}
	for _, d := range e.Desktops {
		rules[string(d.Decision)+": "+d.Rule]++
		if d.Decision == report.WouldStop {
			states[d.State+", "+d.ConnectionStatus]++
		}
	}
	showCounts(s, "State of the desktops that it would stop", states)
	showCounts(s, "Decisions", rules)
}

// showCounts shows counts, the biggest first.
func showCounts(s *terminal.Screen, title string, counts map[string]int) {
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
			fmt.Fprintf(s.Out, "  and %d more\n", len(names)-few)
			break
		}
		fmt.Fprintf(s.Out, "  %5d  %s\n", counts[name], terminal.Visible(name))
	}
}

// showChanges says which of the desktops that a plan would stop are spared by now.
func showChanges(s *terminal.Screen, was, is plannedEvent) {
	after, changed := is.byID(), 0
	for _, d := range was.Desktops {
		now := after[d.key()]
		if d.Decision != report.WouldStop || now.Decision == report.WouldStop {
			continue
		}
		if changed++; changed <= few {
			fmt.Fprintln(s.Out, s.Paint(terminal.Yellow, "Since the plan: "+d.DesktopId+" "+terminal.Visible(orNothing(now.text()))))
		}
	}
	switch {
	case changed == 0:
		fmt.Fprintln(s.Out, "Since the plan: nothing has changed.")
	case changed > few:
		fmt.Fprintf(s.Out, "Since the plan: %s in all would be left alone now.\n", terminal.Plural(changed, "desktop"))
	}
}
