package handler

import (
	"context"
	"slices"
	"sync"
	"time"

	"stopdesktops/events"
)

// listing is something known of a whole region rather than of one desktop: who carries a tag, whose
// desktop it is, who was used. It is made once for all desktops, beside the look at their state, and
// made again when it is older than a look may be.
type listing[T any] struct {
	list func(context.Context) (map[string]T, error)
	// also, if not nil, says what is known of a desktop that the listing does not have.
	also func(desktopID string) (T, bool)
	turn chan struct{} // holds one token while nobody makes it

	mu   sync.Mutex // for what follows; never held while waiting
	at   time.Time  // from when on its age counts
	rows map[string]T
	err  error // why it could not be made
	// ended is when the last attempt at making it ended.
	ended time.Time
}

func newListing[T any](list func(context.Context) (map[string]T, error)) *listing[T] {
	l := &listing[T]{list: list, turn: make(chan struct{}, 1), err: errTimeUp}
	l.turn <- struct{}{}
	return l
}

// refresh makes the listing unless it is fresh. Of several who ask at once, one makes it and the
// others wait.
func (l *listing[T]) refresh(ctx context.Context) {
	asked := time.Now()
	if !l.take(ctx) {
		return
	}
	defer func() { l.turn <- struct{}{} }()
	if l.fresh() || l.throttledSince(asked) {
		return
	}
	began := time.Now()
	rows, err := l.makeSafely(ctx)
	done := time.Now()

	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows, l.err, l.ended = rows, err, done
	// Its age counts from when it was asked for, as that of a look. But one of many pages takes its
	// time, and must not be old when it is complete: nobody could ever stop anything by it.
	if l.at = began; done.Sub(began) > freshness/2 {
		l.at = done.Add(-freshness / 2)
	}
}

// take waits for the listing's token. It returns false if ctx ended before.
func (l *listing[T]) take(ctx context.Context) bool {
	select {
	case <-l.turn:
		return true
	default:
	}
	return outside(ctx, func() bool {
		select {
		case <-l.turn:
			return true
		case <-ctx.Done():
			return false
		}
	})
}

// throttledSince says whether the listing was given up as throttled after the time asked. A caller
// that waited for it meanwhile need not be throttled for another window.
func (l *listing[T]) throttledSince(asked time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := asCallError(l.err)
	return e != nil && e.Family == Throttled && l.ended.After(asked)
}

// makeSafely keeps a fault of this program in one listing from spoiling all others.
func (l *listing[T]) makeSafely(ctx context.Context) (rows map[string]T, err error) {
	defer func() {
		if recover() != nil {
			rows, err = nil, errPanicked
		}
	}()
	return l.list(ctx)
}

// get returns what the listing says of a desktop. Ask unknown first.
func (l *listing[T]) get(desktopID string) (T, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	row, ok := l.rows[desktopID]
	if !ok && l.also != nil {
		return l.also(desktopID)
	}
	return row, ok
}

// empty says whether it is known that the listing has no desktop at all.
func (l *listing[T]) empty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err == nil && len(l.rows) == 0
}

// unknown is why the listing says nothing: nil if it does.
func (l *listing[T]) unknown() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// fresh says whether the listing may still be relied on.
func (l *listing[T]) fresh() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err == nil && time.Since(l.at) <= freshness
}

// knowledge is a listing whatever it lists.
type knowledge interface {
	refresh(context.Context)
	unknown() error
	fresh() bool
}

// tagKey is the identity of a tag that is listed: "env=prod" with any value is not env with the value prod.
type tagKey struct {
	key, value string
	anyValue   bool
}

func keyOf(tag events.Tag) tagKey {
	if tag.Value == nil {
		return tagKey{key: tag.Key, anyValue: true}
	}
	return tagKey{key: tag.Key, value: *tag.Value}
}

// tagged lists the desktops of a region that carry a tag, with its value: one listing, whoever asks.
func (r *run) tagged(g *region, tag events.Tag) *listing[string] {
	key := keyOf(tag)
	l := g.tags[key]
	if l == nil {
		l = newListing(func(ctx context.Context) (map[string]string, error) {
			rows, err := r.carriers(ctx, g.id, tag)
			values := make(map[string]string, len(rows))
			for _, row := range rows {
				values[row.DesktopID] = row.Value
			}
			return values, err
		})
		g.tags[key] = l
	}
	return l
}

