package stop

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// flow carries the desktops of a big selection from its listing to the unit that stops them, while the
// listing is still read. What was listed first is stopped before it is too old to be stopped.
//
// That is possible only if the first page says how many desktops there are, and so many fit every limit:
// see limits.reserveCount. Otherwise the flow only collects the rows.
type flow struct {
	order *order

	mu       sync.Mutex
	changed  sync.Cond
	started  bool // it is known whether the flow is open
	open     bool // desktops may be stopped before all are listed
	ended    bool
	err      error              // why the listing was not read to its end
	listed   collector          // while the flow is not open
	byID     map[string]*target // nil: the unit is done with it
	waiting  []*target          // for the unit
	working  []*target          // those that the unit works on
	newer    map[string]row     // rows about desktops that came beside their listing, or after it
	reserved int
	unusable map[string]bool // IDs in its rows that are none
}

// mayFlow reports whether the order's desktops could be stopped while they are listed: the order is alone in
// its invocation, so no other order's desktops have to be counted with it, and one listing says what it means.
func mayFlow(o *order) bool {
	r, q := o.place.run, o.Request
	return r.units == 1 && r.policy.Preflight && !o.plans() && q.DesktopId == nil && len(q.Select.EndUserId) <= MaxUsersPerCall
}

// flows begins to list the desktops that an order means. If they can be stopped meanwhile, o.flow is set, and
// nothing is returned. Otherwise flows returns the whole listing.
func flows(ctx context.Context, o *order, p *place) ([]row, error) {
	f := &flow{order: o, byID: map[string]*target{}, newer: map[string]row{}, unusable: map[string]bool{}}
	f.changed.L = &f.mu
	listing := &reader{place: p, choice: *o.Request.Select, took: f.take, failed: f.fail}
	r := o.place.run
	r.background.Go(func() {
		f.end(r.guard(func() error { return listing.read(ctx, nil) }))
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	for !f.ended && !f.open {
		f.changed.Wait()
	}
	if f.open {
		o.flow = f
		o.size.setsMany() // the flow is for big selections: their tags come from the listings of the region
		return nil, nil
	}
	return f.listed.rows(), f.err
}

// take the rows of a page. It returns an error if there are more than may be stopped.
func (f *flow) take(now *round, number int, rows []row) error {
	if f.opens(now) {
		return f.pass(now, rows)
	}
	f.listed.add(now, number, rows)
	return nil
}

// opens reports whether the flow is open. The first page decides.
func (f *flow) opens(now *round) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.started {
		f.started = true
		f.open = now.total > sideBySideRows && f.reserve(now.total)
		f.changed.Broadcast()
	}
	return f.open
}

// reserve room within the limits for n desktops in all.
func (f *flow) reserve(n int) bool {
	if n > f.reserved && !f.order.place.run.limits.reserveCount(f.order, n-f.reserved) {
		return false
	}
	f.reserved = max(n, f.reserved)
	return true
}

// pass desktops on to the unit, each once.
func (f *flow) pass(now *round, rows []row) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.changed.Broadcast()
	if now.exceeds() {
		return selectionGrew(now)
	}
	for _, s := range rows {
		id := s.desktop.DesktopID
		switch t, known := f.byID[id]; {
		case !events.ValidDesktopId(id):
			f.unusable[id] = true
		case !known:
			t = newTarget(f.order, id)
			t.sight(s)
			f.byID[id] = t
			f.waiting = append(f.waiting, t)
		case t != nil && s.at.After(f.newer[id].at): // listed again: what was asked last counts, if that is not too late
			f.newer[id] = s
		}
	}
	if !f.reserve(len(f.byID)) {
		return selectionGrew(now)
	}
	return nil
}

// fail says why the listing cannot be read to its end.
func (f *flow) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = cmp.Or(f.err, err)
}

func (f *flow) end(err error) {
	f.fail(err)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.changed.Broadcast()
}

// next waits for desktops. It returns those that came since the last call, and whether more may come.
func (f *flow) next() (targets []*target, more bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.waiting) == 0 && !f.ended {
		f.changed.Wait()
	}
	for _, t := range f.working {
		f.byID[t.id] = nil
		delete(f.newer, t.id)
	}
	targets, f.waiting = f.waiting, nil
	f.working = targets
	return targets, !f.ended
}

// renew takes the rows that came since the targets were handed to the unit for observations.
func (f *flow) renew(targets []*target) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.newer) == 0 {
		return
	}
	for _, t := range targets {
		if s, again := f.newer[t.id]; again {
			t.sight(s)
		}
	}
}

// broken is why the desktops must not be stopped any more; nil if they may.
func (f *flow) broken() *CallError {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return asCallError(f.err)
}

// drain lets a unit stop the desktops as they come.
func (f *flow) drain(ctx context.Context, u *unit) {
	for more := true; more; {
		var targets []*target
		targets, more = f.next()
		f.order.targets = append(f.order.targets, targets...)
		if f.broken() != nil {
			leave(u, targets)
			continue
		}
		u.waves(ctx, targets)
	}
	f.order.unread = f.err
	chosen := selection{rows: make([]row, len(f.order.targets)), unusable: slices.Sorted(maps.Keys(f.unusable))}
	if err := f.order.warnOfSelection(chosen); err != nil && f.err == nil {
		f.order.fail(err)
	}
}

// leave the desktops that were still to be stopped when the listing broke.
func leave(u *unit, targets []*target) {
	allTo(u.plan(targets), notAttempted, unreadSelection)
}

var unreadSelection = &result{reason: report.ReasonSelectionUnread, retryable: true,
	message: "the listing of the selection could not be read to its end, so nothing more was stopped"}

// goAhead returns the targets if a call may be made for them. It may not once the listing has broken.
func (b *batch) goAhead(targets []*target) []*target {
	if b.orders[0].flow.broken() == nil || len(targets) == 0 {
		return targets
	}
	allTo(targets, notAttempted, unreadSelection)
	return nil
}

// selectionGrew is the error of a listing that has more desktops than was reserved for it.
func selectionGrew(now *round) error {
	return &CallError{Action: "DescribeDesktops", Family: Ambiguous, Code: "SelectionGrew",
		Message: fmt.Sprintf("EDS lists more desktops than it says there are (%s)", desktops(now.most))}
}

// problemOfUnread is the problem of an order whose selection was not read to its end.
func (o *order) problemOfUnread() *report.Problem {
	p := &report.Problem{Code: report.CodeDeadline, HTTPStatus: http.StatusGatewayTimeout, Message: "the time was up"}
	if e := asCallError(o.unread); e != nil {
		p = callProblem(e)
	}
	p.Retryable = true
	p.Message = cmp.Or(p.Message, p.Code) + ". The selection was not read to its end, so the report has only the desktops listed before, and nothing more was stopped: send the event again"
	return p
}
