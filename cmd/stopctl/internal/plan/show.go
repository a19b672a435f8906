package plan

import (
	"fmt"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/report"
)

// showPlan for people: per event what would happen in numbers, then each desktop.
func showPlan(s *terminal.Screen, p *plan) {
	for i, e := range p.Events {
		if i > 0 {
			s.Blank()
		}
		showPlanned(s, e)
	}
	if len(p.Events) == 0 {
		fmt.Fprintln(s.Out, s.Paint(terminal.Red, "the event came to nothing: it is no event that the function knows"))
	}
}

func showPlanned(s *terminal.Screen, e plannedEvent) {
	head := "event " + e.EventId
	if e.Route != "" {
		head += " by route " + e.Route
	}
	line := s.Paint(terminal.Bold, head) + "  " + s.Paint(words.StatusStyle(e.Status), string(e.Status))
	if len(e.Counts) > 0 {
		line += "  " + terminal.Counts(e.Counts)
	}
	fmt.Fprintln(s.Out, line)
	if e.StoppedMode != "" {
		fmt.Fprintln(s.Out, s.Paint(terminal.Dim, strings.Join(strings.Fields(inAccount(e.Account)+" "+e.RegionId+" "+e.StoppedMode), " ")))
	}
	if e.Error != nil {
		for _, line := range terminal.Wrap(words.Problem(e.Error), terminal.Width) {
			fmt.Fprintln(s.Out, s.Paint(terminal.Red, line))
		}
	}
	for _, w := range e.Warnings {
		const label = "warning: "
		for i, line := range terminal.Wrap(words.Warning(w), terminal.Width-len(label)) {
			if i == 0 {
				line = label + line
			} else {
				line = strings.Repeat(" ", len(label)) + line
			}
			fmt.Fprintln(s.Out, s.Paint(terminal.Yellow, line))
		}
	}
	if e.Status == report.StatusStale {
		s.Note("For an event that you have kept, -now moves its times.")
	}
	var rows [][]terminal.Cell
	for _, d := range e.Desktops {
		state := strings.Join(strings.Fields(d.State+" "+d.ConnectionStatus), ", ")
		rows = append(rows, []terminal.Cell{
			terminal.Bold.Cell(d.DesktopId), words.OutcomeStyle(d.Decision).Cell(string(d.Decision)), terminal.Plain.Cell(state), terminal.Dim.Cell(d.Rule),
		})
	}
	if len(rows) > 0 {
		rows = slices.Insert(rows, 0, []terminal.Cell{terminal.Dim.Cell("DesktopId"), terminal.Dim.Cell("decision"), terminal.Dim.Cell("state"), terminal.Dim.Cell("rule")})
	}
	for _, line := range s.Table(rows) {
		fmt.Fprintln(s.Out, line)
	}
}

// inAccount names another account; nothing for the function's own.
func inAccount(account string) string {
	if account == "" {
		return ""
	}
	return "account " + account
}

// compare says what is not as expected.
func compare(s *terminal.Screen, expected, p *plan) error {
	all := p.differences(expected)
	for _, line := range all {
		s.Warn("%s", line)
	}
	if len(all) > 0 {
		s.Warn("The plan is not as expected: %s.", terminal.Plural(len(all), "difference"))
		return terminal.ErrUnexpected
	}
	s.Note("The plan is as expected: %s.", terminal.Plural(p.desktops(), "desktop"))
	return nil
}

// desktops in all events, each once.
func (p *plan) desktops() int {
	all := map[string]plannedDesktop{}
	for _, e := range p.Events {
		for id, d := range e.byID() {
			all[e.Account+" "+id] = d
		}
	}
	return len(all)
}
