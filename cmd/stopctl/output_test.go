package main

import (
	"errors"
	"os"
	"strings"
	"testing"
)

var errFull = errors.New("no space left on device")

// failing is a file on a full disk.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }
func (failing) Read([]byte) (int, error)  { return 0, errFull }

// TestFullDisk: what could not be written is not well, whatever the command.
func TestFullDisk(t *testing.T) {
	lines := [][]string{{"help"}, {"version"}, {"undo", file(t, "report.json", stopped)}, {"routes", "check", "-routes", file(t, "routes.yaml", someRoutes)}}
	for _, c := range stopctl().commands {
		if c.name != "version" {
			lines = append(lines, []string{c.name, "-h"})
		}
	}
	for _, args := range lines {
		var err strings.Builder
		code := stopctl().execute(t.Context(), args, outside{in: strings.NewReader(""), out: failing{}, err: &err, getenv: func(string) string { return "" }})
		if code != exitUnexpected || strings.Count(err.String(), errFull.Error()) != 1 {
			t.Errorf("%v: exit %d %s", args, code, &err)
		}
	}
}

// A terminal is one still: /dev/null is a device too.
func TestCheckedTerminal(t *testing.T) {
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	if !onTerminal(&checkedWriter{to: device}) || onTerminal(&checkedWriter{to: failing{}}) {
		t.Error("a terminal is not told from a file")
	}
}
