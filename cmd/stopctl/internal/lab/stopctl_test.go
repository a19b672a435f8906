package lab

import (
	"flag"
	"net/http"
	"os"
	"testing"

	"stopdesktops/cmd/stopctl/internal/probe"
	"stopdesktops/cmd/stopctl/internal/recover"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// TestMain makes the test binary stopctl itself, or a function that fails, when a test runs it.
func TestMain(m *testing.M) {
	switch os.Getenv("ACT_AS") {
	case "stopctl":
		terminal.Main(stopctl())
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

// stopctl is the program with run, and what works on what it serves.
func stopctl() terminal.Program {
	return terminal.Program{Commands: []terminal.Command{{Name: "run", Run: Command}, {Name: "undo", Run: recover.Undo}, {Name: "callback", Run: recover.Callback}, {Name: "probe", Run: probe.Command}}}
}

// execute runs a command line as main does.
func execute(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return trial.Run(t, stopctl(), nil, stdin, args...)
}
