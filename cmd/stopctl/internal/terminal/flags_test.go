package terminal

import (
	"context"
	"flag"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// shown is a program whose one command has a flag of each kind, and shows what a screen makes of it.
func shown() Program {
	return Program{Commands: []Command{{Name: "show", Short: "show it", Words: []string{"all"}, Run: func(_ context.Context, args []string, o Outside) error {
		fs := flag.NewFlagSet("show", flag.ContinueOnError)
		fs.String("format", "text", "")
		fs.Int("days", 7, "")
		fs.Bool("deep", false, "")
		switch err := o.Parse(fs, args); {
		case err == flag.ErrHelp:
			return o.Help("Usage: stopctl show\n\n  -format text|json\n          how: text is for\n          people. Not more.\n  -days N   many; at most 9\n  -deep     all of it\n\nExit codes: 0.\n")
		case err != nil:
			return err
		}
		s := NewScreen(o)
		fmt.Fprintln(s.Out, s.Paint(Red, "result"))
		s.Note("a note")
		s.Warn("a warning")
		return s.During("Working", nil, func() error { return nil })
	}}}}
}

func show(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, err strings.Builder
	code := shown().Execute(t.Context(), append([]string{"show"}, args...), Outside{Out: &out, Err: &err, Getenv: func(string) string { return "" }})
	return code, out.String(), err.String()
}

// TestLooks: -color, -q and -v mean the same in each command, because this package alone reads them.
func TestLooks(t *testing.T) {
	for _, c := range []struct {
		args     string
		out, err string
	}{
		{"", "result\n", "a note\na warning\nWorking …\n"},
		{"-q", "result\n", "a warning\n"},
		{"-color always -q", "\x1b[31mresult\x1b[0m\n", "a warning\n"},
		{"-color never", "result\n", "a note\na warning\nWorking …\n"},
	} {
		if code, out, err := show(t, strings.Fields(c.args)...); code != ExitOK || out != c.out || err != c.err {
			t.Errorf("%q: exit code %d\n%q\n%q", c.args, code, out, err)
		}
	}
	if _, _, err := show(t, "-v"); !strings.Contains(err, "stopctl: show: exit code 0 after ") || !strings.Contains(err, Version()) {
		t.Errorf("-v: %q", err)
	}
	for args, want := range map[string]string{"-color blue": "-color blue: auto, always or never", "-q -v": "-q and -v exclude each other"} {
		if code, out, err := show(t, strings.Fields(args)...); code != ExitUsage || out != "" || !strings.Contains(err, want) {
			t.Errorf("%q: exit code %d\n%q\n%q", args, code, out, err)
		}
	}
}

// TestUndefinedFlag: the message names the flag that was probably meant; a value is no flag, and what follows a word
// or -- is not read.
func TestUndefinedFlag(t *testing.T) {
	for args, want := range map[string]string{
		"-formt json":             "show: there is no flag -formt. Did you mean -format? See stopctl show -h.",
		"--fromat=json":           "Did you mean -format?",
		"-Deep":                   "Did you mean -deep?",
		"-colour always":          "Did you mean -color?",
		"-deep -dasy 3":           "Did you mean -days?",
		"-verylongandunlikeany 1": "there is no flag -verylongandunlikeany. See",
		"-x":                      "there is no flag -x. See",
		"-days -formt":            `invalid value "-formt"`,
		"-days -5 -formt x":       "Did you mean -format?",
		"-format":                 "flag needs an argument: -format",
		"-days":                   "flag needs an argument: -days",
	} {
		if code, _, err := show(t, strings.Fields(args)...); code != ExitUsage || !strings.Contains(err, want) {
			t.Errorf("%q: exit code %d, %s", args, code, err)
		}
	}
	for _, args := range []string{"-h -formt", "word -formt", "-- -formt", "-format -formt"} {
		if code, _, err := show(t, strings.Fields(args)...); code != ExitOK {
			t.Errorf("%q: exit code %d, %s", args, code, err)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	names := []string{"run", "plan", "doctor", "undo", "version"}
	for word, want := range map[string]string{
		"rum": " Did you mean run?", "paln": " Did you mean plan?", "docter": " Did you mean doctor?", "Undo": " Did you mean undo?",
		"verison": " Did you mean version?", "x": "", "": "", "stop": "", "ru": " Did you mean run?", strings.Repeat("version", 9): "",
	} {
		if got := DidYouMean("", word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

// TestOutline: flags are those that the command reads, and texts are those of its help.
func TestOutline(t *testing.T) {
	got := shown().Outline(t.Context())
	if len(got) != 1 || got[0].Name != "show" || got[0].Short != "show it" || !slices.Equal(got[0].Words, []string{"all"}) {
		t.Fatalf("%+v", got)
	}
	want := "[{color false [auto always never] auto: in a terminal, unless NO_COLOR is set} {days false [] many} " +
		"{deep true [] all of it} {format false [text json] how: text is for people} " +
		"{q true [] no progress and no notes on standard error} {v true [] at the end, say version, exit code and duration on standard error}]"
	if text := fmt.Sprint(got[0].Flags); text != want {
		t.Errorf("%s, want\n%s", text, want)
	}
}

func TestCommit(t *testing.T) {
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	for _, c := range []struct {
		settings []debug.BuildSetting
		want     string
	}{
		{nil, "commit unknown: go build saw no Git checkout, or was told -buildvcs=false"},
		{[]debug.BuildSetting{setting("vcs.revision", "abc"), setting("vcs.time", "2026-11-25T08:00:00Z"), setting("vcs.modified", "false")}, "commit abc of 2026-11-25T08:00:00Z"},
		{[]debug.BuildSetting{setting("vcs.revision", "abc"), setting("vcs.modified", "true")}, "commit abc of an unknown date, with changes that are not committed"},
	} {
		if got := commitOf(&debug.BuildInfo{Settings: c.settings}); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
