package lab

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/schema/schematest"
)

// serving is stopctl run -serve as a process of its own.
type serving struct {
	t      *testing.T
	cmd    *exec.Cmd
	out    bytes.Buffer
	intro  string
	base   string
	rest   chan string // what it says later
	ending bool
}

func serve(t *testing.T, args ...string) *serving {
	t.Helper()
	binary := functionBinary(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &serving{t: t, rest: make(chan string, 1)}
	s.cmd = exec.Command(self, append([]string{"run", "-serve", "-listen", "127.0.0.1:0", "-binary", binary}, args...)...)
	s.cmd.Env = append(os.Environ(), "ACT_AS=stopctl")
	s.cmd.Stdout = &s.out
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !s.ending {
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
	})
	lines := bufio.NewReader(stderr)
	for !strings.Contains(s.intro, "/_emulator/reset") {
		line, err := lines.ReadString('\n')
		if s.intro += line; err != nil {
			t.Fatalf("it ended: %s", s.intro)
		}
	}
	go func() {
		rest, _ := io.ReadAll(lines)
		s.rest <- string(rest)
	}()
	s.base = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(s.intro)
	return s
}

// call sends a request; header is "Name: value".
func (s *serving) call(method, path, body string, header ...string) (int, http.Header, string) {
	s.t.Helper()
	q, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		q.Header.Set(name, value)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return r.StatusCode, r.Header, string(answer)
}

// children of a process; none where they cannot be listed.
func children(pid int) []string {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var all []string
	for _, f := range files {
		data, _ := os.ReadFile(f)
		all = append(all, strings.Fields(string(data))...)
	}
	return all
}

