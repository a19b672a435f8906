package deploycheck

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // CRON_TZ is checked on machines without a zone database too
)

type cronField struct {
	name      string
	low, high int
	names     []string // what may stand for low, low+1, …
	any       bool     // ? allowed
}

var cronFields = []cronField{
	{name: "second", high: 59},
	{name: "minute", high: 59},
	{name: "hour", high: 23},
	{name: "day", low: 1, high: 31, any: true},
	{name: "month", low: 1, high: 12, names: strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")},
	{name: "weekday", high: 6, names: strings.Fields("SUN MON TUE WED THU FRI SAT"), any: true},
}

// checkCron takes what a timer trigger takes: six fields with an optional time zone, or @every and a duration.
func checkCron(expression string) error {
	if every, ok := strings.CutPrefix(expression, "@every "); ok {
		interval, err := time.ParseDuration(every)
		if err != nil || interval < time.Minute {
			return fmt.Errorf("%q: @every needs a duration of a minute or more", expression)
		}
		return nil
	}
	fields := strings.Fields(expression)
	if len(fields) > 0 {
		if zone, ok := strings.CutPrefix(fields[0], "CRON_TZ="); ok {
			if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
				return fmt.Errorf("%q: no such time zone", zone)
			}
			fields = fields[1:]
		}
	}
	if len(fields) != len(cronFields) {
		return fmt.Errorf("%q has %d fields, must have 6: second minute hour day month weekday", expression, len(fields))
	}
	for i, field := range cronFields {
		if err := field.check(fields[i]); err != nil {
			return fmt.Errorf("%s %q: %w", field.name, fields[i], err)
		}
	}
	return nil
}

func (f cronField) check(value string) error {
	if value == "?" && f.any {
		return nil
	}
	for _, part := range strings.Split(value, ",") {
		span, step, stepped := strings.Cut(part, "/")
		if stepped {
			if n, err := strconv.Atoi(step); err != nil || n < 1 {
				return fmt.Errorf("step %q", step)
			}
		}
		if span == "*" {
			continue
		}
		from, to, ranged := strings.Cut(span, "-")
		first, err := f.value(from)
		if err != nil {
			return err
		}
		if !ranged {
			continue
		}
		last, err := f.value(to)
		if err != nil {
			return err
		}
		if last < first {
			return fmt.Errorf("%q runs backwards", span)
		}
	}
	return nil
}

func (f cronField) value(s string) (int, error) {
	for i, name := range f.names {
		if strings.EqualFold(s, name) {
			return f.low + i, nil
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < f.low || n > f.high {
		return 0, fmt.Errorf("%q is not from %d to %d", s, f.low, f.high)
	}
	return n, nil
}

func TestCron(t *testing.T) {
	for _, good := range []string{
		"0 0 20 * * 1-5", "0 0 20 * * MON-FRI", "CRON_TZ=Asia/Shanghai 0 0 4 1 * *", "0 0/5 * * * *", "0 0 8 ? * sun",
		"0,30 0 0 1,15 1-6 ?", "@every 30m", "@every 1h30m",
	} {
		if err := checkCron(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"":                            "0 fields",
		"0 20 * * 1-5":                "5 fields",
		"0 0 20 * * 1-5 2027":         "7 fields",
		"TZ=UTC 0 0 20 * * *":         "7 fields",
		"CRON_TZ=Asia/Shangai 0 0 20": "no such time zone",
		"CRON_TZ= 0 0 20 * * *":       "no such time zone",
		"60 0 20 * * *":               "second",
		"0 60 20 * * *":               "minute",
		"0 0 24 * * *":                "hour",
		"0 0 20 0 * *":                "day",
		"0 0 20 32 * *":               "day",
		"0 0 20 * 13 *":               "month",
		"0 0 20 * JANUARY *":          "month",
		"0 0 20 * * 7":                "weekday",
		"0 0 20 * * 5-1":              "runs backwards",
		"0 0/0 * * * *":               "step",
		"? 0 20 * * *":                "second",
		"@every":                      "1 fields",
		"@every 10":                   "@every",
		"@every 1s":                   "@every",
		"@daily":                      "1 fields",
	} {
		if err := checkCron(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", bad, err, want)
		}
	}
}
