package main

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	queryBlock = regexp.MustCompile("<!-- (?:untested )?query: ([a-z]+) -->\n```sql\n((?s:.*?))```")
	alarmRow   = regexp.MustCompile(`(?m)^\| ([^|]+) \| ([a-z]+) \| ([^|]+) \| [^|]*\|$`)
	condition  = regexp.MustCompile("condition `([^`]+)`")
	every      = regexp.MustCompile(`^(\d+) (min|h|day)\b`)
	daily      = regexp.MustCompile(`^daily at (\d\d):00 after a working day\b`)
)

// queries of the page by name, for this function. Each is one line.
func (t target) queries(page string) map[string]string {
	all := map[string]string{}
	for _, m := range queryBlock.FindAllStringSubmatch(page, -1) {
		all[m[1]] = strings.Replace(strings.Join(strings.Fields(m[2]), " "), "functionName: stop-desktops", "functionName: "+t.function, 1)
	}
	return all
}

// alarm is a row of the page's table.
type alarm struct {
	title, query string
	condition    string // on the rows that the query returns; empty: that there is one
	window       string // how far back the query looks
	schedule     schedule
}

// schedule is when Log Service evaluates a rule.
type schedule struct {
	Type     string `json:"type"`
	Interval string `json:"interval,omitempty"`
	Hour     int    `json:"hour,omitempty"`
	Cron     string `json:"cronExpression,omitempty"`
	TimeZone string `json:"timeZone,omitempty"`
}

// readAlarms reads the table. A row that it does not understand is an error, so that no alarm is missing.
func readAlarms(page string) ([]alarm, error) {
	_, table, _ := strings.Cut(page, "\n| alarm | query | each | |\n|---|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var all []alarm
	for _, m := range alarmRow.FindAllStringSubmatch(table, -1) {
		a := alarm{title: m[1], query: m[2]}
		if c := condition.FindStringSubmatch(m[3]); c != nil {
			a.condition = c[1]
		}
		if err := a.read(m[3]); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	if rows := strings.Count(table, "\n") + 1; rows != len(all) {
		return nil, fmt.Errorf("the table of alarms has %d rows, and %d are understood", rows, len(all))
	}
	return all, nil
}

// read how often an alarm is evaluated.
func (a *alarm) read(each string) error {
	if m := daily.FindStringSubmatch(each); m != nil { // Monday's night is over on Tuesday
		a.schedule, a.window = schedule{Type: "Cron", Cron: "0 " + strings.TrimPrefix(m[1], "0") + " * * 2-6"}, "-24h"
		return nil
	}
	m := every.FindStringSubmatch(each)
	if m == nil {
		return fmt.Errorf("the alarm %q is evaluated each %q, which is not understood", a.title, each)
	}
	switch m[2] {
	case "day":
		a.schedule, a.window = schedule{Type: "Daily", Hour: 7}, "-24h"
	case "h":
		a.schedule, a.window = schedule{Type: "FixedRate", Interval: m[1] + "h"}, "-"+m[1]+"h"
	default:
		a.schedule, a.window = schedule{Type: "FixedRate", Interval: m[1] + "m"}, "-"+m[1]+"m"
	}
	return nil
}
