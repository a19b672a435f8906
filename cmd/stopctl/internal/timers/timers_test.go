package timers

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// execute runs a command line as main does.
func execute(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := terminal.Program{Commands: []terminal.Command{{Name: "timers", Run: Command}}}
	return trial.Run(t, p, map[string]string{"ZONE": "America/New_York"}, "", append([]string{"timers"}, args...)...)
}

// office has a timer of each sort.
const office = `resources:
  f:
    props:
      region: cn-hangzhou
      functionName: office
      triggers:
        - {triggerName: nightly, triggerType: timer, triggerConfig: {enable: true, cronExpression: "CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI", payload: '{"Select": {"Tag": {"Key": "nightly"}}, "IdleMinutes": 30}'}}
        - {triggerName: abroad, triggerType: timer, triggerConfig: {enable: true, cronExpression: "CRON_TZ=${env('ZONE','UTC')} 0 30 1 * * *", payload: '{"Select": {"OfficeSiteId": "us-east-1+dir-1"}}'}}
        - {triggerName: lunch, triggerType: timer, triggerConfig: {enable: false, cronExpression: "CRON_TZ=Asia/Shanghai 0 0/10 12-13 ? * MON-FRI", payload: '{"DesktopId": ["ecd-a", "ecd-b"], "DryRun": true}'}}
        - {triggerName: idle, triggerType: timer, triggerConfig: {enable: true, cronExpression: "@every 30m", payload: '{"Select": {"All": true}, "IdleMinutes": 120}'}}
        - {triggerName: web, triggerType: http, triggerConfig: {authType: function}}
`

