package agenda

import (
	"fmt"
	"slices"
	"time"

	"stopdesktops/internal/timer"
)

// often is how many firings of a timer on one date are listed one by one.
const often = 6

// Entry is a line of an agenda: a firing, or all of one date if the timer fires often.
type Entry struct {
	*Timer
	First timer.Firing
	Last  timer.Firing // the same as First if Count is 1
	Count int
}

// When says when the timer fires, in its zone.
func (e Entry) When() string {
	if e.Count == 1 {
		return e.First.When()
	}
	return fmt.Sprintf("%s to %s, %d times", e.First.When(), e.Last.At.Format("15:04"), e.Count)
}

// Between lists what fires at from or later, and before until, in the order of time. Timers of an interval are not in it: Every
// lists those.
func Between(list []Timer, from, until time.Time) []Entry {
	var entries []Entry
	for i := range list {
		if list[i].Schedule != nil {
			entries = append(entries, dates(&list[i], list[i].Schedule.Between(from.Add(-1), until))...)
		}
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return a.First.At.Compare(b.First.At) })
	return entries
}

// dates makes one entry of each date on which a timer fires often.
func dates(t *Timer, firings []timer.Firing) []Entry {
	var entries []Entry
	for len(firings) > 0 {
		n := 1
		for n < len(firings) && firings[n].At.Format(time.DateOnly) == firings[0].At.Format(time.DateOnly) {
			n++
		}
		if n > often {
			entries = append(entries, Entry{t, firings[0], firings[n-1], n})
		} else {
			for _, f := range firings[:n] {
				entries = append(entries, Entry{t, f, f, 1})
			}
		}
		firings = firings[n:]
	}
	return entries
}

// Every lists the timers of an interval.
func Every(list []Timer) []*Timer {
	var every []*Timer
	for i := range list {
		if s := list[i].Schedule; s != nil && s.Every > 0 {
			every = append(every, &list[i])
		}
	}
	return every
}

// Interval writes a duration as Function Compute documents it: 30m.
func Interval(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
