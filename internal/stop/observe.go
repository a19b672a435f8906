package stop

import (
	"context"
	"slices"
	"strings"
	"time"
)

// fresh reports whether the last observation of t may still be relied on, and what is known of its users.
func (t *target) fresh() bool {
	return t.observed && age(t.seenAt) <= freshness && (!t.needsUsers() || age(t.owners.at) <= freshness)
}

// observe asks EDS for the state of the targets: a call per 100, all at once.
func (p *place) observe(ctx context.Context, targets []*target) {
	p.observeBy(ctx, targets, p.observeCall)
}

// observeState is observe without finding out whose the desktops are.
func (p *place) observeState(ctx context.Context, targets []*target) {
	p.observeBy(ctx, targets, func(ctx context.Context, s *slot, part []*target) { p.observeParts(ctx, s, part, refusalBudgets{}) })
}

func (p *place) observeBy(ctx context.Context, targets []*target, call func(context.Context, *slot, []*target)) {
	parts := slices.Collect(slices.Chunk(targets, MaxDesktopsPerCall))
	errs := p.run.each(len(parts), func(i int) error { call(ctx, nil, parts[i]); return nil })
	for i, err := range errs {
		if err != nil {
			note(parts[i], nil, time.Time{}, err)
		}
	}
}

// observeCall observes up to 100 targets in one call, retried while that may help. A call
// refused because of one of them is made again for its halves, so that the others are seen. What is
// refused alone as unknown is not there.
func (p *place) observeCall(ctx context.Context, s *slot, targets []*target) {
	p.observeParts(ctx, s, targets, refusalBudgets{})
	p.observeUsers(ctx, s, targets)
}

func (p *place) observeParts(ctx context.Context, s *slot, targets []*target, budgets refusalBudgets) {
	if len(targets) == 0 {
		return
	}
	rows, at, err := p.askState(ctx, s, targets)
	if err == nil && noneOf(targets, rows) && !absent(targets) {
		// All are unknown, or the list came empty by mistake. Not found is final: ask once more.
		rows, at, err = p.askState(ctx, s, targets)
	}
	switch e := asCallError(err); {
	case e != nil && e.refused() && len(targets) > 1:
		rest, spent := budgets.refuse(targets)
		note(spent, nil, at, err)
		for _, part := range halves(rest, spent) {
			p.observeParts(ctx, s, part, budgets)
		}
		return
	case e != nil && e.Family == NotFound && len(targets) == 1:
		rows, err = nil, nil
		budgets.succeed(targets)
	case err == nil:
		budgets.succeed(targets)
	}
	note(targets, rows, at, err)
}

// askState asks EDS once for the state of the targets. The age of what it says counts from when it was
// asked.
func (p *place) askState(ctx context.Context, s *slot, targets []*target) (rows []Desktop, at time.Time, err error) {
	err = read(ctx, p, s, "DescribeDesktopInfo", func(ctx context.Context) (err error) {
		at = time.Now()
		rows, err = p.session.DescribeDesktopInfo(ctx, p.regionID, ids(targets))
		return err
	})
	return rows, at, err
}

// noneOf reports whether no row is about one of the targets.
func noneOf(targets []*target, rows []Desktop) bool {
	return !slices.ContainsFunc(rows, func(row Desktop) bool {
		return slices.ContainsFunc(targets, func(t *target) bool { return t.id == row.DesktopID })
	})
}

// absent reports whether EDS did not know any of the targets before: that needs no second proof.
func absent(targets []*target) bool {
	return !slices.ContainsFunc(targets, func(t *target) bool { return !t.observed || t.seen != nil })
}

// note keeps what an observation told of these targets. Rows of other desktops are ignored.
func note(targets []*target, rows []Desktop, at time.Time, err error) {
	seen := make(map[string]*Desktop, len(rows))
	for i := range rows {
		if first := seen[rows[i].DesktopID]; first != nil {
			*first = Desktop{DesktopID: first.DesktopID} // told twice: believe neither
			continue
		}
		seen[rows[i].DesktopID] = &rows[i]
	}
	var last *Desktop
	for _, t := range targets {
		if t.seenErr = err; err == nil && seen[t.id] == nil && otherCase(t.id, rows) {
			t.seenErr = errOtherCase
		}
		if t.seenErr != nil {
			t.observed = false
			continue
		}
		t.observed, t.seen, t.seenAt = true, seen[t.id], at
		if t.seen == nil {
			continue
		}
		if last == nil || !last.alike(t.seen) {
			last = t.seen.anonymous()
		}
		t.seen = last
	}
}

// errOtherCase is about a desktop that EDS answers for under an ID that differs by case alone.
var errOtherCase = &CallError{Action: "DescribeDesktopInfo", Family: Invalid, Code: "OtherCase",
	Message: "EDS answered with an ID that differs from this one by case alone: write the ID as EDS does"}

// otherCase reports whether a row differs from the ID by case alone. It is not known whether that is the
// same desktop.
func otherCase(id string, rows []Desktop) bool {
	return slices.ContainsFunc(rows, func(row Desktop) bool { return row.DesktopID != id && strings.EqualFold(row.DesktopID, id) })
}

// sight takes a row of a listing for an observation, if it tells the state and is newer than the last.
func (t *target) sight(s row) {
	if users := s.desktop.EndUserIDs; t.order.asksUsers() && users != nil && s.at.After(t.owners.at) {
		t.owners = &owners{users: users, at: s.at}
	}
	if s.at.After(t.seenAt) {
		t.observed, t.seenErr, t.seen, t.seenAt = true, nil, s.desktop.anonymous(), s.at
	}
}

// alike reports whether the same is told of two desktops.
func (d *Desktop) alike(other *Desktop) bool {
	return d.DesktopStatus == other.DesktopStatus && d.ConnectionStatus == other.ConnectionStatus && slices.Equal(d.ManagementFlags, other.ManagementFlags)
}

// anonymous is what is told of a desktop without its ID, so that others of which the same is told can
// share it: in big fleets most are alike.
func (d Desktop) anonymous() *Desktop {
	d.DesktopID, d.EndUserIDs = "", nil
	return &d
}
