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

// run is one invocation in progress.
type run struct {
	h        *parts
	inv      Invocation
	log      *slog.Logger
	started  time.Time
	overHTTP bool
	http     *events.HTTPRequest // nil unless the event came over HTTP and can be read
	known    bool                // it came over HTTP, from a proven sender
	bodiless bool                // it brought CloudEvents: a broker would take a body in the response for one
	async    bool                // it came over HTTP, and nobody waits for the response
	jobs     []*job
	named    named // by the requests that are not refused
	shown    named // by the other requests, in their reports
	// reserved is kept of the invocation's time for callbacks and the response; 0: it has no deadline.
	reserved time.Duration

	logging    sync.Mutex // the lines of one report stay together
	deliveries *deliveries
}

// job is one event on its way to its report.
type job struct {
	event  events.Event
	route  *Route // nil: none
	dryRun bool   // the event itself asks for a dry run
	proof  events.Proof
	identity
	request events.Request // with the defaults filled in
	attempt *attempt       // nil: the job makes no duplicates
	waits   bool           // another invocation works on the event
	// where returns the JSON path, in what came in, of a field of the request such as ".Select".
	where func(field string) string
	// callbackURL is the destination that the request names, if it may; empty: the configured one.
	callbackURL string
	usedSince   time.Time     // the event is late: what users began since then spares a desktop
	status      report.Status // empty until it is known
	problem     *report.Problem
	report      report.Report
}

// live jobs are those still to be done.
func (r *run) live() []*job {
	var live []*job
	for _, j := range r.jobs {
		if j.status == "" {
			live = append(live, j)
		}
	}
	return live
}

// work publishes the report of every job: at once where nothing is to be done, else when the engine is
// done with it. It returns when their callbacks are delivered, too.
func (r *run) work(ctx context.Context) {
	delivering, cancel := deliveryTime(ctx)
	defer cancel()
	r.deliveries = newDeliveries(r.reserved)
	defer r.deliveries.finish()
	for _, j := range r.jobs {
		if j.status != "" {
			r.publish(delivering, j, stop.Result{Status: j.status, Problem: j.problem})
		}
	}
	live := r.live()
	orders, err := r.orders(live)
	if err != nil {
		for _, j := range live {
			r.publish(delivering, j, stop.Failed(r.order(j), err))
		}
		return
	}
	r.h.engine.Do(ctx, r.invocation(ctx), orders, func(i int, result stop.Result) {
		if j := live[i]; j.status != "" { // it turned out not to be begun
			result = stop.Result{Status: j.status, Problem: j.problem}
		}
		r.publish(delivering, live[i], result)
	})
}

// orders of the jobs. What keeps the function from connecting to EDS fails them all.
func (r *run) orders(jobs []*job) ([]stop.Order, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	session, err := r.h.Connect(r.inv.Credentials)
	if err != nil {
		return nil, err
	}
	orders := make([]stop.Order, len(jobs))
	for i, j := range jobs {
		orders[i] = r.order(j)
		orders[i].Session = session
	}
	return orders, nil
}

func (r *run) order(j *job) stop.Order {
	o := stop.Order{EventID: j.shownID(), Request: j.request, Where: j.where, DryRun: j.dryRun, UsedSince: j.usedSince}
	if j.waits {
		o.Begin = func(ctx context.Context) bool { return r.startable(ctx, j) }
	}
	if j.route != nil {
		o.Route, o.RouteMax = j.route.Name, j.route.MaxDesktops
	}
	return o
}

// invocation for the engine. No call begins in the reserve, and none that stops desktops is waited for
// beyond the reserve's first quarter.
func (r *run) invocation(ctx context.Context) stop.Invocation {
	inv := stop.Invocation{RequestID: r.inv.RequestID, RetryCount: r.inv.RetryCount, Log: r.log}
	if deadline, ok := ctx.Deadline(); ok {
		inv.End, inv.CallEnd = deadline.Add(-r.reserved), deadline.Add(-r.reserved*3/4)
	}
	return inv
}
