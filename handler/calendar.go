package handler

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"stopdesktops/internal/report"
)

// Calendar tells workdays from holidays.
type Calendar interface {
	// Day returns the kind of a date, events.Workday or events.Holiday, and why it is that: the name of the
	// holiday, or the day of the week. The date is given as its midnight in UTC. covered is false if the calendar does
	// not say what the date is.
	Day(date time.Time) (kind, why string, covered bool)
}

// checkDay compares the day of the event with the kind of day that its request asks for. An event whose day is
// unknown stops nothing.
func (r *run) checkDay(j *job) conclusion {
	asked := j.request.On
	if asked == "" {
		return conclusion{}
	}
	problem := func(status int, format string, args ...any) *report.Problem {
		return &report.Problem{Code: report.CodeCalendar, Path: j.where(".On"), HTTPStatus: status,
			Message: fmt.Sprintf(format, args...) + " Nothing was stopped."}
	}
	if r.Policy.Calendar == nil {
		return rejected(problem(http.StatusUnprocessableEntity,
			"the request asks for a %s, and the function has no calendar: deploy one (CALENDAR_FILE), or leave On out.", asked))
	}
	var days []string
	fitting := 0
	for _, date := range r.dates(j) {
		kind, why, covered := r.Policy.Calendar.Day(date)
		shown := fmt.Sprintf("%s in %s", date.Format(time.DateOnly), r.Policy.Location)
		if !covered {
			return conclusion{report.StatusFailed, problem(http.StatusServiceUnavailable,
				"the calendar does not say whether %s is a %s: add the year %d to CALENDAR_FILE.", shown, asked, date.Year())}
		}
		if kind == asked {
			fitting++
		}
		days = append(days, fmt.Sprintf("%s is a %s (%s)", shown, kind, why))
	}
	switch fitting {
	case len(days):
		return conclusion{}
	case 0:
		return conclusion{report.StatusIgnored, problem(0, "the request asks for a %s; %s.", asked, strings.Join(days, ", "))}
	}
	return conclusion{report.StatusFailed, problem(http.StatusServiceUnavailable,
		"the event has no time and is a retry, so its day is not known: %s. Send events with a time.", strings.Join(days, ", "))}
}

// dates returns the dates that the event may be of, in the time zone of the function, as midnights in UTC. It is one
// date, that of the event's own time: an event of the evening keeps its day when it is retried after midnight.
// Without a time it is the date of the arrival. A retry without one may have come first at any time since
// MaxEventAge.
func (r *run) dates(j *job) []time.Time {
	first, last := j.event.Time, j.event.Time
	switch {
	case !r.inv.Day.IsZero():
		first, last = r.inv.Day, r.inv.Day
	case j.event.Time.IsZero():
		first, last = r.started, r.started
		if r.inv.RetryCount > 0 {
			first = last.Add(-r.Policy.MaxEventAge)
		}
	}
	var dates []time.Time
	for date, end := r.date(first), r.date(last); !date.After(end); date = date.AddDate(0, 0, 1) {
		dates = append(dates, date)
	}
	return dates
}

func (r *run) date(t time.Time) time.Time {
	year, month, day := t.In(r.Policy.Location).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
