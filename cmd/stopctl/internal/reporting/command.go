// Package reporting is stopctl report: what the function did in a time, for people who do not read logs.
package reporting

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"stopdesktops/cmd/stopctl/internal/agenda"
	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
)

const reportUsage = `Usage: stopctl report [flags] LOG...

Makes a report for others from what the function has logged: by day, by event, by outcome and
reason, and by office. LOG is a file, or - for standard input: lines of the function's log,
answers, bodies of callbacks, or records of stopctl run. A report that is in several of them
counts once.

  -o md      Markdown, for a ticket or a mail: the totals, and each problem
  -o html    one page that prints, sorts and filters: the totals, and each decision. It needs
             no network and no other file
  -o csv     each decision in a row, for a spreadsheet, in UTF-8. A cell that a spreadsheet
             would take for a formula begins with an apostrophe

A decision is what one event did with one desktop. The office is known where the event
selected one (OfficeSiteId).

Hours stopped begin when the function was done with an event that stopped the desktop. The
reports do not tell when it was started again, so there are two numbers:

  at least   until the last report that saw it stopped. A start and a stop by others between
             two reports are not seen
  at most    until the first report that saw it running again, or until a start or connection
             that this report names; without one, until now (-until)

Both end at the next stop by the function. A stop whose time is not known has no hours.

Flags:

  -o md|html|csv    default md
  -tz ZONE          the time zone of days and times, such as Asia/Shanghai; default: TIMEZONE
                    of s.yaml in this folder or of this environment, or this machine's zone
  -until TIME       count hours until this time, not now: 2026-12-24, "2026-12-24 20:00", or
                    2026-12-24T20:00:00+08:00. Without an offset it is in the zone of -tz.

Examples:

  stopctl report function.log
  stopctl report -o html -tz Asia/Shanghai monday.log tuesday.log > report.html
  stopctl report -o csv -until 2026-12-01 function.log > november.csv

Exit codes: 0 the report is complete; 1 a report in LOG has lost desktops, or the output
cannot be written; 2 wrong usage or an unreadable file.
`

type reportOptions struct {
	output, zone, until string
	files               []string
}

func reportFlags() (*reportOptions, *flag.FlagSet) {
	o := &reportOptions{}
	fs := flag.NewFlagSet("report", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.output, "o", "md", "")
	fs.StringVar(&o.zone, "tz", "", "")
	fs.StringVar(&o.until, "until", "", "")
	return o, fs
}

// writers of a summary, by -o.
var writers = map[string]func(io.Writer, *summary) error{"md": writeMarkdown, "html": writePage, "csv": writeCSV}

// parseReport returns flag.ErrHelp when only help was asked for.
func parseReport(args []string, out terminal.Outside) (*reportOptions, error) {
	o, fs := reportFlags()
	err := out.Parse(fs, args)
	switch {
	case err != nil:
		return nil, err
	case writers[o.output] == nil:
		return nil, terminal.Usagef("report: -o %s: md, html or csv", o.output)
	}
	o.files = fs.Args()
	return o, nil
}

// Command writes a report for others.
func Command(_ context.Context, args []string, out terminal.Outside) error {
	o, err := parseReport(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(reportUsage)
	}
	if err != nil {
		return err
	}
	zone, err := setup.Zone("report", o.zone, "s.yaml", out.Getenv)
	if err != nil {
		return err
	}
	until := time.Now()
	if o.until != "" {
		if until, err = agenda.ParseTime(o.until, zone); err != nil {
			return terminal.Usagef("report: -until %v", err)
		}
	}
	reports, err := reportfile.ReadAll("report", o.files, out.In)
	if err != nil {
		return err
	}
	if err := writers[o.output](out.Out, newSummary(reports, zone, until)); err != nil {
		return err
	}
	return complete(reports, out.Err)
}

// complete says which reports have lost desktops.
func complete(reports []reportfile.Found, out io.Writer) error {
	var err error
	for _, f := range reports {
		if n := f.Missing(); n > 0 {
			fmt.Fprintf(out, "stopctl: event %s: the report names %d of %s: give the complete lines of the log\n", f.EventId, len(f.Desktops), terminal.Plural(n+len(f.Desktops), "desktop"))
			err = terminal.ErrUnexpected
		}
	}
	return err
}
