package handler

import (
	"slices"
	"time"

	"stopdesktops/events"
)

// report concludes a job.
func (r *run) report(j *job) Report {
	q := j.request
	rep := Report{
		InvocationId: r.inv.RequestID,
		EventId:      events.Clean(j.id, 256),
		Kind:         string(j.event.Kind),
		Source:       events.Clean(j.event.Source, 256),
		EventTime:    j.event.Time,
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
		Calls:        r.callCounts(),
		DurationMs:   time.Since(r.started).Milliseconds(),
	}
	if j.route != nil {
		rep.Route = j.route.Name
	}
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

// report of one desktop, as its job sees it.
func (it *item) report() DesktopReport {
	d := it.desktop
	rep := DesktopReport{DesktopId: d.desktopID, RegionId: d.regionID, Outcome: it.outcome, Reason: it.reason}
	if d.seen != nil {
		rep.State, rep.ConnectionStatus = d.seen.DesktopStatus, d.seen.ConnectionStatus
	}
	switch {
	case it.outcome == "":
		f := it.final()
		rep.Outcome, rep.Reason, rep.Code, rep.Message, rep.RequestId = f.outcome, f.reason, f.code, f.message, f.requestID
	case it.outcome == Stopping && rep.State == "Stopped": // was stopping without us, and has been seen to end
		rep.Outcome = Stopped
	}
	return rep
}

// final is the fate of a desktop that no rule spared.
func (it *item) final() fate {
	if it.fate.outcome != "" {
		return it.fate
	}
	return it.desktop.fate
}

// conclude says how the event went, and what the first thing is that somebody should know of it.
func (j *job) conclude(rep Report) (Status, *Problem) {
	if j.status != "" {
		return j.status, j.problem
	}
	problems, underWay := 0, 0
	for _, d := range rep.Desktops {
		switch {
		case d.Outcome.problem() || j.stillRunning(d):
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

// stillRunning: EDS took the call, the wait is over, and the desktop runs on.
func (j *job) stillRunning(d DesktopReport) bool {
	return j.wait() > 0 && d.Outcome == Accepted && d.State == "Running"
}

// firstProblem is that of the first desktop in the report: the worst come first.
func (j *job) firstProblem(rep Report) *Problem {
	d := rep.Desktops[0]
	p := &Problem{Code: d.Code, Message: d.Message, RequestId: d.RequestId, status: 502}
	switch {
	case d.Outcome == NotFoundThere:
		p.Code, p.Message, p.status = "DesktopNotFound", "EDS does not know "+d.DesktopId+" in "+d.RegionId, 422
	case d.Outcome == NotAttempted:
		p.Code, p.Message, p.status = CodeDeadline, "the time was up before every desktop had its turn; the same event again does the rest", 504
	case d.Outcome == Accepted:
		p.Code, p.Message = "StillRunning", "EDS took the call for "+d.DesktopId+", but it was still Running when the wait ended"
	}
	p.Retryable = slices.ContainsFunc(j.items, func(it *item) bool { return it.outcome == "" && it.final().retryable })
	return p
}