// carriers are the desktops that carry a tag, in the order of the service.
func (r *run) carriers(ctx context.Context, regionID string, tag events.Tag) ([]Tagged, error) {
	return pages(ctx, r, "ListTagResources", func(ctx context.Context, token string) (Page[Tagged], error) {
		return r.eds.ListTagResources(ctx, regionID, tag, token)
	})
}

// carriersSeen are the desktops that carry a tag, with their state: each page of them is looked at
// beside the next page, so that the looks cost no time. Of a big fleet only the first wave is looked at,
// unless all desktops must be counted. There may be no time for more, and what is seen too early is old
// when its wave comes.
func (r *run) carriersSeen(ctx context.Context, regionID string, tag events.Tag, asksUsers bool) ([]sighting, error) {
	ahead := r.h.gate.width() * MaxDesktopsPerCall
	var looks sync.WaitGroup
	var desktops []*desktop
	_, err := pages(ctx, r, "ListTagResources", func(turn context.Context, token string) (Page[Tagged], error) {
		p, err := r.eds.ListTagResources(turn, regionID, tag, token)
		page := make([]*desktop, len(p.Rows))
		for i, row := range p.Rows {
			page[i] = &desktop{regionID: regionID, desktopID: row.DesktopID, fate: undecided, asksUsers: asksUsers}
		}
		desktops = append(desktops, page...)
		if len(desktops) > ahead && len(desktops) <= r.limit {
			return p, err
		}
		for part := range slices.Chunk(page, MaxDesktopsPerCall) {
			looks.Go(func() { r.guarded(0, func(int) { r.lookAt(ctx, part) }, func(int) {}) })
		}
		return p, err
	})
	looks.Wait()
	seen := make([]sighting, len(desktops))
	for i, d := range desktops {
		if d.looked && d.seen != nil {
			seen[i] = sighting{*d.seen, d.seenAt}
		}
		seen[i].desktop.DesktopID, seen[i].desktop.EndUserIDs = d.desktopID, d.users
	}
	return seen, err
}

// sighting is a desktop in a page of DescribeDesktops: as good as a look at it.
type sighting struct {
	desktop Desktop
	at      time.Time // when its page was asked for
}

// described are the desktops that match every filter of choice but its tags. Of many users EDS is
// asked in parts, all at once: a desktop of two users can be in two of them.
func (r *run) described(ctx context.Context, regionID string, choice events.Select) ([]sighting, error) {
	if len(choice.EndUserId) <= MaxUsersPerCall {
		return r.describedPages(ctx, regionID, choice)
	}
	parts := slices.Collect(slices.Chunk(choice.EndUserId, MaxUsersPerCall))
	seen, errs := make([][]sighting, len(parts)), make([]error, len(parts))
	r.parallel(len(parts), func(i int) {
		part := choice
		part.EndUserId = parts[i]
		seen[i], errs[i] = r.describedPages(ctx, regionID, part)
	}, func(i int) { errs[i] = errPanicked })
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return nil, errs[i]
	}
	return slices.Concat(seen...), nil
}

func (r *run) describedPages(ctx context.Context, regionID string, choice events.Select) ([]sighting, error) {
	return pages(ctx, r, "DescribeDesktops", func(ctx context.Context, token string) (Page[sighting], error) {
		at := time.Now()
		p, err := r.eds.DescribeDesktops(ctx, regionID, choice, token)
		seen := make([]sighting, len(p.Rows))
		for i, d := range p.Rows {
			seen[i] = sighting{d, at}
		}
		return Page[sighting]{Rows: seen, NextToken: p.NextToken, Listed: p.Listed, TotalCount: p.TotalCount}, err
	})
}

// use is when users last had to do with a desktop.
type use struct {
	began time.Time // last start, connection or attempt at one
	any   time.Time // the same or a disconnection
}

// used lists when desktops were last used, as far as that is since a time.
func (r *run) used(regionID string, since time.Time) *listing[use] {
	return newListing(func(ctx context.Context) (map[string]use, error) {
		rows, err := pages(ctx, r, "DescribeClientEvents", func(ctx context.Context, token string) (Page[ClientEvent], error) {
			return r.eds.DescribeClientEvents(ctx, regionID, since, token)
		})
		uses := map[string]use{}
		for _, row := range rows {
			u := uses[row.DesktopID]
			u.any = latest(u.any, row.Time)
			if row.Type != desktopDisconnect {
				u.began = latest(u.began, row.Time)
			}
			uses[row.DesktopID] = u
		}
		return uses, err
	})
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
