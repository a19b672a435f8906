package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// TestParametersAreStrict: what is not exactly as documented is refused, and
// nothing is stopped.
func TestParametersAreStrict(t *testing.T) {
	ids := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprint("ecd-", i))
		}
		return strings.Join(list, " ")
	}
	tests := []struct{ action, name, code string }{
		{"StopDesktops", "", "MissingDesktopId"},
		{"StopDesktops", "DesktopId " + ids(101), "InvalidParameter"},
		{"StopDesktops", "DesktopId ecd-0 ecd-0", "InvalidParameter"},
		{"StopDesktops", "DesktopId.2 ecd-0", "MissingDesktopId"},
		{"StopDesktops", "DesktopId.0 ecd-0", "MissingDesktopId"},
		{"StopDesktops", "DesktopId.1 ", "InvalidParameter"},
		{"StopDesktops", "DesktopId ecd-0;DesktopId.3 ecd-1", "InvalidParameter"},
		{"StopDesktops", "DesktopId ecd-0;StoppedMode stopcharging", "InvalidParameter"},
		{"StopDesktops", "DesktopId ecd-0;StoppedMode ", "InvalidParameter"},
		{"StopDesktops", "DesktopId ecd-0;OsUpdate True", "InvalidParameter"},
		{"StopDesktops", "DesktopId ecd-0;Force true", "InvalidParameter"},
		{"StopDesktops", "DesktopId ecd-0;RegionId ", "MissingRegionId"},
		{"StopDesktops", "DesktopId ecd-0;RegionId cn-beijing", "InvalidRegionId.NotFound"},
		{"DescribeDesktopInfo", "", "MissingDesktopId"},
		{"DescribeDesktopInfo", "DesktopId " + ids(101), "InvalidParameter"},
		{"DescribeDesktopInfo", "DesktopId ecd-0;MaxResults 10", "InvalidParameter"},
		{"DescribeDesktops", "MaxResults 101", "InvalidParameter"},
		{"DescribeDesktops", "MaxResults 0", "InvalidParameter"},
		{"DescribeDesktops", "DesktopId " + ids(101), "InvalidParameter"},
		{"DescribeDesktops", "ChargeType Postpaid", "InvalidParameter"},
		{"DescribeDesktops", "FilterDesktopGroup 0", "InvalidParameter"},
		{"DescribeDesktops", "DesktopStatus Runing", "InvalidParameter"},
		{"DescribeDesktops", "DesktopStatus Running;DesktopStatusList Stopped", "InvalidParameter"},
		{"DescribeDesktops", "Tag.1.Value x", "InvalidParameter"},
		{"DescribeDesktops", "Tag.1.Key acs:x", "InvalidParameter"},
		{"DescribeDesktops", "NextToken nonsense", "InvalidParameter"},
		{"DescribeDesktops", "PageNumber 0;PageSize 10", "InvalidParameter"},
		{"DescribeDesktops", "PageNumber 1;PageSize 101", "InvalidParameter"},
		{"DescribeDesktops", "PageSize 10", "InvalidParameter"},
		{"DescribeDesktops", "PageNumber 1;PageSize 10;MaxResults 10", "InvalidParameter"},
		{"DescribeDesktops", "PageNumber 2;PageSize 10;NextToken x", "InvalidParameter"},
		{"ListTagResources", "ResourceType ALIYUN::GWS::INSTANCE", "InvalidParameter"},
		{"ListTagResources", "ResourceId ecd-0", "MissingResourceType"},
		{"ListTagResources", "ResourceType INSTANCE;ResourceId ecd-0", "InvalidParameter"},
		{"ListTagResources", "ResourceType ALIYUN::GWS::INSTANCE;ResourceId " + ids(51), "InvalidParameter"},
		{"DescribeClientEvents", "EventType CONNECT", "InvalidParameter"},
		{"DescribeClientEvents", "EventType DESKTOP_START;EventTypes DESKTOP_STOP", "InvalidParameter"},
		{"DescribeClientEvents", "StartTime 2026-11-22T20:59:51.000Z", "InvalidParameter"},
		{"DescribeClientEvents", "StartTime 2026-11-22T20:59:51Z;EndTime 2026-11-22T20:59:50Z", "InvalidParameter"},
		{"DescribeClientEvents", "MaxResults 101", "InvalidParameter"},
	}
	e := &emulator.EDS{Desktops: fleetOf(strings.Fields(ids(101))...)}
	base := serve(t, e)
	for _, tt := range tests {
		var pairs []string
		for pair := range strings.SplitSeq(tt.name, ";") {
			if name, value, ok := strings.Cut(pair, " "); ok {
				pairs = append(pairs, name, value)
			}
		}
		before := len(e.Violations())
		a := call{action: tt.action, query: query(pairs...)}.send(t, base)
		if a.status < 400 || a.Code != tt.code {
			t.Errorf("%s %.80s: got %d %s, want %s", tt.action, tt.name, a.status, a.body, tt.code)
		}
		if len(e.Violations()) != before+1 {
			t.Errorf("%s %.80s: not a violation", tt.action, tt.name)
		}
	}
	for _, c := range e.Calls() {
		if len(c.Stopped) > 0 {
			t.Errorf("call %d stopped %v", c.Seq, c.Stopped)
		}
	}
}

