package callback_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"stopdesktops/handler"
)

// TestColor: green only where a desktop is stopped as asked, and the words say the same.
func TestColor(t *testing.T) {
	const nothing = "nothing was stopped"
	for _, c := range []struct {
		status      handler.Status
		counts      map[handler.Outcome]int
		color, text string
	}{
		{handler.StatusDone, map[handler.Outcome]int{handler.Stopped: 1}, "green", "done"},
		{handler.StatusDone, map[handler.Outcome]int{handler.Stopped: 1, handler.Skipped: 99}, "green", "done"},
		{handler.StatusDone, map[handler.Outcome]int{handler.AlreadyStopped: 2}, "green", "done"}, // what was asked for holds
		{handler.StatusDone, map[handler.Outcome]int{handler.AlreadyStopped: 1, handler.Skipped: 1}, "green", "done"},
		{handler.StatusAccepted, map[handler.Outcome]int{handler.Accepted: 1}, "green", "stop requested"},
		{handler.StatusAccepted, map[handler.Outcome]int{handler.Stopping: 1}, "green", "stop requested"},
		{handler.StatusDone, map[handler.Outcome]int{handler.Skipped: 2}, "grey", nothing},
		{handler.StatusDone, nil, "grey", nothing}, // a selection that matched nothing
		{handler.StatusPlanned, map[handler.Outcome]int{handler.WouldStop: 2}, "grey", "dry run, " + nothing},
		{handler.StatusPlanned, map[handler.Outcome]int{handler.WouldStop: 2, handler.AlreadyStopped: 1}, "grey", "dry run, " + nothing},
		{handler.StatusStale, nil, "grey", "too old, " + nothing},
		{handler.StatusDuplicate, nil, "grey", "seen before, " + nothing},
		{handler.StatusDisabled, nil, "grey", "switched off, " + nothing},
		{handler.StatusIgnored, nil, "grey", "not what the route waits for, " + nothing},
		{handler.StatusPartial, map[handler.Outcome]int{handler.Stopped: 1, handler.Failed: 1}, "orange", "partly done"},
		{handler.StatusPartial, map[handler.Outcome]int{handler.Skipped: 1, handler.Failed: 1}, "orange", "partly done"},
		{handler.StatusFailed, map[handler.Outcome]int{handler.Failed: 1}, "red", "failed"},
		{handler.StatusRejected, nil, "red", "rejected, " + nothing},
		{handler.StatusBlocked, map[handler.Outcome]int{handler.NotAttempted: 1}, "red", "blocked, " + nothing},
	} {
		body := send(t, parseFormat(t, "custom", []byte(`{"c":"${StatusColor}","t":"${StatusText}"}`)), handler.Report{Status: c.status, Counts: c.counts})
		var got struct{ C, T string }
		if err := json.Unmarshal(body, &got); err != nil || got.C != c.color || got.T != c.text {
			t.Errorf("%s %v: %s, want %s, %s", c.status, c.counts, body, c.color, c.text)
		}
	}
}

