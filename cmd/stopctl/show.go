package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"stopdesktops/internal/report"
)

// display shows the records of a run.
type display struct {
	*screen
	verbose   bool
	json      bool
	self      string // how to call this command again
	lastLabel string // of what was written last; see labelled
}

func newDisplay(o *runOptions, out outside) *display {
	return &display{screen: newScreen(out, o.color), verbose: o.verbose, json: o.output == "json", self: out.self}
}

// show a step as a block.
func (s *display) show(n int, r *record) {
	fmt.Fprintln(s.out, s.heading(n, r))
	if r.about != "" {
		for _, line := range wrap(r.about, width-len(indent)) {
			fmt.Fprintln(s.out, indent+s.paint(dim, line))
		}
	}
	s.blank()
	s.showEvent(r.event)
	s.blank()
	s.showDesktops(r)
	for _, line := range callLines(r.calls) {
		s.labelled("calls", line, plain)
	}
	if len(r.calls) == 0 {
		s.labelled("calls", "none", dim)
	}
	s.showCallbacks(r)
	s.showAnswer(r)
	for _, rep := range r.reports {
		for _, w := range rep.Warnings {
			s.labelled("warning", warningText(w), yellow)
		}
	}
	for _, w := range warnings(r.log) {
		s.labelled("warning", w, yellow)
	}
	s.showLog(r)
	for _, v := range r.violations {
		s.labelled("violation", v, red)
	}
	for _, d := range r.differences {
		s.labelled("differs", d, red)
	}
	s.blank()
}

// maxTitle leaves room for the duration and a bit of the rule.
const maxTitle = 62

// heading is a rule with the title and, at its end, the duration and whether all is well.
func (s *display) heading(n int, r *record) string {
	number, took, mark := fmt.Sprintf("%2d", n), duration(r.result.Duration), ""
	if r.checked || !r.ok() {
		mark = s.verdict(r.ok())
	}
	title := cut(visible(r.title), maxTitle)
	fill := width - len(indent) - columnsOf(title) - len(took) - 2
	if mark != "" {
		mark, fill = " "+mark, fill-2
	}
	rule := strings.Repeat("─", max(2, fill))
	return fmt.Sprintf("%s  %s %s %s%s", s.paint(dim, number), s.paint(bold, title), s.paint(dim, rule), took, mark)
}

func (s *display) verdict(ok bool) string {
	if ok {
		return s.paint(green, "✓")
	}
	return s.paint(red, "✗")
}

// labelled writes a text behind a label, and what does not fit below it. Repeated labels are left
// out: one block of a label has it once.
func (s *display) labelled(label, text string, st style) {
	s.lines(label, wrap(visible(text), width-len(indent)-column), st)
}

func (s *display) lines(label string, lines []string, st style) {
	for i, line := range lines {
		if i > 0 || label == s.lastLabel {
			label = ""
		} else {
			s.lastLabel = label
		}
		fmt.Fprintf(s.out, "%s%s%s\n", indent, s.paint(dim, fmt.Sprintf("%-*s", column, label)), s.paint(st, line))
		if label == "" {
			label = s.lastLabel
		}
	}
}

func (s *display) showEvent(event []byte) {
	s.lastLabel = ""
	if s.verbose {
		var b bytes.Buffer
		if json.Indent(&b, event, "", "  ") != nil {
			b.Reset()
			b.Write(event)
		}
		s.lines("event", strings.Split(visible(strings.TrimSpace(b.String())), "\n"), plain)
		return
	}
	if len(bytes.TrimSpace(event)) == 0 {
		s.lines("event", []string{"empty"}, dim)
		return
	}
	for _, text := range brief(event) {
		s.lines("event", clip(wrap(visible(text), width-len(indent)-column), 2), plain)
	}
}

// maxRows of desktops are shown, unless asked for more.
const maxRows = 24

func (s *display) showDesktops(r *record) {
	var rows [][]cell
	left := map[report.Outcome]int{}
	for _, rep := range r.reports {
		for _, d := range rep.Desktops {
			if len(rows) >= maxRows && !s.verbose {
				left[d.Outcome]++
				continue
			}
			rows = append(rows, []cell{
				bold.cell(d.DesktopId), plain.cell(r.change(d.DesktopId)),
				outcomeStyle(d.Outcome).cell(string(d.Outcome)), dim.cell(cmp.Or(d.Reason, d.Code)),
			})
		}
	}
	for _, id := range r.strays() {
		rows = append(rows, []cell{bold.cell(id), plain.cell(r.change(id)), red.cell("stopped, but in no report")})
	}
	for _, line := range s.table(rows) {
		fmt.Fprintln(s.out, indent+line)
	}
	if len(left) > 0 {
		fmt.Fprintf(s.out, "%s%s\n", indent, s.paint(dim, "… and "+counts(left)+" (-v shows them)"))
	}
	if len(rows) > 0 {
		s.blank()
	}
}

// change of a desktop's state: before → after.
func (r *record) change(id string) string {
	before, known := r.before[id]
	switch after := r.after[id]; {
	case !known:
		return "–"
	case before == after:
		return before
	default:
		return before + " → " + after
	}
}

func (s *display) showLog(r *record) {
	if !s.verbose {
		return
	}
	for _, line := range r.log {
		s.lines("log", []string{visible(line)}, dim)
	}
	if len(r.log) == 0 {
		s.lines("log", []string{"empty"}, dim)
	}
}
