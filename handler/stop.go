package handler

import (
	"context"
	"slices"
)

// bisectCalls is how many StopDesktops calls may be spent on one batch of up to 100 desktops after
// its first refusal. One bad desktop among 100 costs at most 15 calls in all; a service that
// refuses everything for a reason of its own must not cost 199.
const bisectCalls = 32

// stop makes the calls: per region, mode and OsUpdate, at most 100 desktops each, all at once as
// far as the gate lets them.
func (r *run) stop(ctx context.Context, desktops []*desktop) {
	type kind struct{ regionID, stoppedMode, osUpdate string }
	batches := chunk(desktops, func(d *desktop) kind {
		return kind{d.regionID, d.wish.stoppedMode, d.wish.osUpdate}
	})
	r.parallel(len(batches), func(i int) {
		b := &batch{run: r, budget: bisectCalls}
		b.stop(ctx, batches[i])
	}, func(i int) {
		for _, d := range batches[i] {
			if d.fate.outcome == "" {
				d.fate = fate{outcome: Failed, code: CodeInternal, message: "a fault of this program: see its log"}
			}
		}
	})
}

// batch is the desktops of one planned call on their way to their fate.
type batch struct {
	*run
	budget  int  // of calls after a refusal
	refused bool // once, and looked at again since
	sent    bool // a call was sent whose effect is not known
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
			settle(desktops, fate{outcome: Accepted, requestID: requestID})
			return
		case e == nil:
			settle(desktops, blind(err))
			return
		case e.Family == Ambiguous && e.Action == "StopDesktops":
			b.sent = true
			unknown := unconfirmed(e)
			desktops = b.lookAgain(ctx, desktops, &unknown)
			if len(desktops) > 0 && !t.again(ctx, e) {
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

// afterRefusal of a call as a whole because of a desktop it names: looks again and drops what is
// no longer to be stopped. If that changes nothing, the desktops are halved, and what is refused
// alone has failed. It returns what is to be tried again in one call.
func (b *batch) afterRefusal(ctx context.Context, desktops []*desktop, e *CallError) []*desktop {
	failed := failure(e)
	if b.sent {
		// Perhaps it is refused because the call whose answer was lost has had its effect, and the
		// looks do not show it yet.
		failed = unconfirmed(e)
	}
	if b.budget--; b.budget <= 0 {
		settle(desktops, failed)
		return nil
	}
	if before := len(desktops); !b.refused {
		b.refused = true
		if desktops = b.lookAgain(ctx, desktops, &failed); len(desktops) < before {
			return desktops
		}
	}
	if len(desktops) == 1 {
		settle(desktops, failed)
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
func (b *batch) freshen(ctx context.Context, desktops []*desktop) []*desktop {
	for range freshenRounds {
		if !b.stale(desktops) {
			return desktops
		}
		desktops = b.lookAgain(ctx, desktops, nil)
	}
	switch {
	case ctx.Err() != nil:
		settle(desktops, blind(errTimeUp))
		return nil
	case b.stale(desktops):
		settle(desktops, fate{outcome: Failed, code: "TooSlow", retryable: true,
			message: "EDS answers so slowly that what was seen is too old to stop anything by"})
		return nil
	}
	return desktops
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
				all = append(all, c.job.knowledge()...)
			}
		}
	}
	return all
}

// lookAgain looks at the desktops, and at what has grown old of the rest, and decides about them
// again. Those that cannot be decided about get the fate given. Without one this is no answer to a
// refusal or a lost call: fresh looks are good enough then, and a look that fails is the fate. It
// returns those still to be stopped.
func (b *batch) lookAgain(ctx context.Context, desktops []*desktop, otherwise *fate) []*desktop {
	if !b.h.Policy.Preflight { // may not look
		if b.sent {
			settle(desktops, *otherwise)
			return nil
		}
		return desktops
	}
	for _, k := range knowledgeOf(desktops) {
		k.refresh(ctx)
	}
	if otherwise != nil || slices.ContainsFunc(desktops, func(d *desktop) bool { return !d.fresh() }) {
		b.lookAt(ctx, desktops)
	}
	return b.decideAgain(desktops, otherwise)
}

// decideAgain applies the rules to what was last found out, for each claim, and returns the
// desktops that somebody still wants stopped.
func (b *batch) decideAgain(desktops []*desktop, otherwise *fate) []*desktop {
	return slices.DeleteFunc(slices.Clone(desktops), func(d *desktop) bool {
		if d.looked && b.sent && d.confirmed() {
			return true
		}
		d.claims = slices.DeleteFunc(d.claims, func(c claim) bool { return b.withdrawn(d, c, otherwise) })
		return len(d.claims) == 0
	})
}

// withdrawn says whether a claim holds no longer, and lets its item know why. otherwise is the fate of
// what cannot be decided; nil: that of the look that failed.
func (b *batch) withdrawn(d *desktop, c claim, otherwise *fate) bool {
	spared := b.spared(c, c.job.unknown())
	if otherwise != nil && c.item.fate.outcome != "" {
		c.item.fate = *otherwise
	}
	return spared
}

// confirmed takes a look as the answer to a call of ours whose own answer was lost.
func (d *desktop) confirmed() bool {
	switch {
	case d.seen == nil:
		return false
	case d.seen.DesktopStatus == "Stopped":
		d.fate = fate{outcome: Stopped}
	case d.seen.DesktopStatus == "Stopping":
		d.fate = fate{outcome: Stopping}
	default:
		return false
	}
	return true
}

// unconfirmed is the fate of desktops in a call that was sent, where neither its answer nor a look
// tells what came of it.
func unconfirmed(e *CallError) fate {
	return fate{
		outcome:   Failed,
		code:      CodeUnconfirmed,
		message:   "a call was sent but its answer was lost, and the state does not tell what came of it (" + e.Code + "): EDS may have taken it",
		retryable: true,
	}
}

func settle(desktops []*desktop, f fate) {
	for _, d := range desktops {
		d.fate = f
	}
}
