package handler

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"stopdesktops/events"
)

// report concludes a job.
func (r *run) report(j *job) Report {
	q := j.request
	rep := Report{
		InvocationId: r.inv.RequestID,
		EventId:      j.shownID(),
		Kind:         string(j.event.Kind),
		Source:       events.Clean(j.event.Source, 256),
		EventTime:    j.event.Time,
		Traceparent:  j.event.Traceparent,
		DryRun:       q.DryRun,
		Reason:       q.Reason,
		RequestedBy:  q.RequestedBy,
		Version:      r.h.Policy.Version,
		RegionId:     q.RegionId,
		StoppedMode:  q.StoppedMode,
		OsUpdate:     q.OsUpdate,
		Select:       q.Select,
		Exclude:      q.Exclude,
		Force:        q.Force,
		IdleMinutes:  q.IdleMinutes,
		Counts:       map[Outcome]int{},
		Warnings:     j.warnings,
		Calls:        r.callCounts(),
		DurationMs:   time.Since(r.started).Milliseconds(),
	}
	if j.route != nil {
		rep.Route = j.route.Name
	}
	rep.Desktops = make([]DesktopReport, 0, len(j.items))
	for _, it := range j.items {
		d := it.report()
		rep.Desktops = append(rep.Desktops, d)
		rep.Counts[d.Outcome]++
	}
	slices.SortStableFunc(rep.Desktops, func(a, b DesktopReport) int {
		return severity[a.Outcome] - severity[b.Outcome]
	})
	rep.Status, rep.Error = j.conclude(rep)
	return rep
}

// warn adds a warning to the report of j and logs it.
func (r *run) warn(j *job, w Warning) {
	j.warnings = append(j.warnings, w)
	r.log.Warn(w.Message, "EventId", j.shownID(), "RegionId", j.request.RegionId, "Code", w.Code, "Path", w.Path)
}

// shownID is the event's ID made fit for logs and reports: it is foreign text.
func (j *job) shownID() string { return events.Clean(j.id, 256) }

// report of one desktop, as its job sees it.
func (it *item) report() DesktopReport {
	d := it.desktop
	rep := DesktopReport{DesktopId: d.desktopID, RegionId: d.regionID, Outcome: it.outcome, Reason: it.reason, Message: it.message}
	if d.seen != nil {
		rep.State, rep.ConnectionStatus = d.seen.DesktopStatus, d.seen.ConnectionStatus
	}
	switch {
	case it.lost():
		f := unconfirmed(d.sent)
		rep.Outcome, rep.Reason, rep.Code, rep.Message = f.outcome, "", f.code, f.message
	case it.outcome == "":
		f := it.final()
		rep.Outcome, rep.Reason, rep.Code, rep.Message, rep.RequestId = f.outcome, f.reason, f.code, f.message, f.requestID
	case it.outcome == Stopping && rep.State == "Stopped": // was stopping without us, and has been seen to end
		rep.Outcome = Stopped
	}
	return rep
}

// final is the fate of a desktop that no rule spared.
func (it *item) final() *fate {
	if it.fate.outcome != "" {
		return it.fate
	}
	return it.desktop.fate
}

// lost says whether a call for the desktop was sent that nothing tells the effect of: neither its
// answer, nor a later call's, nor a look. Whatever was decided about the desktop since, that is what
// somebody has to know of it.
func (it *item) lost() bool {
	if !it.claimed || it.desktop.sent == nil {
		return false
	}
	switch it.desktop.fate.outcome {
	case Stopped, Stopping, Accepted:
		return false
	}
	return true
}

// conclude says how the event went, and what the first thing is that somebody should know of it.
func (j *job) conclude(rep Report) (Status, *Problem) {
	if j.status != "" {
		return j.status, j.problem
	}
	problems, underWay, stillRunning := 0, 0, j.stillRunning()
	for _, d := range rep.Desktops {
		switch {
		case d.Outcome.problem() || stillRunning[d.DesktopId]:
			problems++
		case d.Outcome == Accepted || d.Outcome == Stopping:
			underWay++
		}
	}
	switch {
	case problems > 0 && problems == len(rep.Desktops) && rep.Counts[Accepted] == 0:
		return StatusFailed, j.firstProblem(rep)
	case problems > 0:
		return StatusPartial, j.firstProblem(rep)
	case rep.DryRun:
		return StatusPlanned, nil
	case underWay > 0:
		return StatusAccepted, nil
	}
	return StatusDone, nil
}

// stillRunning are the desktops of j that EDS took the call for and that were seen Running since.
func (j *job) stillRunning() map[string]bool {
	running := map[string]bool{}
	for _, it := range j.items {
		d := it.desktop
		if it.outcome == "" && d.fate.outcome == Accepted && d.looked && d.seen != nil &&
			d.seen.DesktopStatus == "Running" && d.seenAt.After(d.fate.acceptedAt) {
			running[d.desktopID] = true
		}
	}
	return running
}

// firstProblem is that of the first desktop in the report: the worst come first.
func (j *job) firstProblem(rep Report) *Problem {
	d := rep.Desktops[0]
	p := &Problem{Code: d.Code, Message: d.DesktopId + ": " + d.Message, RequestId: d.RequestId, status: http.StatusBadGateway}
	p.Retryable = slices.ContainsFunc(j.items, func(it *item) bool { return it.lost() || it.outcome == "" && it.final().retryable })
	switch {
	case d.Outcome == NotFoundThere:
		p.Code, p.Message, p.status = "DesktopNotFound", unknownDesktops(rep), http.StatusUnprocessableEntity
	case d.Outcome == NotAttempted && d.Reason == ReasonDeadline:
		p.Code, p.Message, p.status = CodeDeadline, "the time was up before every desktop had its turn; the same event again does the rest", http.StatusGatewayTimeout
		if rep.Counts[NotAttempted] == len(rep.Desktops) {
			p.Message = "the time was up before any desktop had its turn: raise the function's timeout"
		}
	case d.Outcome == Accepted:
		p.Code, p.Message = CodeStillRunning, "EDS took the call for "+d.DesktopId+", but it was still Running when the wait ended"
	case slices.ContainsFunc(j.items, func(it *item) bool { return it.desktop.desktopID == d.DesktopId && it.final().throttled }):
		p.throttled()
	}
	return p
}

// unknownDesktops names the first, and says how many there are.
func unknownDesktops(rep Report) string {
	first, n := rep.Desktops[0], rep.Counts[NotFoundThere]
	if n == 1 {
		return "EDS does not know " + first.DesktopId + " in " + first.RegionId + ": check the ID and the region"
	}
	return fmt.Sprintf("EDS does not know %d of the desktops in %s, the first %s: check the IDs and the region", n, first.RegionId, first.DesktopId)
}
