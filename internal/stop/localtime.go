package stop

import "time"

// Package time does not say which instant it chooses where a clock repeats or skips an hour. A desktop is kept to the
// later one: what is stopped too early takes somebody's work with it.

// period is a time during which the clocks of a zone have one offset to UTC. A zero start or end is none.
type period struct {
	start, end time.Time
	offset     time.Duration
}

// around is how far the instant of a local time may be from the same time in UTC, and more: offsets are below 16 hours,
// and Samoa once skipped a day.
const around = 48 * time.Hour

// periods of a zone in which a local time, given as if it were UTC, may be.
func periods(clock time.Time, location *time.Location) []period {
	var all []period
	for at := clock.Add(-around); ; {
		start, end := at.In(location).ZoneBounds()
		_, offset := at.In(location).Zone()
		all = append(all, period{start, end, time.Duration(offset) * time.Second})
		if end.IsZero() || end.After(clock.Add(around)) {
			return all
		}
		at = end
	}
}

// latestInstant returns the last instant at which the clocks of a zone show a local time, given as if it were UTC. Where
// they skip that time, it returns the instant that follows if the clocks had not been changed.
func latestInstant(clock time.Time, location *time.Location) time.Time {
	var latest time.Time
	all := periods(clock, location)
	for _, p := range all {
		if at := clock.Add(-p.offset); !at.Before(p.start) && (p.end.IsZero() || at.Before(p.end)) {
			latest = at
		}
	}
	if !latest.IsZero() {
		return latest.In(location)
	}
	for i, p := range all[:len(all)-1] { // one of the changes skips it
		if at := clock.Add(-p.offset); !at.Before(p.end) && clock.Add(-all[i+1].offset).Before(p.end) {
			latest = at
		}
	}
	return latest.In(location)
}

// endOfDay returns the first instant after the last at which the clocks of a zone show this date, given as its midnight in
// UTC. Of a date that a zone skipped, it is the end of the day before.
func endOfDay(date time.Time, location *time.Location) time.Time {
	var end time.Time
	next := date.AddDate(0, 0, 1)
	for _, p := range periods(date, location) {
		from, to := date.Add(-p.offset), next.Add(-p.offset)
		if from.Before(p.start) {
			from = p.start
		}
		if !p.end.IsZero() && to.After(p.end) {
			to = p.end
		}
		if from.Before(to) {
			end = to
		}
	}
	if end.IsZero() {
		end = latestInstant(next, location)
	}
	return end.In(location)
}
