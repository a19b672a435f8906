// Command stopctl is for whoever runs the stop-desktops function: it tries the function on this
// machine, against an emulated account, without touching anything real.
//
// Every command exits with 0 if all is well, with 1 if something is not as expected, and with 2 if
// it was not told right what to do: unknown flags, unreadable files.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// stopctl is the program.
func stopctl() program {
	return program{commands: []command{
		{name: "run", short: "run the function on this machine, against an emulated account", run: runCommand},
		{name: "plan", short: "show what an event would do, and why; nothing is stopped", run: planCommand},
		{name: "doctor", short: "say what is wrong with a deployment, and how to mend it", run: doctorCommand},
		{name: "probe", short: "compare EDS with what the function assumes; read-only", run: probeCommand},
		{name: "replay", short: "make the event that finishes what a report left undone", run: replayCommand},
		{name: "undo", short: "print the calls that start again what a report stopped, or make them", run: undoCommand},
		{name: "callback", short: "deliver a report by hand", run: callbackCommand},
		{name: "routes", short: "check a routes file, or try what a body becomes", run: routesCommand},
		{name: "version", short: "print the version", run: versionCommand},
	}, head: helpHead, tail: helpTail}
}

const helpHead = `stopctl tries, checks and looks after the stop-desktops function, which stops
Elastic Desktop Service cloud computers on events.

Commands:

`

const helpTail = `
To begin with:

  stopctl run                      events of many kinds, and what becomes of them
  stopctl run -event request.json  an event of your own
  stopctl run -h                   all that run can do

Exit codes: 0 all is well, 1 something is not as expected, 2 wrong usage or
unreadable input.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	code := stopctl().execute(ctx, os.Args[1:], outside{&interruptible{ctx: ctx, in: os.Stdin}, os.Stdout, os.Stderr, os.Getenv, self()})
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
