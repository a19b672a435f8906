package callback_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"stopdesktops/internal/report"
)

// TestColor: green only where a desktop is stopped as asked, and the words say the same.
func TestColor(t *testing.T) {
	const nothing = "nothing was stopped"
	for _, c := range []struct {
		status      report.Status
		counts      map[report.Outcome]int
		color, text string
	}{
		{report.StatusDone, map[report.Outcome]int{report.Stopped: 1}, "green", "done"},
		{report.StatusDone, map[report.Outcome]int{report.Stopped: 1, report.Skipped: 99}, "green", "done"},
		{report.StatusDone, map[report.Outcome]int{report.AlreadyStopped: 2}, "green", "done"}, // what was asked for holds
		{report.StatusDone, map[report.Outcome]int{report.AlreadyStopped: 1, report.Skipped: 1}, "green", "done"},
		{report.StatusAccepted, map[report.Outcome]int{report.Accepted: 1}, "green", "stop requested"},
		{report.StatusAccepted, map[report.Outcome]int{report.Stopping: 1}, "green", "stop requested"},
		{report.StatusDone, map[report.Outcome]int{report.Skipped: 2}, "grey", nothing},
		{report.StatusDone, nil, "grey", nothing}, // a selection that matched nothing
		{report.StatusPlanned, map[report.Outcome]int{report.WouldStop: 2}, "grey", "dry run, " + nothing},
		{report.StatusPlanned, map[report.Outcome]int{report.WouldStop: 2, report.AlreadyStopped: 1}, "grey", "dry run, " + nothing},
		{report.StatusStale, nil, "grey", "too old, " + nothing},
		{report.StatusDuplicate, nil, "grey", "seen before, " + nothing},
		{report.StatusDisabled, nil, "grey", "switched off, " + nothing},
		{report.StatusIgnored, nil, "grey", "a condition does not hold, " + nothing},
		{report.StatusPartial, map[report.Outcome]int{report.Stopped: 1, report.Failed: 1}, "orange", "partly done"},
		{report.StatusPartial, map[report.Outcome]int{report.Skipped: 1, report.Failed: 1}, "orange", "partly done"},
		{report.StatusFailed, map[report.Outcome]int{report.Failed: 1}, "red", "failed"},
		{report.StatusRejected, nil, "red", "rejected, " + nothing},
		{report.StatusBlocked, map[report.Outcome]int{report.NotAttempted: 1}, "red", "blocked, " + nothing},
	} {
		body := send(t, messageFormat{"custom", []byte(`{"c":"${StatusColor}","t":"${StatusText}"}`)}, report.Report{Status: c.status, Counts: c.counts})
		var got struct{ C, T string }
		if err := json.Unmarshal(body, &got); err != nil || got.C != c.color || got.T != c.text {
			t.Errorf("%s %v: %s, want %s, %s", c.status, c.counts, body, c.color, c.text)
		}
	}
}

// TestStoppedText: which desktops are named as stopped, in which order, and how many.
func TestStoppedText(t *testing.T) {
	many := report.Report{Status: report.StatusDone, Counts: map[report.Outcome]int{report.Stopped: 1000, report.AlreadyStopped: 2}}
	for i := range 20 {
		many.Desktops = append(many.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-%02d", i), Outcome: report.Stopped})
	}
	many.Desktops = append(many.Desktops, report.DesktopReport{DesktopId: "ecd-off", Outcome: report.AlreadyStopped})
	for _, c := range []struct {
		name    string
		rep     report.Report
		english string
		chinese string
	}{
		{name: "many", rep: many, english: "Stopped: ecd-00, ecd-01, ecd-02, ecd-03, ecd-04, ecd-05, ecd-06, ecd-07, ecd-08, ecd-09, ecd-10, ecd-11, ecd-12, ecd-13, ecd-14, 985 more; stopped already: ecd-off, 1 more",
			chinese: "已停止：ecd-00、ecd-01、ecd-02、ecd-03、ecd-04、ecd-05、ecd-06、ecd-07、ecd-08、ecd-09、ecd-10、ecd-11、ecd-12、ecd-13、ecd-14、另有 985 台；原已停止：ecd-off、另有 1 台"},
		{name: "each outcome", rep: report.Report{Status: report.StatusAccepted, Counts: map[report.Outcome]int{report.Stopping: 1, report.Accepted: 1, report.Stopped: 1},
			Desktops: []report.DesktopReport{{DesktopId: "ecd-c", Outcome: report.Accepted}, {DesktopId: "ecd-b", Outcome: report.Stopping}, {DesktopId: "ecd-a", Outcome: report.Stopped}}},
			english: "Stopped: ecd-a; stopping: ecd-b; stop requested: ecd-c"},
		{name: "a plan", rep: report.Report{Status: report.StatusPlanned, Counts: map[report.Outcome]int{report.WouldStop: 1}, Desktops: []report.DesktopReport{{DesktopId: "ecd-a", Outcome: report.WouldStop}}},
			english: "Would be stopped: ecd-a"},
		// One that still runs after the wait is among those that were not stopped.
		{name: "still running", rep: report.Report{Status: report.StatusPartial, Counts: map[report.Outcome]int{report.Accepted: 2}, Error: &report.Problem{Code: report.CodeStillRunning},
			Desktops: []report.DesktopReport{{DesktopId: "ecd-slow", Outcome: report.Accepted, State: "Running"}, {DesktopId: "ecd-a", Outcome: report.Accepted, State: "Stopping"}}},
			english: "Stop requested: ecd-a"},
		{name: "none", rep: report.Report{Status: report.StatusDone, Counts: map[report.Outcome]int{report.Skipped: 1}, Desktops: []report.DesktopReport{{DesktopId: "ecd-a", Outcome: report.Skipped}}}},
		{name: "none named", rep: report.Report{Status: report.StatusDone, Counts: map[report.Outcome]int{report.Stopped: 7}}},
	} {
		for format, want := range map[string]string{"custom": c.english, "custom-zh": c.chinese} {
			if format == "custom-zh" && want == "" && c.english != "" {
				continue
			}
			body := send(t, messageFormat{format, []byte(`{"t":"${StoppedText}"}`)}, c.rep)
			var got struct{ T string }
			if err := json.Unmarshal(body, &got); err != nil || got.T != want {
				t.Errorf("%s, %s: %s\nwant %s", c.name, format, got.T, want)
			}
		}
	}
}

// TestStoppedTextGivesWay: where a message would be too large for its platform, it names fewer desktops.
func TestStoppedTextGivesWay(t *testing.T) {
	rep := report.Report{Status: report.StatusPartial, Counts: map[report.Outcome]int{report.Stopped: 50, report.Failed: 50}, Error: &report.Problem{Code: "Failed"}}
	for i := range 50 {
		rep.Desktops = append(rep.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-%060d", i), Outcome: report.Stopped},
			report.DesktopReport{DesktopId: fmt.Sprintf("ecd-%060d", 1000+i), Outcome: report.Failed, Code: "Failed"})
	}
	for extra, want := range map[int]int{0: 15, 1900: 15, 2100: 7, 2600: 3, 2850: 1, 2980: 0} {
		skeleton := fmt.Sprintf(`{"msgtype":"markdown","markdown":{"content":"${NotStoppedText}\\n${StoppedText}\\n%s"}}`, strings.Repeat("x", extra))
		body := string(send(t, messageFormat{"wecom", []byte(skeleton)}, rep))
		if named := strings.Count(body, "ecd-"); named != 15+want || len(body) > 4096 {
			t.Errorf("%d bytes more: %d named of %d, %d bytes", extra, named, 15+want, len(body))
		}
	}
}
