package lab

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// TestServeOperator: the lines of env make the operator's commands talk to the account that is
// served, also after it has started over.
func TestServeOperator(t *testing.T) {
	s := serve(t, "-o", "json")
	if !strings.Contains(s.intro, s.base+"/_emulator/env") {
		t.Errorf("the intro does not say how:\n%s", s.intro)
	}
	_, _, env := s.call("GET", "/_emulator/env", "")
	t.Setenv("HOME", t.TempDir())
	set := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^export ([A-Z_]+)='([^']*)'$`).FindAllStringSubmatch(env, -1) {
		set[m[1]] = m[2]
		t.Setenv(m[1], m[2])
	}
	if set["EDS_ENDPOINT"] != s.base || set["ALLOWED_REGIONS"] != "cn-hangzhou" || set["FC_REGION"] != "cn-hangzhou" || set["ALIBABA_CLOUD_SECURITY_TOKEN"] == "" {
		t.Fatalf("env:\n%s", env)
	}
	for range 2 {
		_, _, report := s.call("POST", "/_emulator/invoke", `{"DesktopId":["ecd-running1","ecd-stopped1"],"WaitSeconds":5}`)
		if !strings.Contains(report, `"stopped":1`) {
			t.Fatal(report)
		}
		if code, out, err := undoWith(t, report, "-apply", "-"); code != terminal.ExitOK || !strings.Contains(out, "ecd-running1  cn-hangzhou  started") || strings.Contains(out, "ecd-stopped1") {
			t.Errorf("exit %d\n%s%s", code, out, err)
		}
		if code, out, err := resendWith(t, report, set, "resend", "-all", "-"); code != terminal.ExitOK || !strings.Contains(out, "delivered") {
			t.Errorf("callback: exit %d\n%s%s", code, out, err)
		}
		if _, _, calls := s.call("GET", "/_emulator/calls", ""); !strings.Contains(calls, `"Started"`) {
			t.Errorf("calls: %s", calls)
		}
		s.call("POST", "/_emulator/reset", "")
	}
	// A caller without credentials of the account gets no further here than at EDS.
	if status, _, body := s.call("POST", "/?RegionId=cn-hangzhou&DesktopId.1=ecd-stopped1", "", "X-Acs-Action: StartDesktops"); status != 400 || !strings.Contains(body, "MissingAuthorization") {
		t.Errorf("unsigned: %d %s", status, body)
	}
	if status, _, _ := s.call("HEAD", "/", ""); status != 200 {
		t.Errorf("HEAD: %d", status)
	}
	s.interrupt()
	if shown := s.out.String(); strings.Contains(shown, "StartDesktops") || strings.Count(shown, "\n") != 2 {
		t.Errorf("what operators do is shown as events of the function:\n%s", shown)
	}
}

func undoWith(t *testing.T, report string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = stopctl().Execute(context.Background(), append([]string{"undo"}, args...), terminal.Outside{In: strings.NewReader(report), Out: &stdout, Err: &stderr, Getenv: os.Getenv})
	return code, stdout.String(), stderr.String()
}

func resendWith(t *testing.T, stdin string, env map[string]string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = stopctl().Execute(context.Background(), append([]string{"callback"}, args...), terminal.Outside{
		In: strings.NewReader(stdin), Out: &stdout, Err: &stderr, Getenv: func(name string) string { return env[name] }})
	return code, stdout.String(), stderr.String()
}
