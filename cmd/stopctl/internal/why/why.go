// Package why is stopctl why: what each event decided about one desktop, by which rule, and what would have to change.
package why

import (
	"context"
	"errors"
	"flag"
	"io"
	"strings"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
)

const whyUsage = `Usage: stopctl why [flags] DESKTOP LOG...

Says why a desktop was not stopped, or by what it was. It lists the events in time order. For
each it shows the decision, the rule, what the rule found (a last use, a tag, a limit), and
what would have to change for the desktop to be stopped.

LOG is a file, or - for standard input: lines of the function's log, answers, bodies of
callbacks, or records of stopctl run. A report that is in several of them counts once.

  - Events that named or selected the desktop are shown with their decision.
  - Events whose report names no desktop are shown as well if they may have meant it: blocked,
    rejected, stale, duplicate, disabled, ignored or failed ones.
  - Events that selected other desktops are shown in one line each.
  - Events that named other desktops, and requests that were not authenticated, are counted.

The time of an event is when the function was done with it, or, if no log line tells that,
the time in the event. A report holds no names of users.

Flags:

  -tz ZONE          the time zone of what is shown, such as Asia/Shanghai; default: TIMEZONE
                    of s.yaml in this folder or of this environment, or this machine's zone
  -o text|json      json: one object; stopctl schema why describes it

Examples:

  stopctl why ecd-anna function.log
  stopctl why -tz Asia/Shanghai ecd-anna monday.log tuesday.log

Exit codes: 0 a report names the desktop; 1 none does, or a report has lost desktops, so that
the answer may be incomplete; 2 wrong usage or an unreadable file.
`

type whyOptions struct {
	zone, output string
	desktop      string
	files        []string
}

func whyFlags() (*whyOptions, *flag.FlagSet) {
	o := &whyOptions{}
	fs := flag.NewFlagSet("why", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.zone, "tz", "", "")
	fs.StringVar(&o.output, "o", "text", "")
	return o, fs
}

// parseWhy returns flag.ErrHelp when only help was asked for.
func parseWhy(args []string, out terminal.Outside) (*whyOptions, error) {
	o, fs := whyFlags()
	err := out.Parse(fs, args)
	switch {
	case err != nil:
		return nil, err
	case o.output != "text" && o.output != "json":
		return nil, terminal.Usagef("why: -o %s: text or json", o.output)
	case fs.NArg() < 2:
		return nil, terminal.Usagef("why: name a desktop, then one or more files. See stopctl why -h.")
	}
	o.desktop, o.files = fs.Arg(0), fs.Args()[1:]
	if o.desktop == "" || strings.ContainsAny(o.desktop, " /\\") {
		return nil, terminal.Usagef("why: %q is no ID of a desktop: give the ID first, then the files", o.desktop)
	}
	return o, nil
}

// Command says why a desktop was not stopped.
func Command(_ context.Context, args []string, out terminal.Outside) error {
	o, err := parseWhy(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(whyUsage)
	}
	if err != nil {
		return err
	}
	zone, err := setup.Zone("why", o.zone, "s.yaml", out.Getenv)
	if err != nil {
		return err
	}
	reports, err := reportfile.ReadAll("why", o.files, out.In)
	if err != nil {
		return err
	}
	a := newAnswer(o.desktop, reports, zone)
	if o.output == "json" {
		err = a.write(out.Out)
	} else {
		a.show(terminal.NewScreen(out))
	}
	switch {
	case err != nil:
		return err
	case a.Named == 0 || a.incomplete():
		return terminal.ErrUnexpected
	}
	return nil
}
