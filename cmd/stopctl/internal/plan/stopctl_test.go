package plan

import (
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
)

// stopctl is the program with this command alone.
func stopctl() terminal.Program {
	return terminal.Program{Commands: []terminal.Command{
		{Name: "plan", Run: Command}, {Name: "approve", Run: Approve}, {Name: "apply", Run: Apply},
	}}
}

// execute runs a command line as main does.
func execute(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return trial.Run(t, stopctl(), nil, stdin, args...)
}

// executeIn an environment of its own.
func executeIn(t *testing.T, environ map[string]string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return trial.Run(t, stopctl(), environ, stdin, args...)
}