func TestURILimit(t *testing.T) {
	a := call{action: "StopDesktops", query: query("DesktopId", "ecd-"+strings.Repeat("a", 17<<10))}.send(t, serve(t, &emulator.EDS{}))
	if a.status != 414 {
		t.Errorf("status %d", a.status)
	}
}

func TestStopTakesTime(t *testing.T) {
	var clk clock
	e := &emulator.EDS{Now: clk.now, StopTime: 10 * time.Second, VisibleAfter: 2 * time.Second, Desktops: []emulator.Desktop{
		{DesktopId: "ecd-a"}, {DesktopId: "ecd-b", StopTime: time.Minute}, {DesktopId: "ecd-c", NeverStops: true}, {DesktopId: "ecd-d", DesktopStatus: "Stopping"},
	}}
	base := serve(t, e)
	send := func(c call) answer { c.now = clk.now(); return c.send(t, base) }
	if a := send(call{action: "StopDesktops", query: query("DesktopId", "ecd-a ecd-b ecd-c")}); a.status != 200 {
		t.Fatal(a.body)
	}
	for _, tt := range []struct {
		wait time.Duration
		want string // as DescribeDesktopInfo and DescribeDesktops show a, b, c, d
	}{
		{0, "Running Running Running Stopping"},
		{2 * time.Second, "Stopping Stopping Stopping Stopping"},
		{8 * time.Second, "Stopped Stopping Stopping Stopped"},
		{50 * time.Second, "Stopped Stopped Stopping Stopped"},
		{24 * time.Hour, "Stopped Stopped Stopping Stopped"},
	} {
		clk.advance(tt.wait)
		for _, action := range []string{"DescribeDesktopInfo", "DescribeDesktops"} {
			var rows struct {
				Desktops []struct{ DesktopStatus string }
			}
			send(call{action: action, query: query("DesktopId", "ecd-a ecd-b ecd-c ecd-d")}).decode(t, &rows)
			var got []string
			for _, r := range rows.Desktops {
				got = append(got, r.DesktopStatus)
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("%s after %s: %s, want %s", action, tt.wait, s, tt.want)
			}
		}
	}
	noViolations(t, e)
}

