package stop

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/clock"
	"stopdesktops/internal/report"
)

// listed is an EDS with a big region, whose pages may be wrong.
type listed struct {
	EDS
	ids []string
	// spoil changes a page before it is sent; page is 0 for one by token. nth counts all pages.
	spoil func(nth, page int, p *Page[Desktop]) error
	// unnumbered says that the number of a page is "ignored" or "refused", or that the order is "reversed".
	unnumbered string
	latency    time.Duration
	slow       func(number int) time.Duration // more latency of a page
	tag        func(nth int) error            // of a listing of protected desktops

	mu      sync.Mutex
	nth     int
	tags    int
	numbers []int // asked for; 0: by token
	stopped map[string]time.Time
	sent    map[string]time.Time // when a desktop was last in a row
	calls   map[string]int
}

func newListed(n int) *listed {
	l := &listed{stopped: map[string]time.Time{}, sent: map[string]time.Time{}, calls: map[string]int{}, latency: 50 * time.Millisecond}
	for i := range n {
		l.ids = append(l.ids, fmt.Sprintf("ecd-%06d", i))
	}
	return l
}

// rows of the region from one on.
func (l *listed) rows(from int) Page[Desktop] {
	p := Page[Desktop]{TotalCount: len(l.ids)}
	for _, id := range l.ids[min(from, len(l.ids)):min(from+PageSize, len(l.ids))] {
		p.Rows = append(p.Rows, Desktop{DesktopID: id, DesktopStatus: "Running", ConnectionStatus: "Disconnected", EndUserIDs: []string{"zhang"}})
	}
	p.Listed = len(p.Rows)
	return p
}

func (l *listed) page(ctx context.Context, number, from int) (Page[Desktop], error) {
	l.mu.Lock()
	l.nth++
	l.numbers = append(l.numbers, number)
	l.calls["DescribeDesktops"]++
	p := l.rows(from)
	if to := from + PageSize; number == 0 && to < len(l.ids) {
		p.NextToken = fmt.Sprint(to)
	}
	var err error
	if l.spoil != nil {
		err = l.spoil(l.nth, number, &p)
	}
	for _, row := range p.Rows {
		l.sent[row.DesktopID] = time.Now()
	}
	latency := l.latency
	if l.slow != nil {
		latency += l.slow(number)
	}
	l.mu.Unlock()
	if !clock.Sleep(ctx, latency) {
		return Page[Desktop]{}, &CallError{Family: Ambiguous, Code: "Timeout"}
	}
	if err != nil {
		return Page[Desktop]{}, err
	}
	return p, nil
}

func (l *listed) DescribeDesktops(ctx context.Context, _ string, _ events.Select, token string) (Page[Desktop], error) {
	from := 0
	_, _ = fmt.Sscan(token, &from)
	return l.page(ctx, 0, from)
}

func (l *listed) DescribeDesktopsPage(ctx context.Context, _ string, _ events.Select, number int) (Page[Desktop], error) {
	switch l.unnumbered {
	case "reversed":
		return l.page(ctx, number, len(l.ids)-number*PageSize)
	case "ignored":
		return l.page(ctx, number, 0)
	case "refused":
		_, _ = l.page(ctx, number, 0)
		return Page[Desktop]{}, &CallError{Family: Invalid, Code: "InvalidParameter"}
	}
	return l.page(ctx, number, (number-1)*PageSize)
}

func (l *listed) DescribeDesktopInfo(ctx context.Context, _ string, ids []string) (rows []Desktop, err error) {
	l.mu.Lock()
	l.calls["DescribeDesktopInfo"]++
	for _, id := range ids {
		if slices.Contains(l.ids, id) {
			rows = append(rows, Desktop{DesktopID: id, DesktopStatus: "Running", ConnectionStatus: "Disconnected"})
			l.sent[id] = time.Now()
		}
	}
	l.mu.Unlock()
	clock.Sleep(ctx, l.latency)
	return rows, nil
}

func (l *listed) ListTagResources(ctx context.Context, _ string, _ events.Tag, _ string) (p Page[Tagged], err error) {
	l.mu.Lock()
	l.tags++
	nth := l.tags
	l.mu.Unlock()
	clock.Sleep(ctx, l.latency)
	if l.tag != nil {
		err = l.tag(nth)
	}
	return p, err
}

func (l *listed) ListTagResourcesByID(ctx context.Context, _ string, _ []string, _ string) (p Page[Tagged], err error) {
	clock.Sleep(ctx, l.latency)
	return p, nil
}

