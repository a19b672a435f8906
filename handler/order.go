package handler

import (
	"context"
	"time"

	"stopdesktops/internal/stop"
)

// orders returns the orders of the jobs for the engine. Those without a session are not among them: fail
// gets each of these with the reason. An account that nobody can connect to fails its own jobs only.
func (r *run) orders(jobs []*job, fail func(*job, stop.Order, error)) (ready []*job, orders []stop.Order) {
	type connection struct {
		session stop.EDS
		err     error
	}
	connections := map[string]connection{}
	for _, j := range jobs {
		account := j.request.Account
		c, known := connections[account]
		if !known {
			c.session, c.err = r.connect(account)
			connections[account] = c
		}
		o := r.order(j)
		if o.Session = c.session; c.err != nil {
			fail(j, o, c.err)
			continue
		}
		ready, orders = append(ready, j), append(orders, o)
	}
	return ready, orders
}

// connect returns access to EDS of an account; "": the function's own. A panic is an error.
func (r *run) connect(account string) (session stop.EDS, err error) {
	if account != "" && r.ConnectAccount == nil {
		return nil, &stop.CallError{Family: stop.Denied, Code: "UnknownAccount", Message: "there is no access to other accounts here"}
	}
	p := r.guard(func() {
		if account == "" {
			session, err = r.Connect(r.inv.Credentials)
		} else {
			session, err = r.ConnectAccount(r.inv.Credentials, account, r.inv.RequestID)
		}
	})
	if p != nil {
		err = &stop.CallError{Family: stop.Temporary, Code: p.Code, Message: p.Message}
	}
	return session, err
}

func (r *run) order(j *job) stop.Order {
	o := stop.Order{EventID: j.shownID(), Account: j.request.Account, Request: j.request, Where: j.where, DryRun: j.dryRun, UsedSince: j.usedSince, Approved: j.request.ApprovalToken != "" || j.forApproval(r)}
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
