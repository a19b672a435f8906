package reporting

import (
	"fmt"
	"strings"
	"time"

	"stopdesktops/internal/report"
)

// stay is the time during which a desktop is stopped, as far as reports tell.
type stay struct {
	row  *row
	seen time.Time // when a report last saw it stopped
}

// countHours fills in how long each stop lasted. The rows are in the order of time.
func countHours(rows []*row, until time.Time) {
	open := map[string]*stay{}
	for _, r := range rows {
		if r.at.IsZero() || r.d.Outcome == "" {
			continue
		}
		key := r.d.RegionId + " " + strings.ToLower(r.d.DesktopId)
		s := open[key]
		switch {
		case r.class() == "stopped":
			if s != nil && s.same(r) {
				continue
			}
			s.end(r.at)
			open[key] = newStay(r)
		case s == nil, r.d.State == "", r.d.State == "Stopping":
		case r.d.State == "Stopped" || r.d.State == "Hibernated":
			s.seen = r.at
		default:
			s.end(s.started(r))
			delete(open, key)
		}
	}
	for _, s := range open {
		s.row.Open = true
		s.end(until)
	}
}

func newStay(r *row) *stay {
	r.Counted = true
	return &stay{row: r, seen: r.at}
}

// same reports whether r tells of the stop that began the stay: two events of an invocation, or a desktop that is still
// on its way down.
func (s *stay) same(r *row) bool {
	return r.event.InvocationId != "" && r.event.InvocationId == s.row.event.InvocationId || r.d.Outcome == report.Stopping && r.d.RequestId == ""
}

// started returns when the desktop was running again at the latest: when r saw it, or when a start or a connection was
// that r names. A disconnection may be the work of the stop itself.
func (s *stay) started(r *row) time.Time {
	e := r.d.Evidence
	if e == nil || e.Use != "DESKTOP_START" && e.Use != "DESKTOP_CONNECT" || !e.UsedAt.After(s.row.at) || e.UsedAt.Before(s.seen) || e.UsedAt.After(r.at) {
		return r.at
	}
	return e.UsedAt
}

// end of the stay; of none, nothing.
func (s *stay) end(at time.Time) {
	if s == nil {
		return
	}
	s.row.AtLeast = max(0, min(s.seen.Sub(s.row.at), at.Sub(s.row.at)))
	s.row.AtMost = max(0, at.Sub(s.row.at))
}

// hours with one decimal.
func hours(d time.Duration) string { return fmt.Sprintf("%.1f", d.Hours()) }

// span of hours, from the least to the most; empty if there are none.
func span(atLeast, atMost time.Duration) string {
	switch {
	case atMost == 0:
		return ""
	case hours(atLeast) == hours(atMost):
		return hours(atMost)
	}
	return hours(atLeast) + " – " + hours(atMost)
}

// Hours of the group.
func (g *group) Hours() string { return span(g.AtLeast, g.AtMost) }

// Hours that the stop lasted.
func (r *row) Hours() string { return span(r.AtLeast, r.AtMost) }
