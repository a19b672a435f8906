package emulator_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// TestFaults shows every kind to a plain HTTP client, and whether the desktop
// was stopped nevertheless.
func TestFaults(t *testing.T) {
	const before, after = "Running", "Stopping"
	broken := func(a answer) bool { return a.err != nil && a.status == 0 }
	tests := []struct {
		fault  emulator.Fault
		state  string
		status int
		code   string // of the body
		is     func(answer) bool
	}{
		{emulator.Fault{Kind: emulator.FaultThrottle}, before, 429, "Throttling.User", func(a answer) bool { return a.header.Get("X-Ratelimit-User-Api") == "" }},
		{emulator.Fault{Kind: emulator.FaultThrottle, Status: 400, TimeLeft: 1234 * time.Millisecond}, before, 400, "Throttling.User",
			func(a answer) bool { return strings.Contains(a.header.Get("X-Ratelimit-User-Api"), ",TimeLeft:1234,") }},
		{emulator.Fault{Kind: emulator.FaultError}, before, 400, "InternalError", nil},
		{emulator.Fault{Kind: emulator.FaultError, Status: 403, Code: "Forbidden.RAM", Message: "No."}, before, 403, "Forbidden.RAM",
			func(a answer) bool { return strings.Contains(a.body, `"Message":"No."`) }},
		{emulator.Fault{Kind: emulator.FaultError, AfterEffect: true, Status: 500}, after, 500, "InternalError", nil},
		{emulator.Fault{Kind: emulator.FaultUnavailable}, before, 503, "ServiceUnavailable", nil},
		{emulator.Fault{Kind: emulator.FaultUnavailable, AfterEffect: true}, after, 503, "ServiceUnavailable", nil},
		{emulator.Fault{Kind: emulator.FaultInternal}, before, 500, "InternalError", nil},
		{emulator.Fault{Kind: emulator.FaultHTML502}, before, 502, "", func(a answer) bool { return strings.HasPrefix(a.body, "<html>") }},
		{emulator.Fault{Kind: emulator.FaultHTML502, AfterEffect: true}, after, 502, "", nil},
		{emulator.Fault{Kind: emulator.FaultHTML200}, before, 200, "", func(a answer) bool { return a.header.Get("Content-Type") == "text/html" }},
		{emulator.Fault{Kind: emulator.FaultEmpty500}, before, 500, "", func(a answer) bool { return a.body == "" }},
		{emulator.Fault{Kind: emulator.FaultEmpty200}, before, 200, "", func(a answer) bool { return a.body == "{}" }},
		{emulator.Fault{Kind: emulator.FaultError200}, before, 200, "InternalError", nil},
		{emulator.Fault{Kind: emulator.FaultNoData}, before, 200, "", func(a answer) bool { return strings.HasPrefix(a.body, `{"RequestId":"`) && len(a.body) < 60 }},
		{emulator.Fault{Kind: emulator.FaultBadJSON}, before, 200, "", func(a answer) bool { return strings.HasSuffix(a.body, `:`) && a.err == nil }},
		{emulator.Fault{Kind: emulator.FaultCutBody}, after, 200, "", func(a answer) bool { return errors.Is(a.err, io.ErrUnexpectedEOF) && a.body != "" }},
		{emulator.Fault{Kind: emulator.FaultDropBefore}, before, 0, "", broken},
		{emulator.Fault{Kind: emulator.FaultDropAfter}, after, 0, "", broken},
		{emulator.Fault{Kind: emulator.FaultStall}, after, 0, "", broken},
		{emulator.Fault{Kind: emulator.FaultStall, Delay: 50 * time.Millisecond}, after, 200, "", nil},
		{emulator.Fault{Kind: emulator.FaultStallBody}, after, 200, "", func(a answer) bool { return a.err != nil && a.body != "" }},
		{emulator.Fault{Kind: emulator.FaultStallBody, Delay: 50 * time.Millisecond}, after, 200, "", func(a answer) bool { return a.err == nil }},
		{emulator.Fault{Kind: emulator.FaultRedirect}, before, 302, "", func(a answer) bool { return strings.HasPrefix(a.header.Get("Location"), "http://localhost:") }},
		{emulator.Fault{Kind: emulator.FaultRedirect307, Location: "http://example.com/"}, before, 307, "", func(a answer) bool { return a.header.Get("Location") == "http://example.com/" }},
		{emulator.Fault{Kind: emulator.FaultInternal, DesktopId: "ecd-b"}, after, 200, "", nil},
		{emulator.Fault{Kind: emulator.FaultInternal, Action: "DescribeDesktops"}, after, 200, "", nil},
		{emulator.Fault{Kind: emulator.FaultInternal, Call: 2}, after, 200, "", nil},
	}
	for _, tt := range tests {
		e := &emulator.EDS{Desktops: fleetOf("ecd-a"), Faults: []emulator.Fault{tt.fault}, StopTime: time.Hour}
		a := call{action: "StopDesktops", query: query("DesktopId", "ecd-a"), timeout: 300 * time.Millisecond}.send(t, serve(t, e))
		if a.status != tt.status || a.Code != tt.code || tt.is != nil && !tt.is(a) {
			t.Errorf("%+v: %d %v %q, %v", tt.fault, a.status, a.header, a.body, a.err)
		}
		if s := status(e, "ecd-a"); s != tt.state {
			t.Errorf("%+v: %s, want %s", tt.fault, s, tt.state)
		}
		noViolations(t, e)
	}
}

