package handler

import (
	"context"
	"log/slog"
	"time"
)

// answerTime is kept of the reserve for the answer when a callback takes long.
const answerTime = 500 * time.Millisecond

// callbacksAtOnce are the reports of a batch that go out side by side.
const callbacksAtOnce = 20

// publish concludes every job: a line in the log, its desktops in lines of their own, then its
// callback and how that went. What the callback does changes nothing else.
func (r *run) publish(ctx context.Context) []Report {
	reports := make([]Report, len(r.jobs))
	for i, j := range r.jobs {
		reports[i] = r.report(j)
		r.remember(j, reports[i].Status)
		r.logReport(reports[i])
	}
	ctx, cancel := r.callbackTime(ctx)
	defer cancel()
	r.sideBySide(callbacksAtOnce, len(r.jobs), func(i int) {
		if r.wantsCallback(r.jobs[i]) {
			reports[i].Callback = r.deliver(ctx, r.jobs[i], reports[i])
		}
	}, func(i int) {
		reports[i].Callback = &CallbackResult{Status: CallbackFailed, Code: CodeInternal}
	})
	for _, rep := range reports {
		r.logCallback(rep)
	}
	return reports
}

// callback is where reports about j go: nil if nowhere.
func (r *run) callback(j *job) Callback {
	if j.route != nil && j.route.Callback != nil {
		return j.route.Callback
	}
	return r.h.Callback
}

// deliver one report. It takes no longer than the reserve of the invocation's time, also where more
// is left: whoever waits for the answer does not wait for a receiver that is down.
func (r *run) deliver(ctx context.Context, j *job, rep Report) *CallbackResult {
	if r.reserved > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.reserved)
		defer cancel()
	}
	result := r.callback(j).Deliver(ctx, j.callbackURL, rep)
	if result.Status == "" {
		return nil
	}
	return &result
}

func (r *run) callbackTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-answerTime))
	}
	return ctx, func() {}
}

// wantsCallback: what was not even authenticated costs nobody a callback, what is none of our
// business interests nobody, and a function that is not sure of its own configuration does not trust its destination either.
func (r *run) wantsCallback(j *job) bool {
	switch {
	case r.callback(j) == nil, r.h.Fault != nil, j.status == StatusIgnored:
		return false
	case j.problem != nil && j.problem.Code == CodeUnauthenticated:
		return false
	case j.event.Unauthenticated && j.route == nil:
		return false
	}
	return !r.overHTTP || j.event.Payload != nil
}

func (r *run) logReport(rep Report) {
	short := rep
	short.Desktops = nil
	level := r.logLevel(rep)
	r.log.Log(context.Background(), level, "report", "report", short)

	parts := logLines(rep.Desktops)
	for i, part := range parts {
		r.log.Log(context.Background(), level, "desktops",
			"EventId", rep.EventId, "Part", i+1, "Parts", len(parts), "Desktops", part)
	}
}

// logLevel of a report: what failed is an error, but that strangers come by is no fault of ours.
func (r *run) logLevel(rep Report) slog.Level {
	switch {
	case rep.Status.Succeeded():
		return slog.LevelInfo
	case r.overHTTP && r.h.Fault == nil && (!r.known || rep.Error != nil && rep.Error.Code == CodeUnauthenticated):
		return slog.LevelWarn // or who repeats what somebody else has signed
	}
	return slog.LevelError
}

func (r *run) logCallback(rep Report) {
	if rep.Callback == nil {
		return
	}
	level := slog.LevelInfo
	if rep.Callback.Status != CallbackDelivered {
		level = slog.LevelWarn
	}
	r.log.Log(context.Background(), level, "callback", "EventId", rep.EventId, "Host", rep.Callback.Host, "Callback", rep.Callback)
}
