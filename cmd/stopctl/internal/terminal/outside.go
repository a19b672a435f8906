package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Outside is what the commands touch of the world. Tests put their own in.
type Outside struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Self     string // how to call this command again
	looks    *looks // what -color, -q and -v say; nil outside a program
}

// The exit codes.
const (
	ExitOK         = 0
	ExitUnexpected = 1
	ExitUsage      = 2
)

// UsageError is a mistake in the command line.
type UsageError struct{ text string }

func (e *UsageError) Error() string { return e.text }

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// ErrUnexpected says that something is not as expected, and that all about it has been said.
var ErrUnexpected = errors.New("not as expected")

// ExitCode says what is still to be said of an error and returns its exit code.
func ExitCode(err error, o Outside) int {
	var usage *UsageError
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, ErrUnexpected):
		return ExitUnexpected
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(o.Err, "stopctl: interrupted")
		return ExitUnexpected
	case errors.As(err, &usage):
		fmt.Fprintln(o.Err, "stopctl: "+usage.text)
		return ExitUsage
	}
	fmt.Fprintln(o.Err, "stopctl: "+err.Error())
	return ExitUnexpected
}