// TestOneBadId: one ID that cannot be stopped among others.
func TestOneBadId(t *testing.T) {
	desktops := append(fleetOf("ecd-a", "ecd-b"), emulator.Desktop{DesktopId: "ecd-stopped", DesktopStatus: "Stopped"},
		emulator.Desktop{DesktopId: "ecd-updating", ManagementFlags: []string{"Updating"}},
		emulator.Desktop{DesktopId: "ecd-ghost", Ghost: true}, emulator.Desktop{DesktopId: "ecd-far", RegionId: "cn-beijing"})
	tests := []struct {
		mode, bad string
		status    int
		code      string
		stopped   int
	}{
		{"", "ecd-stopped", 400, "IncorrectDesktopStatus", 0},
		{"", "ecd-updating", 400, "IncorrectDesktopStatus", 0},
		{"", "ecd-none", 404, "InvalidDesktopId.NotFound", 0},
		{"", "ecd-ghost", 404, "InvalidDesktopId.NotFound", 0},
		{"", "ecd-far", 404, "InvalidDesktopId.NotFound", 0},
		{emulator.Refuse, "ecd-none", 404, "InvalidDesktopId.NotFound", 0},
		{emulator.Partial, "ecd-stopped", 200, "", 2},
		{emulator.Partial, "ecd-none", 200, "", 2},
	}
	for _, tt := range tests {
		e := &emulator.EDS{Desktops: desktops, MixedCalls: tt.mode}
		a := stop(t, serve(t, e), "ecd-a", tt.bad, "ecd-b")
		c := e.Calls()[0]
		if a.status != tt.status || a.Code != tt.code || len(c.Stopped) != tt.stopped {
			t.Errorf("%+v: %d %s, stopped %v", tt, a.status, a.body, c.Stopped)
		}
		noViolations(t, e)
	}
	e := &emulator.EDS{MixedCalls: emulator.Partial, NotFoundError: emulator.APIError{Code: "InvalidDesktopIds", Status: 400}}
	if a := stop(t, serve(t, e), "ecd-a"); a.status != 400 || a.Code != "InvalidDesktopIds" {
		t.Errorf("nothing to stop: %d %s", a.status, a.body)
	}
	e = &emulator.EDS{Desktops: desktops, StateError: emulator.APIError{Code: "OperationDenied"}}
	if a := stop(t, serve(t, e), "ecd-stopped"); a.status != 400 || a.Code != "OperationDenied" {
		t.Errorf("own code: %d %s", a.status, a.body)
	}
}

func TestUnknownIdsInInfo(t *testing.T) {
	for mode, want := range map[string]int{"": 200, emulator.Omit: 200, emulator.Refuse: 404} {
		e := &emulator.EDS{Desktops: fleetOf("ecd-a"), UnknownIds: mode}
		a := call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a ecd-none")}.send(t, serve(t, e))
		if a.status != want || want == 200 && strings.Count(a.body, "DesktopId") != 1 {
			t.Errorf("%q: %d %s", mode, a.status, a.body)
		}
		noViolations(t, e)
	}
}

// TestUnknownResources: neither what ListTagResources does with a ResourceId that it does not know is documented, nor
// what it does with ResourceId and Tag together. Both must match here.
func TestUnknownResources(t *testing.T) {
	fleet := fleetOf("ecd-a", "ecd-b")
	for i := range fleet {
		fleet[i].Tags = []emulator.Tag{{Key: "k", Value: fleet[i].DesktopId}, {Key: "other"}}
	}
	for mode, want := range map[string]int{"": 200, emulator.Omit: 200, emulator.Refuse: 404} {
		e := &emulator.EDS{Desktops: fleet, UnknownResources: mode}
		base := serve(t, e)
		for _, q := range []struct {
			ids, value   string
			status, rows int
		}{
			{"ecd-a ecd-none", "", want, 2},
			{"ecd-A", "", want, 0},
			{"ecd-a ecd-b", "", 200, 4},
			{"ecd-a ecd-b", "ecd-b", 200, 2},
			{"ecd-a", "ecd-b", 200, 0},
		} {
			pairs := []string{"ResourceType", "ALIYUN::GWS::INSTANCE", "ResourceId", q.ids}
			if q.value != "" {
				pairs = append(pairs, "Tag.1.Key", "k", "Tag.1.Value", q.value)
			}
			a := call{action: "ListTagResources", query: query(pairs...)}.send(t, base)
			if a.status != q.status || a.status == 200 && strings.Count(a.body, "TagKey") != q.rows {
				t.Errorf("%q %+v: %d %s", mode, q, a.status, a.body)
			}
		}
		noViolations(t, e)
	}
}

