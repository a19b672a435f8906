package main

import (
	"errors"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

var errFull = errors.New("no space left on device")

// failing is a file on a full disk.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }
func (failing) Read([]byte) (int, error)  { return 0, errFull }

// TestFullDisk: what could not be written is not well, whatever the command.
func TestFullDisk(t *testing.T) {
	lines := [][]string{{"help"}, {"version"}, {"schema"}, {"schema", "run"}, {"undo", file(t, "report.json", oneReport)}, {"routes", "check", "-routes", file(t, "routes.yaml", someRoutes)}}
	for _, c := range stopctl().Commands {
		if c.Name != "version" {
			lines = append(lines, []string{c.Name, "-h"})
		}
	}
	for _, args := range lines {
		var err strings.Builder
		code := stopctl().Execute(t.Context(), args, terminal.Outside{In: strings.NewReader(""), Out: failing{}, Err: &err, Getenv: func(string) string { return "" }})
		if code != terminal.ExitUnexpected || strings.Count(err.String(), errFull.Error()) != 1 {
			t.Errorf("%v: exit %d %s", args, code, &err)
		}
	}
}
