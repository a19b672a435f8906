package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// TestMain makes the test binary stopctl itself when a test runs it.
func TestMain(m *testing.M) {
	if os.Getenv("ACT_AS") == "stopctl" {
		main()
	}
	os.Exit(m.Run())
}

// execute runs a command line as main does.
func execute(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return executeIn(t, nil, stdin, args...)
}

// executeIn an environment of its own.
func executeIn(t *testing.T, environ map[string]string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = stopctl().Execute(t.Context(), args, terminal.Outside{
		In: strings.NewReader(stdin), Out: &out, Err: &err, Self: "stopctl",
		Getenv: func(name string) string { return environ[name] },
	})
	return code, out.String(), err.String()
}

// file with this text, in a folder of the test's own.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEveryCommandHelps: with an example, whichever way it is asked.
func TestEveryCommandHelps(t *testing.T) {
	for _, c := range stopctl().Commands {
		for _, args := range [][]string{{c.Name, "-h"}, {c.Name, "--help"}, {"help", c.Name}} {
			code, out, stderr := execute(t, "", args...)
			if code != terminal.ExitOK || stderr != "" || !strings.HasPrefix(out, "Usage: stopctl "+c.Name) || !strings.Contains(out, "\nExample") {
				t.Errorf("stopctl %v: exit code %d\n%s%s", args, code, out, stderr)
			}
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"help"}, {"-h"}, {"--help"},
		{"help", "help"}, {"help", "-h"}, {"-h", "help"}, {"--help", "-h"}, {"help", "help", "help"}, {"help", "-h", "help"}} {
		if code, out, _ := execute(t, "", args...); code != terminal.ExitOK || !strings.Contains(out, "stopctl run -event") {
			t.Errorf("stopctl %v: exit code %d\n%s", args, code, out)
		}
	}
	for _, args := range [][]string{{"run", "-h"}, {"help", "run"}, {"run", "-v", "-help"}, {"-h", "run"}, {"help", "-h", "run"}, {"help", "help", "run", "-v"}} {
		if code, out, _ := execute(t, "", args...); code != terminal.ExitOK || !strings.HasPrefix(out, "Usage: stopctl run [flags]\n") {
			t.Errorf("stopctl %v: exit code %d\n%s", args, code, out)
		}
	}
	if code, out, _ := execute(t, "", "version"); code != terminal.ExitOK || !strings.HasPrefix(out, "stopctl ") {
		t.Errorf("stopctl version: exit code %d, %q", code, out)
	}
}

func TestUsageErrors(t *testing.T) {
	good := file(t, "good.json", `{"DesktopId":["ecd-running1"]}`)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"rum"}, `no command "rum"`},
		{[]string{"help", "rum"}, `no command "rum"`},
		{[]string{"help", "-h", "rum"}, `no command "rum"`},
		{[]string{"-x"}, `no command "-x"`},
		{[]string{"version", "x"}, "no arguments"},
		{[]string{"run", "-nosuch"}, "-nosuch"},
		{[]string{"run", "event.json"}, `"event.json" is no flag`},
		{[]string{"run", "-fleet", "f.yaml"}, "-fleet needs -event or -serve"},
		{[]string{"run", "-env", "A=b"}, "-env needs -event or -serve"},
		{[]string{"run", "-serve", "-now"}, "-now needs -event"},
		{[]string{"run", "-serve", "-event", good}, "-serve and -event"},
		{[]string{"run", "-listen", "127.0.0.1:1"}, "-listen needs -serve"},
		{[]string{"run", "-replay", "probe.json"}, "-replay needs -serve"},
		{[]string{"run", "-serve", "-replay", "a.json", "-fleet", "b.yaml"}, "-replay and -fleet"},
		{[]string{"run", "-serve", "-replay", "nosuch.json"}, "nosuch.json"},
		{[]string{"run", "-serve", "-replay", good}, `Format "" is not stopctl.probe/1`},
		{[]string{"run", "-serve", "-listen", "0.0.0.0:8080"}, "loopback only"},
		{[]string{"run", "-serve", "-listen", ":8080"}, "loopback only"},
		{[]string{"run", "-serve", "-listen", "example.com:8080"}, "loopback only"},
		{[]string{"run", "-serve", "-listen", "8080"}, "-listen 8080"},
		{[]string{"run", "-event", good, "-env", "novalue"}, "-env"},
		{[]string{"run", "-event", good, "-env", "FC_REGION=x"}, "FC_REGION"},
		{[]string{"run", "-event", good, "-env", "EDS_ENDPOINT=x"}, "EDS_ENDPOINT"},
		{[]string{"run", "-event", good, "-env", "A-B=x"}, `"A-B"`},
		{[]string{"run", "-event", good, "-timeout", "0s"}, "-timeout"},
		{[]string{"run", "-event", good, "-retry-count", "-1"}, "-retry-count"},
		{[]string{"run", "-event", ""}, "-event"},
		{[]string{"run", "-o", "yaml"}, "-o yaml"},
		{[]string{"run", "-color", "blue"}, "-color blue"},
		{[]string{"run", "-event", "nosuch.json"}, "nosuch.json"},
		{[]string{"run", "-event", file(t, "bad.json", "{\n  \"a\": [1 2]\n}")}, "bad.json:2:11: is not JSON: a comma is missing"},
		{[]string{"run", "-event", file(t, "empty.json", " \n")}, "empty.json: is empty"},
		{[]string{"run", "-event", good, "-fleet", "nosuch.yaml"}, "nosuch.yaml"},
		{[]string{"run", "-event", good, "-fleet", file(t, "bad.yaml", "Desktops:\n- DesktopId: ecd-a\n  Foo: 1\n")}, "line 3"},
		{[]string{"run", "-event", good, "-binary", "nosuch"}, "-binary"},
		{[]string{"run", "-event", good, "-binary", t.TempDir()}, "is a folder"},
	} {
		code, out, err := execute(t, "", c.args...)
		if code != terminal.ExitUsage || !strings.Contains(err, c.want) || out != "" {
			t.Errorf("stopctl %v: exit code %d, want %q in\n%s%s", c.args, code, c.want, out, err)
		}
	}
}
