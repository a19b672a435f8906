package stop

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"stopdesktops/internal/report"
)

// stop makes the calls for these targets: at most 100 desktops each, all at once as far as there are
// slots. Meanwhile something else is done in the slots that they leave over, unless it is nil. It starts once
// every batch has had a slot, so that it never delays a stop.
func (u *unit) stop(ctx context.Context, targets []*target, meanwhile func()) {
	claims := u.place.claims
	var batches [][]*target
	if u.orders[0].plans() {
		u.settlePlanned(ctx, targets)
	} else {
		if len(u.orders) > 1 { // one order has each desktop once
			group(targets)
		}
		batches = slices.Collect(slices.Chunk(targets, MaxDesktopsPerCall))
	}
	var begun, other sync.WaitGroup
	begun.Add(len(batches))
	if meanwhile != nil {
		other.Go(func() {
			begun.Wait()
			_ = u.guard(func() error { meanwhile(); return nil })
		})
	}
	defer other.Wait()
	errs := u.each(len(batches), func(i int) error {
		b := &batch{unit: u, refusals: refusalBudgets{}, begun: sync.OnceFunc(begun.Done)}
		defer b.begun()
		defer claims.settle(u, batches[i])
		for targets := batches[i]; len(targets) > 0; targets, b.waiting = b.waiting, nil {
			b.stop(ctx, targets)
			claims.settle(u, targets)
		}
		return nil
	})
	for i, err := range errs {
		if err != nil {
			faulty(batches[i])
		}
	}
}

// settlePlanned lets a dry run of the policy show which of several orders would stop a desktop. A dry
// run of the request itself claims nothing.
func (u *unit) settlePlanned(ctx context.Context, targets []*target) {
	for len(targets) > 0 && !u.orders[0].DryRun {
		mine, other := u.place.claims.take(u, targets)
		u.place.claims.settle(u, mine)
		if other == nil || !other.await(ctx) {
			return
		}
		targets = without(targets, mine)
		for _, t := range targets {
			if v, ok := stoppedByAnother(u.run, t); ok && v.outcome == report.Skipped {
				t.to(spared, u.because(v))
			}
		}
		targets = slices.DeleteFunc(targets, func(t *target) bool { return t.state != planned })
	}
}

// batch is the targets of one planned call on their way to their last state.
type batch struct {
	*unit
	refusals             refusalBudgets
	observedAfterRefusal bool
	begun                func()    // its first call has its slot
	waiting              []*target // another unit makes a call for these
}

// stop brings every target to its last state. Each round is one call, made for those that are still to
// be stopped by an observation of at most 5 seconds before.
func (b *batch) stop(ctx context.Context, targets []*target) {
	for a := newAttempts(); len(targets) > 0; {
		a.awaitQuota(ctx, b.place, nil, "StopDesktops")
		left, requestID, err := b.call(ctx, targets)
		if targets = left; len(targets) == 0 {
			return
		}
		e := asCallError(err)
		switch {
		case err == nil:
			b.refusals.succeed(targets)
			allTo(targets, accepted, &result{requestID: requestID, acceptedAt: time.Now()})
			return
		case e == nil:
			allTo(targets, notAttempted, &result{reason: report.ReasonDeadline, retryable: true})
			return
		case e.Family == Ambiguous:
			for _, t := range targets {
				t.lost = e
				t.to(unconfirmed, lostResponse(e))
			}
			if targets = b.observeAgain(ctx, targets); len(targets) > 0 && !(b.policy.Preflight && a.again(ctx, nil, e)) {
				return // they stay unconfirmed
			}
		case e.refused():
			allTo(targets, planned, noResult)
			if targets = b.afterRefusal(ctx, targets, e); len(targets) == 0 {
				return
			}
		case e.Passing():
			allTo(targets, planned, noResult)
			if !a.again(ctx, nil, e) {
				allTo(targets, failed, failure(e))
				return
			}
		default:
			allTo(targets, failed, failure(e))
			return
		}
	}
}

