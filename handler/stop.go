package handler

import (
	"context"
	"slices"
	"sync"
	"time"
)

// stop makes the calls: per region, mode and OsUpdate, at most 100 desktops each, all at once as
// far as the gate lets them. Meanwhile something else is done in the turns that they leave over: it
// begins when each of them has had its first, so that it keeps no look waiting and growing old.
func (r *run) stop(ctx context.Context, desktops []*desktop, meanwhile, panicked func()) {
	type kind struct{ regionID, stoppedMode, osUpdate string }
	batches := chunk(desktops, func(d *desktop) kind {
		return kind{d.regionID, d.wish.stoppedMode, d.wish.osUpdate}
	})
	var begun, other sync.WaitGroup
	begun.Add(len(batches))
	other.Go(func() {
		begun.Wait()
		r.guarded(0, func(int) { meanwhile() }, func(int) { panicked() })
	})
	defer other.Wait()
	r.parallel(len(batches), func(i int) {
		b := &batch{run: r, bisection: newBisection(), begun: sync.OnceFunc(begun.Done)}
		defer b.begun()
		b.stop(ctx, batches[i])
	}, func(i int) {
		for _, d := range batches[i] {
			if d.fate.outcome == "" {
				d.fate = failure(errPanicked)
			}
		}
	})
}

// batch is the desktops of one planned call on their way to their fate.
type batch struct {
	*run
	*bisection
	lookedAfterRefusal bool
	begun              func() // its first call has its turn
}

// stop brings every desktop to its fate. Each round is one call, made for those that are still to
// be stopped by a look of at most 5 seconds before.
func (b *batch) stop(ctx context.Context, desktops []*desktop) {
	for t := newTries(); len(desktops) > 0; {
		left, requestID, err := b.call(ctx, desktops)
		if desktops = left; len(desktops) == 0 {
			return
		}
		e := asCallError(err)
		switch {
		case err == nil:
			b.succeeded = true
			accept(desktops, requestID)
			return
		case e == nil:
			settle(desktops, blind(err))
			return
		case e.Family == Ambiguous:
			for _, d := range desktops {
				d.sent = e
			}
			if desktops = b.lookAgain(ctx, desktops, true); len(desktops) > 0 && !(b.h.Policy.Preflight && t.again(ctx, e)) {
				settle(desktops, failure(e))
				return
			}
		case e.refused():
			if desktops = b.afterRefusal(ctx, desktops, e); len(desktops) == 0 {
				return
			}
		case e.passing() && t.again(ctx, e):
		default:
			settle(desktops, failure(e))
			return
		}
	}
}

// call waits for its turn, looks again at desktops whose look has grown old by then, and makes the
// call for those that are still to be stopped: left.
func (b *batch) call(ctx context.Context, desktops []*desktop) (left []*desktop, requestID string, err error) {
	left = desktops
	err = b.turn(ctx, func(ctx context.Context) error {
		b.begun()
		if left = b.freshen(ctx, left); len(left) == 0 {
			return nil
		}
		return b.attempt(ctx, "StopDesktops", func(ctx context.Context) (err error) {
			ctx, cancel := b.callTime(ctx)
			defer cancel()
			requestID, err = b.eds.StopDesktops(ctx, StopCall{
				RegionID:    left[0].regionID,
				DesktopIDs:  desktopIDs(left),
				StoppedMode: left[0].wish.stoppedMode,
				OsUpdate:    left[0].claims[0].job.request.OsUpdate,
			})
			return err
		})
	})
	return left, requestID, err
}

// afterRefusal of a call as a whole, perhaps because of a desktop it names: looks again and drops what is
// no longer to be stopped. If that changes nothing, the desktops are halved, and what is refused
// alone has failed. It returns what is to be tried again in one call.
func (b *batch) afterRefusal(ctx context.Context, desktops []*desktop, e *CallError) []*desktop {
	if !b.refuse() {
		settle(desktops, &fate{outcome: NotAttempted, reason: ReasonRefusedTogether, retryable: true, code: e.Code, message: e.Message, requestID: e.RequestID})
		return nil
	}
	if before := len(desktops); !b.lookedAfterRefusal || before == 1 {
		b.lookedAfterRefusal = true
		if desktops = b.lookAgain(ctx, desktops, true); len(desktops) < before {
			return desktops
		}
	}
	if len(desktops) == 1 {
		settle(desktops, failure(e))
		return nil
	}
	half := len(desktops) / 2
	b.stop(ctx, desktops[:half])
	b.stop(ctx, desktops[half:])
	return nil
}

// freshenRounds is how often what has grown old is found out again before a call is given up: one
// look may take so long that the other has grown old meanwhile.
const freshenRounds = 4

