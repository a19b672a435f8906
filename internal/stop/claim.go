package stop

import (
	"context"
	"slices"

	"stopdesktops/internal/report"
)

// claim is the call that one unit makes for a desktop, so that no other unit makes a second one
// meanwhile. Whose call is made first decides what a later order gets.
type claim struct {
	unit    *unit
	order   *order
	options options
	settled chan struct{} // closed when it is known what came of the call
	taken   *result       // EDS took the call; nil: it did not, or not yet
}

// claim the targets for a call of the unit. It returns those that are now the unit's, and a claim of
// another unit that the others wait for.
func (u *unit) claim(targets []*target) (mine []*target, other *claim) {
	if u.units == 1 {
		return targets, nil
	}
	p := targets[0].order.place
	take := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, t := range targets {
			c := p.claims[t.id]
			if c != nil && c.unit != u && (!c.isSettled() || c.taken != nil) {
				other = c
				continue
			}
			if c == nil || c.unit != u {
				p.claims[t.id] = &claim{unit: u, order: t.order, options: t.order.options(), settled: make(chan struct{})}
			}
			mine = append(mine, t)
		}
	}
	if !slices.ContainsFunc(targets, func(t *target) bool { return p.contested[t.id] }) {
		take()
		return mine, other
	}
	if err := u.arrival.each(&act{index: targets[0].order.index, do: take}); err != nil {
		panic(err) // it is logged, and becomes the error of this batch
	}
	return mine, other
}

// settle says what came of the unit's call for these targets. It must run, whatever happens: other
// units wait for it.
func (u *unit) settle(targets []*target) {
	if u.units == 1 || len(targets) == 0 {
		return
	}
	p := targets[0].order.place
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range targets {
		c := p.claims[t.id]
		if c == nil || c.unit != u || c.isSettled() {
			continue
		}
		if t.state == accepted || t.state == planned && t.order.plans() {
			c.taken = t.result
		}
		close(c.settled)
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

// await waits until it is known what came of another unit's call. It returns false if ctx ended before.
func (c *claim) await(ctx context.Context) bool {
	select {
	case <-c.settled:
		return true
	case <-ctx.Done():
		return false
	}
}

// stoppedByAnother: EDS took the call of another order for this desktop. With the same options that
// call is the target's own; with others the first call has decided.
func stoppedByAnother(_ *run, t *target) (verdict, bool) {
	p := t.order.place
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.claims[t.id]
	if c == nil || c.order == t.order || c.taken == nil {
		return verdict{}, false
	}
	if c.options != t.order.options() {
		return verdict{outcome: report.Skipped, reason: report.ReasonConflict,
			message: "event " + c.order.EventID + " of the same invocation stops it with other options"}, true
	}
	v := verdict{outcome: report.Accepted, requestID: c.taken.requestID, message: "stopped by the call for event " + c.order.EventID}
	if t.order.plans() {
		v.outcome, v.requestID = report.WouldStop, ""
	}
	return v, true
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
				k.place.contested[t.id] = true
			}
		}
	}
}