// TestWhatACarefulClientNeverDoes is about the violations of a good request.
func TestWhatACarefulClientNeverDoes(t *testing.T) {
	e := &emulator.EDS{Desktops: []emulator.Desktop{{DesktopId: "ecd-a", ConnectionStatus: "Connected"}, {DesktopId: "ecd-b"}, {DesktopId: "ecd-c"}},
		Faults: []emulator.Fault{{Action: "StopDesktops", Call: 2, Kind: emulator.FaultDropAfter}}, StopTime: time.Hour}
	base := serve(t, e)
	violations := func(want int) {
		t.Helper()
		if v := e.Violations(); len(v) != want {
			t.Errorf("%d violations, want %d: %q", len(v), want, v)
		}
	}
	stop(t, base, "ecd-a")
	violations(1) // somebody was cut off
	if c := e.Calls()[0]; !slices.Equal(c.CutOff, []string{"ecd-a"}) {
		t.Errorf("CutOff %v", c.CutOff)
	}
	if d, _ := e.Desktop("ecd-a"); d.ConnectionStatus != "Disconnected" || d.DesktopStatus != "Stopping" {
		t.Errorf("%+v", d)
	}
	stop(t, base, "ecd-b")
	stop(t, base, "ecd-b")
	violations(1) // the client was not told: it may try again
	call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-b")}.send(t, base)
	stop(t, base, "ecd-b")
	violations(2) // it was shown Stopping
	stop(t, base, "ecd-c")
	stop(t, base, "ecd-c")
	violations(3) // it was told that the stop was accepted
}

// TestImpatientClient: whose connection is gone was not told anything.
func TestImpatientClient(t *testing.T) {
	e := &emulator.EDS{Desktops: fleetOf("ecd-a"), StopTime: time.Hour, ActionLatency: map[string]time.Duration{"StopDesktops": 200 * time.Millisecond}}
	base := serve(t, e)
	if a := (call{action: "StopDesktops", query: query("DesktopId", "ecd-a"), timeout: 50 * time.Millisecond}).send(t, base); a.err == nil {
		t.Error(a.body)
	}
	for deadline := time.Now().Add(5 * time.Second); e.Calls()[0].Status != 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", e.Calls()[0])
		}
	}
	stop(t, base, "ecd-a")
	noViolations(t, e)
}

// TestSomebodyElse: what Set does to a stop under way.
func TestSomebodyElse(t *testing.T) {
	var clk clock
	e := &emulator.EDS{Now: clk.now, Desktops: []emulator.Desktop{{DesktopId: "ecd-a", ConnectionStatus: "Connected"}}}
	base := serve(t, e)
	call{action: "StopDesktops", query: query("DesktopId", "ecd-a"), now: clk.now()}.send(t, base)
	clk.advance(time.Second)
	want := func(status, connection string) {
		t.Helper()
		if d, _ := e.Desktop("ecd-a"); d.DesktopStatus != status || d.ConnectionStatus != connection {
			t.Errorf("%s %s, want %s %s", d.DesktopStatus, d.ConnectionStatus, status, connection)
		}
	}
	want("Stopped", "Disconnected")
	e.Set("ecd-a", emulator.State{DesktopStatus: new("Running")})
	want("Running", "Disconnected")
	e.Set("ecd-a", emulator.State{ConnectionStatus: new("Connected")})
	want("Running", "Connected")
	e.Set("ecd-a", emulator.State{DesktopStatus: new("Stopping")})
	want("Stopping", "Disconnected")
	clk.advance(emulator.DefaultStopTime)
	want("Stopped", "Disconnected")
}
