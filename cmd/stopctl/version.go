package main

import (
	"context"
	"errors"
	"flag"
	"io"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

const versionUsage = `Usage: stopctl version

Prints the version, the commit with its date, and the Go version, for bug reports.

Example:

  stopctl version

Exit codes: 0 it is printed; 1 it cannot be written; 2 wrong usage.
`

// versionCommand says what this build was made of.
func versionCommand(_ context.Context, args []string, o terminal.Outside) error {
	flags := flag.NewFlagSet("version", flag.ContinueOnError)
	err := o.Parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return o.Help(versionUsage)
	case err != nil:
		return err
	case flags.NArg() > 0:
		return terminal.Usagef("version takes no arguments")
	}
	_, err = io.WriteString(o.Out, terminal.Build())
	return err
}
