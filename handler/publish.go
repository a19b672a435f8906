package handler

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
)

// responseTime is kept of the reserve for the response when callbacks take long.
const responseTime = 500 * time.Millisecond

// deliveriesAtOnce are the callbacks of a batch that go out side by side.
const deliveriesAtOnce = 20

// publish concludes a job. It logs one line for the report, then lines for the desktops. Then it starts the
// callback, whose result is logged, too, and changes nothing else.
func (r *run) publish(ctx context.Context, j *job, result stop.Result) {
	j.report = r.report(j, result)
	r.remember(j)
	r.logReport(j.report)
	if r.wantsCallback(j) {
		r.deliveries.begin(ctx, func(ctx context.Context) { r.deliver(ctx, j) })
	}
}

// report of a job.
func (r *run) report(j *job, result stop.Result) report.Report {
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
		Version:      r.h.Policy.Version,
		RegionId:     q.RegionId,
		StoppedMode:  q.StoppedMode,
		OsUpdate:     q.OsUpdate,
		Select:       q.Select,
		Exclude:      q.Exclude,
		Force:        q.Force,
		IdleMinutes:  q.IdleMinutes,
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

// deliveries are the callbacks of an invocation under way. All of them together have a reserve's time
// after the work is done: a receiver that is down must not hold back the response.
type deliveries struct {
	limit time.Duration // of one delivery, and of all after the work; 0: none
	slots chan struct{}
	wg    sync.WaitGroup

	mu  sync.Mutex
	end time.Time // when all must have ended; zero: work goes on
}

func newDeliveries(limit time.Duration) *deliveries {
	return &deliveries{limit: limit, slots: make(chan struct{}, deliveriesAtOnce)}
}

// begin a delivery. The context that it gets ends when its time is over.
func (d *deliveries) begin(ctx context.Context, deliver func(context.Context)) {
	d.wg.Go(func() {
		d.slots <- struct{}{}
		defer func() { <-d.slots }()
		if d.limit > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, d.deadline())
			defer cancel()
		}
		deliver(ctx)
	})
}

func (d *deliveries) deadline() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.end.IsZero() {
		return time.Now().Add(d.limit)
	}
	return d.end
}

// finish waits for all of them. From now on they have the limit together.
func (d *deliveries) finish() {
	d.mu.Lock()
	d.end = time.Now().Add(d.limit)
	d.mu.Unlock()
	d.wg.Wait()
}

// deliveryTime ends shortly before the invocation, so that there is time for the response.
func deliveryTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-responseTime))
	}
	return ctx, func() {}
}

// deliver the report of a job to its callback.
func (r *run) deliver(ctx context.Context, j *job) {
	result := report.CallbackResult{Status: report.CallbackFailed, Code: report.CodeInternal}
	defer func() {
		if recover() != nil {
			r.logPanic()
		}
		if result.Status != "" {
			j.report.Callback = &result
			r.logCallback(j.report)
		}
	}()
	result = r.callback(j).Deliver(ctx, j.callbackURL, j.report)
}

// callback is where reports about j go: nil if nowhere.
func (r *run) callback(j *job) Callback {
	if j.route != nil && j.route.Callback != nil {
		return j.route.Callback
	}
	return r.h.Callback
}

// wantsCallback reports whether a report is delivered. An event that nobody has authenticated costs no
// callback, one that a route ignores interests nobody, and a misconfigured function does not trust its
// destination either.
func (r *run) wantsCallback(j *job) bool {
	switch {
	case r.callback(j) == nil, r.h.Fault != nil, j.report.Status == report.StatusIgnored:
		return false
	case j.report.Error != nil && j.report.Error.Code == report.CodeUnauthenticated:
		return false
	case j.event.Unauthenticated && j.route == nil:
		return false
	}
	return !r.overHTTP || j.event.Payload != nil
}

func (r *run) logReport(rep report.Report) {
	short := rep
	short.Desktops = nil
	level := r.logLevel(rep)
	r.logging.Lock()
	defer r.logging.Unlock()
	r.log.Log(context.Background(), level, "report", "report", short)

	parts := logLines(rep.Desktops)
	for i, part := range parts {
		r.log.Log(context.Background(), level, "desktops",
			"EventId", rep.EventId, "Part", i+1, "Parts", len(parts), "Desktops", part)
	}
}

// logLevel of a report: what failed is an error, but that strangers come by is no fault of ours.
func (r *run) logLevel(rep report.Report) slog.Level {
	switch {
	case rep.Status.Succeeded():
		return slog.LevelInfo
	case r.overHTTP && r.h.Fault == nil && (!r.known || rep.Error != nil && rep.Error.Code == report.CodeUnauthenticated):
		return slog.LevelWarn // also a replay of what somebody else has signed
	}
	return slog.LevelError
}

func (r *run) logCallback(rep report.Report) {
	level := slog.LevelInfo
	if rep.Callback.Status != report.CallbackDelivered {
		level = slog.LevelWarn
	}
	r.log.Log(context.Background(), level, "callback", "EventId", rep.EventId, "Host", rep.Callback.Host, "Callback", rep.Callback)
}
