package lab

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/handler"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
	"stopdesktops/schema/schematest"
)

var tookPattern = regexp.MustCompile(`─+ [0-9.]+ m?s( [✓✗])?\n`)

// normalize what differs from run to run: how long a step took, and so the rule before it.
func normalize(text string) string {
	return tookPattern.ReplaceAllString(text, "─── TIME$1\n")
}

func TestWalk(t *testing.T) {
	binary := functionBinary(t)
	t.Parallel()
	code, out, stderr := execute(t, "", "run", "-binary", binary)
	if code != terminal.ExitOK || stderr != "" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colour in a pipe")
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > terminal.Width {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	got, golden := normalize(out), "testdata/walk.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the walk differs from %s (-update rewrites it):\n%s", golden, trial.Diff(string(want), got))
	}
}

// TestWalkJSON: each step is one line of a known shape.
func TestWalkJSON(t *testing.T) {
	binary := functionBinary(t)
	t.Parallel()
	code, out, stderr := execute(t, "", "run", "-binary", binary, "-o", "json", "-v")
	if n, err := schematest.Output(out); code != terminal.ExitOK || err != nil || n != len(walk) || strings.Count(out, "\n") != n {
		t.Errorf("exit code %d: %d documents for %d steps: %v\n%s", code, n, len(walk), err, stderr)
	}
}

// The walk is to show a reader all that can become of a desktop in ordinary times.
func TestWalkShowsEveryOutcome(t *testing.T) {
	var all []string
	for _, st := range walk {
		for _, d := range st.want.desktops {
			_, outcome, _ := strings.Cut(d, " ")
			all = append(all, outcome)
		}
		all = append(all, st.want.callbacks...)
	}
	for _, outcome := range []string{
		"stopped", "accepted", "already_stopped", "stopping", "skipped connected", "skipped connection_unknown",
		"skipped state:Starting", "not_found", "would_stop", "rejected",
	} {
		if !slices.Contains(all, outcome) {
			t.Errorf("nowhere in the walk: %s", outcome)
		}
	}
}

// A wrong expectation stands for a function that has changed.
func TestWalkSaysWhatDiffers(t *testing.T) {
	binary := functionBinary(t)
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*want)
		say    string
	}{
		{"outcome", func(w *want) { w.desktops = []string{"ecd-running1 stopped", w.desktops[1]} }, "desktop ecd-running1 accepted; expected: ecd-running1 stopped"},
		{"missing", func(w *want) { w.desktops = w.desktops[:1] }, "desktop ecd-connected1 skipped connected: expected in no report"},
		{"too many", func(w *want) { w.desktops = append(w.desktops[:2:2], "ecd-x stopped") }, "desktop ecd-x stopped: in no report"},
		{"calls", func(w *want) { w.stops = nil }, "StopDesktops calls: StopCharging ecd-running1; expected: none"},
		{"no calls", func(w *want) { w.noCalls = true }, "expected: no call at all"},
		{"callback", func(w *want) { w.callbacks = []string{"done"} }, "callbacks: accepted; expected: done"},
		{"failure", func(w *want) { w.failure = handler.StopFailed }, "failure: none; expected: StopFailed"},
		{"status", func(w *want) { w.http = http.StatusAccepted }, "HTTP status: 0; expected: 202"},
		{"problem", func(w *want) { w.problem = "UnknownField" }, "problem: none; expected: UnknownField"},
	} {
		st := walk[1]
		c.change(&st.want)
		var out bytes.Buffer
		o, _ := runFlags()
		r := &runner{Outside: terminal.Outside{Out: &out, Err: io.Discard}, options: o, binary: binary, display: &display{Screen: &terminal.Screen{Out: &out, Err: io.Discard}, self: "stopctl"}}
		err := r.walk(t.Context(), []step{st})
		if !errors.Is(err, terminal.ErrUnexpected) || terminal.ExitCode(err, r.Outside) != terminal.ExitUnexpected {
			t.Errorf("%s: error %v", c.name, err)
		}
		said := strings.Join(strings.Fields(out.String()), " ")
		if !strings.Contains(said, c.say) || !strings.Contains(said, "0 of 1 steps went as expected") {
			t.Errorf("%s: %q is not said in\n%s", c.name, c.say, out.String())
		}
	}
}

// A desktop that is stopped behind the report's back, or said to be stopped and is not, is found.
func TestCheckFindsLies(t *testing.T) {
	r := &record{
		reports: []report.Report{{Desktops: []report.DesktopReport{{DesktopId: "ecd-a", Outcome: report.Stopped}}}},
		after:   map[string]string{"ecd-a": "Running"},
		calls:   []emulator.Call{{Action: "StopDesktops", DesktopIds: []string{"ecd-b"}, Stopped: []string{"ecd-b"}}},
	}
	r.check(want{desktops: []string{"ecd-a stopped"}, stops: []string{" ecd-b"}})
	said := strings.Join(r.differences, "\n")
	for _, lie := range []string{"ecd-a is reported stopped, but is Running", "ecd-b was stopped, but is in no report"} {
		if !strings.Contains(said, lie) {
			t.Errorf("%q is not said in\n%s", lie, said)
		}
	}
}

func TestPut(t *testing.T) {
	got, err := put([]byte(`{"data": {"body": "{\"old\":1}", "x": 1}}`), `{"new":2}`, "data", "body")
	if want := `{"data": {"body": "{\"new\":2}", "x": 1}}`; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := put([]byte(`{"data": 1}`), `{}`, "data", "body"); err == nil {
		t.Error("no error where the member is missing")
	}
}
