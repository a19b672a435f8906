package recover

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
)

func replay(t *testing.T, report string) (code int, out, err string) {
	t.Helper()
	return execute(t, report, "replay", "-")
}

const oneReport = `{"InvocationId":"1","EventId":"e1","Status":"partial","RegionId":"cn-hangzhou","StoppedMode":"KeepCharging","OsUpdate":true,
 "Reason":"IT-101","Exclude":{"EndUserId":["li"]},
 "Counts":{"accepted":1,"failed":1,"not_attempted":1,"not_found":1,"skipped":1},
 "Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"},{"DesktopId":"ecd-nf","Outcome":"not_found"},{"DesktopId":"ecd-na","Outcome":"not_attempted"},
  {"DesktopId":"ecd-ok","Outcome":"accepted"},{"DesktopId":"ecd-s","Outcome":"skipped","Reason":"connected"}]}`

const wantReplay = `{
  "RegionId": "cn-hangzhou",
  "DesktopId": [
    "ecd-f",
    "ecd-na"
  ],
  "StoppedMode": "KeepCharging",
  "OsUpdate": true,
  "Exclude": {
    "EndUserId": [
      "li"
    ]
  },
  "Reason": "IT-101"
}
`

// TestReplay: whatever the report was read from, the event is for what is undone, and no wider than it was.
func TestReplay(t *testing.T) {
	oneLine := strings.ReplaceAll(oneReport, "\n", "")
	var r map[string]json.RawMessage
	if err := json.Unmarshal([]byte(oneReport), &r); err != nil {
		t.Fatal(err)
	}
	desktops := string(r["Desktops"])
	delete(r, "Desktops")
	short, _ := json.Marshal(r)
	for name, text := range map[string]string{
		"an answer":         oneReport,
		"a batch":           `{"Reports":[` + oneReport + `]}`,
		"a callback":        `{"specversion":"1.0","id":"m","source":"f","type":"com.aliyun.ecd.desktops.stop.partial","data":` + oneLine + `}`,
		"a byte order mark": "\ufeff" + oneReport,
		"lines, the newest first": `{"time":"2099-11-22T20:00:02.5Z","msg":"desktops","InvocationId":"1","EventId":"e1","Desktops":` + strings.ReplaceAll(desktops, "\n", "") + "}\n" +
			`{"time":"2099-11-22T20:00:02.25Z","msg":"report","report":` + string(short) + "}\n",
		"lines as Log Service exports them": exported(t, `{"msg":"report","report":`+string(short)+`}`) + exported(t, `{"msg":"desktops","InvocationId":"1","EventId":"e1","Desktops":`+strings.ReplaceAll(desktops, "\n", "")+`}`),
		"lines of the log":                  "FC Invoke Start RequestId: 1\n{\"msg\":\"report\",\"report\":" + string(short) + "}\n{\"msg\":\"desktops\",\"InvocationId\":\"1\",\"EventId\":\"e1\",\"Desktops\":" + strings.ReplaceAll(desktops, "\n", "") + "}\n",
	} {
		t.Run(name, func(t *testing.T) {
			code, out, err := replay(t, text)
			if code != terminal.ExitOK || out != wantReplay {
				t.Errorf("exit %d %s\n%s", code, err, out)
			}
			if _, err := events.ParseRequest([]byte(out), "$"); err != nil {
				t.Errorf("the function would not take it: %v", err)
			}
		})
	}
}

// exported is a line as Log Service hands it out.
func exported(t *testing.T, message string) string {
	t.Helper()
	line, err := json.Marshal(map[string]string{"__time__": "1795000000", "functionName": "stop-desktops", "message": message})
	if err != nil {
		t.Fatal(err)
	}
	return string(line) + "\n"
}

// TestReplayRefuses: what cannot be a desktop in a region comes into no event.
func TestReplayRefuses(t *testing.T) {
	for name, c := range map[string]struct{ desktop, region string }{
		"an ID that is a command":    {"ecd-a;reboot", "cn-hangzhou"},
		"a control character":        {`ecd-a\u001b[31m`, "cn-hangzhou"},
		"a region that is a command": {"ecd-a", "cn-$(reboot)"},
	} {
		code, out, err := replay(t, `{"Status":"failed","RegionId":"`+c.region+`","Counts":{"failed":1},"Desktops":[{"DesktopId":"`+c.desktop+`","Outcome":"failed"}]}`)
		if code != terminal.ExitUnexpected || out != "" || !strings.Contains(err, "cannot be a desktop in a region") {
			t.Errorf("%s: exit %d, %s%s", name, code, out, err)
		}
	}
}

// TestReplayLate: the event is old, and its replay must not stop a desktop that was used since.
func TestReplayLate(t *testing.T) {
	at := time.Now().Add(-90 * time.Minute).UTC().Format(time.RFC3339)
	_, out, _ := replay(t, strings.Replace(oneReport, `"EventId":"e1",`, `"EventId":"e1","EventTime":"`+at+`",`, 1))
	q, err := events.ParseRequest([]byte(out), "$")
	if err != nil || q.IdleMinutes < 90 || q.IdleMinutes > 92 {
		t.Errorf("IdleMinutes %d %v", q.IdleMinutes, err)
	}
}

