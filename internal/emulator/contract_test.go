package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// TestPagesByNumber: every desktop once, TotalCount on each page, and an empty page after the last.
func TestPagesByNumber(t *testing.T) {
	e := &emulator.EDS{}
	for i := range 25 {
		e.Desktops = append(e.Desktops, emulator.Desktop{DesktopId: fmt.Sprintf("ecd-%02d", i)})
	}
	base := serve(t, e)
	var list []string
	for n, want := range []int{10, 10, 5, 0} {
		a := call{action: "DescribeDesktops", query: query("PageNumber", fmt.Sprint(n+1), "PageSize", "10")}.send(t, base)
		var p page
		a.decode(t, &p)
		if len(p.Desktops) != want || p.TotalCount != 25 || p.NextToken != "" || !strings.Contains(a.body, fmt.Sprintf(`"PageNumber":%d,"PageSize":10`, n+1)) {
			t.Errorf("page %d: %d of %d, %s", n+1, len(p.Desktops), p.TotalCount, p.NextToken)
		}
		list = append(list, strings.Fields(p.ids())...)
	}
	if _, all, _ := pages(t, base, "DescribeDesktops"); strings.Join(list, " ") != all {
		t.Errorf("by number %v, by token %s", list, all)
	}
	noViolations(t, e)
	if sizes, _, _ := pages(t, serve(t, &emulator.EDS{Desktops: e.Desktops, LargestPage: 10}), "DescribeDesktops", "MaxResults", "100"); fmt.Sprint(sizes) != "[10 10 5]" {
		t.Errorf("LargestPage 10: %v", sizes)
	}
}

// TestTagNamespaces: tags of two ResourceTypes do not see each other; a type that nobody knows is refused.
func TestTagNamespaces(t *testing.T) {
	desktops := []emulator.Desktop{
		{DesktopId: "ecd-a", Tags: []emulator.Tag{{Key: "k"}}},
		{DesktopId: "ecd-b", OtherTags: map[string][]emulator.Tag{"ALIYUN::GWS::DESKTOP": {{Key: "k"}}}},
	}
	for _, c := range []struct {
		resourceType string
		any          bool
		want         string
	}{
		{"ALIYUN::GWS::INSTANCE", false, "ecd-a:k"},
		{"ALIYUN::GWS::DESKTOP", false, "ecd-b:k"},
		{"ALIYUN::GWS::NOSUCH", false, "InvalidParameter"},
		{"ALIYUN::GWS::NOSUCH", true, ""},
	} {
		base := serve(t, &emulator.EDS{Desktops: desktops, AnyNamespace: c.any})
		a := call{action: "ListTagResources", query: query("ResourceType", c.resourceType, "Tag.1.Key", "k")}.send(t, base)
		got := a.Code
		if a.status == http.StatusOK {
			var p page
			a.decode(t, &p)
			got = p.ids()
		}
		if got != c.want {
			t.Errorf("%s, any %t: %q, want %q", c.resourceType, c.any, got, c.want)
		}
	}
}

func TestPooledDesktops(t *testing.T) {
	for _, c := range []struct{ show, byDefault, byID string }{
		{"", "ecd-a", ""}, {emulator.ByID, "ecd-a", "ecd-p"}, {emulator.Always, "ecd-a ecd-p", "ecd-p"},
	} {
		base := serve(t, &emulator.EDS{ShowPooled: c.show, Desktops: []emulator.Desktop{{DesktopId: "ecd-a"}, {DesktopId: "ecd-p", DesktopGroupId: "dg-1"}}})
		for want, pairs := range map[string][]string{
			c.byDefault:    nil,
			c.byID + " ":   {"DesktopId", "ecd-p"},
			"ecd-a  ":      {"FilterDesktopGroup", "true"},
			"ecd-a ecd-p ": {"FilterDesktopGroup", "false"},
		} {
			var p page
			call{action: "DescribeDesktops", query: query(pairs...)}.send(t, base).decode(t, &p)
			if p.ids() != strings.TrimSpace(want) {
				t.Errorf("%q, %v: %s, want %s", c.show, pairs, p.ids(), want)
			}
		}
	}
}