func (l *listed) StopDesktops(ctx context.Context, c StopCall) (string, error) {
	l.mu.Lock()
	l.calls["StopDesktops"]++
	for _, id := range c.DesktopIDs {
		l.stopped[id] = time.Now()
		if time.Since(l.sent[id]) > freshness {
			panic(id + " is stopped by an old observation")
		}
	}
	l.mu.Unlock()
	clock.Sleep(ctx, l.latency)
	return "request", nil
}

// select all desktops. It returns the result, and how long it took.
func (l *listed) selectAll(t *testing.T, most int, change ...func(*Order)) (Result, time.Duration) {
	t.Helper()
	o := Order{EventID: "event", Session: l, Where: func(string) string { return "$" }}
	o.Request = events.Request{RegionId: regionA, Select: &events.Select{All: true}}
	for _, f := range change {
		f(&o)
	}
	e := New(Policy{Preflight: true, MaxDesktops: most, APIConcurrency: 32, ProtectTag: tag("protect")})
	var result Result
	began := time.Now()
	e.Do(t.Context(), Invocation{RequestID: "1", Log: slog.New(slog.DiscardHandler), End: began.Add(100 * time.Second)}, []Order{o}, func(_ int, r Result) { result = r })
	once := map[string]bool{}
	for _, d := range result.Desktops {
		if once[d.DesktopId] {
			t.Errorf("%s is twice in the report", d.DesktopId)
		}
		once[d.DesktopId] = true
		l.mu.Lock()
		if _, stopped := l.stopped[d.DesktopId]; stopped != (d.Outcome == report.Accepted) {
			t.Errorf("%s is %s %s, stopped %v", d.DesktopId, d.Outcome, d.Reason, stopped)
		}
		l.mu.Unlock()
	}
	for id := range l.stopped {
		if !once[id] {
			t.Errorf("%s is stopped, and not in the report", id)
		}
	}
	return result, time.Since(began)
}

// byToken counts the pages that were read by their tokens.
func (l *listed) byToken() (n int) {
	for _, number := range l.numbers {
		if number == 0 {
			n++
		}
	}
	return n
}

// TestPagesSideBySide: of many pages only the first is read by its token. What that takes is measured in the
// time of the calls. With -short, the largest listing is left out.
func TestPagesSideBySide(t *testing.T) {
	for _, c := range []struct {
		desktops, most int
		within         time.Duration
		byToken        int
	}{
		{200, 100_000, time.Second, 2},
		{201, 100_000, time.Second, 1},
		{10_000, 10_000, 1100 * time.Millisecond, 1},
		{10_000, 9_999, 1200 * time.Millisecond, 1}, // too many: all are listed, and none is stopped
		{100_000, 100_000, 5 * time.Second, 1},
	} {
		if testing.Short() && c.desktops > 10_000 {
			continue
		}
		t.Run(fmt.Sprintf("%d of %d", c.desktops, c.most), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newListed(c.desktops)
				r, took := l.selectAll(t, c.most)
				t.Logf("%v, %v", took, l.calls)
				if took > c.within || l.byToken() != c.byToken || len(l.numbers) != (c.desktops+99)/100 {
					t.Errorf("took %v, %d pages, %d by token", took, len(l.numbers), l.byToken())
				}
				if want := min(c.desktops, c.most); len(r.Desktops) != c.desktops || (want == c.desktops) != (len(l.stopped) == c.desktops) || want < c.desktops && len(l.stopped) > 0 {
					t.Errorf("%d of %d stopped: %s", len(l.stopped), len(r.Desktops), r.Status)
				}
			})
		})
	}
}

