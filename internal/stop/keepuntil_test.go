package stop

import (
	"strings"
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// TestKeepUntilForms reads a value in every form that people write.
func TestKeepUntilForms(t *testing.T) {
	for value, want := range map[string]string{
		"2026-12-01T20:00:00+08:00": "2026-12-01T12:00:00Z", "2026-12-01T20:00+08:00": "2026-12-01T12:00:00Z", "2026-12-01 20:00:00+08:00": "2026-12-01T12:00:00Z",
		"2026-12-01T20:00:00+0800": "2026-12-01T12:00:00Z", "2026-12-01 20:00+0800": "2026-12-01T12:00:00Z", "2026-12-01 20:00 +0800": "2026-12-01T12:00:00Z",
		"2026-12-01 20:00 +08:00": "2026-12-01T12:00:00Z", "2026-12-01T20:00:30 +08:00": "2026-12-01T12:00:30Z", "2026-12-01 20:00+08": "2026-12-01T12:00:00Z",
		"2026-12-01 20:00-03:30": "2026-12-01T23:30:00Z", "2026-12-01 20:00 -0330": "2026-12-01T23:30:00Z", "2026-12-01 20:00 +14:00": "2026-12-01T06:00:00Z",
		"2026-12-01T20:00:00Z": "2026-12-01T20:00:00Z", "2026-12-01T20:00Z": "2026-12-01T20:00:00Z", "2026-12-01 20:00Z": "2026-12-01T20:00:00Z",
		"2026-12-01 20:00 Z": "2026-12-01T20:00:00Z", "2026-12-01 20:00 UTC": "2026-12-01T20:00:00Z", "2026-12-01T20:00:00UTC": "2026-12-01T20:00:00Z",
		"2026-12-01T20:00:00.5Z": "2026-12-01T20:00:00Z",
		"2026-12-01 20:00":       "2026-12-01T12:00:00Z", "2026-12-01T20:00": "2026-12-01T12:00:00Z", "2026-12-01 20:00:59": "2026-12-01T12:00:59Z", "2026-12-01T20:00:59": "2026-12-01T12:00:59Z",
		" 2026-12-01 20:00\t": "2026-12-01T12:00:00Z", "\u30002026-12-01\u00a0": "2026-12-01T16:00:00Z", "\n2026-12-01T20:00Z\r\n": "2026-12-01T20:00:00Z",
		"2026-12-01":  "2026-12-01T16:00:00Z", // to its end in Shanghai
		"2026-12-01Z": "2026-12-02T00:00:00Z", "2026-12-01 UTC": "2026-12-02T00:00:00Z", "2026-12-01+09:00": "2026-12-01T15:00:00Z", "2026-12-01 -0800": "2026-12-02T08:00:00Z",

		"tomorrow": "", "": "", " ": "", "2026-13-01": "", "2026-02-30": "", "1795334400": "", "2026-12-01 25:00": "", "2026-12-01 8pm": "", "01.12.2026": "", "12/01/2026": "",
		"2026-12-01 20:00 CST": "", "2026-12-01 20:00 Asia/Shanghai": "", "2026-12-01 18:00-20:00": "", "2026-12-01 20:00 +08:00:00": "", "2026-12-01 20:00\u200b": "",
		"\"2026-12-01\"": "", "2026-12-01 20": "", "UTC": "", "Z": "", "2026-12-01 20:00 +15:00": "", "２０２６-12-01": "",
	} {
		got, ok := readKeepUntil(value, zone(t, "Asia/Shanghai"))
		if ok != (want != "") || ok && got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q: %s %v, want %s", value, got.UTC().Format(time.RFC3339), ok, want)
		}
	}
}

