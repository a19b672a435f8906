package stop

import (
	"context"
	"slices"
	"sync"

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
	ahead := r.pace.width() * MaxDesktopsPerCall
	var observing, handing sync.WaitGroup
	var targets []*target
	var grew error
	_, err := pages(ctx, r, nil, "ListTagResources", func(calling context.Context, token string) (Page[Tagged], error) {
		page, err := p.session.ListTagResources(calling, p.regionID, tag, token)
		if err != nil {
			return page, err
		}
		if token == "" && page.NextToken != "" && f != nil {
			r.background.Go(func() { _ = r.guard(func() error { f.openFor(ctx); return nil }) })
		}
		if f.isOpen() {
			if early := targets; early != nil {
				targets = nil
				handing.Go(func() { observing.Wait(); f.hand(early) })
			}
			if grew = f.pass(&round{}, unobserved(page.Rows)); grew != nil {
				page.NextToken = ""
			}
			return page, nil
		}
		seen := make([]*target, len(page.Rows))
		for i, carrier := range page.Rows {
			seen[i] = newTarget(o, carrier.DesktopID)
		}
		targets = append(targets, seen...)
		if len(targets) > ahead && !r.limits.needsCount(o, len(targets)) {
			return page, nil
		}
		for part := range slices.Chunk(seen, MaxDesktopsPerCall) {
			observing.Go(func() { _ = r.guard(func() error { p.observeCall(ctx, nil, part); return nil }) })
		}
		return page, nil
	})
	if err == nil {
		err = grew
	}
	f.fail(err)
	observing.Wait()
	handing.Wait()
	if f.close() {
		f.hand(targets)
		return nil, err
	}
	rows := make([]row, len(targets))
	for i, t := range targets {
		if t.observed && t.seen != nil {
			rows[i] = row{*t.seen, t.seenAt}
		}
		rows[i].desktop.DesktopID, rows[i].desktop.EndUserIDs = t.id, t.users
	}
	return rows, err
}

// openFor opens the flow if all desktops of the region together fit every limit: then those that carry a tag do,
// however many they are. A listing of tags does not say how many rows it has.
func (f *flow) openFor(ctx context.Context) {
	p := f.order.place
	all := 0
	err := p.run.read(ctx, nil, "DescribeDesktops", func(ctx context.Context) error {
		page, err := p.session.DescribeDesktops(ctx, p.regionID, events.Select{All: true}, "")
		all = page.TotalCount
		return err
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil && all > 0 && !f.started {
		f.started = true
		f.open = f.reserve(all)
		f.changed.Broadcast()
	}
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

// close says that the flow is not opened any more. It reports whether it is open.
func (f *flow) close() bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started = true
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
