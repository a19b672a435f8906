package stop

import (
	"context"
	"time"

	"stopdesktops/internal/clock"
)

// longestPoll is the pause between two observations of a long wait: desktops take tens of seconds to
// stop.
const longestPoll = 5 * time.Second

// wait hands over the results of the orders that do not wait, and observes the desktops of the others
// until each is seen Stopped or its order's wait is over.
func (u *unit) wait(ctx context.Context, orders []*order, begun time.Time) {
	waiting, left := u.stillWaiting(ctx, orders, begun)
	for poll := time.Second; len(waiting) > 0; poll = min(poll+time.Second, longestPoll) {
		if !clock.Sleep(ctx, min(poll, left)) {
			return
		}
		targets := underWay(waiting)
		u.place.observe(ctx, targets)
		for _, t := range targets {
			t.follow()
		}
		waiting, left = u.stillWaiting(ctx, orders, begun)
	}
}

// stillWaiting are the orders that have desktops under way and time for one more observation, and the
// time until the first of them needs its last one. The results of the others are handed over.
func (u *unit) stillWaiting(ctx context.Context, orders []*order, begun time.Time) (waiting []*order, left time.Duration) {
	for _, o := range orders {
		if o.finished {
			continue
		}
		if o.status == "" && o.waits() > 0 && len(underWay([]*order{o})) > 0 {
			end, short := o.waitEnd(ctx, begun)
			if l := time.Until(end) - observationTime; l > 0 {
				if len(waiting) == 0 || l < left {
					left = l
				}
				waiting = append(waiting, o)
				continue
			}
			if short {
				u.log.Warn("the wait ended before what was asked for: raise the function's timeout", "EventId", o.EventID, "WaitSeconds", int(o.waits().Seconds()))
			}
		}
		u.finish(o)
	}
	return waiting, left
}

// waitEnd is when the order's wait is over. short: that is before what was asked for.
func (o *order) waitEnd(ctx context.Context, begun time.Time) (end time.Time, short bool) {
	end = begun.Add(o.waits())
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		return deadline, true
	}
	return end, false
}

// underWay are the targets that may still be seen Stopped.
func underWay(orders []*order) []*target {
	var targets []*target
	for _, o := range orders {
		for _, t := range o.targets {
			if t.state == accepted || t.state == stopping {
				targets = append(targets, t)
			}
		}
	}
	return targets
}

// observationTime is left at the end of a wait for one more observation.
const observationTime = 500 * time.Millisecond

// follow takes the last observation of a target that is under way.
func (t *target) follow() {
	if t.seen == nil {
		return
	}
	switch t.seen.DesktopStatus {
	case "Stopped":
		t.to(stopped, t.result)
	case "Stopping":
		if t.state == accepted {
			t.to(stopping, t.result)
		}
	}
}

// stillRunning reports whether EDS took the call, and the desktop was seen Running since. Only an order
// that waits has observed it since.
func (t *target) stillRunning() bool {
	return t.state == accepted && t.order.waits() > 0 && t.observed && t.seen != nil &&
		t.seen.DesktopStatus == "Running" && t.seenAt.After(t.acceptedAt)
}
