package emulator_test

import (
	"strings"
	"testing"

	"stopdesktops/internal/emulator"
)

// TestEmptyList shows each form of a list of nothing, for every action that lists: where nothing is
// found, and inside of rows.
func TestEmptyList(t *testing.T) {
	for form, want := range map[string]struct{ list, inside string }{
		"":       {`"LIST":[]`, `"ManagementFlags":[],`},
		"null":   {`"LIST":null`, `"ManagementFlags":null,`},
		"absent": {"", ""},
	} {
		e := load(t, "Regions: [cn-hangzhou, cn-beijing]\nDesktops: [{DesktopId: ecd-a}]\nEmptyList: '"+form+"'").EDS()
		base := serve(t, e)
		for action, list := range map[string]string{
			"DescribeDesktopInfo": "Desktops", "DescribeDesktops": "Desktops", "ListTagResources": "TagResources", "DescribeClientEvents": "Events",
		} {
			q := query()
			switch action {
			case "DescribeDesktopInfo":
				q = query("DesktopId", "ecd-nosuch")
			case "ListTagResources":
				q = query("ResourceType", "ALIYUN::GWS::INSTANCE", "Tag.1.Key", "k")
			case "DescribeDesktops":
				q.Set("RegionId", "cn-beijing")
			}
			a := call{action: action, query: q}.send(t, base)
			member := strings.Replace(want.list, "LIST", list, 1)
			if a.status != 200 || !strings.Contains(a.body, `"RequestId":"`) || strings.Contains(a.body, `"`+list+`"`) != (form != "absent") || !strings.Contains(a.body, member) {
				t.Errorf("%q: %s: %d %s", form, action, a.status, a.body)
			}
		}
		rows := call{action: "DescribeDesktops", query: query()}.send(t, base).body
		if strings.Contains(rows, "ManagementFlags") != (form != "absent") || !strings.Contains(rows, want.inside) ||
			!strings.Contains(rows, `"Cpu":4`) || !strings.Contains(rows, `"PolicyGroupIdList":["system-all-enabled-policy"]`) {
			t.Errorf("%q: %s", form, rows)
		}
		if a := stop(t, base, "ecd-a"); a.status != 200 {
			t.Errorf("%q: %s", form, a.body)
		}
	}
}

// TestEmptyListWithoutQuotes: null in YAML is the form, not that nothing is set.
func TestEmptyListWithoutQuotes(t *testing.T) {
	for text, want := range map[string]string{"EmptyList: null": "null", "EmptyList: absent": "absent", "EmptyList:": "", "EmptyList: ''": "", `{"EmptyList": null}`: "null", "null": ""} {
		if f := load(t, text); f.EmptyList != want || f.EDS().EmptyList != want {
			t.Errorf("%s: %q, want %q", text, f.EmptyList, want)
		}
	}
}

// TestRenamedList: the effect is there, the list under another name, and nothing else has changed.
func TestRenamedList(t *testing.T) {
	e := &emulator.EDS{Desktops: fleetOf("ecd-a"), Faults: []emulator.Fault{{Kind: emulator.FaultRenamed}}}
	base := serve(t, e)
	if a := (call{action: "DescribeDesktops", query: query()}).send(t, base); a.status != 200 || !strings.Contains(a.body, `"RenamedDesktops":[{`) ||
		strings.Contains(a.body, `"Desktops"`) || !strings.Contains(a.body, `"TotalCount":1`) || !strings.Contains(a.body, `"RequestId":"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := stop(t, base, "ecd-a"); a.status != 200 || !strings.HasPrefix(a.body, `{"RequestId":"`) || status(e, "ecd-a") != "Stopping" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestNamelessRow: the first row of every listing lacks the ID of its desktop, and nothing else has changed.
func TestNamelessRow(t *testing.T) {
	e := load(t, `
Desktops: [{DesktopId: ecd-a, Tags: [{Key: k, Value: v}]}, {DesktopId: ecd-b, Tags: [{Key: k, Value: v}]}]
ClientEvents: [{DesktopId: ecd-a, EventType: DESKTOP_START, EventTime: -5m}, {DesktopId: ecd-b, EventType: DESKTOP_START, EventTime: -5m}]
Faults: [{Kind: nameless}]`).EDS()
	base := serve(t, e)
	for action, c := range map[string]struct {
		query   []string
		id, has string
	}{
		"DescribeDesktopInfo":  {[]string{"DesktopId", "ecd-a ecd-b"}, "DesktopId", `"ConnectionStatus"`},
		"DescribeDesktops":     {nil, "DesktopId", `"DesktopName"`},
		"ListTagResources":     {[]string{"ResourceType", "ALIYUN::GWS::INSTANCE", "Tag.1.Key", "k"}, "ResourceId", `"TagKey":"k"`},
		"DescribeClientEvents": {nil, "DesktopId", `"EventType":"DESKTOP_START"`},
	} {
		a := call{action: action, query: query(c.query...)}.send(t, base)
		if a.status != 200 || strings.Count(a.body, `"`+c.id+`":`) != 1 || strings.Count(a.body, c.has) != 2 {
			t.Errorf("%s: %d %s", action, a.status, a.body)
		}
	}
	if a := stop(t, base, "ecd-a"); a.status != 200 || status(e, "ecd-a") != "Stopping" {
		t.Errorf("%d %s", a.status, a.body)
	}
}