// TestReplayOnAnotherDay: the first event was of the right kind of day; its rest may follow on another one.
func TestReplayOnAnotherDay(t *testing.T) {
	_, out, _ := replay(t, strings.Replace(oneReport, `"EventId":"e1",`, `"EventId":"e1","On":"workday",`, 1))
	if q, err := events.ParseRequest([]byte(out), "$"); err != nil || q.On != "" || len(q.DesktopId) == 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestReplayNotes: what the replay cannot do as the event did is said, and only that.
func TestReplayNotes(t *testing.T) {
	const failed = `"Counts":{"failed":1},"Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"}]`
	mixed := `"Counts":{"failed":1,"accepted":2},"Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"},
		{"DesktopId":"ecd-r","Outcome":"accepted","State":"Running"},{"DesktopId":"ecd-g","Outcome":"accepted","State":"Stopping"}]`
	waited := strings.Replace(mixed, `"failed":1,`, "", 1)
	waited = strings.Replace(waited, `{"DesktopId":"ecd-f","Outcome":"failed"},`, "", 1)
	const at = `"EventTime":"2026-11-22T20:00:00Z",`
	logged := func(host string) string {
		return `{"time":"2026-11-22T20:00:02Z","msg":"report","report":{"EventId":"e1","Status":"failed","DurationMs":2000,"Counts":{"failed":1}}}
{"time":"2026-11-22T20:00:02Z","msg":"desktops","EventId":"e1","Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"}]}
{"time":"2026-11-22T20:00:03Z","msg":"callback","EventId":"e1","Host":"` + host + `","Callback":{"Status":"delivered"}}`
	}
	env := map[string]string{"CALLBACK_URL": "https://tickets.example.com/fake-token"}
	for _, c := range []struct {
		name, report, desktops, says string
	}{
		{"no time", `{"EventId":"e1","Status":"failed",` + failed + `}`, "ecd-f", "event e1: the time of the event is unknown"},
		{"no time, forced", `{"EventId":"e1","Status":"failed","Force":true,` + failed + `}`, "ecd-f", ""},
		{"its time", `{"EventId":"e1",` + at + `"Status":"failed",` + failed + `}`, "ecd-f", ""},
		{"a route", `{"EventId":"e1",` + at + `"Route":"/jira","Status":"failed",` + failed + `}`, "ecd-f", "by the route /jira; its replay is a direct event"},
		{"the time of the log, the same receiver", logged("tickets.example.com"), "ecd-f", ""},
		{"another receiver", logged("jira.example.com"), "ecd-f", "its callback went to jira.example.com"},
		{"waited, and still running", `{"EventId":"e1",` + at + `"Status":"partial","Error":{"Code":"StillRunning"},` + waited + `}`, "ecd-r", ""},
		{"perhaps still running", `{"EventId":"e1",` + at + `"Status":"partial","Error":{"Code":"Throttling"},` + mixed + `}`, "ecd-f", "left out: 1 desktop that EDS took the call for"},
		{"accepted, and nobody waited", `{"EventId":"e1",` + at + `"Status":"accepted",` + waited + `}`, "", "nothing is left to do"},
		{"an ID that moves the cursor", `{"EventId":"e\u001b[2J","Status":"failed",` + failed + `}`, "ecd-f", `event e\u001b[2J: `},
		{"such an ID, rejected", `{"EventId":"e\u001b[2J","Status":"rejected"}`, "", `event e\u001b[2J: `},
	} {
		code, out, err := executeIn(t, env, strings.ReplaceAll(c.report, "\n\t", ""), "replay", "-")
		var q events.Request
		if out != "" {
			var e error
			if q, e = events.ParseRequest([]byte(out), "$"); e != nil {
				t.Errorf("%s: %v", c.name, e)
			}
		}
		if strings.Join(q.DesktopId, " ") != c.desktops || !strings.Contains(err, c.says) || c.says == "" && err != "" || strings.Contains(err, "fake-token") {
			t.Errorf("%s: exit %d %s\n%s", c.name, code, err, out)
		}
		if known := strings.Contains(c.report, `T20:00`); out != "" && known != (q.IdleMinutes > 0) {
			t.Errorf("%s: IdleMinutes %d", c.name, q.IdleMinutes)
		}
	}
}

// A report was logged when its event was done: what was used meanwhile was used since.
func TestReplayBegins(t *testing.T) {
	now := time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)
	var rep reportfile.Found
	rep.LoggedAt, rep.DurationMs = now.Add(-10*time.Minute), 300_000
	if got := idleSince(rep, now); got != 16 {
		t.Errorf("IdleMinutes %d", got)
	}
}

func TestReplayNothing(t *testing.T) {
	for _, c := range []struct {
		name, report, says string
		code               int
	}{
		{"all done", `{"Status":"done","Counts":{"stopped":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"stopped"}]}`, "nothing is left", terminal.ExitOK},
		{"a dry run", `{"Status":"partial","DryRun":true,"Counts":{"failed":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"failed"}]}`, "nothing is left", terminal.ExitOK},
		{"a cut callback", `{"Status":"partial","Counts":{"failed":200},"Truncated":199,"Desktops":[{"DesktopId":"ecd-a","Outcome":"failed"}]}`, "names 1 of 200", terminal.ExitUnexpected},
		{"a rejected event", `{"Status":"rejected"}`, "send the event itself", terminal.ExitUnexpected},
		{"a failed selection", `{"Status":"failed"}`, "send the event itself", terminal.ExitUnexpected},
		{"no report", `hello`, "holds no report", terminal.ExitUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, err := replay(t, c.report)
			if code != c.code || out != "" || !strings.Contains(err, c.says) {
				t.Errorf("exit %d, out %q, err %q", code, out, err)
			}
		})
	}
}

// TestReplayAccount: the event is for the account of the report.
func TestReplayAccount(t *testing.T) {
	code, out, err := replay(t, strings.Replace(oneReport, `"RegionId":`, `"Account":"prod","RegionId":`, 1))
	if code != terminal.ExitOK || out != strings.Replace(wantReplay, `  "RegionId"`, `  "Account": "prod",`+"\n"+`  "RegionId"`, 1) {
		t.Errorf("exit %d %s\n%s", code, err, out)
	}
}