// TestPagesThatDoNotFit: where rows come twice or are missing, the pages are read once more, and then by token.
// No desktop is missed.
func TestPagesThatDoNotFit(t *testing.T) {
	repeat := func(p *Page[Desktop]) { p.Rows[1] = p.Rows[0] }
	miss := func(p *Page[Desktop]) { p.Rows, p.Listed = p.Rows[1:], p.Listed-1 }
	for _, c := range []struct {
		name           string
		spoil          func(nth, number int, p *Page[Desktop]) error
		unnumbered     string
		pages, byToken int // at least so many pages are read
		changeLatency  time.Duration
	}{
		{name: "a row comes twice, once", spoil: func(nth, _ int, p *Page[Desktop]) error {
			if nth == 4 {
				repeat(p)
			}
			return nil
		}, pages: 20, byToken: 1},
		{name: "a row is missing, once", spoil: func(nth, _ int, p *Page[Desktop]) error {
			if nth == 4 {
				miss(p)
			}
			return nil
		}, pages: 20, byToken: 1},
		{name: "rows come twice by number", spoil: func(_, number int, p *Page[Desktop]) error {
			if number == 4 {
				repeat(p)
			}
			return nil
		}, pages: 30, byToken: 11},
		{name: "the pages contradict each other", spoil: func(_, number int, p *Page[Desktop]) error {
			if number == 4 {
				p.TotalCount--
			}
			return nil
		}, pages: 30, byToken: 11},
		{name: "rows that nobody asked for", spoil: func(_, number int, p *Page[Desktop]) error {
			if number == 4 {
				p.Listed++
			}
			return nil
		}, pages: 30, byToken: 11},
		{name: "another order by number", unnumbered: "reversed", pages: 20, byToken: 1},
		{name: "numbers are ignored", unnumbered: "ignored", pages: 12, byToken: 11},
		{name: "numbers are refused", unnumbered: "refused", pages: 12, byToken: 11},
	} {
		for _, most := range []int{1000, 999} { // while they are listed, and after they are counted
			t.Run(fmt.Sprint(c.name, " ", most), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newListed(1000)
					l.spoil, l.unnumbered = c.spoil, c.unnumbered
					var change []func(*Order)
					if most < 1000 {
						change = append(change, func(o *Order) { o.Request.Exclude = &events.Exclude{DesktopId: l.ids[:1]} })
					}
					r, _ := l.selectAll(t, most, change...)
					if r.Status != report.StatusAccepted || len(r.Desktops) != 1000 || len(l.stopped) != most {
						t.Errorf("%s: %d of %d stopped: %+v", r.Status, len(l.stopped), len(r.Desktops), r.Problem)
					}
					if len(l.numbers) < c.pages || l.byToken() != c.byToken {
						t.Errorf("%d pages, %d by token: %v", len(l.numbers), l.byToken(), l.numbers)
					}
				})
			})
		}
	}
}

// TestBrokenFlow: if a page fails, or there are more desktops than EDS said, nothing more is stopped. The event is
// partial, and can be sent again.
func TestBrokenFlow(t *testing.T) {
	for _, c := range []struct {
		name, code string
		spoil      func(nth, number int, p *Page[Desktop]) error
	}{
		{"a page is denied", "NoPermission", func(_, number int, _ *Page[Desktop]) error {
			if number == 90 {
				return &CallError{Action: "DescribeDesktops", Family: Denied, Code: "NoPermission", Message: "may not"}
			}
			return nil
		}},
		{"more desktops than EDS said", "SelectionGrew", func(nth, _ int, p *Page[Desktop]) error {
			p.TotalCount = 8_950
			return nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newListed(10_000)
				var brokenAt time.Time
				listed := map[string]bool{}
				l.spoil = func(nth, number int, p *Page[Desktop]) error {
					err := c.spoil(nth, number, p)
					for _, row := range p.Rows {
						listed[row.DesktopID] = true
					}
					if brokenAt.IsZero() && (err != nil || len(listed) > p.TotalCount) {
						brokenAt = time.Now().Add(l.latency)
					}
					return err
				}
				r, _ := l.selectAll(t, 100_000)
				if r.Status != report.StatusPartial || r.Problem == nil || r.Problem.Code != c.code || !r.Problem.Retryable {
					t.Errorf("%s %+v", r.Status, r.Problem)
				}
				if len(l.stopped) == 0 || len(l.stopped) > 9_000 {
					t.Errorf("%d are stopped", len(l.stopped))
				}
				for id, at := range l.stopped {
					if at.After(brokenAt) {
						t.Fatalf("%s is stopped %v after the listing broke", id, at.Sub(brokenAt))
					}
				}
				left := 0
				for _, d := range r.Desktops {
					if d.Outcome == report.NotAttempted && d.Reason == report.ReasonSelectionUnread {
						left++
					}
				}
				t.Logf("%d stopped, %d left, %s", len(l.stopped), left, r.Problem.Message)
				if left == 0 || !strings.Contains(r.Problem.Message, "not read to its end") {
					t.Errorf("%d left: %s", left, r.Problem.Message)
				}
			})
		})
	}
}

// TestFlowWaitsForProtection: nothing is stopped before it is known who is protected.
func TestFlowWaitsForProtection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newListed(1000)
		began := time.Now()
		l.tag = func(int) error { time.Sleep(3 * time.Second); return nil }
		r, _ := l.selectAll(t, 1000)
		for id, at := range l.stopped {
			if at.Sub(began) < 3*time.Second {
				t.Fatalf("%s is stopped after %v", id, at.Sub(began))
			}
		}
		if r.Status != report.StatusAccepted {
			t.Errorf("%s %+v", r.Status, r.Problem)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l := newListed(1000)
		l.tag = func(int) error { return &CallError{Family: Denied, Code: "NoPermission", Message: "may not"} }
		if r, _ := l.selectAll(t, 1000); r.Status != report.StatusFailed || len(l.stopped) > 0 || len(r.Desktops) != 1000 {
			t.Errorf("%s: %d of %d stopped", r.Status, len(l.stopped), len(r.Desktops))
		}
	})
}