// TestStoppedText: which desktops are named as stopped, in which order, and how many.
func TestStoppedText(t *testing.T) {
	many := handler.Report{Status: handler.StatusDone, Counts: map[handler.Outcome]int{handler.Stopped: 1000, handler.AlreadyStopped: 2}}
	for i := range 20 {
		many.Desktops = append(many.Desktops, handler.DesktopReport{DesktopId: fmt.Sprintf("ecd-%02d", i), Outcome: handler.Stopped})
	}
	many.Desktops = append(many.Desktops, handler.DesktopReport{DesktopId: "ecd-off", Outcome: handler.AlreadyStopped})
	for _, c := range []struct {
		name    string
		rep     handler.Report
		english string
		chinese string
	}{
		{name: "many", rep: many, english: "Stopped: ecd-00, ecd-01, ecd-02, ecd-03, ecd-04, ecd-05, ecd-06, ecd-07, ecd-08, ecd-09, ecd-10, ecd-11, ecd-12, ecd-13, ecd-14, 985 more; stopped already: ecd-off, 1 more",
			chinese: "已停止：ecd-00、ecd-01、ecd-02、ecd-03、ecd-04、ecd-05、ecd-06、ecd-07、ecd-08、ecd-09、ecd-10、ecd-11、ecd-12、ecd-13、ecd-14、另有 985 台；原已停止：ecd-off、另有 1 台"},
		{name: "each outcome", rep: handler.Report{Status: handler.StatusAccepted, Counts: map[handler.Outcome]int{handler.Stopping: 1, handler.Accepted: 1, handler.Stopped: 1},
			Desktops: []handler.DesktopReport{{DesktopId: "ecd-c", Outcome: handler.Accepted}, {DesktopId: "ecd-b", Outcome: handler.Stopping}, {DesktopId: "ecd-a", Outcome: handler.Stopped}}},
			english: "Stopped: ecd-a; stopping: ecd-b; stop requested: ecd-c"},
		{name: "a plan", rep: handler.Report{Status: handler.StatusPlanned, Counts: map[handler.Outcome]int{handler.WouldStop: 1}, Desktops: []handler.DesktopReport{{DesktopId: "ecd-a", Outcome: handler.WouldStop}}},
			english: "Would be stopped: ecd-a"},
		// One that still runs after the wait is among those that were not stopped.
		{name: "still running", rep: handler.Report{Status: handler.StatusPartial, Counts: map[handler.Outcome]int{handler.Accepted: 2}, Error: &handler.Problem{Code: handler.CodeStillRunning},
			Desktops: []handler.DesktopReport{{DesktopId: "ecd-slow", Outcome: handler.Accepted, State: "Running"}, {DesktopId: "ecd-a", Outcome: handler.Accepted, State: "Stopping"}}},
			english: "Stop requested: ecd-a"},
		{name: "none", rep: handler.Report{Status: handler.StatusDone, Counts: map[handler.Outcome]int{handler.Skipped: 1}, Desktops: []handler.DesktopReport{{DesktopId: "ecd-a", Outcome: handler.Skipped}}}},
		{name: "none named", rep: handler.Report{Status: handler.StatusDone, Counts: map[handler.Outcome]int{handler.Stopped: 7}}},
	} {
		for format, want := range map[string]string{"custom": c.english, "custom-zh": c.chinese} {
			if format == "custom-zh" && want == "" && c.english != "" {
				continue
			}
			body := send(t, parseFormat(t, format, []byte(`{"t":"${StoppedText}"}`)), c.rep)
			var got struct{ T string }
			if err := json.Unmarshal(body, &got); err != nil || got.T != want {
				t.Errorf("%s, %s: %s\nwant %s", c.name, format, got.T, want)
			}
		}
	}
}

// TestStoppedTextGivesWay: where a message would be too large for its platform, it names fewer desktops.
func TestStoppedTextGivesWay(t *testing.T) {
	rep := handler.Report{Status: handler.StatusPartial, Counts: map[handler.Outcome]int{handler.Stopped: 50, handler.Failed: 50}, Error: &handler.Problem{Code: "Failed"}}
	for i := range 50 {
		rep.Desktops = append(rep.Desktops, handler.DesktopReport{DesktopId: fmt.Sprintf("ecd-%060d", i), Outcome: handler.Stopped},
			handler.DesktopReport{DesktopId: fmt.Sprintf("ecd-%060d", 1000+i), Outcome: handler.Failed, Code: "Failed"})
	}
	for extra, want := range map[int]int{0: 15, 1900: 15, 2100: 7, 2600: 3, 2850: 1, 2980: 0} {
		skeleton := fmt.Sprintf(`{"msgtype":"markdown","markdown":{"content":"${NotStoppedText}\\n${StoppedText}\\n%s"}}`, strings.Repeat("x", extra))
		body := string(send(t, parseFormat(t, "wecom", []byte(skeleton)), rep))
		if named := strings.Count(body, "ecd-"); named != 15+want || len(body) > 4096 {
			t.Errorf("%d bytes more: %d named of %d, %d bytes", extra, named, 15+want, len(body))
		}
	}
}
