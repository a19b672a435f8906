package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// standIns are put into examples in place of what an operator has, and this machine has not.
func (d *desk) standIns() *strings.Replacer {
	replace := []string{
		"https://tickets.example.com/hook", d.endpoint + "/_emulator/callback",
		"APPROVAL_SECRETS=…", approvalSecrets,
		"127.0.0.1:9000", "127.0.0.1:0",
	}
	for _, flag := range []string{"-event", "-now", "-o", "-serve"} { // that stopctl run builds the function, its first example shows
		replace = append(replace, "stopctl run "+flag, "stopctl run -binary ./function "+flag)
	}
	return strings.NewReplacer(replace...)
}

// beyondEmulator are examples that end where the emulator does, and what they say there. They exit with 1.
var beyondEmulator = map[string]string{
	"stopctl doctor -t s.mine.yaml -role-arn acs:ram::1234567890123456:role/stop-desktops": "the role of -role-arn cannot be assumed",
}

var (
	exampleSection = regexp.MustCompile(`(?s)\nExamples?:\n\n(.*?\n)\n`)
	namedExit      = regexp.MustCompile(`# exit code (\d):`)
	redirected     = regexp.MustCompile(`> ([^ (]+)`)
)

// examples of a command's help.
func examples(help string) []string {
	var lines []string
	if m := exampleSection.FindStringSubmatch(help); m != nil {
		for line := range strings.Lines(m[1]) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// TestExamples runs each example of each command's -h in the folder of an operator, with the practice account. It exits
// with 0, or with the code that the example names, and writes something.
func TestExamples(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, name := range d.commands(t) {
		_, help, _ := d.run(t, "", "stopctl "+name+" -h")
		lines := examples(help)
		if len(lines) == 0 {
			t.Errorf("stopctl %s -h has no example", name)
		}
		if name == "routes" { // commands before it would ask for the secrets of routes.yaml
			d.run(t, "", "cp jira.yaml routes.yaml")
		}
		for _, line := range lines {
			t.Run(line, func(t *testing.T) { d.example(t, line) })
		}
	}
}

// example runs one.
func (d *desk) example(t *testing.T, line string) {
	want := 0
	if m := namedExit.FindStringSubmatch(line); m != nil {
		want, _ = strconv.Atoi(m[1])
	}
	says, beyond := beyondEmulator[line]
	if beyond {
		want = 1
	}
	command := d.standIns().Replace(line)
	switch {
	case strings.Contains(line, " -serve"):
		d.interrupted(t, command)
		return
	case strings.Contains(line, "completion zsh"):
		command = inZsh(t, command)
	case strings.Contains(line, " -stop "):
		command = inTerminal(t, command)
	}
	code, out, stderr := d.run(t, "yes\n", command)
	if code != want || !strings.Contains(out+stderr, says) {
		t.Errorf("exit code %d, want %d %s\n%s%s", code, want, says, out, stderr)
	}
	if m := redirected.FindStringSubmatch(line); m != nil {
		text, err := os.ReadFile(filepath.Join(d.folder, strings.Replace(m[1], "~/", "", 1)))
		if err != nil {
			t.Error(err)
		}
		out += string(text)
	}
	if out+stderr == "" && !strings.HasPrefix(line, "source ") {
		t.Error("nothing came out")
	}
}

// interrupted runs a line that serves, until Ctrl-C.
func (d *desk) interrupted(t *testing.T, line string) {
	c, shown := d.begin(t, line)
	_ = c.Process.Signal(os.Interrupt)
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%v\n%s", err, shown)
		}
	case <-time.After(30 * time.Second):
		_ = c.Process.Signal(syscall.SIGKILL)
		t.Error("Ctrl-C does not end it")
	}
}

// inZsh is a line for zsh, after compinit as the help says.
func inZsh(t *testing.T, line string) string {
	if _, err := exec.LookPath("zsh"); err != nil {
		t.Skip("there is no zsh here")
	}
	return "zsh -fc 'autoload -Uz compinit && compinit -D -u; " + line + "'"
}

// inTerminal is a line that runs in a terminal, where somebody types what is on standard input.
func inTerminal(t *testing.T, line string) string {
	if err := exec.Command("script", "-qec", "true", "/dev/null").Run(); err != nil {
		t.Skip("script of util-linux, which makes a terminal, is not here")
	}
	return fmt.Sprintf("script -qec '%s' /dev/null", line)
}

// TestExamplesAreFound: what is no example is not taken for one.
func TestExamplesAreFound(t *testing.T) {
	for help, want := range map[string]string{
		"Usage\n\nExamples:\n\n  stopctl a\n  b | stopctl a\n\nThe first is fine.\n": "stopctl a;b | stopctl a",
		"Usage\n\nExample:\n\n  stopctl a   # exit code 1: no\n\nExit codes: 0\n":    "stopctl a   # exit code 1: no",
		"Usage\n\nExit codes: 0\n": "",
	} {
		if got := strings.Join(examples(help), ";"); got != want {
			t.Errorf("%q: %q", help, got)
		}
	}
}
