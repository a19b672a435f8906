package stop

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"stopdesktops/internal/report"
)

// unit is the orders that are worked on together. Orders that name few desktops, want the same call and
// need the same knowledge share their calls; every other order is a unit of its own. Units go side by
// side, and none waits for another.
type unit struct {
	*run
	place      *place
	orders     []*order
	concluding sync.WaitGroup
}

// pack orders into units: those that share calls, up to one call's worth of desktops each.
func (r *run) pack(orders []*order) []*unit {
	type kind struct {
		place   *place
		options options
		dryRun  bool
	}
	var units []*unit
	open := map[kind]*unit{}
	room := map[*unit]int{}
	for _, o := range orders {
		k := kind{o.place, o.options(), o.DryRun}
		u := open[k]
		if o.alone() || u == nil || room[u] < len(o.targets) {
			u = &unit{run: r, place: o.place}
			units = append(units, u)
			if !o.alone() {
				open[k], room[u] = u, MaxDesktopsPerCall
			}
		}
		u.orders = append(u.orders, o)
		room[u] -= len(o.targets)
	}
	return units
}

// work brings the unit's orders to their results.
func (u *unit) work(ctx context.Context) {
	if err := u.guard(func() error { u.stopAll(ctx); return nil }); err != nil {
		u.fault()
	}
	plain, excluding := u.over(func(*order) bool { return true })
	if len(excluding) > 0 {
		u.concluding.Go(func() { u.conclude(ctx, excluding) })
	}
	u.conclude(ctx, plain)
	u.concluding.Wait()
}

// over marks the orders that are over as concluding and returns them: those that exclude anything apart,
// because the warnings of some must not delay the others.
func (u *unit) over(is func(*order) bool) (plain, excluding []*order) {
	for _, o := range u.orders {
		switch {
		case o.concluding || !is(o):
			continue
		case o.excludes():
			excluding = append(excluding, o)
		default:
			plain = append(plain, o)
		}
		o.concluding = true
	}
	return plain, excluding
}

// handOverSettled concludes the orders that need no more calls, so that they do not wait for the calls of
// the others. Only orders that share a batch do: nobody else works on their targets meanwhile.
func (u *unit) handOverSettled(ctx context.Context) {
	if len(u.orders) == 1 {
		return
	}
	var over, rest []*target
	for _, o := range u.orders {
		switch {
		case o.concluding:
		case o.settled():
			over = append(over, o.targets...)
		default:
			rest = append(rest, o.targets...)
		}
	}
	u.place.claims.release(u, over, rest)
	plain, excluding := u.over((*order).settled)
	for _, orders := range [][]*order{plain, excluding} {
		if len(orders) > 0 {
			u.concluding.Go(func() { u.conclude(ctx, orders) })
		}
	}
}

// conclude orders whose calls are made: warn, wait and hand over the results.
func (u *unit) conclude(ctx context.Context, orders []*order) {
	begun := time.Now()
	for _, o := range orders {
		if !o.excludes() && o.waits() == 0 {
			u.finish(o)
		}
	}
	_ = u.guard(func() error { u.warnExclusions(ctx, orders); return nil }) // a warning must not spoil what is done
	_ = u.guard(func() error { u.wait(ctx, orders, begun); return nil })
	for _, o := range orders {
		u.finish(o)
	}
}

// mayBegin waits until the unit's order may begin, and returns false if it is done already. An order that
// waits is alone in its unit.
func (u *unit) mayBegin(ctx context.Context) bool {
	o := u.orders[0]
	if o.Begin == nil || o.Begin(ctx) {
		return true
	}
	o.status, o.targets = report.StatusDuplicate, nil
	return false
}

// finish hands over the result of an order, once. A panic there must not keep the others from theirs.
func (u *unit) finish(o *order) {
	if o.finished {
		return
	}
	o.finished = true
	_ = u.guard(func() error { u.done(o.index, o.result(u.callCounts())); return nil })
}

// settled reports whether no more calls are made for the order.
func (o *order) settled() bool {
	return !slices.ContainsFunc(o.targets, func(t *target) bool { return t.open() || t.state == unconfirmed })
}

// stopAll makes every call of the unit.
func (u *unit) stopAll(ctx context.Context) {
	if !u.mayBegin(ctx) {
		return
	}
	u.find(ctx)
	if f := u.orders[0].flow; f != nil {
		f.drain(ctx, u)
		return
	}
	u.reserve(ctx)
	u.waves(ctx, u.workList())
}

// reserve what the orders would stop, where a limit could be exceeded. Then everything has to be
// observed first. What this count finds to be spared stays spared.
func (u *unit) reserve(ctx context.Context) {
	var counted []*order
	for _, o := range u.orders {
		if o.status == "" && u.limits.needsCount(o, len(o.targets)) {
			counted = append(counted, o)
		}
	}
	if len(counted) == 0 {
		return
	}
	u.place.observe(ctx, u.stale(targetsOf(counted)))
	acts := make([]*act, len(counted))
	for i, o := range counted {
		acts[i] = &act{index: o.index, do: func() { u.reserveFor(o) }}
	}
	if err := u.arrival.each(acts...); err != nil {
		panic(err) // it is logged, and ends the unit's orders
	}
}

func (u *unit) reserveFor(o *order) {
	unknown := o.unknown()
	var toStop, counted []*target
	for _, t := range o.targets {
		if !u.judge(t, unknown) {
			toStop = append(toStop, t)
			counted = append(counted, t)
		} else if v, ok := stoppedByAnother(u.run, t); ok && t.result == u.because(v) && !sparedAnyway(u.run, t) {
			counted = append(counted, t) // the order would be blocked alone: neighbours do not make room for it
		}
	}
	if p := u.limits.reserve(o, counted); p != nil {
		o.status, o.problem = report.StatusBlocked, p
		allTo(toStop, notAttempted, &result{reason: report.ReasonMaxDesktops})
	}
}

