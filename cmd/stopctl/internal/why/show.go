package why

import (
	"fmt"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/report"
)

// show the answer to people.
func (a *answer) show(s *terminal.Screen) {
	fmt.Fprintln(s.Out, s.Paint(terminal.Bold, a.DesktopId)+"  "+a.headline())
	fmt.Fprintln(s.Out, s.Paint(terminal.Dim, "Times are in "+a.zoneName()+"."))
	for _, e := range a.Events {
		a.showEvent(s, e)
	}
	a.showCounts(s)
	if len(a.Check) > 0 {
		s.Blank()
		fmt.Fprintln(s.Out, s.Paint(terminal.Bold, "What to check next"))
		for _, text := range a.Check {
			indented(s, "  - ", text, terminal.Plain)
		}
	}
}

// zoneName is the name of the zone; that of this machine has none.
func (a *answer) zoneName() string {
	if a.zone == time.Local {
		return "this machine's time zone"
	}
	return a.zone.String()
}

// headline is the answer in one line.
func (a *answer) headline() string {
	if a.Named == 0 {
		return "no report names it"
	}
	counts := map[report.Outcome]int{}
	for _, e := range a.Events {
		if e.Desktop != nil {
			counts[e.Desktop.Outcome]++
		}
	}
	return terminal.Plural(a.Named, "report") + ": " + terminal.Counts(counts)
}

const label = 11 // columns of the labels

func (a *answer) showEvent(s *terminal.Screen, e event) {
	s.Blank()
	outcome, style := string(e.Status), words.StatusStyle(e.Status)
	if e.Desktop != nil {
		outcome, style = string(e.Desktop.Outcome), words.OutcomeStyle(e.Desktop.Outcome)
		if e.Desktop.Reason != "" {
			outcome += " " + e.Desktop.Reason
		}
	} else if e.Relation == notSelected {
		outcome, style = "not asked for", terminal.Dim
	}
	when := "time unknown"
	if !e.Time.IsZero() {
		when = clock(e.Time, a.zone)
	}
	fmt.Fprintln(s.Out, s.Paint(terminal.Bold, when)+"  "+s.Paint(style, terminal.Cut(outcome, 40, "…")))
	a.line(s, "event", eventText(e))
	if !e.EventTime.IsZero() && e.Time.Sub(e.EventTime).Abs() > time.Minute {
		a.line(s, "happened", clock(e.EventTime, a.zone))
	}
	a.line(s, "why", e.Rule)
	for i, text := range e.Found {
		a.line(s, map[bool]string{true: "found"}[i == 0], text)
	}
	if e.Relation != named && e.Asked != "" {
		a.line(s, "asked for", e.Asked)
	}
	if e.Emulated {
		a.line(s, "", "of stopctl run: an account that is not real")
	}
	if e.Relation != notSelected {
		a.line(s, "to stop it", e.ToStop)
	}
}

// eventText names the event, and who asked for it.
func eventText(e event) string {
	text := strings.TrimSpace(e.Kind + " " + e.EventId)
	if e.Route != "" {
		text += " by route " + e.Route
	}
	if e.Request != "" {
		text += ", " + e.Request
	}
	if e.RequestedBy != "" {
		text += ", requested by " + e.RequestedBy
	}
	if e.Relation == perhaps {
		text += "; it may have meant this desktop"
	}
	return text
}

// line with a label; nothing if the text is empty.
func (a *answer) line(s *terminal.Screen, name, text string) {
	if text != "" {
		indented(s, "  "+name+strings.Repeat(" ", label-len(name)), text, terminal.Plain)
	}
}

func indented(s *terminal.Screen, lead, text string, style terminal.Style) {
	for i, line := range terminal.Wrap(text, terminal.Width-terminal.Columns(lead)) {
		if i > 0 {
			lead = strings.Repeat(" ", len(lead))
		}
		fmt.Fprintln(s.Out, s.Paint(terminal.Dim, lead)+s.Paint(style, line))
	}
}

// showCounts says what is left out.
func (a *answer) showCounts(s *terminal.Screen) {
	if a.Others+a.Unauthenticated > 0 {
		s.Blank()
	}
	if a.Others > 0 {
		fmt.Fprintf(s.Out, "Left out: %s that named other desktops, or were about another region.\n", terminal.Plural(a.Others, "event"))
	}
	if a.Unauthenticated > 0 {
		fmt.Fprintf(s.Out, "Left out: %s that were not authenticated.\n", terminal.Plural(a.Unauthenticated, "request"))
	}
}
