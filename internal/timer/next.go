package timer

import (
	"slices"
	"time"
)

// Clock tells whether the time of a firing exists, and how often.
type Clock int

// The clocks of a time zone. Of the last two, Function Compute documents that a timer may fire twice or not at all.
const (
	Steady   Clock = iota // the time comes once
	Skipped               // the time does not come: the clocks are put forward over it
	Repeated              // the time comes twice: the clocks are put back over it
)

// Firing is a time at which a trigger fires.
type Firing struct {
	At    time.Time // in the zone of the schedule; of a Skipped time, the instant that would have been it
	Clock Clock
	wall  time.Time // what the expression says, as if in UTC
}

// String writes the firing for an operator: `Mon 2026-11-30 20:00 Asia/Shanghai`, and what the clocks do.
func (f Firing) String() string {
	if remark := f.Remark(); remark != "" {
		return f.When() + " (" + remark + ")"
	}
	return f.When()
}

// When is the time that the expression says, with the zone. A time that comes twice has its offset.
func (f Firing) When() string {
	layout := "Mon 2006-01-02 15:04"
	if f.wall.Second() != 0 {
		layout += ":05"
	}
	text := f.wall.Format(layout)
	if f.Clock == Repeated {
		text += f.At.Format("-07:00")
	}
	return text + " " + f.At.Location().String()
}

// Remark says what the clocks do to the firing. It is empty for a Steady one.
func (f Firing) Remark() string {
	switch f.Clock {
	case Skipped:
		return "the clocks skip this time: it may not fire"
	case Repeated:
		return "the clocks repeat this time: it may fire twice"
	}
	return ""
}

// quietDays is the longest time without a firing: from one 29 February to the next around a year like 2100.
const quietDays = 9 * 366

// Next lists the first n firings after an instant, in the order of time. It is empty for @every: that
// interval counts from an instant that only Function Compute knows.
func (s *Schedule) Next(after time.Time, n int) []Firing {
	return s.list(after, func(list []Firing, _ time.Time) bool { return len(list) >= n }, n)
}

// Between lists the firings after an instant and before another one, in the order of time.
func (s *Schedule) Between(after, end time.Time) []Firing {
	list := s.list(after, func(_ []Firing, date time.Time) bool { return date.AddDate(0, 0, -1).After(wallTime(end.In(s.Zone))) }, -1)
	return slices.DeleteFunc(list, func(f Firing) bool { return !f.At.Before(end) })
}

// list collects firings by the day, until enough says so of what it has and of the day to come.
func (s *Schedule) list(after time.Time, enough func(list []Firing, date time.Time) bool, most int) []Firing {
	if s.Every > 0 || most == 0 {
		return nil
	}
	var list []Firing
	local := after.In(s.Zone)
	// A time that the clocks skip at the end of a day counts as an instant of the next day.
	date := time.Date(local.Year(), local.Month(), local.Day()-1, 0, 0, 0, 0, time.UTC)
	for quiet := 0; quiet < quietDays && !enough(list, date); quiet++ {
		for _, f := range s.on(date) {
			if f.At.After(after) {
				list, quiet = append(list, f), 0
			}
		}
		date = date.AddDate(0, 0, 1)
	}
	// Where the clocks are put back at midnight, the end of a day comes after the start of the next one.
	for _, f := range s.on(date) {
		if f.At.After(after) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b Firing) int { return a.At.Compare(b.At) })
	if most > 0 && len(list) > most {
		list = list[:most]
	}
	return list
}

// on lists the firings of one date.
func (s *Schedule) on(date time.Time) []Firing {
	if !s.sets[month].has(int(date.Month())) || !s.onDay(date) {
		return nil
	}
	var list []Firing
	for _, h := range s.sets[hour].values() {
		for _, m := range s.sets[minute].values() {
			for _, sec := range s.sets[second].values() {
				wall := date.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second)
				list = append(list, firings(wall, s.Zone)...)
			}
		}
	}
	return list
}

// onDay tells whether the schedule fires on the day of a date.
func (s *Schedule) onDay(date time.Time) bool {
	byDay, byWeekday := s.sets[day].has(date.Day()), s.sets[weekday].has(int(date.Weekday()))
	if s.anyDay || s.anyWeekday {
		return byDay && byWeekday
	}
	return byDay || byWeekday
}

// firings are the instants at which the clocks of a zone show a time.
func firings(wall time.Time, zone *time.Location) []Firing {
	before, later := offset(wall.Add(-24*time.Hour), zone), offset(wall.Add(24*time.Hour), zone)
	var list []Firing
	for _, o := range slices.Compact([]time.Duration{max(before, later), min(before, later)}) {
		if at := wall.Add(-o).In(zone); wallTime(at).Equal(wall) {
			list = append(list, Firing{At: at, wall: wall})
		}
	}
	switch len(list) {
	case 0:
		return []Firing{{At: wall.Add(-before).In(zone), Clock: Skipped, wall: wall}}
	case 2:
		list[0].Clock, list[1].Clock = Repeated, Repeated
	}
	return list
}

// offset of a zone from UTC at an instant.
func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// wallTime is what the clocks show at a time, as if in UTC.
func wallTime(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// ZoneMatters says whether the time zone changes the firings: not for an interval, and not for what fires in every hour
// of every day.
func (s *Schedule) ZoneMatters() bool {
	return s.Every == 0 && !(s.full(hour) && s.full(day) && s.full(month) && len(s.sets[weekday].values()) == 7)
}

// full says whether a field holds all its values.
func (s *Schedule) full(i int) bool { return len(s.sets[i].values()) == fields[i].high-fields[i].low+1 }
