package handler

import (
	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
	"time"
)

// newReport makes the report of a job.
func (r *run) newReport(j *job, result stop.Result) report.Report {
	q := j.request
	rep := report.Report{
		InvocationId: r.inv.RequestID,
		EventId:      j.shownID(),
		Kind:         string(j.event.Kind),
		Source:       events.Clean(j.event.Source, 256),
		EventTime:    j.event.Time,
		Traceparent:  j.event.Traceparent,
		Status:       result.Status,
		Error:        result.Problem,
		Warnings:     result.Warnings,
		DryRun:       q.DryRun,
		Reason:       q.Reason,
		RequestedBy:  q.RequestedBy,
		PlannedBy:    j.approval.PlannedBy,
		ApprovedBy:   j.approval.ApprovedBy,
		Version:      r.Policy.Version,
		Account:      q.Account,
		RegionId:     q.RegionId,
		StoppedMode:  q.StoppedMode,
		OsUpdate:     q.OsUpdate,
		Select:       q.Select,
		Exclude:      q.Exclude,
		Force:        q.Force,
		IdleMinutes:  q.IdleMinutes,
		On:           q.On,
		Counts:       map[report.Outcome]int{},
		Calls:        result.Calls,
		DurationMs:   time.Since(r.started).Milliseconds(),
		Desktops:     result.Desktops,
	}
	if j.route != nil {
		rep.Route = j.route.Name
	}
	for _, d := range rep.Desktops {
		rep.Counts[d.Outcome]++
	}
	return rep
}

// shownID is the event's ID made fit for logs and reports: it is foreign text.
func (j *job) shownID() string { return events.Clean(j.shown, 256) }
