package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// outside is what the commands touch of the world. Tests put their own in.
type outside struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	self     string // how to call this command again
}

// The exit codes.
const (
	exitOK         = 0
	exitUnexpected = 1
	exitUsage      = 2
)

// usageError is a mistake of whoever called.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// errUnexpected: something is not as expected, and all about it has been said.
var errUnexpected = errors.New("not as expected")

// exitCode says what is still to be said of an error and returns its exit code.
func exitCode(err error, o outside) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUnexpected):
		return exitUnexpected
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(o.err, "stopctl: interrupted")
		return exitUnexpected
	case errors.As(err, &usage):
		fmt.Fprintln(o.err, "stopctl: "+usage.text)
		return exitUsage
	}
	fmt.Fprintln(o.err, "stopctl: "+err.Error())
	return exitUnexpected
}
