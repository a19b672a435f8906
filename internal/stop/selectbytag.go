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
// Each page has the token of the next one, so they cannot be read side by side. Nothing is stopped before all are
// listed: a retry has to begin elsewhere among them, see workList.
func (p *place) carriersSeen(ctx context.Context, o *order, tag events.Tag) ([]row, error) {
	r := p.run
	ahead := p.pace.width() * MaxDesktopsPerCall
	if r.invocation.RetryCount > 0 {
		ahead = 0 // a retry begins elsewhere: what is listed first comes late
	}
	var observing sync.WaitGroup
	var targets []*target
	_, err := pages(ctx, p, nil, "ListTagResources", func(calling context.Context, token string) (Page[Tagged], error) {
		page, err := p.session.ListTagResources(calling, p.regionID, tag, token)
		seen := make([]*target, len(page.Rows))
		for i, carrier := range page.Rows {
			seen[i] = newTarget(o, carrier.DesktopID)
		}
		targets = append(targets, seen...)
		if len(targets) > ahead && !r.limits.needsCount(o, len(targets)) {
			return page, err
		}
		for part := range slices.Chunk(seen, MaxDesktopsPerCall) {
			observing.Go(func() { _ = r.guard(func() error { p.observeCall(ctx, nil, part); return nil }) })
		}
		return page, err
	})
	observing.Wait()
	rows := make([]row, len(targets))
	for i, t := range targets {
		if t.observed && t.seen != nil {
			rows[i] = row{*t.seen, t.seenAt}
		}
		rows[i].desktop.DesktopID, rows[i].desktop.EndUserIDs = t.id, t.users
	}
	return rows, err
}
