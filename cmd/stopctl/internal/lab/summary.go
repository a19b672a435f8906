package lab

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/report"
)

// tally is what all steps come to together.
type tally struct {
	steps, good int
	bad         []string // what is not as expected: "step 3 (title): what"
	calls       map[string]int
	cutOff      int
	violations  int
	callbacks   int
	answers     map[string]int // what the function reports: success, the type of a failure, HTTP 401
	outOfTime   bool           // an event was too old, or from the future
}

func (t *tally) add(n int, r *record) {
	t.steps++
	if r.ok() {
		t.good++
	}
	problems := slices.Concat(r.violations, r.differences)
	if !r.answered() && !r.checked {
		kind, _ := answerKind(r)
		problems = append(problems, "the answer is "+kind)
	}
	for _, p := range problems {
		t.bad = append(t.bad, fmt.Sprintf("%d %s: %s", n, r.title, p))
	}
	if t.calls == nil {
		t.calls, t.answers = map[string]int{}, map[string]int{}
	}
	for _, c := range r.calls {
		t.calls[c.Action]++
		t.cutOff += len(c.CutOff)
	}
	t.violations += len(r.violations)
	t.callbacks += len(r.deliveries)
	kind, _ := answerKind(r)
	if !r.answered() {
		kind = "no answer"
	}
	t.answers[strings.TrimPrefix(kind, "failure ")]++
	t.outOfTime = t.outOfTime || slices.ContainsFunc(r.reports, func(rep report.Report) bool {
		return rep.Status == report.StatusStale || rep.Error != nil && rep.Error.Code == "InvalidTime"
	})
}

func (t *tally) err() error {
	if len(t.bad) > 0 {
		return terminal.ErrUnexpected
	}
	return nil
}

// put a record out, in the form asked for.
func (s *display) put(n int, r *record) {
	r = r.withoutTokens()
	if s.json {
		s.putJSON(n, r)
		return
	}
	s.show(n, r)
}

func (s *display) introduce(steps int) {
	if s.json {
		return
	}
	fmt.Fprintf(s.Out, `%s

%d events, one after the other, each to a new instance of the function and to
a fresh copy of the same ten cloud computers. Nothing real is touched.

`, s.Paint(terminal.Bold, "The stop-desktops function, on this machine"), steps)
}

func (t *tally) concludeWalk(s *display) {
	if s.json {
		return
	}
	s.rule()
	if len(t.bad) == 0 {
		fmt.Fprintf(s.Out, "%s  All %d steps went as expected.\n\n", s.verdict(true), t.steps)
	} else {
		fmt.Fprintf(s.Out, "%s  %d of %d steps went as expected. What differs:\n\n", s.verdict(false), t.good, t.steps)
		t.listBad(s)
	}
	t.totals(s)
	if len(t.bad) > 0 {
		fmt.Fprintf(s.Out, "\nWith whole events and the function's log: %s run -v\n", s.self)
		return
	}
	fmt.Fprintf(s.Out, `
Where to go next:

  %[1]s run -v             the same with whole events and logs
  %[1]s run -event FILE    an event of your own
  %[1]s run -serve         events over HTTP, with curl
  %[1]s run -h             more: fleets, variables, JSON

Then docs/deploy.md: to your account, as a dry run first.
`, s.self)
}

func (t *tally) concludeOwn(s *display) {
	if s.json {
		return
	}
	s.rule()
	t.totals(s)
	fmt.Fprintf(s.Out, "\nThe function reports: %s.\n", terminal.Counts(t.answers))
	if t.outOfTime {
		fmt.Fprintln(s.Out, "An event is too old, or from the future: -now moves its times to now.")
	}
	if len(t.bad) > 0 {
		fmt.Fprintf(s.Out, "\n%s  This is not well:\n\n", s.verdict(false))
		t.listBad(s)
	}
}

func (s *display) rule() {
	fmt.Fprintln(s.Out, s.Paint(terminal.Dim, strings.Repeat("─", terminal.Width))+"\n")
}

func (t *tally) listBad(s *display) {
	for _, b := range t.bad {
		for i, line := range terminal.Wrap(b, terminal.Width-6) {
			fmt.Fprintln(s.Out, strings.Repeat(" ", 4+2*min(i, 1))+s.Paint(terminal.Red, line))
		}
	}
	s.Blank()
}

func (t *tally) totals(s *display) {
	rows := [][]terminal.Cell{}
	for _, action := range slices.Sorted(maps.Keys(t.calls)) {
		rows = append(rows, []terminal.Cell{terminal.Plain.Cell(action), terminal.Plain.Cell(fmt.Sprintf("%4d", t.calls[action]))})
	}
	if len(t.calls) == 0 {
		rows = append(rows, []terminal.Cell{terminal.Plain.Cell("calls to EDS"), terminal.Plain.Cell("none")})
	}
	rows = append(rows,
		[]terminal.Cell{terminal.Plain.Cell("callbacks"), terminal.Plain.Cell(fmt.Sprintf("%4d", t.callbacks))},
		zero("users cut off", t.cutOff),
		zero("violations", t.violations),
	)
	for _, line := range s.Table(rows) {
		fmt.Fprintln(s.Out, indent+line)
	}
}

// zero is a row of what must be none.
func zero(label string, n int) []terminal.Cell {
	if n == 0 {
		return []terminal.Cell{terminal.Plain.Cell(label), terminal.Green.Cell("none")}
	}
	return []terminal.Cell{terminal.Plain.Cell(label), terminal.Red.Cell(fmt.Sprintf("%4d", n))}
}
