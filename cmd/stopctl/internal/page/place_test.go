package page

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestMark: the line of a fault is marked, whatever the path and the layout.
func TestMark(t *testing.T) {
	const event = `{
  "id": "1",
  "data": {
    "DesktopId": [
      "ecd-running1",
      {"a": 1}
    ],
    "WaitSecond": 5,
    "wait 'now'\\": [[1,
      2], 3]
  },
  "id": "2",
  "payload": "{\"DesktopId\":[]}"
}`
	long := `{"a":[` + strings.Repeat("1,", 999) + `1],"b":2}`
	for _, c := range []struct {
		event, path string
		want        []int
	}{
		{event, "$", []int{1}},
		{event, "$.data", []int{3}},
		{event, "$.data.WaitSecond", []int{8}},
		{event, "$.data.DesktopId", []int{4}},
		{event, "$.data.DesktopId[0]", []int{5}},
		{event, "$.data.DesktopId[1].a", []int{6}},
		{event, `$.data['wait \'now\'\\'][0][1]`, []int{10}},
		{event, "$.id", []int{12}},                           // the second, which is the fault
		{event, "$.payload.DesktopId[0]", []int{13}},         // in a string
		{event, "$.data.nosuch.deeper", []int{3}},            // as far as it goes
		{event, "$.data['wait…']", []int{9}},                 // a name that was cut
		{event, "7", []int{1}},                               // no path
		{event, "", []int{1}},                                // of the whole
		{`{"DesktopId":["a"],"Typo":1}`, "$.Typo", []int{5}}, // one line is indented
		{`[{"DesktopId":"a"},{"Typo":1}]`, "$[1].Typo", []int{6}},
		{"\ufeff{\n\"Typo\":1}", "$.Typo", []int{2}},
		{"{\n  \"DesktopId\": [\"a\",],\n}", "$", []int{2}}, // no JSON
		{"{\"a\": 1", "$", []int{1}},
		{"", "$", []int{1}},
		{"下班自动关机", "$", []int{1}},
		{long, "$.b", []int{1004}},
		{strings.Repeat("[", 100000), "$[0][0]", []int{1}},
	} {
		var got []int
		for _, line := range Mark([]byte(c.event), []string{c.path}) {
			if line.Marked {
				got = append(got, line.Number)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s in %.60q: lines %v, want %v", c.path, c.event, got, c.want)
		}
	}
	for _, line := range Mark([]byte("{"), nil) {
		if line.Marked {
			t.Error("a line is marked although no problem is known")
		}
	}
	if got := Mark([]byte(event), []string{"$.id", "$.data"}); !got[2].Marked || !got[11].Marked || got[3].Marked {
		t.Errorf("two problems: %v", got)
	}
}

// TestExcerpt: a large event is shown as far as a person reads it, and around the fault.
func TestExcerpt(t *testing.T) {
	var b strings.Builder
	b.WriteString("{")
	for i := range 5000 {
		fmt.Fprintf(&b, "\n\"n%d\": %d,", i, i)
	}
	b.WriteString("\n\"long\": \"" + strings.Repeat("好", 5000) + "\"}")
	lines := Mark([]byte(b.String()), []string{"$.n3000"})
	if len(lines) > shownLines+2*aroundMark+4 || !slices.ContainsFunc(lines, func(l MarkedLine) bool { return l.Number == 3002 && l.Marked }) || lines[len(lines)-1].Text != "…" {
		t.Errorf("%d lines, the last %+v", len(lines), lines[len(lines)-1])
	}
	lines = Mark([]byte(b.String()), []string{"$.long"})
	if last := lines[len(lines)-1]; !last.Marked || len(last.Text) > shownOfLine+10 || strings.ContainsRune(last.Text, '\ufffd') {
		t.Errorf("the last line has %d bytes, marked %v", len(last.Text), last.Marked)
	}
	if lines = Mark([]byte("["+strings.Repeat("1,", largest)+"1]"), []string{"$[5]"}); len(lines) != 2 || lines[0].Marked || lines[1].Text != "…" {
		t.Errorf("an event of 2 MiB has %d lines", len(lines))
	}
}
