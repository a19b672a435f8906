package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// TestStartTakesTime: what was stopped goes from Starting to Running, as describes show it a while
// later, and can be stopped again.
func TestStartTakesTime(t *testing.T) {
	var clk clock
	e := &emulator.EDS{Now: clk.now, StopTime: 10 * time.Second, StartTime: 20 * time.Second, VisibleAfter: 2 * time.Second, Desktops: []emulator.Desktop{
		{DesktopId: "ecd-a", ConnectionStatus: "Connected"}, {DesktopId: "ecd-b", DesktopStatus: "Stopped"},
	}}
	base := serve(t, e)
	send := func(action, ids string) answer {
		c := call{action: action, query: query("DesktopId", ids), now: clk.now()}
		if action == "StartDesktops" {
			c.cred = emulator.OperatorCredential
		}
		return c.send(t, base)
	}
	for _, step := range []struct {
		wait   time.Duration
		action string
		ids    string
		status int
		shown  string // what describes show of both, and whether a user is connected to the first
	}{
		{0, "StartDesktops", "ecd-b", 200, "Running Stopped Connected"},
		{2 * time.Second, "StopDesktops", "ecd-a", 200, "Running Starting Connected"},
		{2 * time.Second, "StartDesktops", "ecd-a", 400, "Stopping Starting Disconnected"},
		{16 * time.Second, "StartDesktops", "ecd-a", 200, "Stopped Running Disconnected"},
		{2 * time.Second, "StartDesktops", "ecd-a", 400, "Starting Running Disconnected"},
		{18 * time.Second, "StopDesktops", "ecd-a ecd-b", 200, "Running Running Disconnected"},
		{2 * time.Second, "StopDesktops", "ecd-a", 400, "Stopping Stopping Disconnected"},
		{8 * time.Second, "StartDesktops", "ecd-a ecd-b", 200, "Stopped Stopped Disconnected"},
		{time.Hour, "StartDesktops", "ecd-a", 400, "Running Running Disconnected"},
	} {
		clk.advance(step.wait)
		if a := send(step.action, step.ids); a.status != step.status {
			t.Errorf("%s %s: %d %s, want %d", step.action, step.ids, a.status, a.body, step.status)
		}
		var rows struct {
			Desktops []struct{ DesktopStatus, ConnectionStatus string }
		}
		send("DescribeDesktopInfo", "ecd-a ecd-b").decode(t, &rows)
		if got := rows.Desktops[0].DesktopStatus + " " + rows.Desktops[1].DesktopStatus + " " + rows.Desktops[0].ConnectionStatus; got != step.shown {
			t.Errorf("after %s %s: %s, want %s", step.action, step.ids, got, step.shown)
		}
	}
}

// TestStartIsStrict: one ID that cannot be started refuses them all, whatever MixedCalls says.
func TestStartIsStrict(t *testing.T) {
	var many []string
	for i := range 101 {
		many = append(many, fmt.Sprint("ecd-", i))
	}
	e := &emulator.EDS{MixedCalls: emulator.Partial, Desktops: append(fleetOf("ecd-running"),
		emulator.Desktop{DesktopId: "ecd-a", DesktopStatus: "Stopped"}, emulator.Desktop{DesktopId: "ecd-hibernated", DesktopStatus: "Hibernated"},
		emulator.Desktop{DesktopId: "ecd-updating", DesktopStatus: "Stopped", ManagementFlags: []string{"Updating"}},
		emulator.Desktop{DesktopId: "ecd-ghost", DesktopStatus: "Stopped", Ghost: true},
		emulator.Desktop{DesktopId: "ecd-far", DesktopStatus: "Stopped", RegionId: "cn-beijing"})}
	base := serve(t, e)
	for _, tt := range []struct {
		ids, code string
		more      []string
	}{
		{ids: "", code: "MissingDesktopId"},
		{ids: strings.Join(many, " "), code: "InvalidParameter"},
		{ids: "ecd-a ecd-a", code: "InvalidParameter"},
		{ids: "ecd-a", more: []string{"StoppedMode", "StopCharging"}, code: "InvalidParameter"},
		{ids: "ecd-a", more: []string{"RegionId", "cn-nowhere"}, code: "InvalidRegionId.NotFound"},
		{ids: "ecd-a ecd-running", code: "IncorrectDesktopStatus"},
		{ids: "ecd-a ecd-hibernated", code: "IncorrectDesktopStatus"},
		{ids: "ecd-a ecd-updating", code: "IncorrectDesktopStatus"},
		{ids: "ecd-a ecd-none", code: "InvalidDesktopId.NotFound"},
		{ids: "ecd-a ecd-ghost", code: "InvalidDesktopId.NotFound"},
		{ids: "ecd-a ecd-far", code: "InvalidDesktopId.NotFound"},
	} {
		pairs := tt.more
		if tt.ids != "" {
			pairs = append(pairs, "DesktopId", tt.ids)
		}
		if a := (call{action: "StartDesktops", query: query(pairs...), cred: emulator.OperatorCredential}).send(t, base); a.status < 400 || a.Code != tt.code {
			t.Errorf("%.40s %v: %d %s, want %s", tt.ids, tt.more, a.status, a.body, tt.code)
		}
	}
	if status(e, "ecd-a") != "Stopped" {
		t.Error("a call that was refused has started something")
	}
	ok := call{action: "StartDesktops", query: query("DesktopId", "ecd-a"), cred: emulator.OperatorCredential}.send(t, base)
	if calls := e.Calls(); ok.status != 200 || !slices.Equal(calls[len(calls)-1].Started, []string{"ecd-a"}) {
		t.Errorf("%d %s, %+v", ok.status, ok.body, calls[len(calls)-1])
	}
}

// TestFunctionMayNotStart: the identity that the function gets is refused.
func TestFunctionMayNotStart(t *testing.T) {
	e := &emulator.EDS{Desktops: []emulator.Desktop{{DesktopId: "ecd-a", DesktopStatus: "Stopped"}}}
	if a := (call{action: "StartDesktops", query: query("DesktopId", "ecd-a")}).send(t, serve(t, e)); a.status != 403 || a.Code != "NoPermission" || status(e, "ecd-a") != "Stopped" {
		t.Errorf("%d %s", a.status, a.body)
	}
}
