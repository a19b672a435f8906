package handler

import (
	"context"
	"errors"
	"slices"
	"time"
)

// freshness is how long a look may be relied on: a desktop whose last look is older when its call
// is due is looked at again.
const freshness = 5 * time.Second

// fresh says whether the last look at d may still be relied on, and what is known of its users.
func (d *desktop) fresh() bool {
	return d.looked && time.Since(d.seenAt) <= freshness && (!d.needsUsers() || time.Since(d.usersAt) <= freshness)
}

// look asks EDS for the state of the desktops, a call per 100 of one region, all at once.
func (r *run) look(ctx context.Context, desktops []*desktop) {
	groups := chunk(desktops, func(d *desktop) string { return d.regionID })
	r.parallel(len(groups), func(i int) { r.lookAt(ctx, groups[i]) }, func(i int) {
		for _, d := range groups[i] {
			d.looked, d.lookErr = false, errPanicked
		}
	})
}

var errPanicked = &CallError{Action: "DescribeDesktopInfo", Family: Temporary, Code: CodeInternal, Message: "a fault of this program: see its log"}

// lookAt looks at up to 100 desktops of one region, in one call that is tried again while that may
// help, and in a second one at whose they are, where that matters. A call refused because of one of them is made again for its halves, so that the others are
// seen; what is refused alone as unknown is not there.
func (r *run) lookAt(ctx context.Context, desktops []*desktop) {
	r.lookInParts(ctx, desktops, newBisection())
	r.lookAtUsers(ctx, desktops)
}

func (r *run) lookInParts(ctx context.Context, desktops []*desktop, parts *bisection) {
	if len(desktops) == 0 {
		return
	}
	rows, at, err := r.askState(ctx, desktops)
	if err == nil && noneOf(desktops, rows) && !absent(desktops) {
		// All are unknown, or the list came empty by mistake. Not found is final: ask once more.
		rows, at, err = r.askState(ctx, desktops)
	}
	switch e := asCallError(err); {
	case e != nil && e.refused() && len(desktops) > 1 && parts.refuse():
		half := len(desktops) / 2
		r.lookInParts(ctx, desktops[:half], parts)
		r.lookInParts(ctx, desktops[half:], parts)
		return
	case e != nil && e.Family == NotFound && len(desktops) == 1:
		rows, err, parts.succeeded = nil, nil, true
	case err == nil:
		parts.succeeded = true
	}
	note(desktops, rows, at, err)
}

// askState asks EDS once for the state of these desktops of one region. The age of what it says counts
// from when it was asked.
func (r *run) askState(ctx context.Context, desktops []*desktop) (rows []Desktop, at time.Time, err error) {
	err = r.read(ctx, "DescribeDesktopInfo", func(ctx context.Context) (err error) {
		at = time.Now()
		rows, err = r.eds.DescribeDesktopInfo(ctx, desktops[0].regionID, desktopIDs(desktops))
		return err
	})
	return rows, at, err
}

// noneOf reports whether no row is about one of the desktops.
func noneOf(desktops []*desktop, rows []Desktop) bool {
	return !slices.ContainsFunc(rows, func(row Desktop) bool {
		return slices.ContainsFunc(desktops, func(d *desktop) bool { return d.desktopID == row.DesktopID })
	})
}

// absent reports whether EDS did not know any of these desktops before: that needs no second proof.
func absent(desktops []*desktop) bool {
	return !slices.ContainsFunc(desktops, func(d *desktop) bool { return !d.looked || d.seen != nil })
}

// note keeps what a look at these desktops told. Rows of other desktops are ignored.
func note(desktops []*desktop, rows []Desktop, at time.Time, err error) {
	seen := make(map[string]*Desktop, len(rows))
	for i := range rows {
		if first := seen[rows[i].DesktopID]; first != nil {
			*first = Desktop{DesktopID: first.DesktopID} // told twice: believe neither
			continue
		}
		seen[rows[i].DesktopID] = &rows[i]
	}
	var last *Desktop
	for _, d := range desktops {
		if d.lookErr = err; err != nil {
			d.looked = false
			continue
		}
		d.looked, d.seen, d.seenAt = true, seen[d.desktopID], at
		if d.seen == nil {
			continue
		}
		if last == nil || !last.alike(d.seen) {
			last = d.seen.anonymous()
		}
		d.seen = last
	}
}

// alike says whether the same is told of two desktops.
func (d *Desktop) alike(other *Desktop) bool {
	return d.DesktopStatus == other.DesktopStatus && d.ConnectionStatus == other.ConnectionStatus && slices.Equal(d.ManagementFlags, other.ManagementFlags)
}

// anonymous is what is told of a desktop without its ID, so that others of which the same is told can
// share it: of big fleets, most are alike.
func (d Desktop) anonymous() *Desktop {
	d.DesktopID = ""
	return &d
}

// blind is the fate of a desktop that could not be looked at.
func blind(err error) *fate {
	if errors.Is(err, errTimeUp) {
		return &fate{outcome: NotAttempted, reason: ReasonDeadline, retryable: true}
	}
	return failure(asCallError(err))
}

func failure(e *CallError) *fate {
	return &fate{
		outcome:   Failed,
		code:      e.Code,
		message:   e.Message,
		requestID: e.RequestID,
		retryable: e.passing(),
		throttled: e.Family == Throttled,
	}
}

// chunk splits into runs of at most 100 of the same key, in the order given.
func chunk[T any, K comparable](all []T, key func(T) K) [][]T {
	var keys []K
	groups := map[K][]T{}
	for _, t := range all {
		k := key(t)
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], t)
	}
	var chunks [][]T
	for _, k := range keys {
		chunks = slices.AppendSeq(chunks, slices.Chunk(groups[k], MaxDesktopsPerCall))
	}
	return chunks
}

func desktopIDs(desktops []*desktop) []string {
	ids := make([]string, len(desktops))
	for i, d := range desktops {
		ids[i] = d.desktopID
	}
	return ids
}
