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

// sizeKnown says that the order's selection is complete.
func (o *order) sizeKnown() {
	if o.size != nil {
		close(o.size.known)
	}
}

// needs reports whether the order needs k now. It waits until that is known. The listing of a tag is needed
// as soon as the selection means many desktops.
func (o *order) needs(ctx context.Context, k knowledge) bool {
	if o.size == nil || !slices.Contains(o.tagListings(), k) {
		return true
	}
	select {
	case <-o.size.many:
	case <-o.size.known:
	case <-ctx.Done():
	}
	return o.size.isMany()
}

// sized returns the place with a session that counts the rows of the order's selection.
func (o *order) sized(p *place) *place {
	q := o.Request.Select
	if o.size == nil || len(q.Tag) > 1 { // several lists: their rows say little of what they have in common
		return p
	}
	counting := *p
	counting.session = sizing{p.session, o.size, onlyTags(*q)}
	return &counting
}

// sizing is a session that counts the rows of a selection.
type sizing struct {
	EDS
	size   *selectionSize
	byTags bool // the selection is the carriers of a tag
}

// add rows of a page, of so many in all.
func (s sizing) add(rows, all int) {
	if int(s.size.rows.Add(int64(rows))) > s.size.few || all > s.size.few {
		s.size.setMany()
	}
}

// DescribeDesktops returns a page of a selection.
func (s sizing) DescribeDesktops(ctx context.Context, regionID string, choice events.Select, nextToken string) (Page[Desktop], error) {
	page, err := s.EDS.DescribeDesktops(ctx, regionID, choice, nextToken)
	if err == nil {
		s.add(len(page.Rows), page.TotalCount)
	}
	return page, err
}

// ListTagResources returns a page of a selection by tag.
func (s sizing) ListTagResources(ctx context.Context, regionID string, tag events.Tag, nextToken string) (Page[Tagged], error) {
	page, err := s.EDS.ListTagResources(ctx, regionID, tag, nextToken)
	if err == nil && s.byTags {
		s.add(len(page.Rows), page.TotalCount)
	}
	return page, err
}
