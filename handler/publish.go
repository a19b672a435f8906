package handler

import (
	"context"
	"log/slog"
	"sync"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
)

// publisher logs the reports of an invocation and delivers them to callbacks.
type publisher struct {
	*run
	authenticated bool // see origin
	deliveries    *deliveries
	logging       sync.Mutex // the lines of one report stay together
}

// publish concludes a job, once, with the result of the engine, unless the job ended without it or turned out not
// to be begun. It logs one line for the report, then lines for the desktops. Then it starts
// the callback, whose result is logged, too, and changes nothing else.
func (p *publisher) publish(ctx context.Context, j *job, result stop.Result) {
	j.publishing.Do(func() {
		if j.status != "" {
			result = j.result()
		}
		j.report = p.newReport(j, result)
		j.signPlan(p.run)
		p.dedup.end(j.attempt, j.final())
		p.logReport(j.report)
		if p.wantsCallback(j) {
			p.deliveries.begin(ctx, func(ctx context.Context) { p.deliver(ctx, j) })
		}
	})
}

// deliver the report of a job to its callback.
func (p *publisher) deliver(ctx context.Context, j *job) {
	result := report.CallbackResult{Status: report.CallbackFailed, Code: report.CodeInternal}
	defer func() {
		if recover() != nil {
			p.logPanic()
		}
		if result.Status != "" {
			j.report.Callback = &result
			p.logCallback(j.report)
		}
	}()
	result = j.route.callback(p.Callback).Deliver(ctx, j.callbackURL, j.delivered())
}

// wantsCallback reports whether a report is delivered. An event that nobody has authenticated costs no
// callback, one that a route ignores interests nobody, and a misconfigured function does not trust its
// destination either.
func (p *publisher) wantsCallback(j *job) bool {
	switch {
	case j.route.callback(p.Callback) == nil, p.Fault != nil, j.report.Status == report.StatusIgnored:
		return false
	case j.report.Error != nil && j.report.Error.Code == report.CodeUnauthenticated:
		return false
	case j.event.Unauthenticated && j.route == nil:
		return false
	}
	return j.event.Kind != events.HTTP || j.event.Payload != nil
}

func (p *publisher) logReport(rep report.Report) {
	short := rep
	short.Desktops = nil
	level := p.logLevel(rep)
	p.logging.Lock()
	defer p.logging.Unlock()
	p.log.Log(context.Background(), level, "report", "report", short)

	parts := logLines(rep.Desktops)
	for i, part := range parts {
		p.log.Log(context.Background(), level, "desktops",
			"EventId", rep.EventId, "Part", i+1, "Parts", len(parts), "Desktops", part)
	}
}

// logLevel of a report: what failed is an error, but a request of a stranger is not.
func (p *publisher) logLevel(rep report.Report) slog.Level {
	switch {
	case rep.Status.Succeeded():
		return slog.LevelInfo
	case rep.Kind == string(events.HTTP) && p.Fault == nil && (!p.authenticated || rep.Error != nil && rep.Error.Code == report.CodeUnauthenticated):
		return slog.LevelWarn // also a replay of what somebody else has signed
	}
	return slog.LevelError
}

func (p *publisher) logCallback(rep report.Report) {
	level := slog.LevelInfo
	if rep.Callback.Status != report.CallbackDelivered {
		level = slog.LevelWarn
	}
	p.log.Log(context.Background(), level, "callback", "EventId", rep.EventId, "Host", rep.Callback.Host, "Callback", rep.Callback)
}