// TestFlowHoldsTheRouteLimit: the limit of a route is counted before anything is stopped, as the other one is.
func TestFlowHoldsTheRouteLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newListed(1000)
		r, _ := l.selectAll(t, 1000, func(o *Order) { o.Route, o.RouteMax = "route", 999 })
		if r.Status != report.StatusBlocked || len(l.stopped) > 0 {
			t.Errorf("%s: %d stopped", r.Status, len(l.stopped))
		}
	})
}

// TestFlowHeedsLaterRows: while the listing of protected desktops is made anew before a call, a row comes that says
// that one of the desktops is in use by now.
func TestFlowHeedsLaterRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newListed(1000)
		began, inUse := time.Now(), l.ids[400]
		tries := 0
		l.slow = func(number int) time.Duration {
			switch {
			case number == 5: // with the desktop: its row is old when it comes
				return 6 * time.Second
			case number == 10 && tries == 1:
				return 6100 * time.Millisecond
			}
			return 0
		}
		l.spoil = func(_, number int, p *Page[Desktop]) error {
			if number == 10 {
				if tries++; tries == 1 {
					return &CallError{Action: "DescribeDesktops", Family: Temporary, Code: "ServiceUnavailable"}
				}
				p.Rows[0].DesktopID = inUse
			}
			for i := range p.Rows {
				if p.Rows[i].DesktopID == inUse && time.Since(began) > 6*time.Second {
					p.Rows[i].ConnectionStatus = "Connected"
				}
			}
			return nil
		}
		l.tag = func(nth int) error {
			if nth > 1 {
				time.Sleep(2 * time.Second)
			}
			return nil
		}
		r, _ := l.selectAll(t, 1000)
		if at, stopped := l.stopped[inUse]; stopped || len(l.stopped) != 999 {
			t.Errorf("%s: %d desktops are stopped, the one in use after %v", r.Status, len(l.stopped), at.Sub(began))
		}
		if at := l.stopped[l.ids[401]]; at.Sub(began) < 8*time.Second {
			t.Errorf("its neighbour is stopped after %v: not after the listing", at.Sub(began))
		}
	})
}

// TestFlowKeepsTheRowAskedLast: of several rows about a desktop the one that was asked for last counts, whichever
// came first.
func TestFlowKeepsTheRowAskedLast(t *testing.T) {
	now := time.Now()
	at := func(seconds int, connection string) row {
		return row{Desktop{DesktopID: "ecd-1", ConnectionStatus: connection}, now.Add(time.Duration(seconds) * time.Second)}
	}
	o := &order{place: &place{run: &run{}}}
	f := &flow{order: o, byID: map[string]*target{}, newer: map[string]row{}, unusable: map[string]bool{}, reserved: 10}
	f.changed.L = &f.mu
	for _, rows := range [][]row{{at(1, "Disconnected")}, {at(3, "Connected")}, {at(2, "Disconnected")}} {
		if err := f.pass(newRound(), rows); err != nil {
			t.Fatal(err)
		}
	}
	targets, _ := f.next()
	f.renew(targets)
	if len(targets) != 1 || targets[0].seen.ConnectionStatus != "Connected" {
		t.Errorf("%d targets: %+v", len(targets), targets[0].seen)
	}
}

// TestRowsOfUselessRoundsCount: pages whose numbers seem to be ignored still tell the state of their desktops.
func TestRowsOfUselessRoundsCount(t *testing.T) {
	told := map[string]string{}
	r := &reader{round: &round{ids: map[string]bool{}, numbered: true, total: 2, most: 2}, failed: func(error) {},
		took: func(_ *round, _ int, rows []row) error {
			for _, row := range rows {
				told[row.desktop.DesktopID] = row.desktop.ConnectionStatus
			}
			return nil
		}}
	for i, connection := range []string{"Disconnected", "Disconnected", "Disconnected", "Connected"} {
		p := Page[Desktop]{Rows: []Desktop{{DesktopID: "ecd-1", ConnectionStatus: connection}}, Listed: 1, TotalCount: 2}
		r.take(i+1, p, time.Now())
	}
	if !r.round.ignores || told["ecd-1"] != "Connected" {
		t.Errorf("ignores %v, %v", r.round.ignores, told)
	}
}
