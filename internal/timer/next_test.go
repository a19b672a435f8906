package timer

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) // a Friday, 20:00 in Shanghai

// TestNext gives the times after a start, in the zone of the expression.
func TestNext(t *testing.T) {
	for _, c := range []struct{ expression, from, want string }{
		{"CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI", "2026-11-27T12:00:00Z", "Mon 2026-11-30 20:00 Asia/Shanghai; Tue 2026-12-01 20:00 Asia/Shanghai; Wed 2026-12-02 20:00 Asia/Shanghai"},
		{"CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI", "2026-11-27T11:59:59Z", "Fri 2026-11-27 20:00 Asia/Shanghai; Mon 2026-11-30 20:00 Asia/Shanghai; Tue 2026-12-01 20:00 Asia/Shanghai"},
		{"0 0 20 * * *", "2026-11-27T20:00:00Z", "Sat 2026-11-28 20:00 UTC; Sun 2026-11-29 20:00 UTC; Mon 2026-11-30 20:00 UTC"},
		{"CRON_TZ=Asia/Shanghai 0 30 0 1 1 *", "2026-11-27T12:00:00Z", "Fri 2027-01-01 00:30 Asia/Shanghai; Sat 2028-01-01 00:30 Asia/Shanghai; Mon 2029-01-01 00:30 Asia/Shanghai"},
		{"CRON_TZ=Asia/Shanghai 0 30 0 * * *", "2026-12-31T15:00:00Z", "Fri 2027-01-01 00:30 Asia/Shanghai; Sat 2027-01-02 00:30 Asia/Shanghai; Sun 2027-01-03 00:30 Asia/Shanghai"},
		{"CRON_TZ=Pacific/Kiritimati 30 59 23 31 12 *", "2026-12-31T09:00:00Z", "Thu 2026-12-31 23:59:30 Pacific/Kiritimati; Fri 2027-12-31 23:59:30 Pacific/Kiritimati; Sun 2028-12-31 23:59:30 Pacific/Kiritimati"},
		{"0 0 20 29 2 *", "2026-11-27T12:00:00Z", "Tue 2028-02-29 20:00 UTC; Sun 2032-02-29 20:00 UTC; Fri 2036-02-29 20:00 UTC"},
		{"0 0 20 29 2 *", "2096-03-01T00:00:00Z", "Fri 2104-02-29 20:00 UTC; Wed 2108-02-29 20:00 UTC; Mon 2112-02-29 20:00 UTC"},
		{"0 0 20 31 * ?", "2027-01-31T20:00:00Z", "Wed 2027-03-31 20:00 UTC; Mon 2027-05-31 20:00 UTC; Sat 2027-07-31 20:00 UTC"},
		{"0 0 20 13 * FRI", "2026-11-12T00:00:00Z", "Fri 2026-11-13 20:00 UTC; Fri 2026-11-20 20:00 UTC; Fri 2026-11-27 20:00 UTC"},
		{"0 0 20 14 * FRI", "2026-11-13T21:00:00Z", "Sat 2026-11-14 20:00 UTC; Fri 2026-11-20 20:00 UTC; Fri 2026-11-27 20:00 UTC"},
		{"0 3/25 8 * * *", "2026-11-27T12:00:00Z", "Sat 2026-11-28 08:03 UTC; Sat 2026-11-28 08:28 UTC; Sat 2026-11-28 08:53 UTC"},
		{"0 0 12 * * SAT-SUN", "2026-11-27T12:00:00Z", "Sat 2026-11-28 12:00 UTC; Sun 2026-11-29 12:00 UTC; Sat 2026-12-05 12:00 UTC"},
		{"0 0 12 * * SUN-MON", "2026-11-27T12:00:00Z", "Sun 2026-11-29 12:00 UTC; Mon 2026-11-30 12:00 UTC; Sun 2026-12-06 12:00 UTC"},
		{"0 0 12 * * 7", "2026-11-27T12:00:00Z", "Sun 2026-11-29 12:00 UTC; Sun 2026-12-06 12:00 UTC; Sun 2026-12-13 12:00 UTC"},
		{"@every 30m", "2026-11-27T12:00:00Z", ""},
	} {
		if got := next(t, c.expression, c.from, 3); got != c.want {
			t.Errorf("%s from %s:\n got %s\nwant %s", c.expression, c.from, got, c.want)
		}
	}
}

