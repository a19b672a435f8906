package handler

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/report"
)

// TestLogLines keeps each line short enough for the index of a log store, whatever the messages, and loses no desktop.
func TestLogLines(t *testing.T) {
	plain := report.DesktopReport{DesktopId: "ecd-7w78ozhjcwa3u0001", RegionId: "cn-hangzhou", Outcome: report.Skipped, Reason: report.ReasonConnectionUnknown, State: "Running", ConnectionStatus: "Disconnected"}
	kept := plain
	kept.Reason, kept.Message = report.ReasonKeepUntilUnreadable, `stop-desktops:keep-until is "`+strings.Repeat(`\u200b\"`, 32)+`"…, which cannot be read: write a time such as "2026-12-01 20:00", or a date`
	huge := plain
	huge.Message = strings.Repeat("x", bytesPerLine)
	used := plain
	used.Reason, used.Evidence = report.ReasonNotIdle, &report.Evidence{Use: "DESKTOP_DISCONNECT", UsedAt: time.Now(), UsedSince: time.Now()}
	tagged := plain
	tagged.Reason, tagged.Evidence = report.ReasonProtected, &report.Evidence{Tag: strings.Repeat(`<"`, 64), TagValue: strings.Repeat("\u0000", 128)}
	for name, all := range map[string][]report.DesktopReport{
		"none": nil, "one": {plain}, "as many as fit": slices.Repeat([]report.DesktopReport{plain}, 80), "one more": slices.Repeat([]report.DesktopReport{plain}, 81),
		"with messages": slices.Repeat([]report.DesktopReport{kept}, 300), "some with messages": slices.Repeat([]report.DesktopReport{plain, kept, plain}, 100),
		"one that is too long": {plain, huge, plain}, "with evidence": slices.Repeat([]report.DesktopReport{used}, 200), "with tags": slices.Repeat([]report.DesktopReport{tagged}, 200),
	} {
		for i := range all {
			all[i].DesktopId = fmt.Sprintf("ecd-7w78ozhjcwa3u%04d", i)
		}
		lines := logLines(all)
		if !slices.Equal(slices.Concat(lines...), all) {
			t.Errorf("%s: desktops are lost, or not in order", name)
		}
		for _, line := range lines {
			text, err := json.Marshal(line)
			if err != nil || len(line) > 80 || len(line) == 0 || len(text) > bytesPerLine && len(line) > 1 {
				t.Errorf("%s: a line of %d desktops with %d bytes: %v", name, len(line), len(text), err)
			}
		}
		if name == "as many as fit" && len(lines) != 1 {
			t.Errorf("%s: %d lines", name, len(lines))
		}
	}
}