// waves observes the targets and stops them, so many at a time. In waves no observation grows old
// before its call, and what was reached of a big fleet is done when the time is up.
func (u *unit) waves(ctx context.Context, targets []*target) {
	wave, rest := u.nextWave(targets)
	for len(wave) > 0 {
		u.observeFresh(ctx, wave)
		var next []*target
		next, rest = u.nextWave(rest)
		u.stop(ctx, u.plan(wave), besideStops(ctx, u, next))
		wave = next
	}
}

// besideStops returns what is done beside the calls of a wave: the excluded tags are checked, and the next
// wave is observed. It is nil if there is nothing to do.
func besideStops(ctx context.Context, u *unit, next []*target) func() {
	excluding := slices.ContainsFunc(u.orders, func(o *order) bool { return len(o.excludedTags) > 0 })
	if !excluding && len(next) == 0 {
		return nil
	}
	return func() {
		_ = u.guard(func() error { u.checkTags(ctx, u.orders); return nil })
		u.place.observe(ctx, u.stale(next)) // what is not observed then is observed later
	}
}

// observeFresh observes those of a wave whose observation has grown old, or that have none: what
// spares a desktop must be so now, as well as what does not. Observing may take so long that others
// grow old meanwhile.
func (u *unit) observeFresh(ctx context.Context, wave []*target) {
	for range freshenRounds {
		old := u.stale(wave)
		if len(old) == 0 {
			return
		}
		u.place.observe(ctx, old)
	}
}

// nextWave is how many targets are observed, and then stopped, at once: as many as there are slots
// for.
func (u *unit) nextWave(targets []*target) (wave, rest []*target) {
	n := min(len(targets), u.place.pace.width()*MaxDesktopsPerCall)
	return targets[:n], targets[n:]
}

// stale are those of the targets that are still to be decided about and have no fresh observation.
func (u *unit) stale(targets []*target) []*target {
	if !u.policy.Preflight {
		return nil
	}
	var stale []*target
	for _, t := range targets {
		if t.open() && !t.fresh() && t.seenErr == nil {
			stale = append(stale, t)
		}
	}
	return stale
}

// plan decides about the targets, before any call that changes anything. It returns those to be
// stopped.
func (u *unit) plan(targets []*target) []*target {
	unknown := map[*order]error{}
	for _, o := range u.orders {
		unknown[o] = o.unknown()
	}
	var toStop []*target
	for _, t := range targets {
		if t.open() && !u.judge(t, unknown[t.order]) {
			t.plan()
			toStop = append(toStop, t)
		}
	}
	return toStop
}

// plan makes sure that the target is planned.
func (t *target) plan() {
	if t.state == pending {
		t.to(planned, noResult)
	}
}

// judge decides about a target, unless that is done, and returns true if no call is to be made for it. If
// something that the decision needs is unknown, the target becomes undetermined.
func (u *unit) judge(t *target, unknown error) (leave bool) {
	if !t.open() && t.state != unconfirmed {
		return true
	}
	if unknown == nil && u.policy.Preflight && !t.observed {
		unknown = t.seenErr
		if unknown == nil {
			unknown = errTimeUp // never observed: that is not an observation of nothing
		}
	}
	if unknown == nil && u.policy.Preflight {
		unknown = cmp.Or(t.usersUnknown(), t.tagsUnknown())
	}
	var v verdict
	spares := false
	if unknown == nil {
		if v, spares = u.decide(t); !spares {
			unknown = lostByAnother(u.run, t)
		}
	}
	if unknown == nil {
		t.logDecision(u.log, v, spares)
	}
	switch {
	case t.state == unconfirmed: // the report must say that a call was lost, even if a rule would now spare the desktop
	case unknown != nil:
		t.to(undetermined, undeterminedBy(unknown))
	case spares && v.state() != t.state: // a plan that was decided again stays one
		t.to(v.state(), u.because(v))
		t.evidence = v.evidence
	}
	return unknown != nil || spares
}

// state that the verdict leads to.
func (v verdict) state() state {
	switch v.outcome {
	case report.Stopping:
		return stopping
	case report.Accepted:
		return accepted
	case report.WouldStop:
		return planned
	}
	return spared
}

// because returns the verdict as a result, one for all targets with the same. Their evidence differs: it is
// the target's.
func (r *run) because(v verdict) *result {
	v.evidence = nil
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.verdicts[v] == nil {
		r.verdicts[v] = &result{outcome: v.outcome, reason: v.reason, message: v.message, requestID: v.requestID, acceptedAt: v.acceptedAt}
	}
	return r.verdicts[v]
}

// logDecision at debug: one line for each time that a decision is made.
func (t *target) logDecision(log *slog.Logger, v verdict, spares bool) {
	if !log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	decision := "stop"
	if spares {
		decision = string(v.outcome)
	}
	line := []any{"EventId", t.order.EventID, "DesktopId", t.id, "Decision", decision, "Reason", v.reason}
	if t.seen != nil {
		line = append(line, "State", t.seen.DesktopStatus, "ConnectionStatus", t.seen.ConnectionStatus, "SeenAt", t.seenAt)
	}
	log.Debug("decision", line...)
}

// fault ends what is open after a fault of this program.
func (u *unit) fault() {
	for _, o := range u.orders {
		faulty(o.targets)
		if !o.concluding && o.status == "" && len(o.targets) == 0 { // it is not known which desktops it means
			o.fail(errPanicked)
		}
	}
}
