package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// TestMain makes the test binary stopctl itself, or a function that fails, when a test runs it.
func TestMain(m *testing.M) {
	switch os.Getenv("ACT_AS") {
	case "stopctl":
		main()
	case "function-that-ends":
		r, err := http.Get("http://" + os.Getenv("FC_RUNTIME_API") + "/2020-11-11/runtime/invocation/next")
		if err == nil {
			r.Body.Close()
		}
		os.Stderr.WriteString("no more\n")
		os.Exit(3)
	}
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// built is the function, once for all tests.
var built struct {
	once     sync.Once
	dir      string
	progress string
	err      error
}

func functionBinary(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		var root string
		if root, built.err = sourceRoot(); built.err != nil {
			return
		}
		if built.dir, built.err = os.MkdirTemp("", "stopctl-test-"); built.err != nil {
			return
		}
		var progress bytes.Buffer
		built.err = build(context.Background(), root, filepath.Join(built.dir, binaryName()), &screen{err: &progress})
		built.progress = progress.String()
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, binaryName())
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
	code = stopctl().execute(t.Context(), args, outside{
		in: strings.NewReader(stdin), out: &out, err: &err, self: "stopctl",
		getenv: func(name string) string { return environ[name] },
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
	for _, c := range stopctl().commands {
		for _, args := range [][]string{{c.name, "-h"}, {c.name, "--help"}, {"help", c.name}} {
			code, out, stderr := execute(t, "", args...)
			if code != exitOK || stderr != "" || !strings.HasPrefix(out, "Usage: stopctl "+c.name) || !strings.Contains(out, "\nExample") {
				t.Errorf("stopctl %v: exit code %d\n%s%s", args, code, out, stderr)
			}
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"help"}, {"-h"}, {"--help"},
		{"help", "help"}, {"help", "-h"}, {"-h", "help"}, {"--help", "-h"}, {"help", "help", "help"}, {"help", "-h", "help"}} {
		if code, out, _ := execute(t, "", args...); code != exitOK || !strings.Contains(out, "stopctl run -event") {
			t.Errorf("stopctl %v: exit code %d\n%s", args, code, out)
		}
	}
	for _, args := range [][]string{{"run", "-h"}, {"help", "run"}, {"run", "-v", "-help"}, {"-h", "run"}, {"help", "-h", "run"}, {"help", "help", "run", "-v"}} {
		if code, out, _ := execute(t, "", args...); code != exitOK || out != runHelp {
			t.Errorf("stopctl %v: exit code %d\n%s", args, code, out)
		}
	}
	if code, out, _ := execute(t, "", "version"); code != exitOK || !strings.HasPrefix(out, "stopctl ") {
		t.Errorf("stopctl version: exit code %d, %q", code, out)
	}
}

// The help must not forget a flag, nor name one that does not exist.
func TestHelpNamesEveryFlag(t *testing.T) {
	_, fs := runFlags()
	fs.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(runHelp, "\n  -"+f.Name+" ") {
			t.Errorf("the help of run says nothing of -%s", f.Name)
		}
	})
	for line := range strings.Lines(runHelp) {
		name, ok := strings.CutPrefix(line, "  -")
		if name, _, _ = strings.Cut(name, " "); ok && fs.Lookup(name) == nil {
			t.Errorf("the help of run names -%s, which does not exist", name)
		}
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
		{[]string{"run", "-serve", "-replay", good}, "Format 0 is not 1"},
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
		if code != exitUsage || !strings.Contains(err, c.want) || out != "" {
			t.Errorf("stopctl %v: exit code %d, want %q in\n%s%s", c.args, code, c.want, out, err)
		}
	}
}

// A secret in a variable that cannot be taken must not be repeated on the screen.
func TestVariablesAreNotRepeated(t *testing.T) {
	for _, text := range []string{"s3cr3t", "FC_TOKEN=s3cr3t", "EDS_ENDPOINT=s3cr3t", "A B=s3cr3t"} {
		if _, _, err := execute(t, "", "run", "-serve", "-env", text); strings.Contains(err, "s3cr3t") {
			t.Errorf("-env %s: %s", text, err)
		}
	}
}

func TestBuildShowsProgress(t *testing.T) {
	functionBinary(t)
	if !strings.HasPrefix(built.progress, "Building the function …\nBuilt it in ") {
		t.Errorf("progress in a pipe: %q", built.progress)
	}
}

// What the compiler says must reach whoever changes the function.
func TestBuildFails(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module stopdesktops\n", "main.go": "package main\nfunc main() { nosuch() }\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := build(t.Context(), dir, filepath.Join(dir, "main"), &screen{err: &bytes.Buffer{}})
	if err == nil || !strings.Contains(err.Error(), "undefined: nosuch") {
		t.Errorf("error: %v", err)
	}
}

func TestSourceIsNeeded(t *testing.T) {
	t.Chdir(t.TempDir())
	var usage *usageError
	if _, err := sourceRoot(); !errors.As(err, &usage) {
		t.Errorf("error: %v", err)
	}
	if code, _, err := execute(t, "", "run"); code != exitUsage || !strings.Contains(err, "go.mod") {
		t.Errorf("exit code %d: %s", code, err)
	}
}
