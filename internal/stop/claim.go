package stop

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"stopdesktops/internal/report"
)

// claim is the call that one unit makes for a desktop, so that no other unit makes a second one
// meanwhile. Whose call is made first decides what a later order gets.
type claim struct {
	unit    *unit
	order   *order // for which it was made first
	options options
	made    bool          // the call was made, perhaps more than once
	settled chan struct{} // closed when it is known what came of the call
	taken   *result       // EDS took the call; nil: it did not, or not yet
	// takenFor is the order whose target EDS took. Of two orders of a unit one may have spared the desktop.
	takenFor *order
	lost     bool // the response was lost, and no observation shows what came of the call
}

// claims of the units of an invocation in one place. A unit that is alone needs none.
type claims struct {
	run       *run
	contested map[string]bool // named by several units: see arrival

	mu          sync.Mutex
	byDesktopID map[string]*claim
	waited      map[*target]*order // targets that had to wait for another order's call, and that order
}

func newClaims(r *run) *claims {
	return &claims{run: r, contested: map[string]bool{}, byDesktopID: map[string]*claim{}, waited: map[*target]*order{}}
}

// take the targets for a call of the unit. It returns those that are now the unit's, and a claim of
// another unit that the others wait for.
func (all *claims) take(u *unit, targets []*target) (mine []*target, other *claim) {
	if all.run.units == 1 {
		return targets, nil
	}
	take := func() {
		all.mu.Lock()
		defer all.mu.Unlock()
		for _, t := range targets {
			c := all.byDesktopID[t.id]
			if c != nil && c.unit != u && (!c.isSettled() || c.taken != nil || c.lost && !all.run.policy.Preflight) {
				other = c
				all.waited[t] = c.order
				continue
			}
			if c == nil || c.unit != u || c.isSettled() {
				all.byDesktopID[t.id] = &claim{unit: u, order: t.order, options: t.order.options(), settled: make(chan struct{})}
			}
			mine = append(mine, t)
		}
	}
	if !slices.ContainsFunc(targets, func(t *target) bool { return all.contested[t.id] }) {
		take()
		return mine, other
	}
	if err := all.run.arrival.each(&act{index: targets[0].order.index, do: take}); err != nil {
		panic(err) // it is logged, and becomes the error of this batch
	}
	return mine, other
}

// waitOf says whose call a target waited for; empty: it waited for none. The time for its own call may have been too
// short only because of that.
func (all *claims) waitOf(t *target) string {
	all.mu.Lock()
	defer all.mu.Unlock()
	o := all.waited[t]
	if o == nil {
		return ""
	}
	return "it waited for the call for event " + o.EventID + " of the same invocation"
}

// settle says what came of the unit's call for these targets. It must run, whatever happens: other
// units wait for it.
func (all *claims) settle(u *unit, targets []*target) {
	if all.run.units == 1 || len(targets) == 0 {
		return
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	var ended []*claim
	for _, t := range targets {
		c := all.byDesktopID[t.id]
		if c == nil || c.unit != u || c.isSettled() || t.order.concluding {
			continue
		}
		// Two orders of the unit may ask for the desktop, and one of them may spare it.
		if t.state == accepted || t.result == effectSeen || t.state == planned && t.order.plans() {
			c.taken, c.takenFor = t.result, t.order
		}
		c.lost = c.lost || t.state == unconfirmed
		ended = append(ended, c)
	}
	for _, c := range ended {
		if !c.isSettled() {
			close(c.settled)
		}
	}
}

// release the claims of targets that no more calls are made for, so that nobody waits for the rest of
// their batch. A desktop that is among the rest as well stays claimed.
func (all *claims) release(u *unit, over, rest []*target) {
	if all.run.units == 1 || len(over) == 0 {
		return
	}
	stays := map[string]bool{}
	for _, t := range rest {
		stays[t.id] = true
	}
	all.settle(u, slices.DeleteFunc(slices.Clone(over), func(t *target) bool { return stays[t.id] }))
}

// begin notes that the call for the claimed targets is being made.
func (all *claims) begin(targets []*target) {
	if all.run.units == 1 {
		return
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, t := range targets {
		all.byDesktopID[t.id].made = true
	}
}

func (c *claim) isSettled() bool {
	select {
	case <-c.settled:
		return true
	default:
		return false
	}
}

// mayHaveStopped reports whether a settled claim's call may have had an effect that no observation from before
// shows.
func (c *claim) mayHaveStopped() bool { return c.made && c.taken == nil }

// await waits until it is known what came of another unit's call. It returns false if ctx ended before.
func (c *claim) await(ctx context.Context) bool {
	select {
	case <-c.settled:
		return true
	case <-ctx.Done():
		return false
	}
}

// stops reports whether the claim's call stops the desktop of t: EDS took it, or its effect is seen before its
// response is there.
func (c *claim) stops(t *target) bool {
	return c.taken != nil || c.made && !c.isSettled() && t.seen != nil &&
		(t.seen.DesktopStatus == "Stopping" || t.seen.DesktopStatus == "Stopped")
}

// stoppedByAnother: the call of another order stops this desktop. With the same options that call is
// the target's own; with others the first call has decided.
func stoppedByAnother(_ *run, t *target) (verdict, bool) {
	all := t.order.place.claims
	all.mu.Lock()
	defer all.mu.Unlock()
	c := all.byDesktopID[t.id]
	if c == nil || c.order == t.order || !c.stops(t) {
		return verdict{}, false
	}
	by := cmp.Or(c.takenFor, c.order).EventID
	if c.options != t.order.options() {
		return verdict{outcome: report.Skipped, reason: report.ReasonConflict,
			message: "event " + by + " of the same invocation stops it with other options"}, true
	}
	v := verdict{outcome: report.Accepted, message: "stopped by the call for event " + by}
	switch {
	case t.order.plans():
		v.outcome = report.WouldStop
	case c.taken == nil || c.taken == effectSeen:
		v.outcome = report.Stopping
	default:
		v.requestID, v.acceptedAt = c.taken.requestID, c.taken.acceptedAt
	}
	return v, true
}

// lostByAnother is why nothing can be decided about a target where nothing may be observed: another order's call
// was made for it, and its response was lost. A second call would be made without knowing whether the first had its effect.
func lostByAnother(r *run, t *target) error {
	if r.policy.Preflight {
		return nil
	}
	all := t.order.place.claims
	all.mu.Lock()
	defer all.mu.Unlock()
	c := all.byDesktopID[t.id]
	if c == nil || c.order == t.order || !c.isSettled() || !c.lost {
		return nil
	}
	return &CallError{Action: "StopDesktops", Family: Ambiguous, Code: report.CodeUnconfirmed,
		Message: "the call for event " + c.order.EventID + " of the same invocation was sent, and its response was lost. No second call was made: check the desktop, then send the event again"}
}

// markContested notes the desktops that several units name: only for these the order of events
// matters.
func (r *run) markContested(units []*unit) {
	type key struct {
		place *place
		id    string
	}
	first := map[key]*unit{}
	for _, u := range units {
		for _, t := range targetsOf(u.orders) {
			k := key{t.order.place, t.id}
			switch other := first[k]; {
			case len(units) == 1:
				return
			case other == nil:
				first[k] = u
			case other != u:
				k.place.claims.contested[t.id] = true
			}
		}
	}
}
