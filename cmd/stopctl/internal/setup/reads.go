package setup

import (
	"context"
	"sync/atomic"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// Reads counts what has been read from EDS so far. It is safe for concurrent use.
type Reads struct{ pages, desktops atomic.Int64 }

// Of returns eds, whose reads count.
func (r *Reads) Of(eds stop.EDS) stop.EDS { return counted{eds, r} }

// String is the progress for people: "2 pages read, 200 desktops observed". It is empty before the first response.
func (r *Reads) String() string {
	pages, desktops := int(r.pages.Load()), int(r.desktops.Load())
	switch {
	case desktops == 0 && pages == 0:
		return ""
	case desktops == 0:
		return terminal.Plural(pages, "page") + " read"
	case pages == 0:
		return terminal.Plural(desktops, "desktop") + " observed"
	}
	return terminal.Plural(pages, "page") + " read, " + terminal.Plural(desktops, "desktop") + " observed"
}

// counted is EDS with a count of what it reads.
type counted struct {
	stop.EDS
	reads *Reads
}

func (c counted) DescribeDesktopInfo(ctx context.Context, regionID string, desktopIDs []string) ([]stop.Desktop, error) {
	rows, err := c.EDS.DescribeDesktopInfo(ctx, regionID, desktopIDs)
	c.reads.desktops.Add(int64(len(rows)))
	return rows, err
}

// countPage counts a page that was read. One with states observes its desktops, too.
func countPage[T any](c counted, page stop.Page[T], err error, observes bool) (stop.Page[T], error) {
	if err == nil {
		c.reads.pages.Add(1)
	}
	if observes {
		c.reads.desktops.Add(int64(len(page.Rows)))
	}
	return page, err
}

func (c counted) DescribeDesktops(ctx context.Context, regionID string, choice events.Select, nextToken string) (stop.Page[stop.Desktop], error) {
	page, err := c.EDS.DescribeDesktops(ctx, regionID, choice, nextToken)
	return countPage(c, page, err, true)
}

func (c counted) DescribeDesktopsPage(ctx context.Context, regionID string, choice events.Select, number int) (stop.Page[stop.Desktop], error) {
	page, err := c.EDS.DescribeDesktopsPage(ctx, regionID, choice, number)
	return countPage(c, page, err, true)
}

func (c counted) DescribeDesktopsByID(ctx context.Context, regionID string, desktopIDs []string, nextToken string) (stop.Page[stop.Desktop], error) {
	page, err := c.EDS.DescribeDesktopsByID(ctx, regionID, desktopIDs, nextToken)
	return countPage(c, page, err, true)
}

func (c counted) ListTagResources(ctx context.Context, regionID string, tag events.Tag, nextToken string) (stop.Page[stop.Tagged], error) {
	page, err := c.EDS.ListTagResources(ctx, regionID, tag, nextToken)
	return countPage(c, page, err, false)
}

func (c counted) ListTagResourcesByID(ctx context.Context, regionID string, desktopIDs []string, nextToken string) (stop.Page[stop.Tagged], error) {
	page, err := c.EDS.ListTagResourcesByID(ctx, regionID, desktopIDs, nextToken)
	return countPage(c, page, err, false)
}

func (c counted) DescribeClientEvents(ctx context.Context, regionID string, since time.Time, nextToken string) (stop.Page[stop.ClientEvent], error) {
	page, err := c.EDS.DescribeClientEvents(ctx, regionID, since, nextToken)
	return countPage(c, page, err, false)
}
