// Command stopctl is for whoever runs the stop-desktops function: it tries the function on this
// machine, against an emulated account, without touching anything real.
//
// Every command exits with 0 if all is well, with 1 if something is not as expected, and with 2 if
// it was not told right what to do: unknown flags, unreadable files.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"stopdesktops/internal/config"
)

// The exit codes.
const (
	exitOK         = 0
	exitUnexpected = 1
	exitUsage      = 2
)

// outside is what the commands touch of the world. Tests put their own in.
type outside struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	self     string // how to call this command again
}

// command is one word after stopctl.
type command struct {
	name  string
	short string
	run   func(ctx context.Context, args []string, o outside) error
}

func commands() []command {
	return []command{
		{"run", "run the function on this machine, against an emulated account", runCommand},
		{"plan", "show what an event would do, and why; nothing is stopped", planCommand},
		{"doctor", "say what is wrong with a deployment, and how to mend it", doctorCommand},
		{"probe", "compare EDS with what the function assumes; read-only", probeCommand},
		{"replay", "make the event that finishes what a report left undone", replayCommand},
		{"undo", "print the calls that start again what a report stopped, or make them", undoCommand},
		{"callback", "deliver a report by hand", callbackCommand},
		{"routes", "check a routes file, or try what a body becomes", routesCommand},
		{"version", "print the version", versionCommand},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	code := stopctl(ctx, os.Args[1:], outside{&interruptible{ctx, os.Stdin}, os.Stdout, os.Stderr, os.Getenv, self()})
	stop()
	os.Exit(code)
}

// self is how this command was called: go run builds it into a folder that nobody types.
func self() string {
	if strings.Contains(filepath.ToSlash(os.Args[0]), "/go-build") {
		return "go run ./cmd/stopctl"
	}
	return "stopctl"
}

// stopctl runs one command line and returns its exit code. What could not be written was not said:
// all is not well then.
func stopctl(ctx context.Context, args []string, o outside) int {
	out := &checkedWriter{to: o.out}
	o.out = out
	code := dispatch(ctx, args, o)
	if err := out.failed(); err != nil && code == exitOK {
		fmt.Fprintln(o.err, "stopctl: standard output: "+err.Error())
		return exitUnexpected
	}
	return code
}

// dispatch finds the command and runs it.
func dispatch(ctx context.Context, args []string, o outside) int {
	if len(args) == 0 || asksForHelp(args[0]) {
		return help(ctx, args, o)
	}
	if slices.Contains([]string{"-version", "--version"}, args[0]) {
		args[0] = "version"
	}
	if slices.Contains([]string{"plan", "undo", "probe"}, args[0]) && config.PrintsSecrets(o.getenv("DEBUG")) {
		return exitCode(usagef("%s: DEBUG in this shell makes the SDK print your credentials: unset DEBUG", args[0]), o)
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return exitCode(c.run(ctx, args[1:], o), o)
		}
	}
	fmt.Fprintf(o.err, "stopctl: there is no command %q. The commands are: %s. See stopctl help.\n", args[0], names())
	return exitUsage
}

// asksForHelp says whether a word asks for help, with or without the name of a command behind it.
func asksForHelp(word string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, word)
}

// help prints what `help COMMAND` asks for, or the overview where no word names a command.
func help(ctx context.Context, args []string, o outside) int {
	// A word that asks for help names no command: dispatch would bring it back here without end.
	if i := slices.IndexFunc(args, func(word string) bool { return !asksForHelp(word) }); i >= 0 {
		return dispatch(ctx, []string{args[i], "-h"}, o)
	}
	fmt.Fprint(o.out, "stopctl tries, checks and looks after the stop-desktops function, which stops\nElastic Desktop Service cloud computers on events.\n\nCommands:\n\n")
	for _, c := range commands() {
		fmt.Fprintf(o.out, "  stopctl %-9s %s\n", c.name, c.short)
	}
	fmt.Fprint(o.out, `
To begin with:

  stopctl run                      events of many kinds, and what becomes of them
  stopctl run -event request.json  an event of your own
  stopctl run -h                   all that run can do

Exit codes: 0 all is well, 1 something is not as expected, 2 wrong usage or
unreadable input.
`)
	return exitOK
}

func names() string {
	var list []string
	for _, c := range commands() {
		list = append(list, c.name)
	}
	return strings.Join(list, ", ")
}

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

func versionCommand(_ context.Context, args []string, o outside) error {
	if len(args) == 1 && slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		_, err := fmt.Fprint(o.out, "Usage: stopctl version\n\nPrints the version, for bug reports.\n\nExample:\n\n  stopctl version\n")
		return err
	}
	if len(args) > 0 {
		return usagef("version takes no arguments")
	}
	fmt.Fprintf(o.out, "stopctl %s (%s, %s/%s)\n", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// programVersion of this build.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
