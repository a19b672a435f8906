package handler

import (
	"cmp"
	"context"
	"errors"
)

// errTimeUp says that a call was not made: the time was up before its turn.
var errTimeUp = errors.New("the time was up before the call's turn")

// attempt makes one call in its turn. The error is a *CallError, or errTimeUp if the call was not
// made at all.
func (r *run) attempt(ctx context.Context, action string, call func(context.Context) error) error {
	return r.turn(ctx, func(ctx context.Context) error {
		r.count(action)
		err := call(ctx)
		e := asCallError(err)
		slotOf(ctx).note(action, e != nil && e.Family == Throttled)
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
