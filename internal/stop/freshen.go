package stop

import (
	"context"
	"slices"
	"time"
)

// freshenRounds is how often what has grown old is found out again before a call is given up: one
// observation may take so long that the other has grown old meanwhile.
const freshenRounds = 4

// freshen finds out again what has grown old, and decides again. It returns those still to be stopped,
// by observations none of which is old.
//
// It decides again also where nothing is old: another batch may have made a listing anew since, and
// what that says of these desktops nobody has asked yet.
func (b *batch) freshen(ctx context.Context, s *slot, targets []*target) []*target {
	if !b.policy.Preflight {
		return b.decideAgain(targets)
	}
	for round := range freshenRounds {
		if !b.old(targets) {
			return b.decideAgain(targets)
		}
		// From the second round on together, so that they are of one age.
		b.findOutAgain(ctx, s, targets, round > 0)
		if targets = b.decideAgain(targets); len(targets) == 0 {
			return nil
		}
	}
	switch {
	case ctx.Err() != nil:
		allTo(targets, undetermined, undeterminedBy(errTimeUp))
		return nil
	case b.old(targets):
		allTo(targets, failed, &result{code: "TooSlow", retryable: true,
			message: "EDS responds so slowly that what was observed is too old to stop anything by"})
		return nil
	}
	return b.decideAgain(targets)
}

// old reports whether anything that the decisions about these targets need has grown old.
func (b *batch) old(targets []*target) bool {
	return slices.ContainsFunc(targets, func(t *target) bool { return !t.fresh() || !t.tagsFresh() }) ||
		slices.ContainsFunc(b.knowledge(), func(k knowledge) bool { return !k.fresh() })
}

// observeAgain observes the targets, renews the knowledge that has grown old, and decides again. It
// returns those still to be stopped. The caller holds no slot.
func (b *batch) observeAgain(ctx context.Context, targets []*target) []*target {
	if !b.policy.Preflight || len(targets) == 0 { // may not observe
		return targets
	}
	b.findOutAgain(ctx, nil, targets, true)
	return b.decideAgain(targets)
}

// findOutAgain observes the targets, if they are in doubt or their observations old, and renews the
// knowledge that has grown old, all side by side. In a slot, all of it is part of that slot.
func (b *batch) findOutAgain(ctx context.Context, s *slot, targets []*target, inDoubt bool) {
	var tasks []func()
	for _, k := range b.knowledge() {
		if !k.fresh() {
			tasks = append(tasks, func() { k.refresh(ctx, b.run, s) })
		}
	}
	tasks = append(tasks, b.place.readings.tasks(ctx, s, targets)...)
	if inDoubt || slices.ContainsFunc(targets, func(t *target) bool { return !t.fresh() }) {
		tasks = append(tasks, func() {
			if err := b.guard(func() error { b.place.observeCall(ctx, s, targets); return nil }); err != nil {
				note(targets, nil, time.Time{}, err)
			}
		})
	}
	s.together(tasks)
}

// decideAgain about targets, by what is known now. It returns those still to be stopped.
func (b *batch) decideAgain(targets []*target) []*target {
	b.orders[0].flow.renew(targets) // rows may have come while something else was found out
	unknown := map[*order]error{}
	for _, o := range b.orders {
		unknown[o] = o.unknown()
	}
	return slices.DeleteFunc(slices.Clone(targets), func(t *target) bool {
		return t.seeEffect() || b.judge(t, unknown[t.order])
	})
}

// effectSeen is the result of a target whose call had its effect, although its response was lost.
var effectSeen = &result{}

// seeEffect takes an observation as the response to a call whose own response was lost.
func (t *target) seeEffect() bool {
	if t.state != unconfirmed || !t.observed || t.seen == nil {
		return false
	}
	switch t.seen.DesktopStatus {
	case "Stopped":
		t.to(stopped, effectSeen)
	case "Stopping":
		t.to(stopping, effectSeen)
	default:
		return false
	}
	return true
}
