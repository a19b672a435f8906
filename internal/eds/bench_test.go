package eds_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"stopdesktops/internal/stop"
)

// BenchmarkSign is a StopDesktops call: built and signed by the SDK, sent, and its answer read.
func BenchmarkSign(b *testing.B) {
	w := serve(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"RequestId":"1CBAFFAB"}`) }))
	session := connect(b, w.Dial)
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			call := stop.StopCall{RegionID: region, DesktopIDs: benchIDs(n), StoppedMode: "StopCharging"}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := session.StopDesktops(b.Context(), call); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLook is a DescribeDesktopInfo call for 100 desktops.
func BenchmarkLook(b *testing.B) {
	ids := benchIDs(100)
	row := `{"DesktopId":"%s","DesktopStatus":"Running","ConnectionStatus":"Disconnected","ManagementFlag":[],"StartTime":"2026-11-20T11:00Z"},`
	var rows strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&rows, row, id)
	}
	answer := `{"RequestId":"1CBAFFAB","Desktops":[` + strings.TrimSuffix(rows.String(), ",") + `]}`
	w := serve(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	session := connect(b, w.Dial)
	b.ReportAllocs()
	for b.Loop() {
		if desktops, err := session.DescribeDesktopInfo(b.Context(), region, ids); err != nil || len(desktops) != len(ids) {
			b.Fatal(len(desktops), err)
		}
	}
}

func benchIDs(n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("ecd-7w78ozhjcwa3u%04d", i))
	}
	return ids
}
