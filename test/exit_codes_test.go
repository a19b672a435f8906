package test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// exitLines are what each command is run with: with success, with something that is not as expected, and wrongly.
var exitLines = map[string][3]string{
	"run":        {"stopctl run -binary ./function -event request.json", "stopctl run -binary build/s -event request.json", "stopctl run -event nosuch.json"},
	"plan":       {"stopctl plan -f request.json", "stopctl plan -f bad.json", "stopctl plan -f nosuch.json"},
	"approve":    {"echo yes | " + approveLine, "echo no | " + approveLine, "stopctl approve -by li.si nosuch.json"},
	"apply":      {"stopctl apply approved.json", "EDS_ENDPOINT=http://127.0.0.1:1 stopctl apply approved.json", "stopctl apply nosuch.json"},
	"doctor":     {"stopctl doctor -offline", "stopctl doctor -offline -env WAIT=2m", "stopctl doctor -t nosuch.yaml"},
	"timers":     {"stopctl timers s.yaml", "stopctl timers build/bad.yaml", "stopctl timers -days 0"},
	"probe":      {"stopctl probe -region cn-hangzhou -out build/probe.json", "EDS_ENDPOINT=http://127.0.0.1:1 stopctl probe -region cn-hangzhou -out build/none.json", "stopctl probe -region cn-hangzhou -out build/probe.json"},
	"why":        {"stopctl why ecd-anna function.log", "stopctl why ecd-nobody function.log", "stopctl why ecd-anna nosuch.log"},
	"report":     {"stopctl report function.log", "stopctl report cut.json", "stopctl report nosuch.log"},
	"replay":     {"stopctl replay report.json", "stopctl replay cut.json", "stopctl replay function"},
	"undo":       {"stopctl undo report.json", "stopctl undo cut.json", "stopctl undo request.json"},
	"callback":   {"stopctl callback resend report.json", "CALLBACK_URL=http://127.0.0.1:1/ stopctl callback resend report.json", "stopctl callback send report.json"},
	"routes":     {"stopctl routes check -routes jira.yaml", "stopctl routes try /jira -routes jira.yaml -f bad.json", "stopctl routes check -routes nosuch.yaml"},
	"schema":     {"stopctl schema request", "stopctl schema request > /dev/full", "stopctl schema nosuch"},
	"calendar":   {"stopctl calendar 2027 -f calendar.txt", "stopctl calendar 2027 -f short.txt", "stopctl calendar -f nosuch.txt"},
	"sample":     {"stopctl sample fleet", "stopctl sample fleet > /dev/full", "stopctl sample nosuch"},
	"completion": {"stopctl completion bash", "stopctl completion bash > /dev/full", "stopctl completion nosuch"},
	"version":    {"stopctl version", "stopctl version > /dev/full", "stopctl version 2"},
}

const approveLine = approvalSecrets + " stopctl approve -by li.si -out approved.json plan.json"

// TestExitCodes: each command exits with 0, 1 and 2 as its help says, writes no result after wrong usage, and says on
// standard error what is wrong.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if code, _, stderr := d.run(t, "", "stopctl plan -f request.json -by wang.wu -o json > plan.json"); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	names := d.commands(t)
	for _, name := range names {
		lines, ok := exitLines[name]
		if !ok {
			t.Errorf("stopctl %s has no line in exitLines", name)
			continue
		}
		_, help, _ := d.run(t, "", "stopctl "+name+" -h")
		_, codes, _ := strings.Cut(help, "\nExit codes:")
		for want, line := range slices.Concat(lines[:], []string{"stopctl " + name + " -nosuch"}) {
			want = min(want, 2)
			code, out, stderr := d.run(t, "", line)
			if code != want {
				t.Errorf("%s: exit code %d, want %d\n%s%s", line, code, want, out, stderr)
			}
			if want == 2 && (out != "" || !strings.HasPrefix(stderr, "stopctl: ") || strings.Contains(stderr, ":: ")) {
				t.Errorf("%s: wrote %q, and on standard error %q", line, out, stderr)
			}
			if !regexp.MustCompile(`(?:^|[;\s])` + string(rune('0'+want)) + ` \w`).MatchString(codes) {
				t.Errorf("stopctl %s -h does not say when the exit code is %d: %s", name, want, codes)
			}
		}
	}
	for name := range exitLines {
		if !slices.Contains(names, name) {
			t.Errorf("there is no stopctl %s", name)
		}
	}
}
