package stop

import (
	"fmt"
	"log/slog"
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
				note([]*target{t}, []Desktop{{DesktopID: t.id, DesktopStatus: "Running", ConnectionStatus: "Disconnected"}}, time.Now(), nil)
			}
			u := &unit{run: r, orders: []*order{o}}
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
