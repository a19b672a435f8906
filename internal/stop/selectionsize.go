package stop

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"stopdesktops/events"
)

// selectionSize tells whether a selection means many desktops, as soon as that is known: then the listings
// of the region are made beside its further pages.
type selectionSize struct {
	few     int
	rows    atomic.Int64
	many    chan struct{} // closed: it means many
	setMany func()        // closes many once
	known   chan struct{} // closed: it is complete
}

func newSelectionSize(few int) *selectionSize {
	many := make(chan struct{})
	return &selectionSize{few: few, many: many, setMany: sync.OnceFunc(func() { close(many) }), known: make(chan struct{})}
}

// setsMany says that the selection means many desktops.
func (s *selectionSize) setsMany() {
	if s != nil {
		s.setMany()
	}
}

// isMany reports whether the selection is known to mean many desktops.
func (s *selectionSize) isMany() bool {
	if s == nil {
		return false
	}
	select {
	case <-s.many:
		return true
	default:
		return false
	}
}

// complete says that the selection is complete.
func (s *selectionSize) complete() {
	if s != nil {
		close(s.known)
	}
}

// needs reports whether the order whose selection it is needs k now. It waits until that is known. The listing
// of a tag is needed as soon as the selection means many desktops.
func (s *selectionSize) needs(ctx context.Context, o *order, k knowledge) bool {
	if s == nil || !slices.Contains(tagListings(o), k) {
		return true
	}
	select {
	case <-s.many:
	case <-s.known:
	case <-ctx.Done():
	}
	return s.isMany()
}

// counting returns the place with a session that counts the rows of the selection.
func (s *selectionSize) counting(p *place, q events.Select) *place {
	if s == nil || len(q.Tag) > 1 { // several lists: their rows say little of what they have in common
		return p
	}
	counting := *p
	counting.session = sizing{p.session, s, onlyTags(q)}
	return &counting
}

// sizing is a session that counts the rows of a selection.
type sizing struct {
	EDS
	size   *selectionSize
	byTags bool // the selection is the carriers of a tag
}

// add the rows of a page, of so many in all. A page after it has one row at least.
func (s sizing) add(rows, all int, nextToken string) {
	seen := int(s.size.rows.Add(int64(rows)))
	if nextToken != "" {
		seen++
	}
	if max(seen, all) > s.size.few {
		s.size.setMany()
	}
}

// DescribeDesktops returns a page of a selection.
func (s sizing) DescribeDesktops(ctx context.Context, regionID string, choice events.Select, nextToken string) (Page[Desktop], error) {
	page, err := s.EDS.DescribeDesktops(ctx, regionID, choice, nextToken)
	if err == nil {
		s.add(len(page.Rows), page.TotalCount, page.NextToken)
	}
	return page, err
}

// ListTagResources returns a page of a selection by tag.
func (s sizing) ListTagResources(ctx context.Context, regionID string, tag events.Tag, nextToken string) (Page[Tagged], error) {
	page, err := s.EDS.ListTagResources(ctx, regionID, tag, nextToken)
	if err == nil && s.byTags {
		s.add(len(page.Rows), page.TotalCount, page.NextToken)
	}
	return page, err
}
