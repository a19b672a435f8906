package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
)

func replay(t *testing.T, report string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = stopctl(context.Background(), []string{"replay", "-"}, outside{in: strings.NewReader(report), out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

const report = `{"InvocationId":"1","EventId":"e1","Status":"partial","RegionId":"cn-hangzhou","StoppedMode":"KeepCharging","OsUpdate":true,
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

// TestReplay: whatever the report stands in, the event is for what is undone, and no wider than it was.
func TestReplay(t *testing.T) {
	oneLine := strings.ReplaceAll(report, "\n", "")
	var r map[string]json.RawMessage
	if err := json.Unmarshal([]byte(report), &r); err != nil {
		t.Fatal(err)
	}
	desktops := string(r["Desktops"])
	delete(r, "Desktops")
	short, _ := json.Marshal(r)
	for name, text := range map[string]string{
		"an answer":  report,
		"a batch":    `{"Reports":[` + report + `]}`,
		"a callback": `{"specversion":"1.0","id":"m","source":"f","type":"t","data":` + oneLine + `}`,
		"lines, the newest first": `{"time":"2026-11-22T20:00:02.5Z","msg":"desktops","InvocationId":"1","EventId":"e1","Desktops":` + strings.ReplaceAll(desktops, "\n", "") + "}\n" +
			`{"time":"2026-11-22T20:00:02.25Z","msg":"report","report":` + string(short) + "}\n",
		"lines as Log Service exports them": exported(t, `{"msg":"report","report":`+string(short)+`}`) + exported(t, `{"msg":"desktops","InvocationId":"1","EventId":"e1","Desktops":`+strings.ReplaceAll(desktops, "\n", "")+`}`),
		"lines of the log":                  "FC Invoke Start RequestId: 1\n{\"msg\":\"report\",\"report\":" + string(short) + "}\n{\"msg\":\"desktops\",\"InvocationId\":\"1\",\"EventId\":\"e1\",\"Desktops\":" + strings.ReplaceAll(desktops, "\n", "") + "}\n",
	} {
		t.Run(name, func(t *testing.T) {
			code, out, err := replay(t, text)
			if code != exitOK || out != wantReplay {
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

// TestReplayLate: the event is old; whoever used a desktop since must not be stopped by its replay.
func TestReplayLate(t *testing.T) {
	at := time.Now().Add(-90 * time.Minute).UTC().Format(time.RFC3339)
	_, out, _ := replay(t, strings.Replace(report, `"EventId":"e1",`, `"EventId":"e1","EventTime":"`+at+`",`, 1))
	q, err := events.ParseRequest([]byte(out), "$")
	if err != nil || q.IdleMinutes < 90 || q.IdleMinutes > 92 {
		t.Errorf("IdleMinutes %d %v", q.IdleMinutes, err)
	}
}

func TestReplayNothing(t *testing.T) {
	for _, c := range []struct {
		name, report, says string
		code               int
	}{
		{"all done", `{"Status":"done","Counts":{"stopped":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"stopped"}]}`, "nothing is left", exitOK},
		{"a dry run", `{"Status":"partial","DryRun":true,"Counts":{"failed":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"failed"}]}`, "nothing is left", exitOK},
		{"a cut callback", `{"Status":"partial","Counts":{"failed":200},"Truncated":199,"Desktops":[{"DesktopId":"ecd-a","Outcome":"failed"}]}`, "names 1 of 200", exitUnexpected},
		{"a rejected event", `{"Status":"rejected"}`, "send the event itself", exitUnexpected},
		{"a failed selection", `{"Status":"failed"}`, "send the event itself", exitUnexpected},
		{"no report", `hello`, "holds no report", exitUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, err := replay(t, c.report)
			if code != c.code || out != "" || !strings.Contains(err, c.says) {
				t.Errorf("exit %d, out %q, err %q", code, out, err)
			}
		})
	}
}
