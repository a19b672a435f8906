package lab

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/emulator"
)

// callLines says what EDS was asked. Calls that look alike are put together between two stops:
// observations are made at once, in no order.
func callLines(calls []emulator.Call) []string {
	var lines []string
	for len(calls) > 0 {
		stops := calls[0].Action == "StopDesktops"
		n := slices.IndexFunc(calls, func(c emulator.Call) bool { return (c.Action == "StopDesktops") != stops })
		if n < 0 {
			n = len(calls)
		}
		times := map[string]int{}
		for _, c := range calls[:n] {
			times[callText(c)]++
		}
		for _, text := range slices.Sorted(maps.Keys(times)) {
			if times[text] > 1 {
				text = fmt.Sprintf("%s ×%d", text, times[text])
			}
			lines = append(lines, text)
		}
		calls = calls[n:]
	}
	return lines
}

func callText(c emulator.Call) string {
	words := []string{cmp.Or(c.Action, "(no action)")}
	for _, name := range []string{"StoppedMode", "OsUpdate"} {
		if v := c.Params.Get(name); v != "" {
			words = append(words, strings.TrimPrefix(name+"="+v, "StoppedMode="))
		}
	}
	if n := len(c.DesktopIds); n > 0 {
		words = append(words, "· "+terminal.Plural(n, "desktop"))
	}
	if c.RegionId != emulator.DefaultRegion && c.RegionId != "" {
		words = append(words, "in "+c.RegionId)
	}
	switch {
	case c.Status == 0:
		words = append(words, "→ no answer")
	case c.Status != 200 || c.Code != "":
		words = append(words, fmt.Sprintf("→ %d %s", c.Status, c.Code))
	}
	if n := len(c.CutOff); n > 0 {
		words = append(words, fmt.Sprintf("· %s cut off", terminal.Plural(n, "user")))
	}
	return strings.Join(words, " ")
}

func (s *display) showCallbacks(r *record) {
	for i := 0; i < len(r.deliveries); {
		d, n := r.deliveries[i], 1
		for i+n < len(r.deliveries) && callbackText(r.deliveries[i+n]) == callbackText(d) {
			n++
		}
		text, st := callbackText(d), terminal.Plain
		if n > 1 {
			text = fmt.Sprintf("%s ×%d", text, n)
		}
		if d.Err != "" || d.Status >= 300 || d.Status == 0 {
			st = terminal.Red
		}
		s.labelled("callback", text, st)
		i += n
	}
	if len(r.deliveries) > 0 {
		return
	}
	sent, where := false, ""
	if r.ownCallback {
		where = "to your CALLBACK_URL: "
	}
	for _, rep := range r.reports {
		if c := rep.Callback; c != nil {
			s.labelled("callback", strings.TrimSpace(where+c.Status+" "+c.Code), terminal.Plain)
			sent = true
		}
	}
	if !sent {
		s.labelled("callback", "none", terminal.Dim)
	}
}

// callbackText says what arrived, and how well.
func callbackText(d emulator.Delivery) string {
	kind := "not a CloudEvent"
	switch {
	case d.Event != nil:
		kind = d.Event.Type
	case d.Err == "": // the receiver was a robot, and took it
		kind = "message, taken by the robot"
	}
	switch {
	case d.Err != "":
		return kind + " · " + d.Err
	case d.Duplicate:
		kind += " · again"
	}
	if d.SignatureOK {
		kind += " · signature verified ✓"
	}
	if d.Status >= 300 {
		kind += fmt.Sprintf(" · answered %d", d.Status)
	}
	return kind
}

// maxProblems of a batch are shown, unless asked for more.
const maxProblems = 3

// showAnswer says what the caller got, and why, where something was refused or failed.
func (s *display) showAnswer(r *record) {
	var statuses []string
	st := terminal.Plain
	for _, rep := range r.reports {
		statuses = append(statuses, string(rep.Status))
		if next := words.StatusStyle(rep.Status); st == terminal.Plain || st != next && next == terminal.Red {
			st = next
		}
	}
	status := strings.Join(statuses, ", ")
	if len(statuses) > briefElements {
		all := map[string]int{}
		for _, one := range statuses {
			all[one]++
		}
		status = terminal.Counts(all)
	}
	kind, own := answerKind(r)
	if !own {
		st = terminal.Red
	}
	s.labelled("answer", strings.TrimSuffix(kind+" · "+status, " · "), st)
	problems := 0
	for _, rep := range r.reports {
		if p := rep.Error; p != nil {
			if problems++; problems <= maxProblems || s.verbose {
				s.labelled("because", words.Problem(p), terminal.Plain)
			}
		}
	}
	if more := problems - maxProblems; more > 0 && !s.verbose {
		s.labelled("because", fmt.Sprintf("… and %d more (-v shows them)", more), terminal.Dim)
	}
	if len(r.reports) == 0 && r.result.FunctionError != nil {
		s.labelled("because", r.result.FunctionError.Message, terminal.Plain)
	}
}

// answerKind says what kind of answer it was, and whether it was one of the function's own.
func answerKind(r *record) (kind string, own bool) {
	if r.err != nil {
		var exit *emulator.ExitError
		if errors.As(r.err, &exit) {
			return "none: the function ended (" + exit.State + "): " + strings.Join(exit.Stderr, "\n"), false
		}
		return "none: " + r.err.Error(), false
	}
	if e := r.result.FunctionError; e != nil {
		if r.answered() {
			return "failure " + e.Type, true
		}
		return "none: " + e.Type, false
	}
	if a, ok := r.httpAnswer(); ok {
		return fmt.Sprintf("HTTP %d", a.StatusCode), true
	}
	return "success", true
}
