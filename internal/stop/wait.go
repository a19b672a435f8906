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
func (u *unit) wait(ctx context.Context, done func(int, Result)) {
	begun := time.Now()
	waiting := u.stillWaiting(begun, done)
	for poll := time.Second; len(waiting) > 0; poll = min(poll+time.Second, longestPoll) {
		if !u.pause(ctx, poll, begun, waiting) {
			return
		}
		targets := underWay(waiting)
		u.observe(ctx, targets)
		for _, t := range targets {
			t.follow()
		}
		waiting = u.stillWaiting(begun, done)
	}
}

// stillWaiting are the orders that have desktops under way and time left. The results of the others
// are handed over.
func (u *unit) stillWaiting(begun time.Time, done func(int, Result)) []*order {
	var waiting []*order
	for _, o := range u.orders {
		if o.finished {
			continue
		}
		if o.status == "" && time.Since(begun) < o.waits() && len(underWay([]*order{o})) > 0 {
			waiting = append(waiting, o)
			continue
		}
		u.finish(o, done)
	}
	return waiting
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

// pause for d, or until so shortly before the end of the longest wait that one more observation has
// time. It returns false when there is no time for even that.
func (u *unit) pause(ctx context.Context, d time.Duration, begun time.Time, waiting []*order) bool {
	var end time.Time
	for _, o := range waiting {
		if t := begun.Add(o.waits()); t.After(end) {
			end = t
		}
	}
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		end = deadline
	}
	left := time.Until(end)
	if left <= observationTime {
		u.warnShort(ctx, end, begun, waiting)
		return false
	}
	return clock.Sleep(ctx, min(d, left-observationTime))
}

// warnShort warns where a wait ends before what was asked for.
func (u *unit) warnShort(ctx context.Context, end, begun time.Time, waiting []*order) {
	for _, o := range waiting {
		if end.Before(begun.Add(o.waits())) {
			u.log.Warn("the wait ended before what was asked for: raise the function's timeout", "EventId", o.EventID, "WaitSeconds", int(o.waits().Seconds()))
		}
	}
}

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
