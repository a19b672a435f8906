package stop

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"

	"stopdesktops/events"
)

// BenchmarkPlan decides about desktops that were observed, with both tags known.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			e := New(Policy{Preflight: true, ProtectTag: events.Tag{Key: "protected"}, KeepUntilTag: "keep-until"})
			r := &run{Engine: e, log: slog.New(slog.DiscardHandler), started: time.Now(), places: map[placeKey]*place{}, verdicts: map[verdict]*result{}}
			in := Order{Request: events.Request{RegionId: "cn-hangzhou"}}
			for i := range n {
				in.Request.DesktopId = append(in.Request.DesktopId, fmt.Sprintf("ecd-7w78ozhjcwa3u%05d", i))
			}
			o := r.newOrder(0, in)
			o.place.protected.rows, o.place.protected.err = map[string]string{"ecd-other1": ""}, nil
			o.place.kept.rows, o.place.kept.err = map[string]keepUntil{"ecd-other2": {}}, nil
			for _, t := range o.targets {
				o.place.readings.take(t.id, &desktopTags{at: time.Now(), told: time.Now()})
				note([]*target{t}, []Desktop{{DesktopID: t.id, DesktopStatus: "Running", ConnectionStatus: "Disconnected"}}, time.Now(), nil)
			}
			u := &unit{run: r, place: o.place, orders: []*order{o}}
			b.ReportAllocs()
			for b.Loop() {
				if planned := u.plan(o.targets); len(planned) != n {
					b.Fatalf("%d planned", len(planned))
				}
				for _, t := range o.targets {
					t.state = pending
				}
			}
		})
	}
}

// TestMemoryPerDesktop holds the live memory of the engine for 100,000 desktops, each asked for by two
// orders: the worst case, as each then has a claim. With -short, there are 20,000.
func TestMemoryPerDesktop(t *testing.T) {
	const most = 1024 // bytes of each target, its part of the result included
	desktops := 100_000
	if testing.Short() {
		desktops = 20_000
	}
	var ids []string
	for i := range desktops / 2 {
		ids = append(ids, fmt.Sprintf("ecd-7w78ozhjcwa3u%05d", i))
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, peak := heap(), uint64(0)
	one, two := ordered(ids...), ordered(ids...).with(func(q *events.Request) { q.StoppedMode = "KeepCharging" })
	e := New(Policy{Preflight: true, MaxDesktops: desktops - 1, APIConcurrency: 8, ProtectTag: events.Tag{Key: "protect"}})
	for _, o := range []*Order{&one, &two} {
		o.Session, o.Request.RegionId, o.Where = constantEDS{}, regionA, func(string) string { return "$" }
	}
	var mu sync.Mutex
	var kept [2]Result
	e.Do(t.Context(), Invocation{Log: slog.New(slog.DiscardHandler)}, []Order{one, two}, func(i int, r Result) {
		mu.Lock()
		defer mu.Unlock()
		kept[i] = r
		peak = max(peak, heap())
	})
	each := (peak - before) / uint64(desktops)
	t.Logf("%d bytes for each of %d targets", each, desktops)
	if each > most {
		t.Errorf("%d bytes for each target; %d may be", each, most)
	}
	if len(kept[0].Desktops) != desktops/2 || len(kept[1].Desktops) != desktops/2 {
		t.Error("desktops are missing")
	}
}

// constantEDS says the same of every desktop.
type constantEDS struct{ EDS }

func (constantEDS) DescribeDesktopInfo(_ context.Context, _ string, ids []string) ([]Desktop, error) {
	rows := make([]Desktop, len(ids))
	for i, id := range ids {
		rows[i] = Desktop{DesktopID: id, DesktopStatus: "Running", ConnectionStatus: "Disconnected"}
	}
	return rows, nil
}

func (constantEDS) StopDesktops(context.Context, StopCall) (string, error) { return "request", nil }

func (constantEDS) ListTagResources(context.Context, string, events.Tag, string) (Page[Tagged], error) {
	return Page[Tagged]{}, nil
}

func (constantEDS) ListTagResourcesByID(context.Context, string, []string, string) (Page[Tagged], error) {
	return Page[Tagged]{}, nil
}
