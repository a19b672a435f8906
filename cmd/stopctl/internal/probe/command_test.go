package probe

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/internal/emulator"
	"stopdesktops/schema/schematest"
)

// typist is standard input that is a terminal.
type typist struct{ *strings.Reader }

func (typist) IsTerminal() bool { return true }

// probeWith runs the command in a folder of its own. typed is nil where there is no terminal.
func probeWith(t *testing.T, typed *string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	o := terminal.Outside{In: strings.NewReader("yes\n"), Out: &stdout, Err: &stderr, Self: "stopctl", Getenv: os.Getenv}
	if typed != nil {
		o.In = typist{strings.NewReader(*typed)}
	}
	code = stopctl().Execute(t.Context(), append([]string{"probe"}, args...), o)
	for _, secret := range []string{emulator.OperatorCredential.AccessKeySecret, emulator.OperatorCredential.SecurityToken} {
		if strings.Contains(stdout.String()+stderr.String(), secret) {
			t.Errorf("shows %q", secret)
		}
	}
	return code, stdout.String(), stderr.String()
}

// probed is an account, and a folder for the file.
func probed(t *testing.T) *emulator.EDS {
	t.Helper()
	e := emulator.DefaultFleet().EDS()
	trial.Account(t, e)
	t.Setenv("ALLOWED_REGIONS", "cn-hangzhou, cn-beijing")
	t.Chdir(t.TempDir())
	stopTiming.Every = 20 * time.Millisecond
	t.Cleanup(func() { stopTiming.Every = 2 * time.Second })
	return e
}

func TestProbe(t *testing.T) {
	e := probed(t)
	code, out, err := probeWith(t, nil)
	if code != terminal.ExitOK || !strings.Contains(out, " same, 0 different, ") || !strings.Contains(err, "at most 40 calls, all read-only: DescribeDesktops") || !strings.Contains(err, "127.0.0.1") {
		t.Errorf("exit %d\n%s%s", code, out, err)
	}
	for line := range strings.Lines(out) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > terminal.Width {
			t.Errorf("too wide: %s", line)
		}
	}
	if n := e.Count("StopDesktops") + e.Count("StartDesktops"); n > 0 || e.Count("") > 40 {
		t.Errorf("%d calls, %d of them change something", e.Count(""), n)
	}
	first, readErr := os.ReadFile("probe.json")
	if readErr != nil || !strings.Contains(string(first), "ecd-probe0001") || strings.Contains(string(first), "ecd-running1") || strings.Contains(string(first), "alice") {
		t.Errorf("%v\n%.2000s", readErr, first)
	}
	if n, err := schematest.Output(string(first)); n != 1 || err != nil {
		t.Errorf("%d documents of a known format: %v", n, err)
	}
	if info, err := os.Stat("probe.json"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}

	calls := e.Count("")
	if code, _, err := probeWith(t, nil); code != terminal.ExitUsage || !strings.Contains(err, "probe.json exists") || e.Count("") != calls {
		t.Errorf("a file that exists: exit %d %s", code, err)
	}

	// The file, replayed, shows the same lines.
	f, openErr := os.Open("probe.json")
	if openErr != nil {
		t.Fatal(openErr)
	}
	defer f.Close()
	recording, loadErr := emulator.LoadRecording(f)
	if loadErr != nil {
		t.Fatal(loadErr)
	}
	trial.Account(t, &emulator.EDS{Replay: recording})
	code, again, err := probeWith(t, nil, "-out", "again.json")
	table := func(text string) string { before, _, _ := strings.Cut(text, " calls, half"); return before }
	if code != terminal.ExitOK || table(again) != table(out) {
		t.Errorf("replayed: exit %d %s\n%s", code, err, trial.Diff(table(out), table(again)))
	}
}

// TestProbeDifference: a difference is shown as such, the exit code is 1, and the file is written.
func TestProbeDifference(t *testing.T) {
	e := probed(t)
	e.UnknownIds = emulator.Refuse
	code, out, err := probeWith(t, nil, "-out", "p.json", "-color", "always")
	if code != terminal.ExitUnexpected || !regexp.MustCompile(`\x1b\[31mDIFFERENT\x1b\[0m +unknown-desktop +left out of the rows +404`).MatchString(out) || !strings.Contains(out, ", 1 different, ") {
		t.Errorf("exit %d\n%s%s", code, out, err)
	}
	if text, err := os.ReadFile("p.json"); err != nil || schematest.Check("probe", text) != nil || !strings.Contains(string(text), `"Verdict": "different"`) {
		t.Errorf("%v", err)
	}
}