// TestFaultsAreCounted: which calls a fault meets.
func TestFaultsAreCounted(t *testing.T) {
	for _, tt := range []struct {
		fault emulator.Fault
		want  string
	}{
		{emulator.Fault{}, "xxxxx"},
		{emulator.Fault{Times: 2}, "xx..."},
		{emulator.Fault{Call: 1}, "x...."},
		{emulator.Fault{Call: 2, Times: 3}, ".xxx."},
		{emulator.Fault{Call: 2, DesktopId: "ecd-a"}, ".x..."},
		{emulator.Fault{DesktopId: "ecd-b"}, "....."},
	} {
		tt.fault.Kind = emulator.FaultInternal
		e := &emulator.EDS{Desktops: fleetOf("ecd-a"), Faults: []emulator.Fault{tt.fault}}
		base, got := serve(t, e), ""
		for range 5 {
			a := call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a")}.send(t, base)
			got += map[bool]string{true: ".", false: "x"}[a.status == 200]
		}
		if got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.fault, got, tt.want)
		}
	}
}

// TestRedirectIsATrap: who follows gets a success, and a violation.
func TestRedirectIsATrap(t *testing.T) {
	e := &emulator.EDS{Desktops: fleetOf("ecd-a"), Faults: []emulator.Fault{{Kind: emulator.FaultRedirect}}}
	a := call{action: "StopDesktops", query: query("DesktopId", "ecd-a"), follow: true}.send(t, serve(t, e))
	if a.status != 200 || status(e, "ecd-a") != "Running" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if v := e.Violations(); len(v) != 1 || !strings.Contains(v[0], "x-acs-security-token") {
		t.Errorf("violations: %q", v)
	}
}

// TestAFaultNeverHidesABadRequest, and is not used up by one.
func TestAFaultNeverHidesABadRequest(t *testing.T) {
	e := &emulator.EDS{Desktops: fleetOf("ecd-a"), Faults: []emulator.Fault{{Call: 1, Kind: emulator.FaultInternal}}}
	base := serve(t, e)
	if a := stop(t, base, "ecd-a", "ecd-a"); a.status != 400 {
		t.Error(a.body)
	}
	if a := stop(t, base, "ecd-a"); a.status != 500 {
		t.Error(a.body)
	}
}

func TestChanges(t *testing.T) {
	e := &emulator.EDS{Desktops: append(fleetOf("ecd-a", "ecd-b"), emulator.Desktop{DesktopId: "ecd-c", DesktopStatus: "Stopped"}), Changes: []emulator.Change{
		{After: "DescribeDesktopInfo", DesktopId: "ecd-a", Set: emulator.State{ConnectionStatus: new("Connected")}},
		{After: "DescribeDesktopInfo", Call: 2, Set: emulator.State{ManagementFlags: &[]string{"Updating"}, Tags: &[]emulator.Tag{{Key: "k"}}}},
		{After: "DescribeDesktopInfo", Call: 3, DesktopId: "ecd-c", Set: emulator.State{DesktopStatus: new("Running"), ConnectionStatus: new("")}},
	}}
	base := serve(t, e)
	look := func() string {
		a := call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a ecd-b ecd-c")}.send(t, base)
		return a.body
	}
	if s := look(); strings.Contains(s, `"Connected"`) {
		t.Errorf("the first look shows the change: %s", s)
	}
	if s := look(); strings.Count(s, `"Connected"`) != 1 || strings.Contains(s, "Updating") {
		t.Errorf("second: %s", s)
	}
	if s := look(); strings.Count(s, "Updating") != 3 || strings.Contains(s, `""`) {
		t.Errorf("third: %s", s)
	}
	if s := look(); strings.Count(s, `"Running"`) != 3 || !strings.Contains(s, `"ConnectionStatus":""`) {
		t.Errorf("fourth: %s", s)
	}
	if d, _ := e.Desktop("ecd-b"); len(d.Tags) != 1 || d.Tags[0].Key != "k" {
		t.Errorf("%+v", d)
	}
	var p page
	call{action: "DescribeClientEvents", query: query()}.send(t, base).decode(t, &p)
	if p.ids() != "ecd-a" {
		t.Errorf("events: %s", p.ids())
	}
	if e.Set("ecd-none", emulator.State{}) {
		t.Error("set a desktop that is not there")
	}
}