// freshen looks again at what has grown old, and decides again. It returns those still to be
// stopped, by looks none of which is old.
//
// It decides again also where nothing is old: another batch may have made a listing anew since, and
// what that says of these desktops nobody has asked yet.
func (b *batch) freshen(ctx context.Context, desktops []*desktop) []*desktop {
	for round := range freshenRounds {
		if !b.stale(desktops) {
			return b.decideAgain(desktops)
		}
		desktops = b.lookAgain(ctx, desktops, round > 0) // together, so that they are of one age
	}
	switch {
	case ctx.Err() != nil:
		settle(desktops, blind(errTimeUp))
		return nil
	case b.stale(desktops):
		settle(desktops, &fate{outcome: Failed, code: "TooSlow", retryable: true,
			message: "EDS answers so slowly that what was seen is too old to stop anything by"})
		return nil
	}
	return b.decideAgain(desktops)
}

// stale says whether anything that the decisions about these desktops rest on has grown old.
func (b *batch) stale(desktops []*desktop) bool {
	if !b.h.Policy.Preflight {
		return false
	}
	for _, d := range desktops {
		if !d.fresh() {
			return true
		}
	}
	return slices.ContainsFunc(knowledgeOf(desktops), func(k knowledge) bool { return !k.fresh() })
}

// knowledgeOf these desktops, all of one region: what the jobs that claim them rest on.
func knowledgeOf(desktops []*desktop) []knowledge {
	var all []knowledge
	asked := map[*job]bool{}
	for _, d := range desktops {
		for _, c := range d.claims {
			if !asked[c.job] {
				asked[c.job] = true
				for _, k := range c.job.knowledge() {
					if !slices.Contains(all, k) {
						all = append(all, k)
					}
				}
			}
		}
	}
	return all
}

// lookAgain looks at the desktops, unless their looks are fresh and not in doubt, and at what has
// grown old of the rest, and decides about them again. It returns those still to be stopped.
//
// All its calls are made in one slot, however many run side by side: a batch that makes a listing keeps
// other batches waiting for it, and must not wait for a slot while those hold them all. While all calls
// of the slot wait, other callers use it: see slot.
func (b *batch) lookAgain(ctx context.Context, desktops []*desktop, inDoubt bool) []*desktop {
	if !b.h.Policy.Preflight || len(desktops) == 0 { // may not look
		return desktops
	}
	old := slices.ContainsFunc(desktops, func(d *desktop) bool { return !d.fresh() })
	err := b.turn(ctx, func(ctx context.Context) error {
		var tasks []func()
		for _, k := range knowledgeOf(desktops) {
			tasks = append(tasks, func() { k.refresh(ctx) })
		}
		if inDoubt || old {
			tasks = append(tasks, func() {
				b.guarded(0, func(int) { b.lookAt(ctx, desktops) }, func(int) { note(desktops, nil, time.Time{}, errPanicked) })
			})
		}
		together(ctx, tasks)
		return nil
	})
	if err != nil { // the turn never came
		note(desktops, nil, time.Time{}, err)
	}
	return b.decideAgain(desktops)
}

// decideAgain about desktops, by what is known now. It returns those still to be stopped.
func (b *batch) decideAgain(desktops []*desktop) []*desktop {
	if !b.h.Policy.Preflight { // nothing new can be known
		return desktops
	}
	return slices.DeleteFunc(slices.Clone(desktops), func(d *desktop) bool {
		if d.confirmed() {
			return true
		}
		d.claims = slices.DeleteFunc(d.claims, func(c claim) bool { return b.spared(c, c.job.unknown()) })
		return len(d.claims) == 0
	})
}

// confirmed takes a look as the answer to a call of ours whose own answer was lost.
func (d *desktop) confirmed() bool {
	if d.sent == nil || !d.looked || d.seen == nil {
		return false
	}
	switch d.seen.DesktopStatus {
	case "Stopped":
		d.fate = &fate{outcome: Stopped}
	case "Stopping":
		d.fate = &fate{outcome: Stopping}
	default:
		return false
	}
	return true
}

// unconfirmed is the fate of a desktop in a call that was sent, where neither its answer nor a look
// since tells what came of it.
func unconfirmed(e *CallError) *fate {
	return &fate{
		outcome:   Failed,
		code:      CodeUnconfirmed,
		message:   "a call was sent, and neither its answer (" + e.Code + ") nor a look since tells what came of it: look at the desktop, then send the event again",
		retryable: true,
	}
}

// accept notes that EDS took the call.
func accept(desktops []*desktop, requestID string) {
	settle(desktops, &fate{outcome: Accepted, requestID: requestID, acceptedAt: time.Now()})
}

func settle(desktops []*desktop, f *fate) {
	for _, d := range desktops {
		d.fate = f
	}
}
