// Package timers is stopctl timers: what the timer triggers of templates do in the next days.
package timers

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"path/filepath"
	"slices"
	"time"

	"stopdesktops/cmd/stopctl/internal/agenda"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/deployment"
)

const timersUsage = `Usage: stopctl timers [flags] [TEMPLATE …]

Lists what the timer triggers do in the next days: all templates in one table, in the order
of time. Each time is in the trigger's own time zone. A timer that fires often on a date has
one line for the date. One that is switched off is marked.

Without TEMPLATE it reads each s*.yaml in this folder. Only files are read. The ${env()} of
a template comes from this command's environment: export what you export for make deploy.

Flags:

  -days N           how many days (default 7, at most 366)
  -from TIME        begin at this time, not now: 2026-12-24, "2026-12-24 20:00", or
                    2026-12-24T20:00:00+08:00. Without an offset it is UTC.
  -o text|json      json: the list as one object (stopctl schema timers)

Examples:

  stopctl timers
  stopctl timers -days 30 s.yaml s.eventbridge.yaml
  stopctl timers -from 2026-12-24T00:00:00+08:00 -days 14

Exit codes: 0 every timer was read; 1 a timer cannot be read; 2 wrong usage, or a template
that cannot be read. What can be read is listed in any case.
`

// mostDays is the longest list: a year.
const mostDays = 366

type timersOptions struct {
	days      int
	from      string
	output    string
	templates []string
}

func timersFlags() (*timersOptions, *flag.FlagSet) {
	o := &timersOptions{}
	fs := flag.NewFlagSet("timers", flag.ContinueOnError)
	fs.IntVar(&o.days, "days", 7, "")
	fs.StringVar(&o.from, "from", "", "")
	fs.StringVar(&o.output, "o", "text", "")
	return o, fs
}

// parseTimers returns flag.ErrHelp when only help was asked for.
func parseTimers(args []string, out terminal.Outside) (*timersOptions, error) {
	o, fs := timersFlags()
	err := out.Parse(fs, args)
	o.templates = fs.Args()
	switch {
	case err != nil:
		return nil, err
	case o.days < 1 || o.days > mostDays:
		return nil, terminal.Usagef("timers: -days %d: from 1 to %d", o.days, mostDays)
	case o.output != "text" && o.output != "json":
		return nil, terminal.Usagef("timers: -o %s: text or json", o.output)
	}
	return o, o.findTemplates()
}

// findTemplates takes the templates of this folder if the command line names none.
func (o *timersOptions) findTemplates() error {
	if len(o.templates) > 0 {
		return nil
	}
	o.templates, _ = filepath.Glob("s*.yaml")                                                                             // the pattern has no fault
	slices.SortFunc(o.templates, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }) // s.yaml first
	if len(o.templates) == 0 {
		return terminal.Usagef("timers: this folder has no s*.yaml: name a template")
	}
	return nil
}

// Command lists what the timers of templates do in the next days.
func Command(_ context.Context, args []string, out terminal.Outside) error {
	o, err := parseTimers(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(timersUsage)
	}
	if err != nil {
		return err
	}
	from := time.Now()
	if o.from != "" {
		if from, err = agenda.ParseTime(o.from, time.UTC); err != nil {
			return terminal.Usagef("timers: -from %v", err)
		}
	}
	list, unread := readAll(o.templates, out.Getenv)
	l := newListing(list, from, from.AddDate(0, 0, o.days))
	if o.output == "json" {
		err = l.write(out.Out)
	} else {
		l.show(terminal.NewScreen(out), o.days)
	}
	switch {
	case err != nil:
		return err
	case len(unread) > 0:
		return terminal.Usagef("timers: %v", errors.Join(unread...))
	case len(l.Faults) > 0:
		return terminal.ErrUnexpected
	}
	return nil
}

// readAll reads the timers of every function of the templates. A template that cannot be read hides no other.
func readAll(templates []string, getenv func(string) string) (list []agenda.Timer, unread []error) {
	lookup := func(name string) (string, bool) { value := getenv(name); return value, value != "" }
	for _, file := range templates {
		functions, err := deployment.Functions(file)
		if err != nil {
			unread = append(unread, err)
			continue
		}
		for _, function := range functions {
			d, err := deployment.Read(file, function, lookup)
			if err != nil {
				unread = append(unread, err)
				continue
			}
			found := agenda.Of(d)
			for i := range found {
				if len(functions) > 1 {
					found[i].Template += " " + function
				}
			}
			list = join(list, found)
		}
	}
	return list, unread
}

// join adds timers. One that a template takes from the template that it extends, for the same function, is there once.
func join(list, more []agenda.Timer) []agenda.Timer {
next:
	for _, t := range more {
		for i := range list {
			same := &list[i]
			if same.Function == t.Function && same.Name() == t.Name() && same.Cron.Value == t.Cron.Value && same.Enable.Value == t.Enable.Value && same.Payload.Value == t.Payload.Value {
				same.Template += ", " + t.Template
				continue next
			}
		}
		list = append(list, t)
	}
	return list
}
