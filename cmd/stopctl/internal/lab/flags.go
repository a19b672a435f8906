package lab

import (
	"context"
	"errors"
	"flag"
	"net"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/emulated"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/loopback"
)

// runOptions are the flags of run.
type runOptions struct {
	events     list
	fleetFile  string
	env        setup.Variables
	timeout    time.Duration
	retryCount int
	now        bool
	binary     string
	serve      bool
	listen     string
	replay     string
	output     string
}

const runHelp = `Usage: stopctl run [flags]

Runs the function's real binary, built from the source, against an emulated
account: Elastic Desktop Service, Function Compute and a receiver of callbacks,
all on this machine. No Alibaba Cloud account is needed, nothing real is touched.

Three ways to use it:

  stopctl run                a walk: events of many kinds, with fixed results
  stopctl run -event FILE    events of your own, one after the other
  stopctl run -serve         keeps running, shows a page in a browser, and takes
                             events over HTTP

Examples:

  stopctl run -v
  stopctl run -event request.json -env DRY_RUN=true
  stopctl run -event first.json -event second.json -fleet fleet.yaml
  echo '{"DesktopId":"ecd-running1"}' | stopctl run -event -
  stopctl sample eventbridge-object | stopctl run -now -event -
  stopctl run -o json -event request.json
  stopctl run -serve -listen 127.0.0.1:9000

Flags for all three:

  -binary FILE        a function built already, for this system; default: it is
                      built from the source in this folder or above. With it,
                      nothing is built, and no source or Go is needed
  -v                  show each event as a whole, and the function's log
  -o text|json        json: one object for each event, a line each (stopctl schema run)

Flags with -event or -serve:

  -fleet FILE         the cloud computers, and what goes wrong with them (YAML,
                      as stopctl sample fleet prints, which is the default)
  -env NAME=VALUE     a variable of the function; may be repeated
  -timeout DURATION   what the function may take for an event (default 60s)

Flags with -event:

  -event FILE         send this event, JSON; - is standard input; may be repeated
  -now                send each event as if it happened now: for samples, and
                      for events you have kept. Every time in the event moves
                      by the same amount, also in its payload, in JSON inside
                      a text, and in base64. A deadline in the payload stays
                      as far ahead as it was. Identifiers, dates, and times
                      without a zone stay. A signature over a moved time or
                      body no longer matches.
  -retry-count N      say that the event was tried N times before

Flags with -serve:

  -serve              keep running and take events over HTTP until Ctrl-C; its
                      address is an EDS_ENDPOINT too, for plan, doctor, undo and
                      probe. In a browser it shows the fleet as it changes, a
                      form for events, and the report, the calls, the callback
                      and the log of each event
  -listen ADDRESS     loopback only (default 127.0.0.1:8080; port 0: a free one)
  -replay FILE        EDS answers what stopctl probe has written to this file, and
                      404 NotRecorded to any other call; not with -fleet

Exit codes: 0 all is well; 1 something is not as expected, with -event: the
function gave no answer, or did what it must never do; 2 wrong usage or
unreadable input. What the function itself reports as failed is shown, and is 0.
`

// runFlags are the flags of run, with their defaults.
func runFlags() (*runOptions, *flag.FlagSet) {
	o := &runOptions{env: setup.Variables{Command: "run"}}
	fs := flag.NewFlagSet("run", flag.ContinueOnError)
	fs.Var(&o.events, "event", "")
	fs.StringVar(&o.fleetFile, "fleet", "", "")
	fs.Var(&o.env, "env", "")
	fs.DurationVar(&o.timeout, "timeout", time.Minute, "")
	fs.IntVar(&o.retryCount, "retry-count", 0, "")
	fs.BoolVar(&o.now, "now", false, "")
	fs.StringVar(&o.binary, "binary", "", "")
	fs.BoolVar(&o.serve, "serve", false, "")
	fs.StringVar(&o.listen, "listen", "127.0.0.1:8080", "")
	fs.StringVar(&o.replay, "replay", "", "")
	fs.StringVar(&o.output, "o", "text", "")
	return o, fs
}

// parseRun reads the flags of run. It returns flag.ErrHelp when only help was asked for.
func parseRun(args []string, out terminal.Outside) (*runOptions, error) {
	o, fs := runFlags()
	if err := out.Parse(fs, args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, terminal.Usagef("run: %q is no flag. An event is given as -event FILE. See stopctl run -h.", fs.Arg(0))
	}
	return o, o.check(terminal.Given(fs))
}

// needs of flags that mean nothing without another, or would spoil the fixed results of the walk.
var needs = []struct {
	flag        string
	event, both bool // it goes with -event; with -event and -serve; else with -serve
}{
	{"fleet", true, true}, {"env", true, true}, {"timeout", true, true},
	{"now", true, false}, {"retry-count", true, false},
	{"listen", false, false}, {"replay", false, false},
}

func (o *runOptions) check(set map[string]bool) error {
	for _, n := range needs {
		switch {
		case !set[n.flag]:
		case n.both && !o.serve && len(o.events) == 0:
			return terminal.Usagef("run: -%s needs -event or -serve: without them the walk compares with fixed results", n.flag)
		case n.event && !n.both && len(o.events) == 0:
			return terminal.Usagef("run: -%s needs -event", n.flag)
		case !n.event && !o.serve:
			return terminal.Usagef("run: -%s needs -serve", n.flag)
		}
	}
	switch {
	case o.env.Fault != nil:
		return o.env.Fault
	case o.env.Has("EDS_ENDPOINT"):
		return terminal.Usagef("run: -env EDS_ENDPOINT: run is for the emulator only, and sets it itself")
	case o.replay != "" && o.fleetFile != "":
		return terminal.Usagef("run: -replay and -fleet exclude each other: a recording has no fleet")
	case o.serve && len(o.events) > 0:
		return terminal.Usagef("run: -serve and -event exclude each other: send the event to what -serve prints")
	case o.timeout <= 0 || o.timeout > 24*time.Hour:
		return terminal.Usagef("run: -timeout %s: from 1s to 24h", o.timeout)
	case o.retryCount < 0:
		return terminal.Usagef("run: -retry-count %d: 0 or more", o.retryCount)
	case o.output != "text" && o.output != "json":
		return terminal.Usagef("run: -o %s: text or json", o.output)
	}
	return checkListen(o.listen)
}

// checkListen admits loopback only: the emulator does whatever it is told.
func checkListen(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return terminal.Usagef("run: -listen %s: give an address and a port, such as 127.0.0.1:8080", address)
	}
	if !loopback.Host(host) {
		return terminal.Usagef("run: -listen %s: loopback only, such as 127.0.0.1:8080: everybody who reaches it may do anything with the emulator", address)
	}
	return nil
}

// list is a flag that may be repeated.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(text string) error {
	if text == "" {
		return errors.New("a file is needed, or - for standard input")
	}
	*l = append(*l, text)
	return nil
}

// Command runs the function in an emulated account.
func Command(ctx context.Context, args []string, out terminal.Outside) error {
	o, err := parseRun(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(runHelp)
	}
	if err != nil {
		return err
	}
	fleet := emulator.DefaultFleet()
	if o.fleetFile != "" {
		if fleet, err = emulated.ReadFleet("run: -fleet", o.fleetFile); err != nil {
			return err
		}
	}
	if o.replay != "" {
		recording, err := emulated.ReadRecording("run: -replay", o.replay)
		if err != nil {
			return err
		}
		fleet = &emulator.Fleet{Replay: recording}
	}
	r := &runner{options: o, Outside: out, display: newDisplay(o, out), fleet: fleet}
	return r.run(ctx)
}
