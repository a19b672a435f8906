package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stopdesktops/internal/config"
)

// TestCalendarFile: a calendar that is half read would call a holiday a workday, so every fault of it counts.
func TestCalendarFile(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := write("calendar.txt", "complete 2026\n2026-10-01..2026-10-07 holiday National Day\n")
	for _, c := range []struct{ environ, variable, says string }{
		{"CALENDAR_FILE=" + good, "", ""},
		{"CALENDAR_FILE=" + filepath.Join(folder, good), "", ""},
		{"CALENDAR_FILE=" + good + "\nWEEKEND=fri, SAT", "", ""},
		{"WEEKEND=sun", "", ""},
		{"CALENDAR_FILE=other.txt", "CALENDAR_FILE", "names a file that cannot be read"},
		{"CALENDAR_FILE=.", "CALENDAR_FILE", "names a file that cannot be read"},
		{"CALENDAR_FILE=" + write("empty.txt", ""), "CALENDAR_FILE", "complete for no year"},
		{"CALENDAR_FILE=" + write("bad.txt", "complete 2026\n2026-10-1 holiday x\n2026-10-02 off y\n"), "CALENDAR_FILE", "line 3 needs holiday or workday"},
		{"CALENDAR_FILE=" + write("utf16.txt", "\xff\xfec\x00"), "CALENDAR_FILE", "is in UTF-16"},
		{"WEEKEND=sat,sunday", "WEEKEND", "item 2 of 2 is no day of the week"},
		{"WEEKEND=,", "WEEKEND", "names no day"},
	} {
		got, faults := config.Read(append([]string{region, "FC_FUNC_CODE_PATH=" + folder}, strings.Split(c.environ, "\n")...))
		text := faults[c.variable]
		if (len(faults) == 0) != (c.says == "") || !strings.Contains(text, c.says) || strings.Contains(text, "\n") {
			t.Errorf("%s: %v, want %q", c.environ, faults, c.says)
		}
		if asked := strings.HasPrefix(c.environ, "CALENDAR_FILE"); c.says == "" && asked != (got.Calendar != nil) {
			t.Errorf("%s: the calendar is %v", c.environ, got.Calendar)
		}
	}
}