// TestProbeFails: where nothing can be asked, the exit code is 1, the reason is said, and no file is written.
func TestProbeFails(t *testing.T) {
	for want, fault := range map[string]emulator.Fault{
		"clock is more than 15 minutes off": {Kind: emulator.FaultError, Code: "InvalidTimeStamp.Expired"},
		"does not accept the credentials":   {Kind: emulator.FaultError, Status: 403, Code: "InvalidAccessKeyId.Inactive"},
		"InvalidRegionId.NotFound":          {Kind: emulator.FaultError, Status: 404, Code: "InvalidRegionId.NotFound"},
		"ConnectionLost":                    {Kind: emulator.FaultDropBefore},
	} {
		e := probed(t)
		e.Faults = []emulator.Fault{fault}
		code, out, err := probeWith(t, nil)
		if code != terminal.ExitUnexpected || out != "" || !strings.Contains(err, want) {
			t.Errorf("%s: exit %d\n%s%s", want, code, out, err)
		}
		if _, err := os.Stat("probe.json"); err == nil {
			t.Errorf("%s: a file was written", want)
		}
	}
	e := probed(t)
	e.Credentials = []emulator.Credential{emulator.OperatorCredential}
	e.Credentials[0].Deny = []string{"*"}
	if code, out, err := probeWith(t, nil); code != terminal.ExitUnexpected || !strings.Contains(out, "0 different, 29 not asked") || strings.Contains(out, "DIFFERENT") {
		t.Errorf("all denied: exit %d\n%s%s", code, out, err)
	}
}

func TestProbeStop(t *testing.T) {
	yes, no, nothing := "yes\n", "YES\n", ""
	for _, c := range []struct {
		name, desktop string
		typed         *string
		code          int
		stopped       bool
		says, notes   string
	}{
		{"yes", "ecd-running1", &yes, terminal.ExitOK, true, "stop-again", "aliyun ecd StartDesktops --region cn-hangzhou --RegionId cn-hangzhou --DesktopId.1 ecd-running1"},
		{"another word", "ecd-running1", &no, terminal.ExitUnexpected, false, "", "you did not type yes"},
		{"no word", "ecd-running1", &nothing, terminal.ExitUnexpected, false, "", "Type yes: \nstopctl: nothing was stopped"},
		{"no terminal", "ecd-running1", nil, terminal.ExitUsage, false, "", "needs a terminal"},
		{"connected", "ecd-connected1", &yes, terminal.ExitUnexpected, false, "", "Connected"},
		{"connection unknown", "ecd-unknown1", &yes, terminal.ExitUnexpected, false, "", "Unknown"},
		{"stopped", "ecd-stopped1", &yes, terminal.ExitUnexpected, false, "", "is Stopped"},
		{"unknown", "ecd-nosuch", &yes, terminal.ExitUnexpected, false, "", "does not know ecd-nosuch"},
		{"protected", "ecd-running2", &yes, terminal.ExitUnexpected, false, "", "carries the tag"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := probed(t)
			e.StopTime = 100 * time.Millisecond
			e.Desktops[1].Tags = []emulator.Tag{{Key: "stop-desktops:protected", Value: "yes"}}
			code, out, err := probeWith(t, c.typed, "-stop", c.desktop)
			d, _ := e.Desktop(c.desktop)
			if code != c.code || !strings.Contains(out, c.says) || !strings.Contains(err, c.notes) || (e.Count("StopDesktops") > 0) != c.stopped {
				t.Errorf("exit %d\n%s%s", code, out, err)
			}
			if c.stopped && (d.DesktopStatus != "Stopped" || !strings.Contains(err, "Stopped after ")) {
				t.Errorf("it is %s\n%s", d.DesktopStatus, err)
			}
			if _, statErr := os.Stat("probe.json"); (statErr == nil) != c.stopped {
				t.Errorf("the file: %v", statErr)
			}
		})
	}
}

