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

// run is one invocation in progress. Its fields do not change.
type run struct {
	*parts
	inv     Invocation
	log     *slog.Logger
	started time.Time
}

// job is one event on its way to its report: the event, or what it asks for in one of several accounts and regions.
type job struct {
	received
	identity
	dryRun  bool           // the event itself asks for a dry run
	request events.Request // with the defaults filled in
	attempt *attempt       // nil: the job makes no duplicates
	waits   bool           // another invocation works on the event
	// callbackURL is the destination that the request names, if it may; empty: the configured one.
	callbackURL string
	usedSince   time.Time // the event is late or approved: what users began since then spares a desktop
	approval    report.Approval

	token string // of its plan: a secret, which is no part of report

	publishing sync.Once
	report     report.Report
}

// conclusion is how a job ends without the engine.
type conclusion struct {
	status  report.Status // empty: the job goes on
	problem *report.Problem
}

func rejected(p *report.Problem) conclusion { return conclusion{report.StatusRejected, p} }

func (c conclusion) result() stop.Result { return stop.Result{Status: c.status, Problem: c.problem} }

// do everything: read the events, take them in, stop desktops and publish the reports. The origin is
// what the response depends on, beside the jobs.
func (r *run) do(ctx context.Context, raw []byte) (origin, []*job) {
	got := r.read(raw)
	jobs := r.takeIn(got.events)
	got.batch = got.batch || len(jobs) > len(got.events)
	defer func() {
		for _, j := range jobs {
			r.dedup.end(j.attempt, false)
		}
	}()
	r.work(ctx, jobs, got.authenticated)
	return got.origin, jobs
}

// takeIn makes the jobs of all events. Those without a conclusion are for the engine.
func (r *run) takeIn(list []received) []*job {
	jobs := make([]*job, 0, len(list))
	spare := events.MaxBatch - len(list)
	var kept, shown named
	for _, e := range list {
		made := r.jobs(e, spare)
		spare -= len(made) - 1
		for _, j := range made {
			if p := r.guard(func() { r.begin(j, &kept) }); p != nil {
				j.conclusion = conclusion{report.StatusFailed, p}
			}
			if j.status != "" {
				r.dedup.end(j.attempt, false)
				j.shorten(&shown)
			}
		}
		jobs = append(jobs, made...)
	}
	return jobs
}

// begin accepts the job, unless it is a duplicate or names too much. kept counts the names of the jobs
// that go on.
func (r *run) begin(j *job, kept *named) {
	if j.status == "" {
		j.conclusion = r.accept(j)
	}
	if j.status == "" {
		j.dropDuplicate(r)
	}
	if j.status == "" {
		j.conclusion = j.bindApproval(r)
	}
	if j.status == "" {
		j.conclusion = j.count(kept)
	}
}

// work publishes the report of every job: at once if it has a conclusion, else when the engine is done
// with it. It returns when the callbacks are delivered, too.
func (r *run) work(ctx context.Context, jobs []*job, authenticated bool) {
	reserved := r.reserve(ctx)
	delivering, cancel := deliveryTime(ctx)
	defer cancel()
	out := &publisher{run: r, authenticated: authenticated, deliveries: newDeliveries(reserved)}
	defer out.deliveries.finish()
	var open []*job
	for _, j := range jobs {
		if j.status == "" {
			open = append(open, j)
			continue
		}
		out.publish(delivering, j, stop.Result{})
	}
	fault := r.guard(func() {
		ready, orders := r.orders(open, func(j *job, o stop.Order, err error) {
			out.publish(delivering, j, stop.Failed(o, err))
		})
		r.engine.Do(ctx, r.invocation(ctx, reserved), orders, func(i int, result stop.Result) {
			out.publish(delivering, ready[i], result)
		})
	})
	for _, j := range open { // that a fault left without a report
		out.publish(delivering, j, stop.Result{Status: report.StatusFailed, Problem: fault})
	}
}
