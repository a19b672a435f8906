package lab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"stopdesktops/internal/report"
)

// check holds a record against what is expected of it, and notes each difference.
func (r *record) check(w want) {
	r.checked = true
	if !r.answered() {
		kind, _ := answerKind(r)
		r.differ("the answer is %s", kind)
		return
	}
	r.checkDesktops(w.desktops)
	r.compare("StopDesktops calls", r.stops(), w.stops)
	if w.noCalls && len(r.calls) > 0 {
		r.differ("EDS was called (%s); expected: no call at all", strings.Join(callLines(r.calls), ", "))
	}
	r.compare("callbacks", r.callbacks(), w.callbacks)
	r.checkAnswer(w)
	for _, id := range r.strays() {
		r.differ("%s was stopped, but is in no report", id)
	}
}

func (r *record) differ(format string, args ...any) {
	r.differences = append(r.differences, fmt.Sprintf(format, args...))
}

// compare two lists of which the order matters.
func (r *record) compare(what string, got, expected []string) {
	if !slices.Equal(got, expected) {
		r.differ("%s: %s; expected: %s", what, listing(got), listing(expected))
	}
}

func listing(texts []string) string {
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}

// checkDesktops names each desktop that is missing, too many, or has another outcome. One that is
// said to be stopped must be.
func (r *record) checkDesktops(expected []string) {
	var got []string
	for _, rep := range r.reports {
		for _, d := range rep.Desktops {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", d.DesktopId, d.Outcome, cmp.Or(d.Reason, d.Code))))
			if d.Outcome == report.Stopped && r.after[d.DesktopId] != "Stopped" {
				r.differ("%s is reported stopped, but is %s", d.DesktopId, r.after[d.DesktopId])
			}
		}
	}
	for i := range max(len(got), len(expected)) {
		switch {
		case i >= len(got):
			r.differ("desktop %s: in no report", expected[i])
		case i >= len(expected):
			r.differ("desktop %s: expected in no report", got[i])
		case got[i] != expected[i]:
			r.differ("desktop %s; expected: %s", got[i], expected[i])
		}
	}
}

// stops are the StopDesktops calls, whatever else was called.
func (r *record) stops() []string {
	var list []string
	for _, c := range r.calls {
		if c.Action == "StopDesktops" {
			list = append(list, strings.Join(append([]string{c.Params.Get("StoppedMode")}, c.DesktopIds...), " "))
		}
	}
	return list
}

// callbacks are the ends of their types, or what is wrong with them.
func (r *record) callbacks() []string {
	var list []string
	for _, d := range r.deliveries {
		switch {
		case d.Err != "":
			list = append(list, d.Err)
		default:
			list = append(list, d.Event.Type[strings.LastIndex(d.Event.Type, ".")+1:])
		}
	}
	return list
}

func (r *record) checkAnswer(w want) {
	failure, status, problem := "", 0, ""
	if e := r.result.FunctionError; e != nil {
		failure = e.Type
	}
	if a, ok := r.httpAnswer(); ok {
		status = a.StatusCode
	}
	for _, rep := range r.reports {
		if rep.Error != nil && problem == "" {
			problem = rep.Error.Code
		}
	}
	if failure != w.failure {
		r.differ("failure: %s; expected: %s", cmp.Or(failure, "none"), cmp.Or(w.failure, "none"))
	}
	if status != w.http {
		r.differ("HTTP status: %d; expected: %d", status, w.http)
	}
	if problem != w.problem {
		r.differ("problem: %s; expected: %s", cmp.Or(problem, "none"), cmp.Or(w.problem, "none"))
	}
}
