package main

import (
	"io"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// TestFileNotStandardInput: who names a file has typed nothing, and what he has pasted is for his shell.
func TestFileNotStandardInput(t *testing.T) {
	rep, routes := file(t, "report.json", oneReport), file(t, "routes.yaml", someRoutes)
	for _, args := range [][]string{
		{"undo", rep}, {"replay", rep}, {"why", "ecd-f", rep}, {"report", rep}, {"callback", "resend", "-to", "http://127.0.0.1:1/", rep},
		{"routes", "try", "/own", "-f", rep, "-routes", routes},
	} {
		var out, err strings.Builder
		if code := stopctl().Execute(t.Context(), args, terminal.Outside{In: untouchable{t}, Out: &out, Err: &err, Getenv: func(string) string { return "" }}); code == terminal.ExitUsage {
			t.Errorf("%v: %s", args, &err)
		}
	}
}

// untouchable is a standard input that nobody may read: a terminal, say.
type untouchable struct{ t *testing.T }

func (u untouchable) Read([]byte) (int, error) {
	u.t.Error("standard input was read")
	return 0, io.EOF
}

// A report and a routes file.
const (
	oneReport = `{"EventId":"e1","Status":"partial","RegionId":"cn-hangzhou","Counts":{"failed":1,"stopped":1},
 "Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"},{"DesktopId":"ecd-s","Outcome":"stopped","RequestId":"R"}]}`
	someRoutes = "http:\n  - {path: /own, auth: {scheme: token, secrets: [TOKEN]}, cloudevents: true}\n"
)
