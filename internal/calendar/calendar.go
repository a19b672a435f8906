// Package calendar tells workdays from holidays by a file: see [Read]. Dates are midnights in UTC, whatever the time zone
// that they are of.
package calendar

import (
	"slices"
	"time"

	"stopdesktops/events"
)

// Calendar knows what each day of some years is. Nothing changes it after it is read.
type Calendar struct {
	weekend  []time.Weekday
	complete []int // years, sorted
	special  map[time.Time]entry
	lines    []*Special
}

// Special is one line of the file: days that are not what their days of the week make them.
type Special struct {
	Line        int
	First, Last time.Time
	Kind        string // events.Workday or events.Holiday
	Name        string
}

// entry is what a line says of one day.
type entry struct {
	kind, name string
	line       int
}

// Day returns the kind of a date, events.Workday or events.Holiday, and why it is that: the name that the file gives
// it, or the day of the week. covered is false if the file is not complete for the year of the date.
func (c *Calendar) Day(date time.Time) (kind, why string, covered bool) {
	if !c.Covers(date) {
		return "", "", false
	}
	if e, ok := c.special[date]; ok {
		return e.kind, e.name, true
	}
	return c.ordinary(date), date.Weekday().String(), true
}

// ordinary returns what a day of the week makes of a date.
func (c *Calendar) ordinary(date time.Time) string {
	if slices.Contains(c.weekend, date.Weekday()) {
		return events.Holiday
	}
	return events.Workday
}

// Covers reports whether the calendar says what a date is.
func (c *Calendar) Covers(date time.Time) bool { return slices.Contains(c.complete, date.Year()) }

// Years for which the calendar is complete, sorted.
func (c *Calendar) Years() []int { return slices.Clone(c.complete) }

// End returns the last date up to which the calendar covers every day from a date that it covers.
func (c *Calendar) End(date time.Time) time.Time {
	year := date.Year()
	for slices.Contains(c.complete, year+1) {
		year++
	}
	return time.Date(year, time.December, 31, 0, 0, 0, 0, time.UTC)
}

// Specials are the lines of the file whose days are not over before a date, sorted by date.
func (c *Calendar) Specials(from time.Time) []*Special {
	return slices.DeleteFunc(slices.Clone(c.lines), func(s *Special) bool { return s.Last.Before(from) })
}

// WithoutEffect are the lines that call a workday what is a workday without them. Their dates are probably wrong.
func (c *Calendar) WithoutEffect() []*Special {
	var idle []*Special
	for _, s := range c.lines {
		changes := s.Kind == events.Holiday
		for date := s.First; !date.After(s.Last); date = date.AddDate(0, 0, 1) {
			changes = changes || c.ordinary(date) == events.Holiday
		}
		if !changes {
			idle = append(idle, s)
		}
	}
	return idle
}

// Date returns the date of a time in its own location.
func Date(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