// TestKeepUntilZones reads local times and dates where clocks repeat or skip them.
func TestKeepUntilZones(t *testing.T) {
	for _, c := range []struct{ zone, value, want string }{
		// repeated: the later instant
		{"America/New_York", "2026-11-01 01:30", "2026-11-01T06:30:00Z"},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T01:30:00Z"},
		{"Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T15:15:00Z"}, // by half an hour
		{"America/Havana", "2026-11-01 00:30", "2026-11-01T05:30:00Z"},
		{"America/Santiago", "2026-04-04 23:30", "2026-04-05T03:30:00Z"},
		{"Africa/Cairo", "2026-10-29 23:30:00", "2026-10-29T21:30:00Z"},
		{"America/St_Johns", "2006-10-28 23:30", "2006-10-29T03:00:00Z"}, // back into the day before
		// skipped: the later reading
		{"America/New_York", "2026-03-08 02:30", "2026-03-08T07:30:00Z"},
		{"Europe/London", "2026-03-29 01:00", "2026-03-29T01:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:45:00Z"},
		{"America/Santiago", "2026-09-06 00:30", "2026-09-06T04:30:00Z"},
		{"America/Havana", "2026-03-08 00:00", "2026-03-08T05:00:00Z"},
		{"Pacific/Apia", "2011-12-30 12:00", "2011-12-30T22:00:00Z"}, // a whole day
		// dates
		{"UTC", "2026-12-01", "2026-12-02T00:00:00Z"},
		{"Asia/Kathmandu", "2026-12-01", "2026-12-01T18:15:00Z"},
		{"Europe/Berlin", "2026-10-25", "2026-10-25T23:00:00Z"},
		{"America/Santiago", "2026-09-05", "2026-09-06T04:00:00Z"}, // the next day begins at 01:00
		{"America/Santiago", "2026-04-04", "2026-04-05T04:00:00Z"}, // its last hour comes twice
		{"America/Havana", "2026-03-07", "2026-03-08T05:00:00Z"},
		{"America/Havana", "2026-10-31", "2026-11-01T04:00:00Z"}, // the first hour of the next day comes twice
		{"America/Havana", "2026-11-01", "2026-11-02T05:00:00Z"},
		{"Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00Z"},
		{"Africa/Cairo", "2026-10-29", "2026-10-29T22:00:00Z"},
		{"Asia/Beirut", "2026-03-28", "2026-03-28T22:00:00Z"},
		{"America/Asuncion", "2023-09-30", "2023-10-01T04:00:00Z"},
		{"America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00:00Z"},
		{"America/St_Johns", "2006-10-28", "2006-10-29T03:30:00Z"}, // it comes back for a minute less than an hour
		{"Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"}, // the day that was skipped
		{"Pacific/Apia", "2011-12-31", "2011-12-31T10:00:00Z"},
		{"Pacific/Kwajalein", "1993-08-20", "1993-08-21T12:00:00Z"},
	} {
		got, ok := readKeepUntil(c.value, zone(t, c.zone))
		if !ok || got.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s %s: %s, want %s", c.zone, c.value, got.UTC().Format(time.RFC3339), c.want)
		}
	}
}

// TestLastInstants walks through every change of many zones and holds what is read against the clocks themselves. With
// -short, it checks each third change: clocks that go forward and clocks that go back.
func TestLastInstants(t *testing.T) {
	for _, name := range []string{
		"America/New_York", "America/Santiago", "America/Havana", "America/Asuncion", "America/Sao_Paulo", "America/St_Johns", "America/Caracas", "Africa/Cairo",
		"Africa/Casablanca", "Asia/Beirut", "Asia/Gaza", "Asia/Tehran", "Asia/Amman", "Asia/Pyongyang", "Asia/Shanghai", "Europe/Berlin", "Europe/Dublin", "Europe/Istanbul",
		"Europe/Volgograd", "Australia/Lord_Howe", "Antarctica/Troll", "Antarctica/Casey", "Pacific/Apia", "Pacific/Fakaofo", "Pacific/Chatham", "Pacific/Norfolk", "America/Godthab",
	} {
		location := zone(t, name)
		changes := 0
		for at, end := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(end); {
			_, change := at.In(location).ZoneBounds()
			if change.IsZero() {
				break
			}
			at = change
			if changes++; testing.Short() && changes%3 != 1 {
				continue
			}
			checkAround(t, location, change)
		}
	}
}

func checkAround(t *testing.T, location *time.Location, change time.Time) {
	t.Helper()
	const step = 15 * time.Minute
	shown := func(at time.Time) time.Time { // the clock, as if it were UTC
		l := at.In(location)
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
	}
	last := map[time.Time]time.Time{} // when a clock shows a time, and a date, for the last time
	days := map[string]time.Time{}
	for at := change.Add(-72 * time.Hour); at.Before(change.Add(72 * time.Hour)); at = at.Add(step) {
		last[shown(at)] = at
		days[at.In(location).Format(time.DateOnly)] = at
	}
	for at := change.Add(-24 * time.Hour); at.Before(change.Add(24 * time.Hour)); at = at.Add(step) {
		if got := latestInstant(shown(at), location); !got.Equal(last[shown(at)]) {
			t.Fatalf("%s %s: %s, want %s", location, shown(at).Format(time.DateTime), got, last[shown(at)].In(location))
		}
		day := at.In(location).Format(time.DateOnly)
		date, _ := time.Parse(time.DateOnly, day)
		got := endOfDay(date, location)
		if inside := got.Add(-time.Nanosecond).In(location).Format(time.DateOnly); inside != day || got.Before(days[day]) || got.In(location).Format(time.DateOnly) == day {
			t.Fatalf("%s %s ends at %s; it is still that day at %s", location, day, got, days[day].In(location))
		}
	}
}

// TestQuoted shows foreign text whole, and what nobody would see in it.
func TestQuoted(t *testing.T) {
	for text, want := range map[string]string{
		"":                       `""`,
		"下周五":                    `"下周五"`,
		"2026-12-01\u200b\n\x1b": `"2026-12-01\u200b\n\x1b"`,
		`a "b"`:                  `"a \"b\""`,
		"\u202edesrever":         `"\u202edesrever"`,
		strings.Repeat("长", 64):  `"` + strings.Repeat("长", 64) + `"`,
		strings.Repeat("长", 65):  `"` + strings.Repeat("长", 64) + `"…`,
	} {
		if got := quoted(text); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
