package timer

import (
	"fmt"
	"strings"
	"time"
)

// Schedule is a cronExpression that was read.
type Schedule struct {
	Zone  *time.Location // UTC without CRON_TZ
	Zoned bool           // whether the expression has CRON_TZ
	Every time.Duration  // of @every; 0: the expression has six fields
	Notes []Note

	sets [6]set
	// anyDay and anyWeekday say that the field is * or ?, so that the other one alone decides.
	anyDay, anyWeekday bool
}

const example = "CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI"

// names of the macros that other dialects of cron have.
var macros = map[string]string{
	"@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 ? * SUN",
	"@daily": "0 0 0 * * *", "@midnight": "0 0 0 * * *", "@hourly": "0 0 * * * *",
}

// Parse reads a cronExpression. An error is always an *Error: it says what is wrong, where, and what to write.
func Parse(expression string) (*Schedule, error) {
	if narrow := narrowed(expression); narrow != expression {
		return nil, whole("write "+narrow, "%q has full-width characters", expression)
	}
	s := &Schedule{Zone: time.UTC}
	words := strings.Fields(expression)
	if spaced := strings.Join(words, " "); spaced != expression && spaced != "" {
		s.note("write "+spaced, "%q has more spaces than one between its fields, which is not documented", expression)
	}
	words, err := s.readZone(words)
	if err != nil {
		return nil, err
	}
	if len(words) > 0 && strings.HasPrefix(words[0], "@") {
		if err := s.readMacro(words); err != nil {
			return nil, err
		}
		return s, nil
	}
	if len(words) != len(fields) {
		return nil, wrongCount(expression, words)
	}
	for i, f := range fields {
		reader := &fieldReader{field: f, text: words[i]}
		if err := reader.read(); err != nil {
			return nil, err
		}
		s.sets[i] = reader.set
		s.Notes = append(s.Notes, reader.notes...)
	}
	s.anyDay, s.anyWeekday = isAny(words[day]), isAny(words[weekday])
	switch {
	case words[day] == "?" && words[weekday] == "?":
		s.note("write *", "? for the day and for the weekday is not documented")
	case !s.anyDay && !s.anyWeekday:
		s.note("write ? for one of them", "day %q and weekday %q: whether both must be right, or either, is not documented. Here either fires", words[day], words[weekday])
	case !s.anyDay:
		if err := s.possible(words); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Schedule) note(mend, format string, args ...any) {
	s.Notes = append(s.Notes, Note{fmt.Sprintf(format, args...), mend})
}

// isAny tells whether a field of days is no condition.
func isAny(text string) bool { return text == "*" || text == "?" }

// readZone takes the time zone off the words.
func (s *Schedule) readZone(words []string) ([]string, error) {
	if len(words) == 0 {
		return words, nil
	}
	key, name, assigned := strings.Cut(words[0], "=")
	rest := strings.Join(words[1:], " ")
	switch {
	case key == "CRON_TZ" && assigned:
	case strings.EqualFold(key, "CRON_TZ") && assigned, strings.EqualFold(key, "TZ") && assigned:
		return nil, &Error{Field: words[0], Problem: "is not how a time zone is set", Mend: "write CRON_TZ=" + name + " " + rest}
	case strings.EqualFold(key, "CRON_TZ"):
		return nil, &Error{Field: words[0], Problem: "has no time zone", Mend: "write CRON_TZ=Asia/Shanghai, without a space"}
	default:
		return words, nil
	}
	location, err := zone(name)
	if err != nil {
		return nil, err
	}
	s.Zone, s.Zoned = location, true
	return words[1:], nil
}

// readMacro reads @every.
func (s *Schedule) readMacro(words []string) error {
	text := strings.Join(words, " ")
	if fields := macros[words[0]]; fields != "" {
		return whole("write "+fields, "%q is not documented for Function Compute", text)
	}
	if words[0] != "@every" || len(words) != 2 {
		return whole("write @every 30m, for example", "%q is no interval", text)
	}
	every, err := time.ParseDuration(words[1])
	switch {
	case err != nil:
		mend := "write whole minutes, for example @every 30m"
		if number := strings.TrimRight(strings.ToLower(words[1]), "minutes"); number != "" && strings.Trim(number, "0123456789") == "" {
			mend = "write @every " + number + "m"
		}
		return whole(mend, "@every %q is no interval", words[1])
	case every < time.Minute:
		return whole("write whole minutes, for example @every 1m", "@every %q is less than a minute", words[1])
	case every%time.Minute != 0 || strings.Trim(words[1], "0123456789") != "m":
		s.note(fmt.Sprintf("write @every %dm", max(1, int(every.Round(time.Minute)/time.Minute))), "@every %q: only whole minutes are documented", words[1])
	}
	if s.Zoned {
		s.note("leave the zone out", "@every with CRON_TZ is not documented, and the zone has no effect")
	}
	s.Every = every
	return nil
}

// wrongCount is the error of an expression that has not six fields.
func wrongCount(expression string, words []string) *Error {
	prefix := strings.TrimSuffix(expression, strings.Join(words, " "))
	try := func(fields []string) string {
		candidate := prefix + strings.Join(fields, " ")
		if _, err := Parse(candidate); err != nil {
			return "for example " + example
		}
		return candidate
	}
	const want = "Function Compute wants six: second minute hour day month weekday"
	switch n := len(words); n {
	case 0:
		return whole("write six fields, for example "+example, "%q has no fields", expression)
	case 1:
		return whole("write six fields (second minute hour day month weekday), for example "+example+", or @every 30m", "%q is no cron expression", words[0])
	case 5:
		return whole("try "+try(append([]string{"0"}, words...)), "%q has five fields; %s, seconds first", expression, want)
	case 7:
		return whole("try "+try(words[:6]), "%q has seven fields; %s, and no year", expression, want)
	default:
		return whole("write "+example+", for example", "%q has %d fields; %s", expression, n, want)
	}
}

// possible checks that a month of the schedule has a day of the schedule.
func (s *Schedule) possible(words []string) error {
	first := s.sets[day].values()[0]
	for _, m := range s.sets[month].values() {
		if first <= longest(time.Month(m)) {
			return nil
		}
	}
	return whole("write a day that the month has", "day %q of month %q never comes", words[day], words[month])
}

// longest is the number of days that a month has at most.
func longest(m time.Month) int { return time.Date(2024, m+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// narrowed replaces full-width characters, which some input methods write, by the ASCII characters.
func narrowed(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '\uFF01' && c <= '\uFF5E':
			return c - 0xFEE0
		case c == '\u3000':
			return ' '
		}
		return c
	}, text)
}
