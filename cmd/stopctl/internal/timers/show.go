package timers

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"stopdesktops/cmd/stopctl/internal/agenda"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/timer"
	"stopdesktops/schema"
)

// listing is what the timers do from one time until another.
type listing struct {
	Format    string     // stopctl.timers/1
	From      time.Time  // the beginning of the list
	Until     time.Time  // the end of the list
	Firings   []firing   // when timers fire, in the order of time
	Intervals []interval // the timers that fire at an interval, which Function Compute counts
	Faults    []fault    // the timers that cannot be read
	entries   []agenda.Entry
	every     []*agenda.Timer
}

// about is what is listed of a timer.
type about struct {
	Trigger  string // the name of the trigger
	Template string // its file; with the function if the file has several
	Enabled  bool   // whether it is switched on
	Stops    string // which desktops it stops, for people; it may change
}

// firing is one time at which a timer fires, or all times of one date.
type firing struct {
	Time  time.Time // when it fires, with the offset of its time zone
	Zone  string    // its time zone
	Clock string    `json:",omitempty"` // skipped or repeated: Function Compute may not fire, or fire twice
	Last  time.Time `json:",omitzero"`  // of a timer that fires often on this date: the last time
	Count int       // how often it fires from Time to Last
	about
}

// interval is a timer that fires at an interval.
type interval struct {
	Every string // the interval, such as 30m
	about
}

// fault is a timer that cannot be read.
type fault struct {
	Where   string // in which file, and on which line
	Message string // what is wrong, for people; it may change
	Do      string // how to mend it
	about
}

var clocks = map[timer.Clock]string{timer.Skipped: "skipped", timer.Repeated: "repeated"}

func newListing(list []agenda.Timer, from, until time.Time) *listing {
	l := &listing{Format: schema.Timers, From: from, Until: until, Firings: []firing{}, Intervals: []interval{}, Faults: []fault{}}
	l.entries, l.every = agenda.Between(list, from, until), agenda.Every(list)
	for _, e := range l.entries {
		f := firing{Time: e.First.At, Zone: e.Schedule.Zone.String(), Clock: clocks[e.First.Clock], Count: e.Count, about: aboutOf(e.Timer)}
		if e.Count > 1 {
			f.Last = e.Last.At
		}
		l.Firings = append(l.Firings, f)
	}
	for _, t := range l.every {
		l.Intervals = append(l.Intervals, interval{agenda.Interval(t.Schedule.Every), aboutOf(t)})
	}
	for i := range list {
		l.fault(&list[i])
	}
	return l
}

// fault notes what is wrong with a timer.
func (l *listing) fault(t *agenda.Timer) {
	if t.Fault != nil {
		l.Faults = append(l.Faults, fault{Where: setup.Line(t.Cron.Place), Message: t.Fault.Message(), Do: t.Fault.Mend, about: aboutOf(t)})
	}
	if t.PayloadFault != nil {
		l.Faults = append(l.Faults, fault{Where: setup.Line(t.Payload.Place), Message: "the payload cannot be read: " + t.PayloadFault.Error(),
			Do: "write a request, as docs/request.md says", about: aboutOf(t)})
	}
}

func aboutOf(t *agenda.Timer) about { return about{t.Name(), t.Template, t.Enabled(), t.Words()} }

// write the listing for programs.
func (l *listing) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(l)
}

// show the listing to people.
func (l *listing) show(s *terminal.Screen, days int) {
	fmt.Fprintln(s.Out, s.Paint(terminal.Bold, fmt.Sprintf("%s from %s", terminal.Plural(days, "day"), l.From.Format("Mon 2006-01-02 15:04 MST"))))
	for _, f := range l.Faults {
		text := fmt.Sprintf("%s: timer %s: %s", f.Where, f.Trigger, f.Message)
		for i, line := range terminal.Wrap(text+": "+f.Do, terminal.Width-2) {
			if i > 0 {
				line = "  " + line
			}
			fmt.Fprintln(s.Out, s.Paint(terminal.Red, line))
		}
	}
	rows := [][]terminal.Cell{{terminal.Dim.Cell("when"), terminal.Dim.Cell("timer"), terminal.Dim.Cell("template"), terminal.Dim.Cell("stops")}}
	for _, t := range l.every {
		rows = append(rows, row(t, "every "+agenda.Interval(t.Schedule.Every)+", counted by Function Compute", ""))
	}
	for _, e := range l.entries {
		rows = append(rows, row(e.Timer, e.When(), e.First.Remark()))
	}
	if len(rows) == 1 {
		fmt.Fprintln(s.Out, "No timer fires.")
		return
	}
	for _, line := range s.Table(rows) {
		fmt.Fprintln(s.Out, line)
	}
}

// row of the table.
func row(t *agenda.Timer, when, remark string) []terminal.Cell {
	style, stops := terminal.Plain, t.Words()
	if !t.Enabled() {
		style, stops = terminal.Dim, "switched off: "+stops
	}
	if remark != "" {
		style, stops = terminal.Yellow, stops+" ("+remark+")"
	}
	var cells []terminal.Cell
	for _, text := range []string{when, t.Name(), t.Template, stops} {
		cells = append(cells, style.Cell(text))
	}
	return cells
}
