package calendar

import (
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
)

// china is the notice of the State Council General Office for 2026, as lines of a file.
const china = `complete 2026
2026-01-01..2026-01-03  holiday  New Year's Day
2026-01-04              workday  make-up for New Year's Day
2026-02-14              workday  make-up for Spring Festival
2026-02-15..2026-02-23  holiday  Spring Festival
2026-02-28              workday  make-up for Spring Festival
2026-04-04..2026-04-06  holiday  Qingming Festival
2026-05-01..2026-05-05  holiday  Labour Day
2026-05-09              workday  make-up for Labour Day
2026-06-19..2026-06-21  holiday  Dragon Boat Festival
2026-09-20              workday  make-up for National Day
2026-09-25..2026-09-27  holiday  Mid-Autumn Festival
2026-10-01..2026-10-07  holiday  National Day
2026-10-10              workday  make-up for National Day
`

var saturdaySunday = []time.Weekday{time.Saturday, time.Sunday}

func read(t *testing.T, text string, weekend []time.Weekday) *Calendar {
	t.Helper()
	c, err := Read([]byte(text), weekend)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDay: what a moment is in the zone of the function.
func TestDay(t *testing.T) {
	us := "complete 2025 2026\n2025-12-25 holiday Christmas\n2026-01-01 holiday New Year\n2026-03-09 holiday the day after the clocks change\n2026-11-01 workday stocktaking\n"
	chile := "complete 2026\n2026-09-07 holiday a bridge\n"
	for _, c := range []struct {
		name, file, zone, at string
		kind, why            string
	}{
		{"a plain day", china, "Asia/Shanghai", "2026-10-12T12:00:00+08:00", events.Workday, "Monday"},
		{"a weekend", china, "Asia/Shanghai", "2026-10-11T12:00:00+08:00", events.Holiday, "Sunday"},
		{"a make-up Saturday", china, "Asia/Shanghai", "2026-10-10T20:00:00+08:00", events.Workday, "make-up for National Day"},
		{"a make-up Sunday", china, "Asia/Shanghai", "2026-09-20T20:00:00+08:00", events.Workday, "make-up for National Day"},
		{"the first of a range", china, "Asia/Shanghai", "2026-10-01T00:00:00+08:00", events.Holiday, "National Day"},
		{"before it", china, "Asia/Shanghai", "2026-09-30T23:59:59+08:00", events.Workday, "Wednesday"},
		{"the last of a range", china, "Asia/Shanghai", "2026-10-07T23:59:59+08:00", events.Holiday, "National Day"},
		{"after it", china, "Asia/Shanghai", "2026-10-08T00:00:00+08:00", events.Workday, "Thursday"},
		{"in UTC it is the day before", china, "Asia/Shanghai", "2026-10-07T16:00:00Z", events.Workday, "Thursday"},
		{"the same moment elsewhere", china, "America/New_York", "2026-10-07T16:00:00Z", events.Holiday, "National Day"},
		{"the turn of the year: not begun", china, "Asia/Shanghai", "2025-12-31T15:59:59Z", "", ""},
		{"the turn of the year: begun", china, "Asia/Shanghai", "2025-12-31T16:00:00Z", events.Holiday, "New Year's Day"},
		{"the turn of the year: not over", china, "Asia/Shanghai", "2026-12-31T15:59:59Z", events.Workday, "Thursday"},
		{"the turn of the year: over", china, "Asia/Shanghai", "2026-12-31T16:00:00Z", "", ""},
		{"the turn of the year in New York", us, "America/New_York", "2026-01-01T04:59:59Z", events.Workday, "Wednesday"},
		{"an hour that the clocks skip", us, "America/New_York", "2026-03-08T07:00:00Z", events.Holiday, "Sunday"},
		{"the last moment of a day of 23 hours", us, "America/New_York", "2026-03-09T03:59:59Z", events.Holiday, "Sunday"},
		{"the first moment after it", us, "America/New_York", "2026-03-09T04:00:00Z", events.Holiday, "the day after the clocks change"},
		{"the hour before the clocks go back", us, "America/New_York", "2026-11-01T05:30:00Z", events.Workday, "stocktaking"},
		{"the hour that is repeated", us, "America/New_York", "2026-11-01T06:30:00Z", events.Workday, "stocktaking"},
		{"the last moment of a day of 25 hours", us, "America/New_York", "2026-11-02T04:59:59Z", events.Workday, "stocktaking"},
		{"a midnight that the clocks skip: before", chile, "America/Santiago", "2026-09-06T03:59:59Z", events.Holiday, "Saturday"},
		{"a midnight that the clocks skip: after", chile, "America/Santiago", "2026-09-06T04:00:00Z", events.Holiday, "Sunday"},
		{"the day after a skipped midnight", chile, "America/Santiago", "2026-09-07T03:00:00Z", events.Holiday, "a bridge"},
		{"a leap day of no leap year", "complete 2028\n", "Asia/Shanghai", "2028-02-29T12:00:00+08:00", events.Workday, "Tuesday"},
		{"a year between two", "complete 2025 2027\n", "Asia/Shanghai", "2026-06-01T12:00:00+08:00", "", ""},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		kind, why, covered := read(t, c.file, saturdaySunday).Day(Date(at.In(zone)))
		if kind != c.kind || why != c.why || covered != (c.kind != "") {
			t.Errorf("%s: %q %q %v, want %q %q", c.name, kind, why, covered, c.kind, c.why)
		}
	}
}

// TestMakeUpDays: 2026 in China has the workdays that its notice makes, and another weekend has others.
func TestMakeUpDays(t *testing.T) {
	count := func(c *Calendar) (workdays, holidays int) {
		for date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); date.Year() == 2026; date = date.AddDate(0, 0, 1) {
			if kind, _, _ := c.Day(date); kind == events.Workday {
				workdays++
			} else {
				holidays++
			}
		}
		return workdays, holidays
	}
	// 261 days are no weekend, 33 are off, of which 14 are weekend anyway, and 6 are made up for.
	if w, h := count(read(t, china, saturdaySunday)); w != 261-(33-14)+6 || w+h != 365 {
		t.Errorf("%d workdays and %d holidays", w, h)
	}
	c := read(t, "complete 2026\n", []time.Weekday{time.Friday})
	if kind, _, _ := c.Day(time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC)); kind != events.Workday {
		t.Errorf("a Saturday is a %s where only Friday is a weekend", kind)
	}
}

