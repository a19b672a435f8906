package test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// desk is the shell of an operator: stopctl on the PATH, a copy of this source as the folder, a practice account, and
// files such as the examples of stopctl -h name.
type desk struct {
	folder   string
	endpoint string // of the practice account
	environ  []string
}

// approvalSecrets are those of the practice account, and of who approves.
const approvalSecrets = "APPROVAL_SECRETS=one:whsec_ZmFrZS1hcHByb3ZhbC1zZWNyZXQtb25lLW9mLXRlc3Rz"

// deskFiles are what an operator has at hand. Each is named in an example, or in a line of TestExitCodes.
var deskFiles = map[string]string{
	"request.json": `{"DesktopId": ["ecd-running1", "ecd-running2"], "Reason": "CHG-4711"}`,
	"first.json":   `{"DesktopId": ["ecd-running1"]}`,
	"second.json":  `{"DesktopId": ["ecd-running2"]}`,
	"report.json": `{"EventId":"e1","Status":"partial","RegionId":"cn-hangzhou","Counts":{"accepted":1,"not_attempted":1},"Desktops":[
  {"DesktopId":"ecd-running3","Outcome":"accepted","RequestId":"R"},{"DesktopId":"ecd-running4","Outcome":"not_attempted"}]}`,
	"cut.json":     `{"EventId":"e2","Status":"done","RegionId":"cn-hangzhou","Counts":{"stopped":200},"Truncated":199,"Desktops":[{"DesktopId":"ecd-a","Outcome":"stopped"}]}`,
	"bad.json":     `{"DesktopId": "ecd-running1", "Delay": 5}`,
	"calendar.txt": "complete 2026 2027\n2026-10-01..2026-10-07 holiday National Day\n",
	"short.txt":    "complete 2026\n2026-10-10 workday make-up\n2026-10-10 workday twice\n",
	"s": `#!/bin/sh
# s stands in for Serverless Devs: it invokes the function of the practice account.
[ "$1 $2" = "invoke -f" ] || exit 1
curl -sf -d @"$3" "$EDS_ENDPOINT/_emulator/invoke"
`,
}

// newDesk returns a desk whose practice account ends with the test.
func newDesk(t *testing.T) *desk {
	t.Helper()
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("the commands are run with %s: %v", program, err)
		}
	}
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{folder: t.TempDir()}
	copyTree(t, d.folder)
	for name, text := range deskFiles {
		if err := os.WriteFile(filepath.Join(d.folder, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	routes, err := txtar.ParseFile("testdata/scenarios/webhook-jira.txtar")
	if err == nil {
		err = os.WriteFile(filepath.Join(d.folder, "jira.yaml"), []byte(section(routes, "routes.yaml")), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(d.folder, "function")); err != nil {
		t.Fatal(err)
	}
	d.environ = append(newUser(d.folder), "GOFLAGS=-trimpath", "ALIBABA_CLOUD_STS_REGION=nowhere.invalid/")
	code, out, stderr := d.run(t, "", `mkdir -p build .config/fish/completions
go build -o build/ ./cmd/stopctl
mv s build/
build/stopctl sample fleet | sed 's/^Desktops:/&\n  - {DesktopId: ecd-7w78ozhjcwa3u0001}/' > fleet.yaml
cp testdata/nights/nights.log function.log
cp function.log monday.log
cp function.log tuesday.log
cp s.yaml s.mine.yaml
sed 's/cronExpression: .*/cronExpression: banana/' s.yaml > build/bad.yaml`)
	if code != 0 {
		t.Fatalf("exit code %d: %s%s", code, out, stderr)
	}
	d.environ = append(d.environ, "PATH="+filepath.Join(d.folder, "build")+":"+os.Getenv("PATH"))
	d.serve(t)
	return d
}

// serve starts the practice account, and takes its variables.
func (d *desk) serve(t *testing.T) {
	t.Helper()
	_, shown := d.begin(t, "stopctl run -serve -listen 127.0.0.1:0 -binary ./function -fleet fleet.yaml -env "+approvalSecrets)
	d.endpoint = regexp.MustCompile(`http://127.0.0.1:\d+`).FindString(shown)
	response, err := http.Get(d.endpoint + "/_emulator/env")
	if err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	defer response.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`export (\w+)='(.*)'`).FindAllStringSubmatch(text.String(), -1) {
		d.environ = append(d.environ, m[1]+"="+m[2])
	}
}

// begin starts a line that serves, and returns when it does, with what it has shown. The process ends with the test.
func (d *desk) begin(t *testing.T, line string) (c *exec.Cmd, shown string) {
	t.Helper()
	c = d.command(t.Context(), "exec "+line)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	c.Stderr = w
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.Close()
		if c.ProcessState == nil {
			_ = c.Process.Signal(syscall.SIGTERM)
			_ = c.Wait()
		}
	})
	_ = r.SetReadDeadline(time.Now().Add(time.Minute))
	for piece := make([]byte, 4096); !strings.Contains(shown, "Ctrl-C ends it"); {
		n, err := r.Read(piece)
		if shown += string(piece[:n]); err != nil {
			t.Fatalf("%s does not serve: %v\n%s", line, err, shown)
		}
	}
	go func() { _, _ = bytes.NewBuffer(nil).ReadFrom(r) }() // it must never wait for a reader
	return c, shown
}

func (d *desk) command(ctx context.Context, line string) *exec.Cmd {
	c := exec.CommandContext(ctx, "bash", "-eo", "pipefail", "-c", line)
	c.Dir, c.Env, c.WaitDelay = d.folder, d.environ, 5*time.Second
	return c
}

// run a line, and return its exit code and what it wrote.
func (d *desk) run(t *testing.T, stdin, line string) (code int, out, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := d.command(ctx, line)
	var stdout, failure bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &stdout, &failure
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", line, err)
	}
	return c.ProcessState.ExitCode(), stdout.String(), failure.String()
}

// commands of stopctl, as its help lists them.
func (d *desk) commands(t *testing.T) []string {
	t.Helper()
	_, help, _ := d.run(t, "", "stopctl -h")
	_, list, _ := strings.Cut(help, "\nCommands:\n")
	list, _, _ = strings.Cut(list, "\nTo begin with:")
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^  stopctl ([a-z]+)`).FindAllStringSubmatch(list, -1) {
		names = append(names, m[1])
	}
	if len(names) < 18 {
		t.Fatalf("%d commands in\n%s", len(names), help)
	}
	return names
}
