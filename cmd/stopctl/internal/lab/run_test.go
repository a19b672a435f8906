package lab

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// The help must not forget a flag, nor name one that does not exist.
func TestHelpNamesEveryFlag(t *testing.T) {
	_, fs := runFlags()
	if err := (terminal.Outside{}).Parse(fs, nil); err != nil { // with the flags of every command
		t.Fatal(err)
	}
	help := helpOf(t)
	fs.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(help, "\n  -"+f.Name+" ") {
			t.Errorf("the help of run says nothing of -%s", f.Name)
		}
	})
	for line := range strings.Lines(help) {
		name, ok := strings.CutPrefix(line, "  -")
		if name, _, _ = strings.Cut(name, " "); ok && fs.Lookup(name) == nil {
			t.Errorf("the help of run names -%s, which does not exist", name)
		}
	}
}

// helpOf run is what -h prints.
func helpOf(t *testing.T) string {
	t.Helper()
	code, out, stderr := execute(t, "", "run", "-h")
	if code != terminal.ExitOK || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	return out
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

// TestBuildFails: a developer who changes the function must see the messages of the compiler.
func TestBuildFails(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module stopdesktops\n", "main.go": "package main\nfunc main() { nosuch() }\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := build(t.Context(), dir, filepath.Join(dir, "main"), &terminal.Screen{Err: &bytes.Buffer{}})
	if err == nil || !strings.Contains(err.Error(), "undefined: nosuch") {
		t.Errorf("error: %v", err)
	}
}

func TestSourceIsNeeded(t *testing.T) {
	t.Chdir(t.TempDir())
	var usage *terminal.UsageError
	if _, err := sourceRoot(); !errors.As(err, &usage) {
		t.Errorf("error: %v", err)
	}
	if code, _, err := execute(t, "", "run"); code != terminal.ExitUsage || !strings.Contains(err, "go.mod") || !strings.Contains(err, "give -binary FILE") {
		t.Errorf("exit code %d: %s", code, err)
	}
}

// TestWithoutSource: with the function's binary, run needs neither the source nor the go command: it carries the samples
// and the fleet.
func TestWithoutSource(t *testing.T) {
	binary := functionBinary(t)
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	code, out, stderr := execute(t, "", "run", "-binary", binary, "-q")
	if code != terminal.ExitOK || stderr != "" || !strings.Contains(out, "All 11 steps went as expected") {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
	code, out, stderr = execute(t, `{"DesktopId":"ecd-running1"}`, "run", "-binary", binary, "-event", "-")
	if code != terminal.ExitOK || !strings.Contains(out, "ecd-running1") {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
}

func TestSystemNote(t *testing.T) {
	for system, want := range map[string]string{"linux": "", "darwin": "kill", "windows": "Ctrl-C"} {
		if got := systemNote(system); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%s: %q", system, got)
		}
	}
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
		built.err = build(context.Background(), root, filepath.Join(built.dir, binaryName()), &terminal.Screen{Err: &progress})
		built.progress = progress.String()
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, binaryName())
}

// built is the function, once for all tests.
var built struct {
	once     sync.Once
	dir      string
	progress string
	err      error
}
