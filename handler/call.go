package handler

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// maxTries of one call, the first included. With the pauses below that is about 15 seconds.
const maxTries = 8

// longestPause caps what a service asks us to wait: a function is billed while it waits.
const longestPause = 5 * time.Second

// tries counts the attempts at one thing and pauses between them: exponential, with jitter.
type tries struct {
	left    int
	backoff *backoff.ExponentialBackOff
}

func newTries() *tries {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 200 * time.Millisecond
	b.Multiplier = 2
	b.MaxInterval = longestPause
	return &tries{left: maxTries - 1, backoff: b}
}

// again pauses after a failure, at least as long as the service asked for. It returns false when
// the tries are used up or the time is.
func (t *tries) again(ctx context.Context, e *CallError) bool {
	if t.left <= 0 {
		return false
	}
	t.left--
	return sleep(ctx, max(t.backoff.NextBackOff(), min(e.RetryAfter, longestPause)))
}

// sleep for d. It returns false if ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// errTimeUp says that a call was not made: the time was up before its turn.
var errTimeUp = errors.New("the time was up before the call's turn")

// slot is a turn that calls are made in. It travels in the context, so that a call within a turn
// does not wait for one of its own: with all turns held by such callers nobody would ever move.
type slot struct{ throttled atomic.Bool }

type slotKey struct{}

// turn runs f within the limit of calls at once. The error is that of f, or errTimeUp if the turn
// never came.
func (r *run) turn(ctx context.Context, f func(context.Context) error) error {
	if _, within := ctx.Value(slotKey{}).(*slot); within {
		return f(ctx)
	}
	epoch, err := r.h.gate.enter(ctx)
	if err != nil {
		return errTimeUp
	}
	s := &slot{}
	defer func() { r.h.gate.leave(epoch, s.throttled.Load()) }() // also when f panics
	return f(context.WithValue(ctx, slotKey{}, s))
}

// attempt makes one call in its turn. The error is a *CallError, or errTimeUp if the call was not
// made at all.
func (r *run) attempt(ctx context.Context, action string, call func(context.Context) error) error {
	return r.turn(ctx, func(ctx context.Context) error {
		r.count(action)
		err := call(ctx)
		if e := asCallError(err); e != nil && e.Family == Throttled {
			ctx.Value(slotKey{}).(*slot).throttled.Store(true)
		}
		return err
	})
}

// read makes a call that changes nothing, and tries again while that may help. One that the end of
// the time cut off has done no harm: it counts as not made, unless EDS has failed it before.
func (r *run) read(ctx context.Context, action string, call func(context.Context) error) error {
	var before error = errTimeUp
	for t := newTries(); ; {
		err := r.attempt(ctx, action, call)
		if err != nil && ctx.Err() != nil {
			return before
		}
		e := asCallError(err)
		if e == nil || !e.passing() || !t.again(ctx, e) {
			return err
		}
		before = err
	}
}

// asCallError returns the *CallError in err, or nil if there is none.
func asCallError(err error) *CallError {
	var e *CallError
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// pages makes a listing, page by page, until there is no more. A page that fails fails it all: a
// part of a list must not pass for the whole.
func pages[T any](ctx context.Context, r *run, action string, page func(ctx context.Context, nextToken string) (Page[T], error)) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	listed, total := 0, 0
	for token := ""; ; {
		var p Page[T]
		err := r.read(ctx, action, func(ctx context.Context) (err error) {
			if p, err = page(ctx, token); err == nil && p.Listed == 0 && listed < cmp.Or(p.TotalCount, total) {
				return missingRows(action)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, p.Rows...)
		listed, total = listed+p.Listed, cmp.Or(p.TotalCount, total)
		if token = p.NextToken; token == "" {
			return all, nil
		}
		if seen[token] {
			return nil, &CallError{Action: action, Family: Ambiguous, Code: "EndlessListing", Message: "EDS answered a page with the token of one before"}
		}
		seen[token] = true
	}
}

// missingRows is the error of an empty page where TotalCount, of this page or of one before, says that
// there are more rows. The rows that are missing may be those that protect a desktop.
func missingRows(action string) *CallError {
	return &CallError{Action: action, Family: Ambiguous, Code: "UnreadableAnswer", Message: "EDS answered an empty page before the TotalCount of the listing was reached"}
}