// TestFaults: each names its line and what is wrong with it.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "line 1 is the first of a file that is complete for no year"},
		{"# nothing\n", "line 1 is the first of a file that is complete for no year"},
		{"complete\n", "line 1 needs years"},
		{"complete 26\n", "line 1 has a year that is none"},
		{"complete 2026, 2027\n", "line 1 has a year that is none"},
		{"complete 2026\ncomplete 2026\n", "line 2 names the year 2026 again"},
		{"complete 2026\n2026-10-1 holiday x\n", "line 2 is no date such as 2026-10-01"},
		{"complete 2026\n2026-02-29 holiday x\n", "line 2 is no date"},
		{"complete 2026\n2026/10/01 holiday x\n", "line 2 is no date"},
		{"complete 2026\n2026-10-01-2026-10-07 holiday x\n", "line 2 is no date"},
		{"complete 2026\n2026-10-01.. holiday x\n", "line 2 is no date"},
		{"complete 2026\n\"2026-10-01\" holiday x\n", "line 2 holds the character U+0022 at position 1"},
		{"complete 2026\n２026-10-01 holiday x\n", "line 2 holds the character U+FF12 at position 1"},
		{"complete 2026\n2026-10-01\u3000holiday x\n", "line 2 holds the character U+3000 at position 11"},
		{"complete 2026\n2026-10-01\n", "line 2 needs holiday or workday"},
		{"complete 2026\n2026-10-01 Holiday x\n", "line 2 needs holiday or workday"},
		{"complete 2026\n2026-10-01 off x\n", "line 2 needs holiday or workday"},
		{"complete 2026\n2026-10-01 holiday # National Day\n", "line 2 needs a name after holiday"},
		{"complete 2026\n2026-10-01 holiday National\u200bDay\n", "line 2 has a name that holds the character U+200B at position 9"},
		{"complete 2026\n2026-10-01 holiday " + strings.Repeat("国", 101) + "\n", "line 2 has a name of more than 100 characters"},
		{"complete 2026\n2026-10-07..2026-10-01 holiday x\n", "line 2 has a range that ends before it begins"},
		{"complete 2026 2027\n2026-01-01..2027-10-01 holiday x\n", "line 2 has a range of 639 days"},
		{"complete 2026\n2026-10-01..2026-10-07 holiday x\n2026-10-07 workday y\n", "line 3 says again what 2026-10-07 is, as line 2 does"},
		{"complete 2026\n2062-10-01 holiday x\n", "line 2 has a day of 2062"},
		{"complete 2026\n2026-12-31..2027-01-01 holiday x\n", "line 2 has a day of 2027"},
		{"2026-10-01 holiday x\n", "line 1 has a day of 2026"},
		{"2026-13-01 holiday x\ncomplete x\n", "line 1 is no date such as 2026-10-01, no range such as 2026-10-01..2026-10-07, and not complete with a year\nline 2 has a year"},
		{strings.Repeat("x\n", 12), "\nand 2 more faults"},
		{"\xff\xfec\x00", "is in UTF-16"},
	} {
		got, err := Read([]byte(c.file), saturdaySunday)
		if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.file, err, c.want)
		}
	}
}

