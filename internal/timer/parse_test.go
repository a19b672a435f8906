package timer

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumented reads every example of Function Compute's documentation, without a note.
func TestDocumented(t *testing.T) {
	for _, expression := range []string{
		"0 0 4 * * *", "0 30 4 * * *", "0 26,29,33 * * * *", "0 30 4 ? * MON-FRI", "0 0/5 4-6 ? * MON-FRI", "0 0 4 ? JAN,FEB,MAR,APR *",
		"CRON_TZ=Asia/Shanghai 0 0 12 * * *", "CRON_TZ=Asia/Shanghai 0 0/5 12-14 ? * MON-FRI", "CRON_TZ=Asia/Shanghai 0 0 4 1 * *",
		"0 3/5 * * * *", "0 0 10-12 * * MON,WED,FRI", "@every 4m", "59 59 23 31 12 *", "0 0 0 ? * SUN", "CRON_TZ=UTC 0 0 0 29 FEB ?",
	} {
		if s, err := Parse(expression); err != nil || len(s.Notes) > 0 {
			t.Errorf("%q: %v, %+v", expression, err, s)
		}
	}
}

// TestOperatePage reads every example of docs/operate.md, without a note.
func TestOperatePage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operate.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `((?:CRON_TZ|@every)[^`]*)` \\|").FindAllStringSubmatch(string(text), -1)
	for _, row := range rows {
		if s, err := Parse(row[1]); err != nil || len(s.Notes) > 0 {
			t.Errorf("%q: %v, %+v", row[1], err, s)
		}
	}
	if len(rows) < 4 {
		t.Errorf("%d examples", len(rows))
	}
}

// TestNotes names what is not documented, and what was probably not meant.
func TestNotes(t *testing.T) {
	for _, c := range []struct{ expression, want string }{
		{"0 0 20 * * 1-5", `weekday "1-5": the day that a number means is not documented (0-6 or MON-SUN): write MON-FRI, as it is read here`},
		{"0 0 20 * * 0", "write SUN"},
		{"0 0 20 * * 7", "write SUN"},
		{"0 0 20 * * 1,3,5", "write MON,WED,FRI"},
		{"0 0 20 * * 6,7", "write SUN,SAT"},
		{"0 0 20 * * SAT-SUN", "write SAT,SUN"},
		{"0 0 20 * * SUN-TUE", "write SUN,MON,TUE"},
		{"0 0 20 * * MON-SUN", "write *"},
		{"0 0 20 * * mon-FRI", "lower case is not documented: write MON"},
		{"0 0 20 1 jan *", "lower case is not documented: write JAN"},
		{"0 */5 * * * *", `minute "*/5": */5 is not documented: write 0/5`},
		{"0 0/90 * * * *", "means minute 0 alone: write 0, or @every 90m to fire every 90 minutes"},
		{"0 0-30/5 * * * *", "a range with a step is not documented: write the values as a list"},
		{"0 1-5,9 * * * *", "a list of anything but single values is not documented"},
		{"0 00 20 * * *", "a leading zero is not documented: write 0"},
		{"0 0  20 * * *", "more spaces than one"},
		{"0 0 20 ? * ?", "? for the day and for the weekday is not documented"},
		{"0 0 20 13 * FRI", `day "13" and weekday "FRI": whether both must be right, or either, is not documented. Here either fires: write ? for one of them`},
		{"@every 1h", "write @every 60m"},
		{"@every 90s", "write @every 2m"},
		{"CRON_TZ=Asia/Shanghai @every 30m", "the zone has no effect: leave the zone out"},
	} {
		s, err := Parse(c.expression)
		if err != nil || len(s.Notes) != 1 || !strings.Contains(s.Notes[0].String(), c.want) {
			t.Errorf("%q: %v, %+v, want the note %q", c.expression, err, s, c.want)
		}
	}
}

// TestErrors say what is wrong, where, and what to write.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ expression, want string }{
		{"", `"" has no fields: write six fields, for example CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI`},
		{"banana", `"banana" is no cron expression: write six fields (second minute hour day month weekday), for example CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI, or @every 30m`},
		{"0 20 * * MON-FRI", `"0 20 * * MON-FRI" has five fields; Function Compute wants six: second minute hour day month weekday, seconds first: try 0 0 20 * * MON-FRI`},
		{"CRON_TZ=Asia/Shanghai 0 20 * * *", "try CRON_TZ=Asia/Shanghai 0 0 20 * * *"},
		{"99 20 * * *", "seconds first: try for example CRON_TZ"},
		{"0 0 20 * * ? 2027", "has seven fields; Function Compute wants six: second minute hour day month weekday, and no year: try 0 0 20 * * ?"},
		{"0 0 20", "has 3 fields"},
		{"CRON_TZ=Asia/Shanghia 0 0 20 * * *", "CRON_TZ=Asia/Shanghia is no time zone: did you mean Asia/Shanghai?"},
		{"CRON_TZ=asia/shanghai 0 0 20 * * *", "did you mean Asia/Shanghai?"},
		{"CRON_TZ=Shanghai 0 0 20 * * *", "did you mean Asia/Shanghai?"},
		{"CRON_TZ=Asia/Beijing 0 0 20 * * *", "did you mean Asia/Shanghai?"},
		{"CRON_TZ=UTC+8 0 0 20 * * *", "did you mean Asia/Shanghai?"},
		{"CRON_TZ=Europe/Berlim 0 0 20 * * *", "did you mean Europe/Berlin?"},
		{"CRON_TZ=America/NewYork 0 0 20 * * *", "did you mean America/New_York?"},
		{"CRON_TZ=Nowhere/Atall 0 0 20 * * *", "is no time zone: write a name of the IANA time zone database"},
		{"CRON_TZ= 0 0 20 * * *", "CRON_TZ= is no time zone"},
		{"CRON_TZ=Local 0 0 20 * * *", "is no time zone"},
		{"CRON_TZ=../../etc/passwd 0 0 20 * * *", "is no time zone"},
		{"TZ=Asia/Shanghai 0 0 20 * * *", "TZ=Asia/Shanghai is not how a time zone is set: write CRON_TZ=Asia/Shanghai 0 0 20 * * *"},
		{"CRON_TZ Asia/Shanghai 0 0 20 * * *", "without a space"},
		{"60 0 20 * * *", `second "60" has 60, which is not from 0 to 59`},
		{"0,30 0 20 * * *", `second "0,30" has ",": this field takes one number from 0 to 59 only: write one second`},
		{"* 0 20 * * *", `second "*" has "*"`},
		{"? 0 20 * * *", `second "?" has "?", which only the day and the weekday take: write *`},
		{"0 60 20 * * *", `minute "60" has 60`},
		{"0 0 24 * * *", `hour "24" has 24, which is not from 0 to 23: write 0 for midnight`},
		{"0 0 20 0 * *", `day "0" has 0`},
		{"0 0 20 32 * *", `day "32" has 32`},
		{"0 0 20 * 13 *", `month "13" has 13`},
		{"0 0 20 * JANUARY *", `month "JANUARY" has "JANUARY": write JAN`},
		{"0 0 20 * * MONDAY", "write MON"},
		{"0 0 20 * * MUN", "is no value of this field: write weekdays by name, for example MON-FRI"},
		{"0 0 20 * * 8", `weekday "8" has 8`},
		{"0 0 20 * * FRI-MON", `weekday "FRI-MON" has a range that runs backwards: write FRI,SAT,SUN,MON`},
		{"0 0 22-2 * * *", `hour "22-2" has a range that runs backwards: write the values as a list, or two triggers: 22-23 and 0-2`},
		{"0 0 20 * NOV-FEB *", "write the values as a list, or FEB-NOV"},
		{"0 0/0 20 * * *", `has the step "0"`},
		{"0 5/x 20 * * *", `has the step "x"`},
		{"0 1,,2 20 * * *", "has an empty value"},
		{"0 1-- 20 * * *", "is no value"},
		{"0 *,5 20 * * *", `has "*" in a list: write * alone`},
		{"0 0 20 L * ?", "has L, which no field takes: write 28"},
		{"0 0 20 15W * ?", "has W, which no field takes"},
		{"0 0 20 ? * 5L", "has L, which no field takes"},
		{"0 0 20 ? * FRI#2", `has "#", which no field takes`},
		{"0 0 20 ? * 1/2", `has "/", which this field does not take: write the days: MON,WED,FRI`},
		{"0 0 20 30 FEB *", `day "30" of month "FEB" never comes`},
		{"0 0 20 31 4,6,9,11 ?", "never comes"},
		{"0 0 20 ？ * MON-FRI", "has full-width characters: write 0 0 20 ? * MON-FRI"},
		{"@daily", `"@daily" is not documented for Function Compute: write 0 0 0 * * *`},
		{"@every", `"@every" is no interval: write @every 30m`},
		{"@every 10", `@every "10" is no interval: write @every 10m`},
		{"@every 30 minutes", "is no interval"},
		{"@every 30min", "write @every 30m"},
		{"@every 1s", "is less than a minute: write whole minutes"},
		{"@every -5m", "is less than a minute"},
		{"99999999999999999999 0 20 * * *", "is no value"},
	} {
		s, err := Parse(c.expression)
		var typed *Error
		if err == nil || s != nil || !errors.As(err, &typed) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.expression, err, c.want)
		}
		if typed != nil && typed.Mend == "" {
			t.Errorf("%q: no way to mend it", c.expression)
		}
	}
}

// FuzzParse: whatever the text, there is a schedule whose times are in order and right, or an error with a remedy.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{example, "0 0/5 4-6 ? * SUN", "@every 4m", "banana", "CRON_TZ=", "0 0 0 29 2 *", "0 0 0 ? * FRI#2", "1 2 3 4 5 6 7", "０"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		s, err := Parse(expression)
		if err != nil {
			if typed := (*Error)(nil); !errors.As(err, &typed) || typed.Problem == "" || typed.Mend == "" {
				t.Errorf("%q: %#v", expression, err)
			}
			return
		}
		list := s.Next(start, 3)
		if s.Every == 0 && len(list) != 3 {
			t.Errorf("%q: %v", expression, list)
		}
		last := start
		for _, firing := range list {
			if !firing.At.After(last) && firing.Clock != Skipped {
				t.Errorf("%q: %v is not after %v", expression, firing, last)
			}
			last = firing.At
		}
	})
}
