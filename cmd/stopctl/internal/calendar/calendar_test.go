package calendar

import (
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
)

// stopctl is the program with this command alone.
func stopctl() terminal.Program {
	return terminal.Program{Commands: []terminal.Command{{Name: "calendar", Run: Command}}}
}

const good = `complete 2026 2027
2026-10-01..2026-10-07  holiday  国庆节
2026-10-10              workday  make-up for National Day
2026-12-31..2027-01-02  holiday  New Year
2027-05-01              holiday  Labour Day
`

const shown2026 = `2026-10-01..2026-10-07  Thu..Wed  holiday  国庆节
2026-10-10              Sat       workday  make-up for National Day
2026-12-31..2027-01-02  Thu..Sat  holiday  New Year
2026: 256 workdays, 109 holidays. FILE is complete for 2026, 2027.
`

const shown2027 = `2026-12-31..2027-01-02  Thu..Sat  holiday  New Year
2027-05-01              Sat       holiday  Labour Day
2027: 260 workdays, 105 holidays. FILE is complete for 2026, 2027.
`

// TestCalendar shows a year, or says what is wrong.
func TestCalendar(t *testing.T) {
	for _, c := range []struct {
		name, file, args string
		code             int
		out, err         string
	}{
		{"a year", good, "2026", terminal.ExitOK, shown2026, ""},
		{"the next one", good, "2027", terminal.ExitOK, shown2027, ""},
		{"another weekend", good, "2026 -weekend fri", terminal.ExitUnexpected, "2026: 306 workdays, 59 holidays.", "FILE:3: calls 2026-10-10 a workday, which it is without this line"},
		{"a year that is not there", good, "2028", terminal.ExitUnexpected, "", "FILE is complete for 2026, 2027, not for 2028: an event with On fails on its days. Add them, and complete 2028."},
		{"faults", "complete 2026\n2026-10-1 holiday x\n2026-10-02 off y\n", "2026", terminal.ExitUnexpected, "", "FILE:2: is no date such as 2026-10-01"},
		{"all faults", "complete 2026\n2026-10-1 holiday x\n2026-10-02 off y\n", "2026", terminal.ExitUnexpected, "", "FILE:3: needs holiday or workday"},
		{"no text", "\xff\xfec\x00", "2026", terminal.ExitUsage, "", "is in UTF-16"},
		{"no year", good, "next", terminal.ExitUsage, "", `"next" is no year`},
		{"two years", good, "2026 2027", terminal.ExitUsage, "", "takes one year"},
		{"no weekend", good, "2026 -weekend x", terminal.ExitUsage, "", "-weekend item 1 of 1 is no day of the week"},
	} {
		file := trial.File(t, "calendar.txt", c.file)
		code, out, stderr := trial.Run(t, stopctl(), nil, "", append([]string{"calendar", "-f", file}, strings.Fields(c.args)...)...)
		want := strings.ReplaceAll(c.out, "FILE", file)
		if code != c.code || !strings.Contains(out, want) || (c.out == "") != (out == "") {
			t.Errorf("%s: exit code %d\n%s\nwant %d\n%s", c.name, code, out, c.code, want)
		}
		if want := strings.ReplaceAll(c.err, "FILE", file); !strings.Contains(stderr, want) || (c.err == "") != (stderr == "") {
			t.Errorf("%s: says %s, want %s", c.name, stderr, want)
		}
	}
	if code, _, stderr := trial.Run(t, stopctl(), nil, "", "calendar", "-f", "nosuch.txt"); code != terminal.ExitUsage || !strings.Contains(stderr, "nosuch.txt") {
		t.Errorf("a file that is not there: exit code %d, %s", code, stderr)
	}
	file := trial.File(t, "calendar.txt", good)
	if _, out, _ := trial.Run(t, stopctl(), map[string]string{"WEEKEND": "sun"}, "", "calendar", "-f", file, "2027"); !strings.Contains(out, "2027: 310 workdays, 55 holidays") {
		t.Errorf("WEEKEND of the environment is not read:\n%s", out)
	}
}
