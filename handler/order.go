package handler

import (
	"context"
	"time"

	"stopdesktops/internal/stop"
)

// orders returns the orders of the jobs for the engine. The error says that there is no session: then the
// orders can only fail.
func (r *run) orders(jobs []*job) ([]stop.Order, error) {
	orders := make([]stop.Order, len(jobs))
	for i, j := range jobs {
		orders[i] = r.order(j)
	}
	session, err := r.connect(len(jobs))
	for i := range orders {
		orders[i].Session = session
	}
	return orders, err
}

// connect returns access to EDS, unless there are no orders for it. A panic is an error.
func (r *run) connect(orders int) (session stop.EDS, err error) {
	if orders == 0 {
		return nil, nil
	}
	if p := r.guard(func() { session, err = r.Connect(r.inv.Credentials) }); p != nil {
		err = &stop.CallError{Family: stop.Temporary, Code: p.Code, Message: p.Message}
	}
	return session, err
}

func (r *run) order(j *job) stop.Order {
	o := stop.Order{EventID: j.shownID(), Request: j.request, Where: j.where, DryRun: j.dryRun, UsedSince: j.usedSince}
	if j.waits {
		o.Begin = func(ctx context.Context) bool { return j.startable(ctx, &r.dedup) }
	}
	if j.route != nil {
		o.Route, o.RouteMax = j.route.Name, j.route.MaxDesktops
	}
	return o
}

// invocation for the engine. No call begins in the reserve, and none that stops desktops is waited for
// beyond the reserve's first quarter.
func (r *run) invocation(ctx context.Context, reserved time.Duration) stop.Invocation {
	inv := stop.Invocation{RequestID: r.inv.RequestID, RetryCount: r.inv.RetryCount, Log: r.log}
	if deadline, ok := ctx.Deadline(); ok {
		inv.End, inv.CallEnd = deadline.Add(-reserved), deadline.Add(-reserved*3/4)
	}
	return inv
}

// reserve returns the part of the invocation's time that is kept for callbacks and the response; 0: it has no deadline.
func (r *run) reserve(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return Reserve(deadline.Sub(r.started))
}