func TestThrottling(t *testing.T) {
	var clk clock
	e := &emulator.EDS{Now: clk.now, MaxQPS: 2, ThrottleStatus: 400, ThrottleTimeLeft: true, Desktops: fleetOf("ecd-a")}
	base := serve(t, e)
	send := func() answer {
		return call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a"), now: clk.now()}.send(t, base)
	}
	for i, want := range []int{200, 200, 400, 400} {
		if a := send(); a.status != want || want == 400 && (a.Code != "Throttling.User" || !strings.Contains(a.header.Get("X-Ratelimit-User-Api"), "TimeLeft:1000")) {
			t.Errorf("call %d: %d %s %v", i, a.status, a.body, a.header)
		}
	}
	clk.advance(time.Second)
	if a := send(); a.status != 200 {
		t.Error("a second later:", a.body)
	}
	noViolations(t, e)
}

// TestQuota: each action has a quota of its own, which holds for any 60 seconds; refused calls do not
// count, and each call that was served makes room when it is 60 seconds old.
func TestQuota(t *testing.T) {
	var clk clock
	e := &emulator.EDS{Now: clk.now, Quota: 2, ActionQuota: map[string]int{"DescribeDesktops": 1, "ListTagResources": 0}, ThrottleTimeLeft: true, Desktops: fleetOf("ecd-a")}
	base := serve(t, e)
	for _, step := range []struct {
		after  time.Duration
		action string
		wait   string // empty: the call is served
	}{
		{0, "DescribeDesktopInfo", ""},
		{20 * time.Second, "DescribeDesktopInfo", ""},
		{0, "DescribeDesktopInfo", "TimeLeft:40000,"},
		{10 * time.Second, "DescribeDesktopInfo", "TimeLeft:30000,"},
		{0, "DescribeDesktops", ""},
		{0, "DescribeDesktops", "TimeLeft:60000,"},
		{0, "ListTagResources", ""}, {0, "ListTagResources", ""}, {0, "ListTagResources", ""},
		{30 * time.Second, "DescribeDesktopInfo", ""},
		{0, "DescribeDesktopInfo", "TimeLeft:20000,"},
		{0, "DescribeDesktops", "TimeLeft:30000,"},
		{20 * time.Second, "DescribeDesktopInfo", ""},
	} {
		clk.advance(step.after)
		q := map[string][]string{
			"DescribeDesktopInfo": {"DesktopId", "ecd-a"},
			"ListTagResources":    {"ResourceType", "ALIYUN::GWS::INSTANCE", "Tag.1.Key", "k"},
		}[step.action]
		a := call{action: step.action, query: query(q...), now: clk.now()}.send(t, base)
		if step.wait == "" && a.status != 200 {
			t.Errorf("%s at %s: %d %s", step.action, clk.now(), a.status, a.body)
		}
		if step.wait != "" && (a.status != 429 || a.Code != "Throttling.Api" || !strings.Contains(a.header.Get("X-Ratelimit-User-Api"), step.wait)) {
			t.Errorf("%s at %s: %d %s %v, want %s", step.action, clk.now(), a.status, a.body, a.header, step.wait)
		}
	}
	noViolations(t, e)
}

func TestLatency(t *testing.T) {
	e := &emulator.EDS{Latency: time.Hour, ActionLatency: map[string]time.Duration{"DescribeDesktopInfo": 60 * time.Millisecond}, Jitter: 20 * time.Millisecond, Desktops: fleetOf("ecd-a")}
	base := serve(t, e)
	call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a")}.send(t, base)
	if d := e.Calls()[0].Duration; d < 60*time.Millisecond {
		t.Errorf("took %s", d)
	}
	a := call{action: "StopDesktops", query: query("DesktopId", "ecd-a"), timeout: 100 * time.Millisecond}.send(t, base)
	if a.err == nil || status(e, "ecd-a") == "Running" {
		t.Errorf("the effect comes before the latency: %v, %s", a.err, status(e, "ecd-a"))
	}
}

// TestZeroValue: an EDS without any field answers.
func TestZeroValue(t *testing.T) {
	var e emulator.EDS
	if a := (call{action: "DescribeDesktops", query: query()}).send(t, serve(t, &e)); a.status != 200 {
		t.Error(a.body)
	}
	if e.Count("DescribeDesktops") != 1 || e.Count("") != 1 || e.Count("StopDesktops") != 0 {
		t.Error("count")
	}
	w := httptest.NewRecorder()
	new(emulator.EDS).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/?"+url.Values{}.Encode(), nil))
	if w.Code != 400 {
		t.Error(w.Code)
	}
}
