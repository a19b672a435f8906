package handler

import (
	"context"
	"slices"
	"time"
)

// work brings every live job to its end, within the time there is.
func (r *run) work(ctx context.Context) {
	live := r.live()
	if len(live) == 0 {
		return
	}
	r.limit = r.railLimit()
	for _, j := range live {
		r.prepare(j)
	}
	if !r.connect(live) {
		return
	}
	ctx, cancel := r.withTime(ctx)
	defer cancel()

	if len(r.regions) > 1 && r.mayExceed() {
		r.workTogether(ctx)
	} else {
		// Each region for itself: one that is slow or fails holds up no other.
		r.parallel(len(r.regions), func(i int) { r.workAlone(ctx, r.regions[i]) }, func(i int) { r.regions[i].fail() })
	}
	r.warnExclusions(ctx)
	r.watch(ctx)
}

// mayExceed says whether more desktops than MaxDesktops could turn out to be asked for.
func (r *run) mayExceed() bool {
	for _, j := range r.live() {
		if j.request.Select != nil && j.request.DesktopId == nil {
			return true
		}
	}
	return r.asked() > r.limit
}

// workAlone brings the jobs of one region to their end.
func (r *run) workAlone(ctx context.Context, g *region) {
	r.resolve(ctx, []*region{g})
	if len(g.desktops) > r.limit {
		r.look(ctx, r.unseen(g.desktops))
		r.rail()
	}
	r.waves(ctx, g)
}

// workTogether is for several regions whose desktops must be counted together before any is stopped.
// The count waits for all of them, so finding out has half of the time at most.
func (r *run) workTogether(ctx context.Context) {
	finding, cancel := half(ctx)
	defer cancel()
	r.resolve(finding, r.regions)
	if r.asked() > r.limit {
		for _, g := range r.regions {
			r.look(finding, r.unseen(g.desktops))
		}
		r.rail()
	}
	r.parallel(len(r.regions), func(i int) { r.waves(ctx, r.regions[i]) }, func(i int) { r.regions[i].fail() })
}

// half of the time that ctx has left.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// waves looks at the desktops of a region and stops them, so many at a time. In waves no look grows
// old before its call, and each part of a big fleet that had its turn is done when the time is up.
func (r *run) waves(ctx context.Context, g *region) {
	for _, j := range g.jobs {
		if j.status == "" {
			j.want()
		}
	}
	wave, rest := r.nextWave(g.desktops)
	for len(wave) > 0 {
		r.lookFresh(ctx, wave)
		var next []*desktop
		next, rest = r.nextWave(rest)
		r.stop(ctx, r.plan(wave), func() { r.look(ctx, r.unseen(next)) }, func() { note(next, nil, time.Time{}, errPanicked) })
		wave = next
	}
}

// lookFresh looks at those of a wave whose look has grown old, or was never had: what spares a desktop
// must be so now, as well as what does not. Looks may take so long that others grow old meanwhile.
func (r *run) lookFresh(ctx context.Context, wave []*desktop) {
	for range freshenRounds {
		old := r.unseen(wave)
		if len(old) == 0 {
			return
		}
		r.look(ctx, old)
	}
}

// nextWave is how many of the desktops are looked at, and then stopped, at once: as many as there are
// turns for.
func (r *run) nextWave(desktops []*desktop) (wave, rest []*desktop) {
	n := min(len(desktops), r.h.gate.width()*MaxDesktopsPerCall)
	return desktops[:n], desktops[n:]
}

// fail what is open of a region: a fault of this program ended the work on it.
func (g *region) fail() {
	for _, d := range g.desktops {
		if d.fate.outcome == "" {
			d.fate = failure(errPanicked)
		}
	}
}

// connect to EDS; what keeps it from that fails every live job.
func (r *run) connect(live []*job) bool {
	eds, err := r.h.Connect(r.inv.Credentials)
	if err == nil {
		r.eds = eds
		return true
	}
	for _, j := range live {
		j.fail(err)
	}
	return false
}

// unseen are those of the desktops that are still to be decided about and have no fresh look.
func (r *run) unseen(desktops []*desktop) []*desktop {
	if !r.h.Policy.Preflight {
		return nil
	}
	var unseen []*desktop
	for _, d := range desktops {
		open := slices.ContainsFunc(d.claims, func(c claim) bool { return c.job.status == "" && c.item.outcome == "" })
		if open && !d.fresh() && d.lookErr == nil {
			unseen = append(unseen, d)
		}
	}
	return unseen
}
