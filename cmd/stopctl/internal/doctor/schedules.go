package doctor

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"stopdesktops/cmd/stopctl/internal/agenda"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/internal/timer"
)

// checkSchedules says when each timer fires, and what is wrong with when it does.
func checkSchedules(s *checkup) findings {
	var found findings
	now, list := time.Now(), s.timers()
	for i := range list {
		t := &list[i]
		add := func(f finding) {
			f.group, f.Check = "Triggers", "timer "+t.Name()
			if f.Where == "" {
				f.Where = setup.Line(t.Cron.Place)
			}
			found = append(found, f)
		}
		switch {
		case t.Enable.Value == "":
			add(finding{Status: warning, Where: setup.Line(t.Enable.Place), Message: "the timer " + t.Name() + " has no `enable`, which Function Compute requires", Do: "Write enable: true if it should run."})
		case !t.Enabled():
			add(finding{Status: warning, Where: setup.Line(t.Enable.Place), Message: "the timer " + t.Name() + " is switched off", Do: "Write enable: true if it should run."})
		}
		checkSchedule(t, now, add)
		for j := range i {
			if agenda.Same(&list[j], t, now) {
				add(finding{Status: warning, Message: fmt.Sprintf("the timers %s and %s ask for the same stop at the same times", list[j].Name(), t.Name()), Do: "Remove one of them, or change its times or its payload."})
			}
		}
	}
	return found
}

// checkSchedule checks the cronExpression of one timer.
func checkSchedule(t *agenda.Timer, now time.Time, add func(finding)) {
	if t.Fault != nil {
		add(finding{Status: problem, Message: "the cronExpression of the timer " + t.Name() + " cannot be used: " + t.Fault.Message(), Do: sentence(t.Fault.Mend)})
		return
	}
	fires := " fires\n"
	if !t.Enabled() {
		fires = " would fire\n"
	}
	add(finding{Status: fine, Message: "the timer " + t.Name() + fires + firings(t.Schedule, now)})
	for _, note := range t.Schedule.Notes {
		add(finding{Status: warning, Message: "unverified: the cronExpression of the timer " + t.Name() + ": " + note.Text, Do: sentence(note.Mend)})
	}
	if !t.Schedule.Zoned && t.Schedule.ZoneMatters() {
		add(finding{Status: warning, Message: "the timer " + t.Name() + " has no time zone: Function Compute takes UTC",
			Do: "Write CRON_TZ=Asia/Shanghai, or another zone, before the six fields. Write CRON_TZ=UTC if UTC is right."})
	}
	if f, ok := unsteady(t.Schedule, now); ok {
		add(finding{Status: warning, Message: "the timer " + t.Name() + " may fire twice or not at all when the clocks change: " + f.String(),
			Do: "Choose a time at which the clocks of the zone do not change, or a zone without summer time."})
	}
}

// shownFirings is how many firings doctor shows.
const shownFirings = 3

// firings of a timer, one a line.
func firings(s *timer.Schedule, now time.Time) string {
	if s.Every > 0 {
		return "  every " + agenda.Interval(s.Every) + ", counted by Function Compute"
	}
	var lines []string
	for _, f := range s.Next(now, shownFirings) {
		lines = append(lines, "  next: "+f.String())
	}
	return strings.Join(lines, "\n")
}

// unsteady returns the first firing of a year at which the clocks change. A timer that fires in every hour of a day loses
// or gains one among many, and is not looked at.
func unsteady(s *timer.Schedule, now time.Time) (timer.Firing, bool) {
	if !s.ZoneMatters() || len(s.Between(now, now.AddDate(0, 0, 1))) >= 24 {
		return timer.Firing{}, false
	}
	for _, f := range s.Between(now, now.AddDate(1, 0, 0)) {
		if f.Clock != timer.Steady {
			return f, true
		}
	}
	return timer.Firing{}, false
}

// sentence makes a sentence of a remedy.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}
