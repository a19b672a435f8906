package lab

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/report"
)

// Of what belongs to a step, and of what follows a label.
const (
	indent = "    "
	column = 10 // of what a label names, behind the indent
)

// display shows the records of a run.
type display struct {
	*terminal.Screen
	verbose   bool
	json      bool
	self      string // how to call this command again
	lastLabel string // of what was written last; see labelled
}

func newDisplay(o *runOptions, out terminal.Outside) *display {
	screen := terminal.NewScreen(out)
	return &display{Screen: screen, verbose: screen.Verbose, json: o.output == "json", self: out.Self}
}

// show a step as a block.
func (s *display) show(n int, r *record) {
	fmt.Fprintln(s.Out, s.heading(n, r))
	if r.about != "" {
		for _, line := range terminal.Wrap(r.about, terminal.Width-len(indent)) {
			fmt.Fprintln(s.Out, indent+s.Paint(terminal.Dim, line))
		}
	}
	s.Blank()
	s.showEvent(r.event)
	s.Blank()
	s.showDesktops(r)
	for _, line := range callLines(r.calls) {
		s.labelled("calls", line, terminal.Plain)
	}
	if len(r.calls) == 0 {
		s.labelled("calls", "none", terminal.Dim)
	}
	s.showCallbacks(r)
	s.showAnswer(r)
	for _, rep := range r.reports {
		for _, w := range rep.Warnings {
			s.labelled("warning", words.Warning(w), terminal.Yellow)
		}
	}
	for _, w := range reportfile.Warnings(r.log) {
		s.labelled("warning", w, terminal.Yellow)
	}
	s.showLog(r)
	for _, v := range r.violations {
		s.labelled("violation", v, terminal.Red)
	}
	for _, d := range r.differences {
		s.labelled("differs", d, terminal.Red)
	}
	s.Blank()
}

// maxTitle leaves room for the duration and a bit of the rule.
const maxTitle = 62

// heading is a rule with the title and, at its end, the duration and whether all is well.
func (s *display) heading(n int, r *record) string {
	number, took, mark := fmt.Sprintf("%2d", n), terminal.Duration(r.result.Duration), ""
	if r.checked || !r.ok() {
		mark = s.verdict(r.ok())
	}
	title := terminal.Cut(r.title, maxTitle, "…")
	fill := terminal.Width - len(indent) - terminal.Columns(title) - len(took) - 2
	if mark != "" {
		mark, fill = " "+mark, fill-2
	}
	rule := strings.Repeat("─", max(2, fill))
	return fmt.Sprintf("%s  %s %s %s%s", s.Paint(terminal.Dim, number), s.Paint(terminal.Bold, title), s.Paint(terminal.Dim, rule), took, mark)
}

func (s *display) verdict(ok bool) string {
	if ok {
		return s.Paint(terminal.Green, "✓")
	}
	return s.Paint(terminal.Red, "✗")
}

// labelled writes a text behind a label, and what does not fit below it. Repeated labels are left
// out: one block of a label has it once.
func (s *display) labelled(label, text string, st terminal.Style) {
	s.lines(label, terminal.Wrap(text, terminal.Width-len(indent)-column), st)
}

func (s *display) lines(label string, lines []string, st terminal.Style) {
	for i, line := range lines {
		if i > 0 || label == s.lastLabel {
			label = ""
		} else {
			s.lastLabel = label
		}
		fmt.Fprintf(s.Out, "%s%s%s\n", indent, s.Paint(terminal.Dim, fmt.Sprintf("%-*s", column, label)), s.Paint(st, line))
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
		s.lines("event", strings.Split(strings.TrimSpace(b.String()), "\n"), terminal.Plain)
		return
	}
	if len(bytes.TrimSpace(event)) == 0 {
		s.lines("event", []string{"empty"}, terminal.Dim)
		return
	}
	for _, text := range brief(event) {
		s.lines("event", clip(terminal.Wrap(text, terminal.Width-len(indent)-column), 2), terminal.Plain)
	}
}

// maxRows of desktops are shown, unless asked for more.
const maxRows = 24

func (s *display) showDesktops(r *record) {
	var rows [][]terminal.Cell
	left := map[report.Outcome]int{}
	for _, rep := range r.reports {
		for _, d := range rep.Desktops {
			if len(rows) >= maxRows && !s.verbose {
				left[d.Outcome]++
				continue
			}
			rows = append(rows, []terminal.Cell{
				terminal.Bold.Cell(d.DesktopId), terminal.Plain.Cell(r.change(d.DesktopId)),
				words.OutcomeStyle(d.Outcome).Cell(string(d.Outcome)), terminal.Dim.Cell(cmp.Or(d.Reason, d.Code)),
			})
		}
	}
	for _, id := range r.strays() {
		rows = append(rows, []terminal.Cell{terminal.Bold.Cell(id), terminal.Plain.Cell(r.change(id)), terminal.Red.Cell("stopped, but in no report")})
	}
	for _, line := range s.Table(rows) {
		fmt.Fprintln(s.Out, indent+line)
	}
	if len(left) > 0 {
		fmt.Fprintf(s.Out, "%s%s\n", indent, s.Paint(terminal.Dim, "… and "+terminal.Counts(left)+" (-v shows them)"))
	}
	if len(rows) > 0 {
		s.Blank()
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
		s.lines("log", []string{line}, terminal.Dim)
	}
	if len(r.log) == 0 {
		s.lines("log", []string{"empty"}, terminal.Dim)
	}
}

// clip a text to so many lines.
func clip(lines []string, most int) []string {
	if len(lines) <= most {
		return lines
	}
	lines = lines[:most:most]
	lines[most-1] = terminal.Cut(lines[most-1], terminal.Width-len(indent)-column-2, "") + " …"
	return lines
}
