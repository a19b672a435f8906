package handler

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"stopdesktops/events"
)

// BenchmarkPlan decides about desktops that have been looked at, with both tags known.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := New(Options{Log: slog.New(slog.DiscardHandler), Policy: Policy{
				Regions: []string{"cn-hangzhou"}, Preflight: true, ProtectTag: events.Tag{Key: "protected"}, KeepUntilTag: "keep-until",
			}})
			r := &run{h: h, log: h.Log, started: time.Now()}
			j := &job{}
			for i := range n {
				j.request.DesktopId = append(j.request.DesktopId, fmt.Sprintf("ecd-7w78ozhjcwa3u%05d", i))
			}
			j.request.RegionId = "cn-hangzhou"
			r.prepare(j)
			g := j.region
			g.protected.rows, g.protected.err = map[string]string{"ecd-other1": ""}, nil
			g.held.rows, g.held.err = map[string]hold{"ecd-other2": {}}, nil
			for _, d := range g.desktops {
				note([]*desktop{d}, []Desktop{{DesktopID: d.desktopID, DesktopStatus: "Running", ConnectionStatus: "Disconnected"}}, time.Now(), nil)
			}
			b.ReportAllocs()
			for b.Loop() {
				g.claims()
				if planned := r.plan(g.desktops); len(planned) != n {
					b.Fatalf("%d planned", len(planned))
				}
				for _, d := range g.desktops {
					d.claims = d.claims[:0]
				}
			}
		})
	}
}