// call makes the call for those of the targets that are still to be stopped when its slot comes: left.
func (b *batch) call(ctx context.Context, targets []*target) (left []*target, requestID string, err error) {
	b.handOverSettled(ctx)
	left = targets
	err = b.place.pace.inSlot(ctx, nil, func(s *slot) error {
		b.begun()
		left = b.goAhead(b.ready(ctx, s, targets))
		b.place.claims.release(b.unit, without(targets, left), left)
		if len(left) == 0 {
			return nil
		}
		b.place.claims.begin(left)
		allTo(left, sent, noResult)
		return attempt(ctx, b.place, s, "StopDesktops", func(ctx context.Context) (err error) {
			requestID, err = b.stopDesktops(ctx, left)
			return err
		})
	})
	return left, requestID, err
}

func (b *batch) stopDesktops(ctx context.Context, targets []*target) (requestID string, err error) {
	ctx, cancel := b.callTime(ctx)
	defer cancel()
	o := targets[0].order
	return b.place.session.StopDesktops(ctx, StopCall{
		RegionID:    o.Request.RegionId,
		DesktopIDs:  ids(targets),
		StoppedMode: o.Request.StoppedMode,
		OsUpdate:    o.Request.OsUpdate,
	})
}

// ready returns those of the targets that a call may be made for now: still to be stopped, by fresh
// observations, and claimed for this unit. What another unit makes a call for is kept for later.
func (b *batch) ready(ctx context.Context, s *slot, targets []*target) []*target {
	for {
		if targets = b.freshen(ctx, s, targets); len(targets) == 0 {
			return nil
		}
		mine, other := b.place.claims.take(b.unit, targets)
		switch {
		case other == nil:
			return targets
		case len(mine) > 0:
			b.waiting = append(b.waiting, without(targets, mine)...)
			return mine
		}
		if !s.outside(ctx, func() bool { return other.await(ctx) }) {
			allTo(targets, notAttempted, &result{reason: report.ReasonDeadline, retryable: true})
			return nil
		}
		if other.mayHaveStopped() && b.policy.Preflight {
			b.findOutAgain(ctx, s, targets, true)
		}
	}
}

// without are the targets that are not in the others, which are some of them in the same order.
func without(targets, others []*target) []*target {
	var rest []*target
	for _, t := range targets {
		if len(others) > 0 && t == others[0] {
			others = others[1:]
			continue
		}
		rest = append(rest, t)
	}
	return rest
}

// afterRefusal of a call as a whole because of a desktop it names: observes again and drops what is no
// longer to be stopped. If that changes nothing, the targets are halved, and what is refused alone has
// failed. An order that has spent its calls is left out. It returns what is to be tried again in one call.
func (b *batch) afterRefusal(ctx context.Context, targets []*target, e *CallError) []*target {
	targets, spent := b.refusals.refuse(targets)
	if len(spent) > 0 {
		allTo(spent, notAttempted, &result{reason: report.ReasonRefusedTogether, retryable: true, code: e.Code, message: e.Message, requestID: e.RequestID})
		return targets
	}
	if before := len(targets); !b.observedAfterRefusal || half(targets) == 0 {
		b.observedAfterRefusal = true
		if targets = b.observeAgain(ctx, targets); len(targets) < before {
			return targets
		}
	}
	n := half(targets)
	if n == 0 {
		allTo(targets, failed, failure(e))
		return nil
	}
	b.stop(ctx, targets[:n])
	b.stop(ctx, targets[n:])
	return nil
}

// group puts the targets of one desktop beside each other: what befalls its call befalls them all.
func group(targets []*target) {
	first := map[string]int{}
	for i, t := range targets {
		if _, again := first[t.id]; !again {
			first[t.id] = i
		}
	}
	slices.SortStableFunc(targets, func(a, b *target) int { return cmp.Compare(first[a.id], first[b.id]) })
}

// half returns where to halve grouped targets, so that no desktop is in both halves; 0: there is only one
// desktop.
func half(targets []*target) int {
	same := func(n int) bool { return targets[n].id == targets[n-1].id }
	n := len(targets) / 2
	for n > 0 && same(n) {
		n--
	}
	if n > 0 {
		return n
	}
	for n = len(targets)/2 + 1; n < len(targets); n++ {
		if !same(n) {
			return n
		}
	}
	return 0
}

// faulty ends the open targets of a batch after a fault of this program. A call that was under way may
// have had its effect.
func faulty(targets []*target) {
	for _, t := range targets {
		switch {
		case t.order.concluding: // it needs nothing more
		case t.state == sent:
			t.lost = errPanicked
			t.to(unconfirmed, lostResponse(errPanicked))
		case t.open():
			t.to(failed, failure(errPanicked))
		}
	}
}