// TestGoodFiles are taken as editors and people write them.
func TestGoodFiles(t *testing.T) {
	for _, file := range []string{
		"\ufeffcomplete 2026\r\n\r\n# China\r\n2026-10-01..2026-10-07\tholiday  国庆节  # IT-101\r\n",
		"2026-10-01..2026-10-07 holiday 国庆节\n\n  complete   2026 2027",
	} {
		c := read(t, file, saturdaySunday)
		if kind, why, _ := c.Day(time.Date(2026, 10, 7, 0, 0, 0, 0, time.UTC)); kind != events.Holiday || why != "国庆节" {
			t.Errorf("%q: %s %s", file, kind, why)
		}
	}
}

// TestEnd is the last day that is covered without a gap.
func TestEnd(t *testing.T) {
	c := read(t, "complete 2029 2026 2027\n", saturdaySunday)
	for at, want := range map[string]string{"2026-05-01": "2027-12-31", "2027-12-31": "2027-12-31", "2029-01-01": "2029-12-31"} {
		date, _ := time.Parse(time.DateOnly, at)
		if got := c.End(date).Format(time.DateOnly); got != want {
			t.Errorf("from %s: %s, want %s", at, got, want)
		}
	}
}

// TestSpecials are those that are not over, whatever the order of the lines.
func TestSpecials(t *testing.T) {
	c := read(t, "complete 2026\n2026-10-01..2026-10-07 holiday b\n2026-12-25 holiday c\n2026-10-12 workday a slip\n2026-01-01 holiday a\n", saturdaySunday)
	var names []string
	for _, s := range c.Specials(time.Date(2026, 10, 7, 0, 0, 0, 0, time.UTC)) {
		names = append(names, s.Name)
	}
	if got := strings.Join(names, ", "); got != "b, a slip, c" {
		t.Error(got)
	}
	if idle := c.WithoutEffect(); len(idle) != 1 || idle[0].Line != 4 {
		t.Errorf("%+v", idle)
	}
}

// TestWeekend reads days of the week.
func TestWeekend(t *testing.T) {
	for _, c := range []struct{ names, want string }{
		{"sat,sun", "[Saturday Sunday]"}, {"Fri,SAT", "[Friday Saturday]"}, {"sun", "[Sunday]"},
		{"saturday", "item 1 of 1 is no day of the week"}, {"sat,x", "item 2 of 2"}, {"sat,sat", "names sat twice"},
		{"", "item 1 of 1"}, {"mon,tue,wed,thu,fri,sat,sun", "every day of the week"},
	} {
		days, err := Weekend(strings.Split(c.names, ","))
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			var texts []string
			for _, d := range days {
				texts = append(texts, d.String())
			}
			got = "[" + strings.Join(texts, " ") + "]"
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.names, got, c.want)
		}
	}
	if _, err := Weekend(nil); err == nil {
		t.Error("no day is taken for a weekend")
	}
}
