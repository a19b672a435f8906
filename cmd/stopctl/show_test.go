package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
)

func TestColor(t *testing.T) {
	pipe, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer w.Close()
	for _, color := range []string{"auto", "never"} {
		if s := newScreen(outside{out: w, err: w, getenv: os.Getenv}, color); s.color || s.live {
			t.Errorf("-color %s: colour or progress in a pipe", color)
		}
	}
	s := newScreen(outside{out: w, err: w, getenv: os.Getenv}, "always")
	if got := s.paint(red, "x"); got != "\x1b[31mx\x1b[0m" {
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
		if s := newScreen(outside{out: tty, err: tty, getenv: getenv}, "auto"); s.color {
			t.Errorf("colour although %s says no", variable)
		}
	}
}

func TestBrief(t *testing.T) {
	for _, c := range []struct{ event, want string }{
		{`{"DesktopId":["ecd-a"],"x":{"b":1,"c":"d, e"}}`, `{"DesktopId": ["ecd-a"], "x": {"b": 1, "c": "d, e"}}`},
		{`{"triggerName":"t","payload":"{\"Select\":{\"All\":true}}"}`, `{"Select": {"All": true}}`},
		{`{"id":"1","data":{"messageBody":"{\"desktop_ids\":\"ecd-a\"}"}}`, `{"desktop_ids": "ecd-a"}`},
		{`{"id":"1","data":"TEST"}`, `"TEST"`},
		{`[{"DesktopId":"a"},{"data":1}]`, `{"DesktopId": "a"} | 1`},
		{`[1,2,3,4,5,6]`, `1 | 2 | 3 | 4 | … and 2 more`},
		{`[1,2,3,4,5]`, `1 | 2 | 3 | 4 | 5`},
		{`{"payload":"[{\"DesktopId\":\"a\"}]"}`, `[{"DesktopId": "a"}]`},
		{`not JSON`, `not JSON`},
		{``, ``},
		{`[]`, `[]`},
		{strings.Repeat("[", 50), strings.Repeat("[", 50)},
	} {
		got := strings.ReplaceAll(strings.Join(brief([]byte(c.event)), " | "), string(glue), " ")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.event, got, c.want)
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
		{"404 InvalidDesktopId.NotFound", 26, []string{"404", "InvalidDesktopId.NotFound"}}, // the word fits into a line
		{"404 InvalidDesktopId.NotFound", 20, []string{"404 InvalidDesktopId", ".NotFound"}},
	} {
		if got := wrap(c.text, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

// TestWideLetters: a table with Chinese letters is aligned, and nothing with them is wider than a terminal.
func TestWideLetters(t *testing.T) {
	s := &screen{}
	if got, want := s.table([][]cell{{plain.cell("设计部"), plain.cell("x")}, {plain.cell("design"), plain.cell("x")}}), []string{"设计部  x", "design  x"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	var b bytes.Buffer
	d := &display{screen: &screen{out: &b}}
	text := strings.Repeat("下班关机", 30)
	d.show(1, &record{title: text, about: text, event: []byte(`{"DesktopId": "ecd-a", "Reason": "` + text + `"}`)})
	for line := range strings.Lines(b.String()) {
		if n := columnsOf(strings.TrimSuffix(line, "\n")); n > width {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// What comes in events must not move the cursor, colour the screen or turn the text round.
func TestVisible(t *testing.T) {
	if got := visible("a\x1b[31mb\u202ec\r\U000e0001"); got != `a\u001b[31mb\u202ec\u000d\U000e0001` {
		t.Errorf("%s", got)
	}
}

func TestCallLines(t *testing.T) {
	look := emulator.Call{Action: "DescribeDesktopInfo", RegionId: "cn-hangzhou", DesktopIds: []string{"a", "b"}, Status: 200}
	tags := emulator.Call{Action: "ListTagResources", RegionId: "cn-shanghai", Status: 429, Code: "Throttling.User"}
	stop := emulator.Call{Action: "StopDesktops", DesktopIds: []string{"a"}, CutOff: []string{"a"}}
	got := callLines([]emulator.Call{tags, look, tags, stop, look})
	want := []string{
		"DescribeDesktopInfo · 2 desktops",
		"ListTagResources in cn-shanghai → 429 Throttling.User ×2",
		"StopDesktops · 1 desktop → no answer · 1 user cut off",
		"DescribeDesktopInfo · 2 desktops",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A report of a thousand desktops must not bury everything else.
func TestManyDesktops(t *testing.T) {
	r := &record{event: []byte(`{}`), before: map[string]string{}, reports: []report.Report{{Status: report.StatusAccepted}}}
	for range 1000 {
		r.reports[0].Desktops = append(r.reports[0].Desktops, report.DesktopReport{DesktopId: "ecd-a", Outcome: report.Accepted})
	}
	var out bytes.Buffer
	(&display{screen: &screen{out: &out}}).show(1, r)
	if n := strings.Count(out.String(), "ecd-a"); n != maxRows || !strings.Contains(out.String(), "976 accepted") {
		t.Errorf("%d rows:\n%s", n, out.String())
	}
}

// TestPlaceOfWarning: a warning of the log says which desktop it is about, in front.
func TestPlaceOfWarning(t *testing.T) {
	got := warnings([]string{
		`{"level":"WARN","msg":"kept","RegionId":"cn-hangzhou","DesktopId":"ecd-a"}`,
		`{"level":"WARN","msg":"slow","RegionId":"cn-hangzhou"}`,
		`{"level":"WARN","msg":"odd"}`,
		`{"level":"WARN","msg":"in the report","Code":"SelectionMatchesNothing"}`,
	})
	if want := []string{"ecd-a in cn-hangzhou: kept", "cn-hangzhou: slow", "odd"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
