package terminal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestColor(t *testing.T) {
	pipe, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer w.Close()
	for _, color := range []string{"auto", "never"} {
		if s := NewScreen(Outside{Out: w, Err: w, Getenv: os.Getenv, looks: &looks{color: color}}); s.color || s.Live {
			t.Errorf("-color %s: colour or progress in a pipe", color)
		}
	}
	s := NewScreen(Outside{Out: w, Err: w, Getenv: os.Getenv, looks: &looks{color: "always"}})
	var shown strings.Builder
	fmt.Fprint(&visibleWriter{to: &shown}, s.Paint(Red, "x"), eraseLine)
	if got := shown.String(); got != "\x1b[31mx\x1b[0m\r\x1b[K" {
		t.Errorf("-color always: %q", got)
	}
	// Where it can be opened, a terminal: the device of all of them.
	tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer tty.Close()
	for _, variable := range []string{"NO_COLOR", "TERM"} {
		getenv := func(name string) string {
			if name == variable {
				return "dumb"
			}
			return ""
		}
		if s := NewScreen(Outside{Out: tty, Err: tty, Getenv: getenv}); s.color {
			t.Errorf("colour although %s says no", variable)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"one two three", 20, []string{"one two three"}},
		{"one two three", 8, []string{"one two", "three"}},
		{"one two three", 7, []string{"one two", "three"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"one\ntwo", 9, []string{"one", "two"}},
		{"", 9, []string{""}},
		{"aa\u00a0bb cc", 7, []string{"aa bb", "cc"}},
		{"äöü äöü", 4, []string{"äöü", "äöü"}},
		{"请关闭电脑", 4, []string{"请关", "闭电", "脑"}},
		{"请关闭", 5, []string{"请关", "闭"}},
		{"，。！ ｡", 6, []string{"，。！", "｡"}},
		{"e\u0301e\u0301 e", 2, []string{"e\u0301e\u0301", "e"}},
		{"请", 1, []string{"请", ""}},
		{"👩‍💻👩‍💻 ✅", 4, []string{"👩‍💻👩‍💻", "✅"}}, // three code points, and one that is wide
		{"🇨🇳🇨🇳", 3, []string{"🇨🇳", "🇨🇳"}},
		{"404 InvalidDesktopId.NotFound", 26, []string{"404", "InvalidDesktopId.NotFound"}}, // the word fits into a line
		{"404 InvalidDesktopId.NotFound", 20, []string{"404 InvalidDesktopId", ".NotFound"}},
	} {
		if got := Wrap(c.text, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

// TestTable: a column begins below itself, whatever fills the one before it.
func TestTable(t *testing.T) {
	var rows [][]Cell
	for _, c := range [][2]string{
		{"ecd-a", "connected"},
		{"下班关机", "有用户连接"},
		{"财务部-王芳（休假）", "标签 保留至 2026-12-01"},
		{"ﾊﾝｶｸ 데스크톱", "半角"},
		{"👩‍💻 team ✅ 🇨🇳", "emoji"},
		{"cafe\u0301", "combined"},
	} {
		rows = append(rows, []Cell{Bold.Cell(c[0]), Plain.Cell(c[1]), Red.Cell("end")})
	}
	got := (&Screen{}).Table(rows)
	want := []string{
		"ecd-a                connected               end",
		"下班关机             有用户连接              end",
		"财务部-王芳（休假）  标签 保留至 2026-12-01  end",
		"ﾊﾝｶｸ 데스크톱        半角                    end",
		"👩‍💻 team ✅ 🇨🇳        emoji                   end",
		"cafe\u0301                 combined                end",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestCut: a character that does not fit is left out as a whole.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"关机", 4, "关机"}, {"关机了", 5, "关机…"}, {"关机了", 4, "关…"}, {"👩‍💻👩‍💻", 3, "👩‍💻…"}, {"abc", 3, "abc"}, {"abcd", 3, "ab…"},
	} {
		if got := Cut(c.text, c.limit, "…"); got != c.want {
			t.Errorf("%q in %d columns: %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

// TestVisible: what comes from elsewhere must not move the cursor, colour the screen or turn the text round, on
// standard output or error, in plain text, JSON, a table or an error.
func TestVisible(t *testing.T) {
	const foreign = "a\x1b[31mb\u202ec\r\U000e0001\x9b2J\u0085"
	const want = `a\u001b[31mb\u202ec\u000d\udb40\udc01\x9b2J\u0085`
	p := Program{Commands: []Command{{Name: "show", Run: func(_ context.Context, _ []string, o Outside) error {
		o.looks.color = "always"
		s := NewScreen(o)
		fmt.Fprintln(o.Out, foreign)
		fmt.Fprintln(o.Out, strings.Join(s.Table([][]Cell{{Red.Cell(foreign), Plain.Cell("|")}, {Plain.Cell("x"), Plain.Cell("|")}}), "\n"))
		fmt.Fprintln(o.Out, s.Paint(Bold, foreign))
		fmt.Fprintln(o.Out, strings.Join(Wrap(foreign, 100), "\n"))
		s.Note("%s", foreign)
		return errors.New(foreign)
	}}}}
	var out, err strings.Builder
	p.Execute(t.Context(), []string{"show"}, Outside{Out: &out, Err: &err, Getenv: func(string) string { return "" }})
	pad := strings.Repeat(" ", len(want)-1)
	if got, want := out.String(), want+"\n\x1b[31m"+want+"\x1b[0m  |\nx"+pad+"  |\n\x1b[1m"+want+"\x1b[0m\n"+want+"\n"; got != want {
		t.Errorf("standard output\n%q, want\n%q", got, want)
	}
	if got, want := err.String(), want+"\nstopctl: "+want+"\n"; got != want {
		t.Errorf("standard error %q, want %q", got, want)
	}
}

// TestVisibleJSON: an escape means the same to a program.
func TestVisibleJSON(t *testing.T) {
	const text = "👩‍💻 a\u202eb\u200d\U000e0001\x7f"
	var out strings.Builder
	if err := json.NewEncoder(&visibleWriter{to: &out}).Encode(text); err != nil {
		t.Fatal(err)
	}
	var back string
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back != text || strings.Count(out.String(), "\u200d") != 1 || strings.Contains(out.String(), "\u202e") {
		t.Errorf("%q: %q, %v", out.String(), back, err)
	}
}
