package stop

import (
	"fmt"
	"net/http"
	"slices"

	"stopdesktops/internal/report"
)

// Failed is the result of an order that nothing could be done for, as there is no session for it.
func Failed(in Order, err error) Result {
	o := &order{Order: in}
	for _, id := range in.Request.DesktopId {
		o.ask(id)
	}
	o.fail(err)
	return o.result(nil)
}

// result of an order, read off the states of its targets.
func (o *order) result(calls map[string]int) Result {
	r := Result{Warnings: o.warnings, Calls: calls, Desktops: make([]report.DesktopReport, 0, len(o.targets))}
	for _, t := range o.targets {
		if t.state == pending || t.open() && !o.plans() { // cannot be: a bug that must not look like success
			t.to(failed, failure(errPanicked))
		}
		r.Desktops = append(r.Desktops, t.report())
	}
	slices.SortStableFunc(r.Desktops, func(a, b report.DesktopReport) int {
		return report.Severity[a.Outcome] - report.Severity[b.Outcome]
	})
	r.Status, r.Problem = o.conclude(r.Desktops)
	return r
}

// conclude says how the order went, and the first problem that somebody should know of.
func (o *order) conclude(desktops []report.DesktopReport) (report.Status, *report.Problem) {
	if o.status != "" {
		return o.status, o.problem
	}
	problems, underWay, running := 0, 0, 0
	for _, t := range o.targets {
		switch out := t.outcome(); {
		case t.stillRunning():
			problems, running = problems+1, running+1
		case out.Problem():
			problems++
		case out == report.Accepted || out == report.Stopping:
			underWay++
		}
	}
	switch {
	case o.unread != nil && problems == len(desktops) && running == 0:
		return report.StatusFailed, o.problemOfUnread()
	case o.unread != nil:
		return report.StatusPartial, o.problemOfUnread()
	case problems > 0 && problems == len(desktops) && running == 0:
		return report.StatusFailed, o.firstProblem(desktops)
	case problems > 0:
		return report.StatusPartial, o.firstProblem(desktops)
	case o.plans():
		return report.StatusPlanned, nil
	case underWay > 0:
		return report.StatusAccepted, nil
	}
	return report.StatusDone, nil
}

// firstProblem is that of the first desktop in the report: the worst come first.
func (o *order) firstProblem(desktops []report.DesktopReport) *report.Problem {
	d := desktops[0]
	p := &report.Problem{Code: d.Code, Message: d.DesktopId + ": " + d.Message, RequestId: d.RequestId, HTTPStatus: http.StatusBadGateway}
	p.Retryable = slices.ContainsFunc(o.targets, func(t *target) bool { return t.retryable })
	switch {
	case d.Outcome == report.NotFound:
		p.Code, p.Message, p.HTTPStatus = "DesktopNotFound", unknownDesktops(desktops), http.StatusUnprocessableEntity
	case d.Outcome == report.NotAttempted && d.Reason == report.ReasonDeadline:
		p.Code, p.Message, p.HTTPStatus = report.CodeDeadline, deadlineMessage(desktops), http.StatusGatewayTimeout
	case d.Outcome == report.Accepted:
		p.Code, p.Message = report.CodeStillRunning, "EDS took the call for "+d.DesktopId+", but it was still Running when the wait ended"
	case slices.ContainsFunc(o.targets, func(t *target) bool { return t.id == d.DesktopId && t.throttled }):
		p.TooManyRequests()
	}
	return p
}

func deadlineMessage(desktops []report.DesktopReport) string {
	if count(desktops, report.NotAttempted) == len(desktops) {
		return "the time was up before any desktop could be stopped: raise the function's timeout"
	}
	return "the time was up before every desktop could be stopped; the same event again does the rest"
}

// unknownDesktops names the first, and says how many there are.
func unknownDesktops(desktops []report.DesktopReport) string {
	first, n := desktops[0], count(desktops, report.NotFound)
	if n == 1 {
		return "EDS does not know " + first.DesktopId + " in " + first.RegionId + ": check the ID and the region"
	}
	return fmt.Sprintf("EDS does not know %d of the desktops in %s, the first %s: check the IDs and the region", n, first.RegionId, first.DesktopId)
}

func count(desktops []report.DesktopReport, outcome report.Outcome) (n int) {
	for _, d := range desktops {
		if d.Outcome == outcome {
			n++
		}
	}
	return n
}

// callProblem is the problem behind a failed call to EDS.
func callProblem(e *CallError) *report.Problem {
	p := &report.Problem{Code: e.Code, Message: e.Message, RequestId: e.RequestID, Retryable: e.Passing(), HTTPStatus: http.StatusBadGateway}
	if e.Family == Throttled {
		p.TooManyRequests()
	}
	return p
}