// TestNobodyTypes into a file, nor into the null device, which is a character device as a terminal is.
func TestNobodyTypes(t *testing.T) {
	for _, name := range []string{os.DevNull, trial.File(t, "yes", "yes\n")} {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if terminal.IsTerminal(f) {
			t.Errorf("%s passes for a terminal", name)
		}
		_ = f.Close()
	}
}

func TestProbeUsage(t *testing.T) {
	e := probed(t)
	write(t, "there.json", "{}")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-nosuch"}, "-nosuch"},
		{[]string{"cn-hangzhou"}, `"cn-hangzhou" is no flag`},
		{[]string{"-region", "evil.example.com/x?"}, "cannot be a region"},
		{[]string{"-tag", "key=value"}, "the key of the tag alone"},
		{[]string{"-tag", ""}, "the key of the tag alone"},
		{[]string{"-tag", "“protected”"}, "-tag holds the character U+201C at position 1, a quotation mark"},
		{[]string{"-out", "nosuch/probe.json"}, "-out: open nosuch/probe.json"},
		{[]string{"-out", ""}, "-out"},
		{[]string{"-out", "there.json"}, "there.json exists"},
		{[]string{"-out", "."}, "exists"},
		{[]string{"-stop", ""}, "cannot be a desktop"},
		{[]string{"-stop", "ecd-a;reboot"}, "cannot be a desktop"},
		{[]string{"-wait", "1m"}, "-wait needs -stop"},
		{[]string{"-stop", "ecd-a", "-wait", "2h"}, "-wait 2h0m0s"},
		{[]string{"-color", "blue"}, "-color blue"},
	} {
		if code, out, err := probeWith(t, nil, c.args...); code != terminal.ExitUsage || out != "" || !strings.Contains(err, c.want) {
			t.Errorf("probe %v: exit %d, want %q in %q", c.args, code, c.want, err)
		}
	}
	t.Setenv("ALLOWED_REGIONS", "")
	t.Setenv("FC_REGION", "")
	if code, _, err := probeWith(t, nil); code != terminal.ExitUsage || !strings.Contains(err, "Give -region") {
		t.Errorf("no region: exit %d %s", code, err)
	}
	t.Setenv("EDS_ENDPOINT", "http://eds.example.com")
	if code, _, err := probeWith(t, nil, "-region", "cn-hangzhou"); code != terminal.ExitUsage || !strings.Contains(err, "EDS_ENDPOINT") {
		t.Errorf("an endpoint without TLS: exit %d %s", code, err)
	}
	t.Setenv("DEBUG", "tea")
	if code, _, err := probeWith(t, nil, "-region", "cn-hangzhou"); code != terminal.ExitUsage || !strings.Contains(err, "unset DEBUG") {
		t.Errorf("DEBUG: exit %d %s", code, err)
	}
	if n := e.Count(""); n > 0 {
		t.Errorf("%d calls", n)
	}
	_, flags := probeFlags()
	flags.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(probeUsage, "\n  -"+f.Name+" ") {
			t.Errorf("the help says nothing of -%s", f.Name)
		}
	})
}

// TestProbePolicy: docs/deploy.md and the help name the actions that a probe needs, and no other.
func TestProbePolicy(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "deploy.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)<!-- probe-policy -->\n```json\n(.*?)```").FindSubmatch(text)
	var policy struct{ Statement []struct{ Action []string } }
	if block == nil || json.Unmarshal(block[1], &policy) != nil || len(policy.Statement) != 1 {
		t.Fatalf("docs/deploy.md has no policy: %s", block)
	}
	e := probed(t)
	if code, out, err := probeWith(t, nil); code != terminal.ExitOK {
		t.Fatalf("%s%s", out, err)
	}
	asked := map[string]bool{}
	for _, c := range e.Calls() {
		asked["ecd:"+c.Action] = true
	}
	actions := slices.Sorted(maps.Keys(asked))
	if listed := slices.Sorted(slices.Values(policy.Statement[0].Action)); !slices.Equal(listed, actions) {
		t.Errorf("docs/deploy.md allows %q, the probe asks %q", listed, actions)
	}
	for _, action := range append(actions, "ecd:StopDesktops") {
		if !strings.Contains(probeUsage, action) {
			t.Errorf("the help says nothing of %s", action)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
