package stop

import (
	"context"
	"errors"
	"sync"
	"time"
)

// freshness is how long an observation may be relied on: 5 seconds, less the time that a call may wait for its
// claims after the last check. What is older when a call is due is observed again.
const freshness = 5*time.Second - 2*arrivalTime

// age of what was found out at a time. The platform may freeze an instance: then the monotonic clock may
// stand still, and only the wall clock shows how old it is.
func age(at time.Time) time.Duration {
	return max(time.Since(at), time.Now().Round(0).Sub(at.Round(0)))
}

// listing is something known of a whole region rather than of one desktop: who carries a tag, whose
// desktop it is, who was used. It is made once for all orders that need it, and made again when it is
// older than an observation may be.
type listing[T any] struct {
	list   func(context.Context, *slot) (map[string]T, error)
	making chan struct{} // holds one token while nobody makes it

	mu   sync.Mutex   // for what follows; never held while waiting
	at   time.Time    // from when on its age counts
	rows map[string]T // by folded desktop ID
	err  error        // why it could not be made
	// ended is when the last attempt at making it ended.
	ended time.Time
	// made and none are of the last attempt that succeeded: there was one, and it listed no desktop.
	made, none bool
}

func newListing[T any](list func(context.Context, *slot) (map[string]T, error)) *listing[T] {
	l := &listing[T]{list: list, making: make(chan struct{}, 1), err: errTimeUp}
	l.making <- struct{}{}
	return l
}

// refresh makes the listing unless it is fresh. Of several that ask at once, one makes it and the
// others wait, outside of their slots.
func (l *listing[T]) refresh(ctx context.Context, r *run, s *slot) {
	asked := time.Now()
	if !l.take(ctx, s) {
		return
	}
	defer func() { l.making <- struct{}{} }()
	if l.fresh() || l.failedSince(asked) {
		return
	}
	began := time.Now()
	var rows map[string]T
	err := r.guard(func() (err error) {
		rows, err = l.list(ctx, s)
		return err
	})
	done := time.Now()

	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows, l.err, l.ended = rows, err, done
	if err == nil {
		l.made, l.none = true, len(rows) == 0
	}
	l.at = countsFrom(began, done)
}

// countsFrom returns the time from which on the age of a list counts: when it was asked for, as with an
// observation. But a list of many pages takes its time, and must not be old when it is complete: nobody
// could ever stop anything by it.
func countsFrom(began, done time.Time) time.Time {
	return latest(began, done.Add(-freshness/2))
}

// grace is how long a caller whose time is up still waits for the one that makes the listing. The time of that one
// is up as well, and it knows why the listing failed.
const grace = 100 * time.Millisecond

// take waits for the listing's token. It returns false if ctx ended before.
func (l *listing[T]) take(ctx context.Context, s *slot) bool {
	select {
	case <-l.making:
		return true
	default:
	}
	return s.outside(ctx, func() bool {
		select {
		case <-l.making:
			return true
		case <-ctx.Done():
		}
		select {
		case <-l.making:
			return true
		case <-time.After(grace):
			return false
		}
	})
}

// failedSince reports whether the listing was given up after the time asked. A caller that waited for it
// meanwhile takes the failure for its own: if each of many made it anew, the last would wait for all.
func (l *listing[T]) failedSince(asked time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err != nil && l.ended.After(asked)
}

// get returns what the listing says of a desktop. Ask unknown first.
func (l *listing[T]) get(desktopID string) (T, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	row, ok := l.rows[foldID(desktopID)]
	return row, ok
}

// told is when the listing was complete; zero if it says nothing.
func (l *listing[T]) told() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return time.Time{}
	}
	return l.ended
}

// attempted reports whether the listing was made, or given up, before.
func (l *listing[T]) attempted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.ended.IsZero()
}

// listedNothing reports whether the listing had no desktop at all when it could last be made. For a warning that
// is enough, for a decision it is not.
func (l *listing[T]) listedNothing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.none
}

// wasMade reports whether the listing could ever be made.
func (l *listing[T]) wasMade() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.made
}

// unknown is why the listing says nothing; nil if it does.
func (l *listing[T]) unknown() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// fresh reports whether the listing may still be relied on.
func (l *listing[T]) fresh() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err == nil && age(l.at) <= freshness
}

// knowledge is a listing whatever it lists.
type knowledge interface {
	refresh(context.Context, *run, *slot)
	unknown() error
	fresh() bool
}

// knowledge returns what decisions about the order's desktops need, and no more: what another order
// needs must neither fail nor delay this one.
func (o *order) knowledge() []knowledge {
	var all []knowledge
	if !o.tagsByID {
		all = tagListings(o)
	}
	if o.place.denied != nil {
		all = append(all, o.place.denied)
	}
	if o.uses != nil {
		all = append(all, o.uses)
	}
	if o.excludedUsers != nil {
		all = append(all, o.excludedUsers)
	}
	return all
}

// unknown is why nothing can be decided about the order's desktops; nil if something can.
func (o *order) unknown() error {
	var faults []error
	for _, k := range o.knowledge() {
		faults = append(faults, k.unknown())
	}
	return errors.Join(faults...)
}
