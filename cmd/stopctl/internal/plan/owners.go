package plan

import (
	"context"
	"slices"
	"sync"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
)

// owners knows the office and the users of desktops, as the listings of EDS show them. It is safe for concurrent use.
type owners struct {
	mu       sync.Mutex
	sessions map[string]stop.EDS // by account
	rows     map[location]stop.Desktop
}

// location is where a desktop is: two accounts or regions may have desktops with the same ID.
type location struct{ account, regionID, desktopID string }

func newOwners() *owners {
	return &owners{sessions: map[string]stop.EDS{}, rows: map[location]stop.Desktop{}}
}

// of returns the session of an account, whose listings are remembered.
func (o *owners) of(account string, session stop.EDS) stop.EDS {
	s := listing{session, account, o}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sessions[account] = s
	return s
}

// remember the rows of a page.
func (o *owners) remember(account, regionID string, rows []stop.Desktop) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, row := range rows {
		o.rows[location{account, regionID, row.DesktopID}] = row
	}
}

func (o *owners) row(at location) (stop.Desktop, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	row, known := o.rows[at]
	return row, known
}

// fill in the office and the users of the desktops that a plan would stop. EDS is asked for those that no listing has
// shown. What it does not tell stays empty.
func (o *owners) fill(ctx context.Context, p *plan) error {
	var err error
	for i := range p.Events {
		e := &p.Events[i]
		if err == nil {
			err = o.ask(ctx, *e)
		}
		for k := range e.Desktops {
			d := &e.Desktops[k]
			if row, known := o.row(location{e.Account, d.RegionId, d.DesktopId}); known && d.Decision == report.WouldStop {
				d.OfficeSiteId, d.EndUserIds = row.OfficeSiteID, row.EndUserIDs
			}
		}
	}
	return err
}

// ask EDS for the desktops of an event that no listing has shown yet.
func (o *owners) ask(ctx context.Context, e plannedEvent) error {
	missing := map[string][]string{} // by region
	for _, d := range e.Desktops {
		if _, known := o.row(location{e.Account, d.RegionId, d.DesktopId}); !known && d.Decision == report.WouldStop {
			missing[d.RegionId] = append(missing[d.RegionId], d.DesktopId)
		}
	}
	for regionID, ids := range missing {
		for chunk := range slices.Chunk(ids, stop.MaxDesktopsPerCall) {
			for token, more := "", true; more; more = token != "" {
				page, err := o.sessions[e.Account].DescribeDesktopsByID(ctx, regionID, chunk, token)
				if err != nil {
					return err
				}
				token = page.NextToken
			}
		}
	}
	return nil
}

// listing is EDS whose listings are remembered.
type listing struct {
	stop.EDS
	account string
	owners  *owners
}

func (l listing) page(regionID string, page stop.Page[stop.Desktop], err error) (stop.Page[stop.Desktop], error) {
	if err == nil {
		l.owners.remember(l.account, regionID, page.Rows)
	}
	return page, err
}

func (l listing) DescribeDesktops(ctx context.Context, regionID string, choice events.Select, nextToken string) (stop.Page[stop.Desktop], error) {
	page, err := l.EDS.DescribeDesktops(ctx, regionID, choice, nextToken)
	return l.page(regionID, page, err)
}

func (l listing) DescribeDesktopsPage(ctx context.Context, regionID string, choice events.Select, number int) (stop.Page[stop.Desktop], error) {
	page, err := l.EDS.DescribeDesktopsPage(ctx, regionID, choice, number)
	return l.page(regionID, page, err)
}

func (l listing) DescribeDesktopsByID(ctx context.Context, regionID string, desktopIDs []string, nextToken string) (stop.Page[stop.Desktop], error) {
	page, err := l.EDS.DescribeDesktopsByID(ctx, regionID, desktopIDs, nextToken)
	return l.page(regionID, page, err)
}
