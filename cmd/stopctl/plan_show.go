package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"stopdesktops/internal/report"
)

// showPlan for people: per event what would happen in numbers, then each desktop.
func showPlan(s *screen, p *plan) {
	for i, e := range p.Events {
		if i > 0 {
			s.blank()
		}
		showPlanned(s, e)
	}
	if len(p.Events) == 0 {
		fmt.Fprintln(s.out, s.paint(red, "the event came to nothing: it is no event that the function knows"))
	}
}

func showPlanned(s *screen, e plannedEvent) {
	head := "event " + visible(e.EventId)
	if e.Route != "" {
		head += " by route " + visible(e.Route)
	}
	line := s.paint(bold, head) + "  " + s.paint(statusStyle(e.Status), string(e.Status))
	if len(e.Counts) > 0 {
		line += "  " + counts(e.Counts)
	}
	fmt.Fprintln(s.out, line)
	if e.StoppedMode != "" {
		fmt.Fprintln(s.out, s.paint(dim, strings.TrimSpace(e.RegionId+" "+e.StoppedMode)))
	}
	if e.Error != nil {
		for _, line := range wrap(visible(problemText(e.Error)), width) {
			fmt.Fprintln(s.out, s.paint(red, line))
		}
	}
	for _, w := range e.Warnings {
		const label = "warning: "
		for i, line := range wrap(visible(warningText(w)), width-len(label)) {
			if i == 0 {
				line = label + line
			} else {
				line = strings.Repeat(" ", len(label)) + line
			}
			fmt.Fprintln(s.out, s.paint(yellow, line))
		}
	}
	if e.Status == report.StatusStale {
		s.note("For an event that you have kept, -now moves its times.")
	}
	var rows [][]cell
	for _, d := range e.Desktops {
		state := strings.Join(strings.Fields(d.State+" "+d.ConnectionStatus), ", ")
		rows = append(rows, []cell{
			bold.cell(d.DesktopId), outcomeStyle(d.Decision).cell(string(d.Decision)), plain.cell(state), dim.cell(visible(d.Rule)),
		})
	}
	if len(rows) > 0 {
		rows = slices.Insert(rows, 0, []cell{dim.cell("DesktopId"), dim.cell("decision"), dim.cell("state"), dim.cell("rule")})
	}
	for _, line := range s.table(rows) {
		fmt.Fprintln(s.out, line)
	}
}

// compare says what is not as expected.
func compare(s *screen, expected, p *plan) error {
	all := p.differences(expected)
	for _, line := range all {
		s.note("%s", visible(line))
	}
	if len(all) > 0 {
		s.note("The plan is not as expected: %s.", plural(len(all), "difference"))
		return errUnexpected
	}
	s.note("The plan is as expected: %s.", plural(p.desktops(), "desktop"))
	return nil
}

// desktops in all events, each once.
func (p *plan) desktops() int {
	all := map[string]plannedDesktop{}
	for _, e := range p.Events {
		maps.Copy(all, e.byID())
	}
	return len(all)
}
