package trial

import (
	"bytes"
	"io"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// screen is a standard error that is a terminal.
type screen struct{ bytes.Buffer }

func (*screen) IsTerminal() bool { return true }

// OnTerminal runs a command line whose standard error is a terminal, and returns what is shown there.
func OnTerminal(t T, p terminal.Program, getenv func(string) string, stdin string, args ...string) (code int, shown string) {
	t.Helper()
	var err screen
	code = p.Execute(t.Context(), args, terminal.Outside{In: strings.NewReader(stdin), Out: io.Discard, Err: &err, Self: "stopctl", Getenv: getenv})
	return code, err.String()
}
