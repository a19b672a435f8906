package stop

import (
	"cmp"
	"context"
	"slices"
	"time"

	"stopdesktops/events"
)

// pages reads a listing of the service page by page. A page that fails fails it all: a part of a list
// must not pass for the whole.
func pages[T any](ctx context.Context, at *place, s *slot, action string, page func(ctx context.Context, nextToken string) (Page[T], error)) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	listed, total, again := 0, 0, false
	for token := ""; ; {
		var p Page[T]
		err := read(ctx, at, s, action, func(ctx context.Context) (err error) {
			if p, err = page(ctx, token); err == nil && p.Listed == 0 && listed < cmp.Or(p.TotalCount, total) {
				return missingRows(action)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		// A token promised this page. If it comes empty, ask once more: its rows may protect desktops.
		if again = !again && token != "" && p.Listed == 0 && len(p.Rows) == 0; again {
			continue
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

// carriers are the desktops that carry a tag, in the order of the service.
func (p *place) carriers(ctx context.Context, s *slot, tag events.Tag) ([]Tagged, error) {
	return pages(ctx, p, s, "ListTagResources", func(ctx context.Context, token string) (Page[Tagged], error) {
		return p.session.ListTagResources(ctx, p.regionID, tag, token)
	})
}

func (p *place) listTag(tag events.Tag) *listing[string] {
	return newListing(func(ctx context.Context, s *slot) (map[string]string, error) {
		rows, err := p.carriers(ctx, s, tag)
		return valuesOf(rows), err
	})
}

// use is when users last had to do with a desktop.
type use struct {
	began time.Time // last start, connection or attempt at one
	any   time.Time // the same or a disconnection

	beganBy, anyBy userAct
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (p *place) listUses(since time.Time) *listing[use] {
	return newListing(func(ctx context.Context, s *slot) (map[string]use, error) {
		rows, err := pages(ctx, p, s, "DescribeClientEvents", func(ctx context.Context, token string) (Page[ClientEvent], error) {
			return p.session.DescribeClientEvents(ctx, p.regionID, since, token)
		})
		uses := map[string]use{}
		for _, row := range rows {
			id := foldID(row.DesktopID)
			u := uses[id]
			act := userActOf(row.Type)
			if row.Time.After(u.any) {
				u.any, u.anyBy = row.Time, act
			}
			if row.Type != desktopDisconnect && row.Time.After(u.began) {
				u.began, u.beganBy = row.Time, act
			}
			uses[id] = u
		}
		return uses, err
	})
}

// row of a page of DescribeDesktops: as good as an observation of the desktop.
type row struct {
	desktop Desktop
	at      time.Time // when its page was asked for
}

// described are the desktops that match every filter of choice but its tags. Of many users EDS is asked
// in parts, all at once: a desktop of two users can be in two of them.
func (p *place) described(ctx context.Context, s *slot, choice events.Select) ([]row, error) {
	if len(choice.EndUserId) <= MaxUsersPerCall {
		return p.describedPages(ctx, s, choice)
	}
	parts := slices.Collect(slices.Chunk(choice.EndUserId, MaxUsersPerCall))
	rows := make([][]row, len(parts))
	var errs []error
	s.outside(ctx, func() bool { // one slot is for one call
		errs = p.run.each(len(parts), func(i int) (err error) {
			part := choice
			part.EndUserId = parts[i]
			rows[i], err = p.describedPages(ctx, nil, part)
			return err
		})
		return true
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(rows...), nil
}

func (p *place) describedPages(ctx context.Context, s *slot, choice events.Select) ([]row, error) {
	var all collector
	r := &reader{place: p, choice: choice, failed: func(error) {}, took: func(of *round, number int, rows []row) error {
		all.add(of, number, rows)
		return nil
	}}
	if err := r.read(ctx, s); err != nil {
		return nil, err
	}
	return all.rows(), nil
}
