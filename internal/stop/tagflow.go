package stop

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"stopdesktops/events"
)

// carriersSeen are the desktops that carry a tag, with their state: each page of them is observed
// beside the next page, so that the observations cost no time. Of a big fleet only the first wave is
// observed, unless all desktops must be counted. There may be no time for more, and what is seen too
// early is old when its wave comes.
//
// Each page has the token of the next one, so they cannot be read side by side. If the flow is open, the
// desktops go through it, and are stopped while further pages are read.
func (p *place) carriersSeen(ctx context.Context, o *order, tag events.Tag, f *flow) ([]row, error) {
	r := p.run
	ahead := p.pace.width() * MaxDesktopsPerCall
	var observing sync.WaitGroup
	var targets []*target
	take := func(carriers []Tagged) error {
		if f.isOpen() {
			return f.pass(&round{}, unobserved(carriers))
		}
		seen := make([]*target, len(carriers))
		for i, carrier := range carriers {
			seen[i] = newTarget(o, carrier.DesktopID)
		}
		targets = append(targets, seen...)
		if len(targets) > ahead && !r.limits.needsCount(o, len(targets)) {
			return nil
		}
		for part := range slices.Chunk(seen, MaxDesktopsPerCall) {
			observing.Go(func() { _ = r.guard(func() error { p.observeCall(ctx, nil, part); return nil }) })
		}
		return nil
	}
	next, err := p.carrierPages(ctx, tag, "", f, f != nil, take)
	if err == nil && next != "" {
		if f.openFor(ctx) {
			observing.Wait()
			f.hand(targets)
			targets = nil
		}
		_, err = p.carrierPages(ctx, tag, next, f, false, take)
	}
	f.fail(err)
	observing.Wait()
	rows := make([]row, len(targets))
	for i, t := range targets {
		if t.observed && t.seen != nil {
			rows[i] = row{*t.seen, t.seenAt}
		}
		rows[i].desktop.DesktopID, rows[i].desktop.EndUserIDs = t.id, t.users
		if s, listed := f.listedAgain(t.id); listed && s.at.After(rows[i].at) {
			rows[i] = s
		}
	}
	return rows, err
}

// carrierPages reads the pages of the desktops that carry a tag from a token on: all, or only one. It returns the
// token of the next page. take gets the rows of each page, and its error ends the reading.
func (p *place) carrierPages(ctx context.Context, tag events.Tag, token string, f *flow, one bool, take func([]Tagged) error) (next string, err error) {
	_, failed := pagesFrom(ctx, p, nil, "ListTagResources", token, func(ctx context.Context, token string) (Page[Tagged], error) {
		page, failed := p.session.ListTagResources(ctx, p.regionID, tag, token)
		if failed != nil {
			if hopeless(failed) {
				f.fail(failed)
			}
			return page, failed
		}
		next = page.NextToken
		if err = take(page.Rows); err != nil || one {
			page.NextToken = ""
		}
		return page, nil
	})
	return next, cmp.Or(failed, err)
}

// openFor opens the flow if all desktops of the region together fit every limit: then those that carry a tag do,
// however many they are. A listing of tags does not say how many rows it has.
func (f *flow) openFor(ctx context.Context) bool {
	if f == nil {
		return false
	}
	p := f.order.place
	var at time.Time
	var first Page[Desktop]
	err := p.read(ctx, nil, "DescribeDesktops", func(ctx context.Context) (err error) {
		at = time.Now()
		first, err = p.session.DescribeDesktops(ctx, p.regionID, events.Select{All: true}, "")
		return err
	})
	if err != nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range first.Rows { // what they say of the state must not be ignored
		f.newer[d.DesktopID] = row{d, at}
	}
	f.open = first.TotalCount > 0 && f.reserve(first.TotalCount)
	f.changed.Broadcast()
	return f.open
}

// listedAgain returns the row about a desktop that came after it was listed, or observed.
func (f *flow) listedAgain(id string) (s row, ok bool) {
	if f == nil {
		return s, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok = f.newer[id]
	return s, ok
}

// isOpen reports whether desktops may be stopped before all are listed.
func (f *flow) isOpen() bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open
}

// hand targets to the unit that were observed before the flow was open.
func (f *flow) hand(targets []*target) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range targets {
		switch _, known := f.byID[t.id]; {
		case !events.ValidDesktopId(t.id):
			f.unusable[t.id] = true
		case !known:
			f.byID[t.id] = t
			f.waiting = append(f.waiting, t)
		}
	}
	f.changed.Broadcast()
}