// inFolder makes the current folder one with these files, as pairs of name and text.
func inFolder(t *testing.T, files ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(files[i], []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTimers compares with a golden file: two templates, over the end of summer time and over the turn of the year.
func TestTimers(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join("testdata", "timers.golden"))
	if err != nil {
		t.Fatal(err)
	}
	const second = "resources:\n  g: {props: {functionName: other, triggers: [{triggerName: eve, triggerType: timer, triggerConfig: {enable: true, cronExpression: '0 0 12 31 12 *', payload: '{\"Select\": {\"All\": true}}'}}]}}\n"
	inFolder(t, "s.yaml", office, "s.more.yaml", second, "other.yaml", "a: b\n")
	var all string
	for _, args := range [][]string{
		{"-from", "2026-10-31T16:00:00Z", "-days", "3"},
		{"-from", "2026-12-30", "-days", "4"},
	} {
		code, out, stderr := execute(t, args...)
		if code != terminal.ExitOK || stderr != "" {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
		all += "stopctl timers " + strings.Join(args, " ") + "\n\n" + out + "\n"
	}
	if *update {
		if err := os.WriteFile(golden, []byte(all), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if all != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", all, want)
	}
}

// TestTimersFaults: one timer or template that cannot be read hides no other.
func TestTimersFaults(t *testing.T) {
	broken := strings.Replace(office, "@every 30m", "@every 30min", 1)
	inFolder(t, "s.yaml", broken, "s.bad.yaml", "resources: [", "s.env.yaml", strings.Replace(office, "'ZONE','UTC'", "'NOSUCH'", 1))
	code, out, stderr := execute(t, "-from", "2026-11-27", "s.yaml")
	if code != terminal.ExitUnexpected || stderr != "" || !strings.Contains(out, `s.yaml:10: timer idle: @every "30min" is no interval: write @every 30m`) || !strings.Contains(out, "Mon 2026-11-30 20:00 Asia/Shanghai") {
		t.Errorf("exit code %d, %s%s", code, out, stderr)
	}
	code, out, stderr = execute(t, "-from", "2026-11-27")
	if code != terminal.ExitUsage || !strings.Contains(out, "Mon 2026-11-30 20:00 Asia/Shanghai") || !strings.Contains(stderr, "s.bad.yaml is not YAML") || !strings.Contains(stderr, "needs the environment variable NOSUCH") {
		t.Errorf("exit code %d, %s%s", code, out, stderr)
	}
	inFolder(t, "s.yaml", strings.Replace(office, `{"Select": {"All": true}, "IdleMinutes": 120}`, `{"Selekt": 1}`, 1))
	if code, out, _ = execute(t, "-from", "2026-11-27"); code != terminal.ExitUnexpected || !strings.Contains(out, "timer idle: the payload cannot be read: $.payload.Selekt") {
		t.Errorf("exit code %d, %s", code, out)
	}
}

// TestTimersOnce: what a template takes from the one that it extends, for the same function, is one timer.
func TestTimersOnce(t *testing.T) {
	inFolder(t, "s.yaml", office, "s.same.yaml", "extend: s.yaml\nresources: {f: {props: {timeout: 60}}}\n", "s.dev.yaml", "extend: s.yaml\nresources: {f: {props: {functionName: dev}}}\n")
	_, out, _ := execute(t, "-from", "2026-11-30", "-days", "1")
	if strings.Count(out, "nightly  ") != 2 || !strings.Contains(out, "  s.yaml, s.same.yaml  ") || !strings.Contains(out, "  s.dev.yaml ") {
		t.Errorf("%s", out)
	}
}

// TestTimersSeveral names the function where a template has several.
func TestTimersSeveral(t *testing.T) {
	inFolder(t, "s.yaml", office+"  g: {props: {functionName: second, triggers: [{triggerName: second, triggerType: timer, triggerConfig: {enable: true, cronExpression: '0 0 12 * * *', payload: '{\"DesktopId\": \"ecd-a\"}'}}]}}\n")
	_, out, _ := execute(t, "-from", "2026-11-30", "-days", "1")
	if !strings.Contains(out, "  s.yaml f  ") || !strings.Contains(out, "  s.yaml g  ") {
		t.Errorf("%s", out)
	}
}

// TestTimersJSON is for programs.
func TestTimersJSON(t *testing.T) {
	inFolder(t, "s.yaml", office)
	code, out, _ := execute(t, "-from", "2026-11-01", "-days", "1", "-o", "json")
	var got listing
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != terminal.ExitOK || got.Format != "stopctl.timers/1" {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if len(got.Firings) != 2 || len(got.Intervals) != 1 || got.Faults == nil || len(got.Faults) != 0 || got.Until.Sub(got.From).Hours() != 24 {
		t.Fatalf("%s", out)
	}
	if f := got.Firings[0]; f.Trigger != "abroad" || f.Clock != "repeated" || f.Zone != "America/New_York" || !f.Enabled || f.Count != 1 || f.Stops != "office us-east-1+dir-1" || f.Time.Hour() != 1 {
		t.Errorf("%+v", f)
	}
	if i := got.Intervals[0]; i.Every != "30m" || i.Trigger != "idle" {
		t.Errorf("%+v", i)
	}
}

// TestTimersJSONFaults: what cannot be read is there, too.
func TestTimersJSONFaults(t *testing.T) {
	inFolder(t, "s.yaml", strings.Replace(office, "0 0 20 ? * MON-FRI", "0 0 20 ? * banana", 1))
	code, out, _ := execute(t, "-days", "1", "-o", "json")
	var got listing
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != terminal.ExitUnexpected || len(got.Faults) != 1 || got.Faults[0].Trigger != "nightly" || got.Faults[0].Where != "s.yaml:7" {
		t.Errorf("exit code %d, %v: %s", code, err, out)
	}
}

// TestTimersNone: no timer is no error.
func TestTimersNone(t *testing.T) {
	inFolder(t, "s.yaml", "resources: {f: {props: {timeout: 60}}}\n")
	if code, out, stderr := execute(t); code != terminal.ExitOK || !strings.Contains(out, "No timer fires.") || stderr != "" {
		t.Errorf("exit code %d, %s%s", code, out, stderr)
	}
}

// TestTimersUsage says how to call it.
func TestTimersUsage(t *testing.T) {
	inFolder(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "this folder has no s*.yaml: name a template"},
		{[]string{"nosuch.yaml"}, "nosuch.yaml"},
		{[]string{"-days", "0", "x"}, "-days 0: from 1 to 366"},
		{[]string{"-days", "367", "x"}, "-days 367: from 1 to 366"},
		{[]string{"-from", "tomorrow", "x"}, `-from "tomorrow" is no time: write 2026-12-24`},
		{[]string{"-o", "xml", "x"}, "-o xml: text or json"},
		{[]string{"-color", "red", "x"}, "-color red: auto, always or never"},
		{[]string{"-nosuch"}, "See stopctl timers -h."},
	} {
		if code, _, stderr := execute(t, c.args...); code != terminal.ExitUsage || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit code %d, %s, want %s", c.args, code, stderr, c.want)
		}
	}
	_, fs := timersFlags()
	fs.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(timersUsage, "\n  -"+f.Name+" ") {
			t.Errorf("the help says nothing of -%s", f.Name)
		}
	})
}
