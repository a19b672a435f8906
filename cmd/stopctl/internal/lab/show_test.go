package lab

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
)

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
		got := strings.ReplaceAll(strings.Join(brief([]byte(c.event)), " | "), string(terminal.Glue), " ")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.event, got, c.want)
		}
	}
}

// TestWideLetters: nothing with Chinese letters is wider than a terminal.
func TestWideLetters(t *testing.T) {
	var b bytes.Buffer
	d := &display{Screen: &terminal.Screen{Out: &b}}
	text := strings.Repeat("下班关机", 30)
	d.show(1, &record{title: text, about: text, event: []byte(`{"DesktopId": "ecd-a", "Reason": "` + text + `"}`)})
	for line := range strings.Lines(b.String()) {
		if n := terminal.Columns(strings.TrimSuffix(line, "\n")); n > terminal.Width {
			t.Errorf("%d columns: %s", n, line)
		}
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
	(&display{Screen: &terminal.Screen{Out: &out}}).show(1, r)
	if n := strings.Count(out.String(), "ecd-a"); n != maxRows || !strings.Contains(out.String(), "976 accepted") {
		t.Errorf("%d rows:\n%s", n, out.String())
	}
}
