package stop

import (
	"context"
	"errors"
	"slices"

	"stopdesktops/events"
)

// errMorePages says that a first page shows no carrier of a tag, and that there may be some on the next one.
var errMorePages = errors.New("the next page was not asked for")

// listFirstPage lists the carriers of a tag on the first page of its listing.
func (p *place) listFirstPage(tag events.Tag) *listing[string] {
	return newListing(func(ctx context.Context, s *slot) (map[string]string, error) {
		var page Page[Tagged]
		err := read(ctx, p, s, "ListTagResources", func(ctx context.Context) (err error) {
			page, err = p.session.ListTagResources(ctx, p.regionID, tag, "")
			return err
		})
		if err == nil && len(page.Rows) == 0 && (page.NextToken != "" || page.TotalCount > 0) {
			err = errMorePages
		}
		return valuesOf(page.Rows), err
	})
}

// checkTags finds out whether the excluded tags of orders that read tags by ID are on any desktop of the region,
// once and within checkTime. A tag that a desktop of its order carries needs no call.
func (r *run) checkTags(ctx context.Context, orders []*order) {
	var asked []*tagListing
	for _, o := range orders {
		for _, l := range o.excludedTags {
			if o.excludes() && l.unseenBy(o) && !l.firstPage.attempted() && !slices.Contains(asked, l) {
				asked = append(asked, l)
			}
		}
	}
	if len(asked) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	r.each(len(asked), func(i int) error { asked[i].firstPage.refresh(ctx, r, nil); return nil })
}

// unseenBy reports whether tags are read by ID, and none of the order's desktops carries the tag.
func (l *tagListing) unseenBy(o *order) bool {
	return (o.tagsByID || len(o.targets) == 0) && !slices.ContainsFunc(o.targets, func(t *target) bool { return t.carries(l) })
}

// carriedByNone reports whether it is known that no desktop of the region carries the tag.
func (l *tagListing) carriedByNone(o *order) bool {
	if l.unseenBy(o) {
		return l.firstPage.listedNothing()
	}
	return l.listedNothing()
}
