// Package calendar is stopctl calendar: it checks a calendar file, and shows a year of it.
package calendar

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/internal/calendar"
)

const usage = `Usage: stopctl calendar [YEAR] [flags]

Checks a calendar file, which CALENDAR_FILE names for requests with On, and shows the
special days of a year: this one, if YEAR is left out. Every fault is reported with its
line. A workday that is one without its line probably has a wrong date.

Flags:

  -f FILE         the file (default calendar.txt)
  -weekend DAYS   the days of the week that are holidays (default WEEKEND of this
                  environment, or sat,sun)

Examples:

  stopctl calendar
  stopctl calendar 2027 -f calendar.txt

Exit codes: 0 all is well; 1 the file has faults, or is not complete for the year; 2 wrong
usage or unreadable input.
`

type options struct {
	file, weekend string
	year          int
}

// parse returns flag.ErrHelp when only help was asked for.
func parse(args []string, out terminal.Outside) (*options, error) {
	o := &options{year: time.Now().Year()}
	flags := flag.NewFlagSet("calendar", flag.ContinueOnError)
	flags.StringVar(&o.file, "f", "calendar.txt", "")
	flags.StringVar(&o.weekend, "weekend", cmp.Or(out.Getenv("WEEKEND"), "sat,sun"), "")
	var words []string
	for rest := args; ; rest = rest[1:] { // flags may come before and after the year
		if err := out.Parse(flags, rest); err != nil {
			return nil, err
		}
		if rest = flags.Args(); len(rest) == 0 {
			break
		}
		words = append(words, rest[0])
	}
	if len(words) > 1 {
		return nil, terminal.Usagef("calendar takes one year. See stopctl calendar -h.")
	}
	for _, word := range words {
		year, err := strconv.Atoi(word)
		if err != nil || len(word) != 4 {
			return nil, terminal.Usagef("calendar: %q is no year. A file is given as -f FILE. See stopctl calendar -h.", word)
		}
		o.year = year
	}
	return o, nil
}

// Command checks a calendar file and shows a year of it.
func Command(_ context.Context, args []string, out terminal.Outside) error {
	o, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(usage)
	}
	if err != nil {
		return err
	}
	c, err := o.read(out.Err)
	if err != nil {
		return err
	}
	idle := c.WithoutEffect()
	for _, s := range idle {
		fmt.Fprintf(out.Err, "%s:%d: calls %s a workday, which it is without this line: look at the date\n", o.file, s.Line, dates(s))
	}
	first := time.Date(o.year, time.January, 1, 0, 0, 0, 0, time.UTC)
	if !c.Covers(first) {
		fmt.Fprintf(out.Err, "%s is complete for %s, not for %d: an event with On fails on its days. Add them, and complete %[3]d.\n", o.file, years(c), o.year)
		return terminal.ErrUnexpected
	}
	if err := show(c, first, o, out.Out); err != nil {
		return err
	}
	if len(idle) > 0 {
		return terminal.ErrUnexpected
	}
	return nil
}

// read the file, and report its faults.
func (o *options) read(report io.Writer) (*calendar.Calendar, error) {
	weekend, err := calendar.Weekend(strings.Split(strings.ReplaceAll(o.weekend, " ", ""), ","))
	if err != nil {
		return nil, terminal.Usagef("calendar: -weekend %v", err)
	}
	text, err := os.ReadFile(o.file)
	if err != nil {
		return nil, terminal.Usagef("calendar: %v", err)
	}
	c, err := calendar.Read(text, weekend)
	var faults calendar.Faults
	switch {
	case errors.As(err, &faults):
		for _, f := range faults {
			fmt.Fprintf(report, "%s:%d: %s\n", o.file, f.Line, f.Text)
		}
		return nil, terminal.ErrUnexpected
	case err != nil:
		return nil, terminal.Usagef("calendar: %s %v", o.file, err)
	}
	return c, nil
}

// show the special days of a year, and how many days of each kind it has.
func show(c *calendar.Calendar, first time.Time, o *options, out io.Writer) error {
	var rows [][]terminal.Cell
	for _, s := range c.Specials(first) {
		if s.First.Year() > o.year {
			break
		}
		days := s.First.Format("Mon")
		if s.Last != s.First {
			days += ".." + s.Last.Format("Mon")
		}
		rows = append(rows, []terminal.Cell{
			terminal.Plain.Cell(dates(s)), terminal.Plain.Cell(days), terminal.Plain.Cell(s.Kind), terminal.Plain.Cell(s.Name),
		})
	}
	for _, line := range (&terminal.Screen{}).Table(rows) {
		fmt.Fprintln(out, line)
	}
	count := map[string]int{}
	for date := first; date.Year() == o.year; date = date.AddDate(0, 0, 1) {
		kind, _, _ := c.Day(date)
		count[kind]++
	}
	_, err := fmt.Fprintf(out, "%d: %s, %s. %s is complete for %s.\n", o.year,
		terminal.Plural(count[events.Workday], "workday"), terminal.Plural(count[events.Holiday], "holiday"), o.file, years(c))
	return err
}

// dates of a line, as the file has them.
func dates(s *calendar.Special) string {
	text := s.First.Format(time.DateOnly)
	if s.Last != s.First {
		text += ".." + s.Last.Format(time.DateOnly)
	}
	return text
}

// years for which a calendar is complete.
func years(c *calendar.Calendar) string {
	var texts []string
	for _, year := range c.Years() {
		texts = append(texts, strconv.Itoa(year))
	}
	return strings.Join(texts, ", ")
}
