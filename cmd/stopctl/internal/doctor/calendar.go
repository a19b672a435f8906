package doctor

import (
	"fmt"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/calendar"
)

const (
	calendarNotice = 60 // days before its end that a calendar is to be continued
	shownSpecials  = 10
)

// checkCalendar: a calendar that nobody continues fails every event with On from its end on. now is the time of the
// check.
func checkCalendar(s *checkup, now time.Time) findings {
	c := s.config.Calendar
	if c == nil {
		return nil
	}
	today := calendar.Date(now.In(s.config.Location))
	f := finding{group: "Configuration", Check: "CALENDAR_FILE", Status: fine, Where: s.Places["CALENDAR_FILE"]}
	end := c.End(today)
	left := int(end.Sub(today) / (24 * time.Hour))
	switch {
	case !c.Covers(today):
		f.Status, f.Do = problem, addYear(today.Year())
		f.Message = fmt.Sprintf("the calendar does not cover today, %s: every event with On fails", today.Format(time.DateOnly))
	case left <= calendarNotice:
		f.Status, f.Do = warning, addYear(end.Year()+1)
		f.Message = fmt.Sprintf("the calendar ends on %s, in %s: from then on every event with On fails", end.Format(time.DateOnly), terminal.Plural(left, "day"))
	default:
		f.Message = fmt.Sprintf("the calendar covers every day up to %s", end.Format(time.DateOnly))
	}
	f.Message += nextSpecials(c, today)
	found := findings{f}
	for _, idle := range c.WithoutEffect() {
		found = append(found, finding{group: "Configuration", Check: "CALENDAR_FILE", Status: warning, Where: f.Where,
			Message: fmt.Sprintf("line %d of the calendar calls %s a workday, which it is without that line", idle.Line, idle.First.Format(time.DateOnly)),
			Do:      "Look at the date, and at WEEKEND. `stopctl calendar` shows the year."})
	}
	return found
}

func addYear(year int) string {
	return fmt.Sprintf("Add the special days of %d to the file, and complete %[1]d (docs/operate.md, Workdays and holidays).", year)
}

// nextSpecials are the special days from a date on, a line each.
func nextSpecials(c *calendar.Calendar, from time.Time) string {
	all := c.Specials(from)
	if len(all) == 0 {
		return "; it has no special days from today on"
	}
	var text strings.Builder
	text.WriteString(". The next special days:")
	for _, s := range all[:min(len(all), shownSpecials)] {
		dates := s.First.Format(time.DateOnly)
		if s.Last != s.First {
			dates += ".." + s.Last.Format(time.DateOnly)
		}
		fmt.Fprintf(&text, "\n  %-22s  %s  %s", dates, s.Kind, s.Name)
	}
	return text.String()
}
