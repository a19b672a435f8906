package doctor

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/internal/calendar"
	"stopdesktops/internal/config"
)

// everyYear is a calendar that covers whenever this test runs.
func everyYear() string {
	var text strings.Builder
	text.WriteString("complete")
	for year := 2020; year < 2200; year++ {
		text.WriteString(" " + strconv.Itoa(year))
	}
	return text.String()
}

// TestCalendar: doctor warns in time, and lists the special days that come next.
func TestCalendar(t *testing.T) {
	const file = "complete 2026\n2026-10-01..2026-10-07 holiday National Day\n2026-10-10 workday make-up for National Day\n"
	many := "complete 2026\n"
	for day := 1; day <= 12; day++ {
		many += "2026-11-" + time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC).Format("02") + " holiday day " + strconv.Itoa(day) + "\n"
	}
	for _, c := range []struct {
		name, file, zone, now string
		status                findingStatus
		says                  string
	}{
		{"in time", file, "Asia/Shanghai", "2026-10-20T12:00:00+08:00", fine, "covers every day up to 2026-12-31; it has no special days"},
		{"61 days left", file, "Asia/Shanghai", "2026-10-31T23:59:59+08:00", fine, "up to 2026-12-31"},
		{"60 days left", file, "Asia/Shanghai", "2026-11-01T00:00:00+08:00", warning, "ends on 2026-12-31, in 60 days"},
		{"the last day", file, "Asia/Shanghai", "2026-12-31T23:00:00+08:00", warning, "in 0 days"},
		{"it is over in this zone", file, "Asia/Shanghai", "2026-12-31T20:00:00Z", problem, "does not cover today, 2027-01-01: every event with On fails"},
		{"and not in that", file, "America/New_York", "2026-12-31T20:00:00Z", warning, "in 0 days"},
		{"two years", "complete 2026 2027\n", "UTC", "2026-12-31T20:00:00Z", fine, "up to 2027-12-31"},
		{"a gap", "complete 2026 2028\n", "UTC", "2026-12-31T20:00:00Z", warning, "ends on 2026-12-31"},
		{"what comes next", file, "UTC", "2026-10-07T20:00:00Z", fine, "The next special days:\n  2026-10-01..2026-10-07  holiday  National Day\n  2026-10-10              workday  make-up for National Day"},
		{"ten of them", many, "UTC", "2026-11-02T00:00:00Z", warning, "holiday  day 11"},
	} {
		read, err := calendar.Read([]byte(c.file), []time.Weekday{time.Saturday, time.Sunday})
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		found := checkCalendar(&checkup{Setup: &setup.Setup{}, config: config.Config{Calendar: read, Location: zone}}, now)
		if len(found) != 1 || found[0].Status != c.status || !strings.Contains(found[0].Message, c.says) || (found[0].Do == "") != (c.status == fine) {
			t.Errorf("%s: %+v, want %s with %q", c.name, found, c.status, c.says)
		}
		if strings.Contains(found[0].Message, "day 12") || strings.Contains(found[0].Message, "day 1\n") {
			t.Errorf("%s: names more than the next ten: %s", c.name, found[0].Message)
		}
	}
}

// TestCalendarWithoutEffect: a make-up day that is a workday anyway has a wrong date.
func TestCalendarWithoutEffect(t *testing.T) {
	read, err := calendar.Read([]byte("complete 2026\n2026-10-12 workday make-up for National Day\n"), []time.Weekday{time.Saturday})
	if err != nil {
		t.Fatal(err)
	}
	found := checkCalendar(&checkup{Setup: &setup.Setup{}, config: config.Config{Calendar: read, Location: time.UTC}}, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	if len(found) != 2 || found[1].Status != warning || !strings.Contains(found[1].Message, "line 2 of the calendar calls 2026-10-12 a workday") {
		t.Errorf("%+v", found)
	}
}