// TestClocks marks the times that the clocks of a zone skip or repeat: Function Compute documents that a timer may then
// fire not at all, or twice.
func TestClocks(t *testing.T) {
	const skip, again = "the clocks skip this time: it may not fire", "the clocks repeat this time: it may fire twice"
	for _, c := range []struct{ expression, from, want string }{
		{"CRON_TZ=Europe/Berlin 0 30 2 * * *", "2027-03-27T12:00:00Z",
			"Sun 2027-03-28 02:30 Europe/Berlin (" + skip + "); Mon 2027-03-29 02:30 Europe/Berlin; Tue 2027-03-30 02:30 Europe/Berlin"},
		{"CRON_TZ=Europe/Berlin 0 30 2 * * *", "2026-10-24T12:00:00Z",
			"Sun 2026-10-25 02:30+02:00 Europe/Berlin (" + again + "); Sun 2026-10-25 02:30+01:00 Europe/Berlin (" + again + "); Mon 2026-10-26 02:30 Europe/Berlin"},
		{"CRON_TZ=Europe/Berlin 0 0 3 * * *", "2027-03-27T12:00:00Z", "Sun 2027-03-28 03:00 Europe/Berlin; Mon 2027-03-29 03:00 Europe/Berlin; Tue 2027-03-30 03:00 Europe/Berlin"},
		{"CRON_TZ=America/New_York 0 0 1,2,3 * * *", "2027-03-14T05:00:00Z",
			"Sun 2027-03-14 01:00 America/New_York; Sun 2027-03-14 02:00 America/New_York (" + skip + "); Sun 2027-03-14 03:00 America/New_York"},
		{"CRON_TZ=America/New_York 0 0,30 1 * * *", "2026-11-01T04:00:00Z",
			"Sun 2026-11-01 01:00-04:00 America/New_York (" + again + "); Sun 2026-11-01 01:30-04:00 America/New_York (" + again + "); Sun 2026-11-01 01:00-05:00 America/New_York (" + again + ")"},
		{"CRON_TZ=Australia/Lord_Howe 0 15 2 * * *", "2026-10-03T12:00:00Z", // by half an hour
			"Sun 2026-10-04 02:15 Australia/Lord_Howe (" + skip + "); Mon 2026-10-05 02:15 Australia/Lord_Howe; Tue 2026-10-06 02:15 Australia/Lord_Howe"},
		{"CRON_TZ=America/Nuuk 0 30 23 * * *", "2027-03-28T01:10:00Z", // put forward over the end of a day, so that it is past midnight already
			"Sat 2027-03-27 23:30 America/Nuuk (" + skip + "); Sun 2027-03-28 23:30 America/Nuuk; Mon 2027-03-29 23:30 America/Nuuk"},
		{"CRON_TZ=Africa/Cairo 0 30 0,23 * * *", "2026-10-29T12:00:00Z", // put back at midnight
			"Thu 2026-10-29 23:30+03:00 Africa/Cairo (" + again + "); Thu 2026-10-29 23:30+02:00 Africa/Cairo (" + again + "); Fri 2026-10-30 00:30 Africa/Cairo"},
	} {
		if got := next(t, c.expression, c.from, 3); got != c.want {
			t.Errorf("%s from %s:\n got %s\nwant %s", c.expression, c.from, got, c.want)
		}
	}
	s := parsed(t, "CRON_TZ=Europe/Berlin 0 30 2 * * *")
	if f := s.Next(instant(t, "2027-03-27T12:00:00Z"), 1)[0]; f.Clock != Skipped || f.At.UTC().Format(time.RFC3339) != "2027-03-28T01:30:00Z" {
		t.Errorf("the instant of a skipped time is %v, %v", f.At.UTC(), f.Clock)
	}
}

// TestBetween leaves out both ends but what is within them.
func TestBetween(t *testing.T) {
	s := parsed(t, "CRON_TZ=Asia/Shanghai 0 0 20 * * *")
	first, last := instant(t, "2026-11-27T12:00:00Z"), instant(t, "2026-11-30T12:00:00Z")
	if got := shown(s.Between(first, last)); got != "Sat 2026-11-28 20:00 Asia/Shanghai; Sun 2026-11-29 20:00 Asia/Shanghai" {
		t.Errorf("%s", got)
	}
	if got := s.Between(first, last.Add(time.Second)); len(got) != 3 {
		t.Errorf("%s", shown(got))
	}
	if got := parsed(t, "0 0 0 29 2 *").Between(first, last); len(got) != 0 {
		t.Errorf("%s", shown(got))
	}
	if got := parsed(t, "0 * * * * *").Between(first, first.Add(time.Hour+time.Second)); len(got) != 60 {
		t.Errorf("%d firings in an hour and a second", len(got))
	}
}

// TestZoneMatters: what fires in every hour of every day needs no time zone.
func TestZoneMatters(t *testing.T) {
	for expression, want := range map[string]bool{
		"0 0/5 * * * *": false, "0 30 * ? * *": false, "@every 30m": false, "0 30 0-23 1-31 1-12 *": false,
		"0 0/5 * * * MON": true, "0 0/5 1-23 * * *": true, "0 0 20 * * *": true, "0 0 * 1 * *": true, "0 0 * * JAN *": true,
	} {
		if got := parsed(t, expression).ZoneMatters(); got != want {
			t.Errorf("%s: %v", expression, got)
		}
	}
}

// TestZones compares the names with the database that Go embeds. After an update of Go, write anew what it misses.
func TestZones(t *testing.T) {
	names := zoneNames()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	database, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	var want []string
	for _, file := range database.File {
		if file.Name != "Factory" && !strings.HasSuffix(file.Name, "/") {
			want = append(want, file.Name)
		}
	}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("zones.txt has %d names; the database has %d", len(names), len(want))
	}
	for _, name := range names {
		if _, err := zone(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for wrong, right := range commonZones {
		if !slices.Contains(names, right) || slices.ContainsFunc(names, func(n string) bool { return strings.ToLower(n) == wrong }) {
			t.Errorf("%s for %s", right, wrong)
		}
	}
}

func next(t *testing.T, expression, from string, n int) string {
	t.Helper()
	return shown(parsed(t, expression).Next(instant(t, from), n))
}

func parsed(t *testing.T, expression string) *Schedule {
	t.Helper()
	s, err := Parse(expression)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func shown(list []Firing) string {
	var texts []string
	for _, f := range list {
		texts = append(texts, f.String())
	}
	return strings.Join(texts, "; ")
}