// interrupt it as Ctrl-C does, and see that nothing stays behind.
func (s *serving) interrupt() {
	s.t.Helper()
	s.ending = true
	functions := children(s.cmd.Process.Pid)
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			s.t.Errorf("it ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		_ = s.cmd.Process.Kill()
		s.t.Fatal("it did not end")
	}
	for _, pid := range functions {
		if _, err := os.Stat("/proc/" + pid); err == nil {
			s.t.Errorf("its child %s is still there", pid)
		}
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token := regexp.MustCompile(`Authorization: Bearer fake-token-\w+`).FindString(s.intro)
	if token == "" {
		t.Fatalf("no line to paste with a token:\n%s", s.intro)
	}

	status, _, body := s.call("POST", "/_emulator/invoke", `{"DesktopId":["ecd-running1"]}`)
	if status != 200 || !strings.Contains(body, `"Status":"accepted"`) {
		t.Errorf("direct: %d %s", status, body)
	}
	status, header, body := s.call("POST", "/_emulator/invoke", `{"Typo":1}`)
	if status != 200 || header.Get("X-Fc-Error-Type") == "" || !strings.Contains(body, "EventRejected") {
		t.Errorf("a bad event: %d %v %s", status, header, body)
	}
	status, _, body = s.call("POST", "/hooks/itsm", `{"DesktopId":["ecd-running2"]}`, token, "Content-Type: application/json")
	if status != 202 || !strings.Contains(body, "ecd-running2") {
		t.Errorf("HTTP: %d %s", status, body)
	}
	if status, _, body = s.call("POST", "/", `{"DesktopId":["ecd-running3"]}`, "Authorization: Bearer fake-token-of-others", "Content-Type: application/json"); status != 401 {
		t.Errorf("HTTP with a wrong token: %d %s", status, body)
	}
	for path, want := range map[string]string{"desktops": `"Stop`, "calls": `"StopDesktops"`, "callbacks": `"SignatureVerified": true`} {
		status, _, body := s.call("GET", "/_emulator/"+path, "")
		if status != 200 || !json.Valid([]byte(body)) || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	for _, c := range []struct {
		method, path string
		want         int
	}{{"GET", "/_emulator/reset", 405}, {"POST", "/_emulator/calls", 405}, {"GET", "/_emulator/nosuch", 404}, {"POST", "/_emulator/reset", 204}} {
		if status, _, body := s.call(c.method, c.path, ""); status != c.want {
			t.Errorf("%s %s: %d %s", c.method, c.path, status, body)
		}
	}
	if _, _, body := s.call("GET", "/_emulator/calls", ""); strings.TrimSpace(body) != "[]" {
		t.Errorf("calls after the reset: %s", body)
	}
	s.interrupt()
	if out := s.out.String(); !strings.Contains(out, "http POST /hooks/itsm") || strings.Count(out, "answer    ") != 4 || strings.Contains(out, "\x1b") {
		t.Errorf("shown:\n%s", out)
	}
	if rest := <-s.rest; !strings.Contains(rest, "Stopped after 4 events.") {
		t.Errorf("said at the end: %s", rest)
	}
}

// An asynchronous event that fails is tried again, three times at most, and says so.
func TestServeAsync(t *testing.T) {
	t.Parallel()
	s := serve(t, "-o", "json", "-env", "WEBHOOK_AUTH=gateway")
	if strings.Contains(s.intro, "Authorization") {
		t.Errorf("a token where none is asked for:\n%s", s.intro)
	}
	async := "X-Fc-Invocation-Type: Async"
	if status, _, body := s.call("POST", "/_emulator/invoke", `{"DesktopId":["ecd-nosuch1"]}`, async); status != 202 || body != "" {
		t.Errorf("%d %s", status, body)
	}
	if status, _, _ := s.call("POST", "/_emulator/invoke", strings.Repeat(" ", 200<<10), async); status != 413 {
		t.Errorf("too large: %d", status)
	}
	deadline := time.Now().Add(15 * time.Second)
	for n := 0; n < 4; time.Sleep(50 * time.Millisecond) {
		_, _, body := s.call("GET", "/_emulator/callbacks", "")
		if n = strings.Count(body, `"com.aliyun.ecd.desktops.stop.failed"`) / 2; time.Now().After(deadline) {
			t.Fatalf("%d tries: %s", n, body)
		}
	}
	s.interrupt()
	lines := strings.Split(strings.TrimSpace(s.out.String()), "\n")
	ids := map[string]bool{}
	for i, line := range lines {
		var v stepJSON
		if err := errors.Join(json.Unmarshal([]byte(line), &v), schematest.Check("run", []byte(line))); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		ids[v.RequestId] = true
		if again := fmt.Sprintf("retry %d", i); i > 0 && !strings.Contains(v.Title, again) {
			t.Errorf("the title of try %d is %q", i, v.Title)
		}
	}
	if len(ids) != 1 {
		t.Errorf("the tries have %d request IDs", len(ids))
	}
}

// With routes there is no token but theirs, and no path but theirs.
func TestServeRoutes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "routes.yaml")
	text := "http:\n  - path: /form\n    auth: {scheme: token, secrets: [FORM_TOKEN]}\n    request: {DesktopId: $.d}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "-env", "ROUTES_FILE="+file, "-env", "FORM_TOKEN=fake-token-for-tests-1")
	if !strings.Contains(s.intro, "what the scheme token needs") || !strings.Contains(s.intro, "--data-binary @body.json") || strings.Contains(s.intro, "Bearer") {
		t.Errorf("the intro speaks of another way in:\n%s", s.intro)
	}
	const token = "Authorization: Bearer fake-token-for-tests-1"
	for path, want := range map[string]int{"/form": 202, "/other": 404} {
		if status, _, body := s.call("POST", path, `{"d":"ecd-running1"}`, token, "Content-Type: application/json"); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, _, _ := s.call("POST", "/form", `{"d":"ecd-running2"}`, token+"x", "Content-Type: application/json"); status != 401 {
		t.Errorf("a wrong token: %d", status)
	}
	s.interrupt()
}

// An event under way must not keep the server from ending.
func TestServeEndsAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r, err := http.Post(s.base+"/_emulator/invoke", "application/json", strings.NewReader(`{"DesktopId":["ecd-stopping1"],"WaitSeconds":50}`))
		if err == nil {
			r.Body.Close()
		}
	}()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, _, body := s.call("GET", "/_emulator/calls", ""); strings.Contains(body, "Describe") || time.Now().After(deadline) {
			break
		}
	}
	s.interrupt()
	<-done
}

// TestServeSaysWhatIsWrong before the first event does, and by which paths events may come.
func TestServeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	routes := trial.File(t, "routes.yaml", "http:\n  - path: /jira\n    auth: {scheme: token, secrets: [JIRA_TOKEN]}\n  - path: /own\n    auth: {scheme: token, secrets: [JIRA_TOKEN]}\n")
	bad := serve(t, "-env", "ROUTES_FILE="+routes, "-env", "MAX_DESKTOPS=many")
	for _, want := range []string{"The function is misconfigured", "\n  MAX_DESKTOPS must be a whole number", "\n  ROUTES_FILE routes.yaml:3: "} {
		if !strings.Contains(bad.intro, want) {
			t.Errorf("%q is not in %s", want, bad.intro)
		}
	}
	good := serve(t, "-env", "ROUTES_FILE="+routes, "-env", "JIRA_TOKEN=fake-token-for-tests-1")
	if !strings.Contains(good.intro, "by the paths of the routes: /jira, /own:") || !strings.Contains(good.intro, good.base+"/jira \\") || strings.Contains(good.intro, "misconfigured") {
		t.Error(good.intro)
	}
}