// TestHeadersAndBodies can be changed, for clients that must notice.
func TestHeadersAndBodies(t *testing.T) {
	e := &emulator.EDS{Desktops: fleetOf("ecd-a"), DateOffset: -time.Hour, Headers: map[string]string{"Content-Type": "text/html", "X-Mine": "yes"},
		Alter: func(c emulator.Call, body map[string]any) { body["Altered"] = c.Action }}
	a := call{action: "DescribeDesktops", query: query()}.send(t, serve(t, e))
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil || time.Since(date) < 59*time.Minute || time.Since(date) > 61*time.Minute {
		t.Errorf("Date: %s", a.header.Get("Date"))
	}
	if a.header.Get("Content-Type") != "text/html" || a.header.Get("X-Mine") != "yes" || !strings.Contains(a.body, `"Altered":"DescribeDesktops"`) {
		t.Errorf("%v %s", a.header, a.body)
	}
}

const recording = `{"Format": "stopctl.probe/1", "RegionId": "cn-hangzhou", "Exchanges": [
 {"Action": "DescribeDesktopInfo", "Parameters": {"RegionId": "cn-hangzhou", "DesktopId.1": "ecd-a"}, "Status": 200, "Header": {"Content-Type": "application/json", "X-Ratelimit-User": "Remain:3"}, "ClockOffset": 600, "Body": {"RequestId": "R1", "Desktops": null}},
 {"Action": "DescribeDesktopInfo", "Parameters": {"RegionId": "cn-hangzhou", "DesktopId.1": "ecd-a"}, "Status": 404, "Body": {"RequestId": "R2", "Code": "Gone"}},
 {"Action": "DescribeClientEvents", "Parameters": {"RegionId": "cn-hangzhou", "StartTime": "2000-01-01T00:00:00Z"}, "Status": 502, "Body": null},
 {"Action": "ListTagResources", "Parameters": {"RegionId": "cn-hangzhou"}, "Status": 0}]}`

// TestReplay: recorded answers in their order, the last one again and again, and nothing else.
func TestReplay(t *testing.T) {
	r, err := emulator.LoadRecording(strings.NewReader(recording))
	if err != nil {
		t.Fatal(err)
	}
	if e := (&emulator.Fleet{Replay: r}).EDS(); e.Replay != r || r.RegionId != "cn-hangzhou" {
		t.Errorf("%+v in %s", e.Replay, r.RegionId)
	}
	base := serve(t, &emulator.EDS{Replay: r, Desktops: fleetOf("ecd-b")})
	ask := func(action string, pairs ...string) answer {
		return call{action: action, query: query(pairs...)}.send(t, base)
	}
	first := ask("DescribeDesktopInfo", "DesktopId", "ecd-a")
	date, err := http.ParseTime(first.header.Get("Date"))
	if first.status != 200 || first.body != `{"RequestId": "R1", "Desktops": null}` || first.header.Get("X-Ratelimit-User") != "Remain:3" ||
		err != nil || time.Until(date) < 9*time.Minute || time.Until(date) > 11*time.Minute {
		t.Errorf("%d %v %s", first.status, first.header, first.body)
	}
	for range 2 {
		if a := ask("DescribeDesktopInfo", "DesktopId", "ecd-a"); a.status != 404 || a.Code != "Gone" {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if a := ask("DescribeClientEvents", "StartTime", "2026-11-22T20:00:00Z"); a.status != 502 || strings.HasPrefix(a.body, "{") {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, a := range []answer{ask("DescribeDesktopInfo", "DesktopId", "ecd-b"), ask("DescribeClientEvents"), ask("ListTagResources"), ask("StopDesktops", "DesktopId", "ecd-a")} {
		if a.status != 404 || a.Code != "NotRecorded" {
			t.Errorf("what was not recorded: %d %s", a.status, a.body)
		}
	}
	if a := (call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a"), cred: emulator.Credential{AccessKeyId: "nobody", AccessKeySecret: "s"}}).send(t, base); a.status < 400 || a.Code == "Gone" {
		t.Errorf("a stranger: %d %s", a.status, a.body)
	}
}

func TestRecordingIsChecked(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "recording: ",
		"[]":                            "recording: ",
		`{"Format": "stopctl.probe/2"}`: `Format "stopctl.probe/2" is not stopctl.probe/1`,
		`{"Format": "stopctl.probe/1"}`: "no Exchanges",
		`{"Reports":[]}`:                `Format "" is not stopctl.probe/1`,
		`{"Format": "stopctl.probe/1", "Exchanges": [{"Status": 200}]}`:                  "Exchanges[0] has no Action",
		`{"Format": "stopctl.probe/1", "Exchanges": [null]}`:                             "Exchanges[0]",
		`{"Format": "stopctl.probe/1", "Exchanges": [{"Action": "X", "Status": 700}]}`:   "Exchanges[0]",
		`{"Format": "stopctl.probe/1", "Exchanges": [{"Action": "X", "Status": "200"}]}`: "recording: ",
	} {
		if _, err := emulator.LoadRecording(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
