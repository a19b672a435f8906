package lab

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/internal/emulator"
)

// TestServeReplay: the file of a probe answers over HTTP, and only to what was recorded.
func TestServeReplay(t *testing.T) {
	functionBinary(t) // while HOME, and with it the build cache, is still there
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	trial.Account(t, emulator.DefaultFleet().EDS())
	t.Setenv("ALLOWED_REGIONS", "cn-hangzhou")
	t.Chdir(t.TempDir())
	if code, out, err := probeWith(t); code != terminal.ExitOK {
		t.Fatalf("%s%s", out, err)
	}
	text, err := os.ReadFile("probe.json")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := trial.File(t, "elsewhere.json", strings.ReplaceAll(string(text), "cn-hangzhou", "cn-beijing"))
	t.Chdir(here) // the function is built from the source
	s := serve(t, "-replay", elsewhere)
	if !strings.Contains(s.intro, "stopctl probe gets its answers") {
		t.Errorf("the intro does not say what it is for:\n%s", s.intro)
	}
	if _, _, html := s.call("GET", "/", ""); !strings.Contains(html, "EDS answers from a recording, so there is no fleet to show.") || strings.Contains(html, `id="fleet"`) {
		t.Errorf("the page does not say why it shows no fleet:\n%s", html)
	}
	_, _, env := s.call("GET", "/_emulator/env", "")
	for _, m := range regexp.MustCompile(`(?m)^export ([A-Z_]+)='([^']*)'$`).FindAllStringSubmatch(env, -1) {
		t.Setenv(m[1], m[2])
	}
	out := filepath.Join(t.TempDir(), "again.json")
	if code, shown, err := probeWith(t, "-out", out); code != terminal.ExitOK || !strings.Contains(shown, "10 of 10 rows") {
		t.Errorf("exit %d\n%s%s", code, shown, err)
	}
	if _, _, report := s.call("POST", "/_emulator/invoke", `{"DesktopId":["ecd-running1"]}`); !strings.Contains(report, "NotRecorded") {
		t.Errorf("what was not recorded: %s", report)
	}
}

// probeWith runs the command with the credentials of the environment.
func probeWith(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	o := terminal.Outside{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Self: "stopctl", Getenv: os.Getenv}
	code = stopctl().Execute(t.Context(), append([]string{"probe"}, args...), o)
	return code, stdout.String(), stderr.String()
}
