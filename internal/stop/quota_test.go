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

// metered is an EDS with the published quota: 1,000 calls of each action in any 60 seconds. Every desktop runs until
// it is stopped.
type metered struct {
	EDS
	mu        sync.Mutex
	used      map[string][]time.Time
	throttled map[string]int
	stopped   map[string]bool
	began     time.Time
	last      time.Time // when the last stop call was served
}

func newMetered() *metered {
	return &metered{used: map[string][]time.Time{}, throttled: map[string]int{}, stopped: map[string]bool{}, began: time.Now()}
}

func (m *metered) call(ctx context.Context, action string, do func()) error {
	m.mu.Lock()
	now := time.Now()
	used := m.used[action]
	full := len(used) >= 1000 && now.Sub(used[len(used)-1000]) < time.Minute
	if full {
		m.throttled[action]++
	} else {
		m.used[action] = append(used, now)
		do()
	}
	m.mu.Unlock()
	clock.Sleep(ctx, 50*time.Millisecond)
	if full {
		return &CallError{Action: action, Family: Throttled, Code: "Throttling.Api", Message: "too many"}
	}
	return nil
}

func (m *metered) DescribeDesktopInfo(ctx context.Context, _ string, ids []string) (rows []Desktop, err error) {
	err = m.call(ctx, "DescribeDesktopInfo", func() {
		for _, id := range ids {
			d := Desktop{DesktopID: id, DesktopStatus: "Running", ConnectionStatus: "Disconnected"}
			if m.stopped[id] {
				d.DesktopStatus = "Stopped"
			}
			rows = append(rows, d)
		}
	})
	return rows, err
}

func (m *metered) ListTagResources(ctx context.Context, _ string, _ events.Tag, _ string) (p Page[Tagged], err error) {
	return p, m.call(ctx, "ListTagResources", func() {})
}

func (m *metered) ListTagResourcesByID(ctx context.Context, _ string, _ []string, _ string) (p Page[Tagged], err error) {
	return p, m.call(ctx, "ListTagResources", func() {})
}

func (m *metered) StopDesktops(ctx context.Context, c StopCall) (string, error) {
	return "request", m.call(ctx, "StopDesktops", func() {
		for _, id := range c.DesktopIDs {
			m.stopped[id] = true
		}
		m.last = time.Now()
	})
}

// stop desktops with an instance of its own.
func (m *metered) stop(t *testing.T, ids []string) Result {
	o := Order{EventID: "event", Session: m, Where: func(string) string { return "$" }, Request: events.Request{RegionId: regionA, DesktopId: ids}}
	e := New(Policy{Preflight: true, MaxDesktops: 1_000_000, APIConcurrency: 32, ProtectTag: tag("protect")})
	var result Result
	e.Do(t.Context(), Invocation{RequestID: ids[0], Log: slog.New(slog.DiscardHandler), End: time.Now().Add(10 * time.Minute)}, []Order{o}, func(_ int, r Result) { result = r })
	return result
}

func fleetOf(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("ecd-fleet%06d", i)
	}
	return ids
}

// share of the calls that were throttled.
func (m *metered) share() (throttled, all int, text string) {
	for action, n := range m.throttled {
		throttled += n
		text += fmt.Sprintf("%s %d ", action, n)
	}
	for _, used := range m.used {
		all += len(used)
	}
	all += throttled
	return throttled, all, fmt.Sprintf("%d of %d calls throttled (%.1f %%): %s", throttled, all, 100*float64(throttled)/float64(all), strings.TrimSpace(text))
}

// TestFleetsAtTheQuota: fleets are stopped as fast as the quota lets them be, and few calls are wasted on it. With -short,
// only the smaller fleet is stopped.
func TestFleetsAtTheQuota(t *testing.T) {
	for _, c := range []struct {
		desktops int
		within   time.Duration
	}{
		{100_000, 70 * time.Second},
		{150_000, 80 * time.Second},
	} {
		if testing.Short() && c.desktops > 100_000 {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			m, began := newMetered(), time.Now()
			r := m.stop(t, fleetOf(c.desktops))
			took := time.Since(began)
			throttled, all, text := m.share()
			t.Logf("%d desktops in %v, %s", c.desktops, took, text)
			if r.Status != report.StatusAccepted || len(m.stopped) != c.desktops || took > c.within || 50*throttled > all {
				t.Errorf("%s: %d of %d in %v", r.Status, len(m.stopped), c.desktops, took)
			}
		})
	}
}

// TestTicketBesideFleets: one desktop of a ticket is stopped within a window of the quota and a little more, although
// fleets in other instances take all calls that there are. With -short, the ticket comes only once beside each number of
// fleets: when the first window is almost over.
func TestTicketBesideFleets(t *testing.T) {
	for fleets, afters := range map[int][]time.Duration{1: {8 * time.Second, 58 * time.Second, 90 * time.Second}, 2: {8 * time.Second, 62 * time.Second}} {
		worst := time.Duration(0)
		if testing.Short() {
			afters = afters[1:2]
		}
		for _, after := range afters {
			synctest.Test(t, func(t *testing.T) {
				m := newMetered()
				var others sync.WaitGroup
				all := fleetOf(210_000)
				for ids := range slices.Chunk(all, len(all)/fleets) {
					others.Go(func() { m.stop(t, ids) })
				}
				time.Sleep(after)
				began := time.Now()
				r := m.stop(t, []string{"ecd-ticket"})
				took := time.Since(began)
				worst = max(worst, took)
				if r.Status != report.StatusAccepted || took > throttlingWindow {
					t.Errorf("%d fleets, %v after they began: %s in %v", fleets, after, r.Status, took)
				}
				others.Wait()
				if len(m.stopped) != len(all)+1 {
					t.Errorf("%d are stopped", len(m.stopped))
				}
				_, _, text := m.share()
				t.Logf("%d fleets took %v, the ticket %v: %s", fleets, m.last.Sub(m.began), took, text)
			})
		}
		t.Logf("%d fleets: the ticket took %v at most", fleets, worst)
	}
}
