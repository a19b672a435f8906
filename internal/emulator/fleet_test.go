package emulator_test

import (
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

func load(t *testing.T, text string) *emulator.Fleet {
	t.Helper()
	f, err := emulator.LoadFleet(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLoadFleet(t *testing.T) {
	f := load(t, `
Desktops:
  - {DesktopId: ecd-a, ConnectionStatus: ""}
  - {DesktopId: ecd-b, ConnectionStatus: Unknown, StopTime: 1h, RegionId: cn-beijing}
Generate:
  - {Count: 12, Prefix: ecd-g, EndUserIds: ["u{n}"], DesktopName: "Seat {n}", Tags: [{Key: k, Value: v}]}
Regions: [cn-hangzhou, cn-beijing, cn-shanghai]
Faults: [{Action: StopDesktops, Call: 1, Kind: stall, Delay: 2s}]
Changes: [{After: DescribeDesktopInfo, DesktopId: ecd-a, Set: {ConnectionStatus: Connected}}]
ClientEvents:
  - {DesktopId: ecd-a, EventType: DESKTOP_START, EventTime: -10m}
  - {DesktopId: ecd-a, EventType: DESKTOP_STOP, EventTime: "2026-11-22T20:00:00+08:00"}
MixedCalls: partial
Latency: 20ms
MaxQPS: 50
Quota: 1000
ActionQuota: {StopDesktops: 10}
QuotaWindow: 30s
`)
	e := f.EDS()
	if len(e.Desktops) != 14 || e.Faults[0].Delay != 2*time.Second || e.MixedCalls != emulator.Partial || e.Latency != 20*time.Millisecond ||
		e.Quota != 1000 || e.ActionQuota["StopDesktops"] != 10 || e.QuotaWindow != 30*time.Second ||
		e.ClientEvents[0].Ago != 10*time.Minute || e.ClientEvents[1].EventTime.UTC().Hour() != 12 || *e.Changes[0].Set.ConnectionStatus != "Connected" {
		t.Errorf("%+v", e)
	}
	for id, want := range map[string]string{"ecd-a": "", "ecd-b": "Unknown", "ecd-g01": "Disconnected"} {
		if d, ok := e.Desktop(id); !ok || d.ConnectionStatus != want {
			t.Errorf("%s: %t %q", id, ok, d.ConnectionStatus)
		}
	}
	if d, _ := e.Desktop("ecd-g12"); d.EndUserIds[0] != "u12" || d.DesktopName != "Seat 12" || d.RegionId != "cn-hangzhou" || d.DesktopStatus != "Running" {
		t.Errorf("%+v", d)
	}
	f.EDS().Set("ecd-a", emulator.State{DesktopStatus: new("Stopped")})
	if status(e, "ecd-a") != "Running" {
		t.Error("two services of a fleet are not independent")
	}
}

func TestFleetMayBeJSONOrEmpty(t *testing.T) {
	if f := load(t, `{"Desktops":[{"DesktopId":"ecd-a","Tags":[{"Key":"k","Value":"v"}]}],"StopTime":"1s"}`); f.StopTime != time.Second || len(f.Desktops) != 1 {
		t.Errorf("%+v", f)
	}
	load(t, "")
	load(t, "# nothing\n")
}

func TestFleetIsStrict(t *testing.T) {
	for text, want := range map[string]string{
		"Desktops:\n- DesktopId: ecd-a\n  Desktopstatus: Stopped":                                           "line 3: field Desktopstatus not found",
		"Desktops:\n- DesktopId: ecd-a\n- DesktopId: ecd-a":                                                 "line 3: Desktops: DesktopId ecd-a occurs twice",
		"Desktops:\n- DesktopId: ecd-A":                                                                     "line 2: Desktops: DesktopId",
		"Desktops:\n- {}":                                                                                   "line 2: Desktops: DesktopId",
		"Desktops:\n- DesktopId: ecd-a\n\n- DesktopId: ecd-b\n  ConnectionStatus: connected":                "line 4: Desktops: ConnectionStatus",
		"Desktops:\n- {DesktopId: ecd-a, DesktopStatus: running}":                                           "line 2: Desktops: DesktopStatus",
		"Desktops:\n- {DesktopId: ecd-a, ManagementFlags: [NoFlag]}":                                        "ManagementFlags",
		"Desktops:\n- {DesktopId: ecd-a, RegionId: hangzhou}":                                               "RegionId",
		"Desktops:\n- {DesktopId: ecd-a, Tags: [{Key: a}, {Key: a}]}":                                       "tag key",
		"Desktops:\n- {DesktopId: ecd-a, StopTime: 5}":                                                      "line 2: cannot unmarshal",
		"Regions: [cn-beijing]\nDesktops:\n- {DesktopId: ecd-a}":                                            "line 3: Desktops: the region cn-hangzhou is not in Regions",
		"Generate:\n- {Count: 0, Prefix: ecd-a}":                                                            "line 2: Generate: Count",
		"Generate:\n- {Count: 2, Prefix: x}":                                                                "Prefix",
		"Generate:\n- {Count: 2, Prefix: ecd-a, DesktopId: ecd-b}":                                          "made from Prefix",
		"Desktops: [{DesktopId: ecd-a1}]\nGenerate:\n- {Count: 2, Prefix: ecd-a}":                           "line 3: Generate: DesktopId ecd-a1 occurs twice",
		"Faults:\n- {Kind: html}":                                                                           "line 2: Faults: Kind",
		"Faults:\n- {Kind: stall, Action: StopDesktop}":                                                     "Faults: \"StopDesktop\" is not an action",
		"Faults:\n- {Kind: stall, Call: -1}":                                                                "negative",
		"Changes:\n- {After: StopDesktops}":                                                                 "Set changes nothing",
		"Changes:\n- {DesktopId: ecd-a, Set: {DesktopStatus: Stopped}}":                                     "not in the fleet",
		"Desktops: [{DesktopId: ecd-a}]\nClientEvents:\n- {DesktopId: ecd-a, EventType: X, EventTime: -1m}": "line 3: ClientEvents: EventType",
		"Desktops: [{DesktopId: ecd-a}]\nClientEvents:\n- {DesktopId: ecd-a, EventType: DESKTOP_START}":     "EventTime",
		"ClientEvents:\n- {DesktopId: ecd-a, EventType: DESKTOP_START, EventTime: -1m}":                     "not in the fleet",
		"MixedCalls: some":                 "MixedCalls",
		"EmptyList: none":                  "line 1: EmptyList",
		"MaxQPS: 1\nEmptyList: ~":          "line 2: EmptyList",
		"EmptyList: Null":                  "EmptyList",
		"UnknownIds: partial":              "UnknownIds",
		"UnknownResources: none":           "UnknownResources",
		"ShowPooled: sometimes":            "ShowPooled",
		"\nLatency: -1s":                   "line 2: Latency: negative",
		"ActionLatency: {StopDesktop: 1s}": "not an action",
		"ActionQuota: {StopDesktop: 1}":    "not an action",
		"ActionQuota: {StopDesktops: -1}":  "negative",
		"Quota: -1":                        "line 1: Quota: negative",
		"ThrottleStatus: 503":              "neither 400 nor 429",
		"MaxQPS: 1\nMaxQPS: 2":             "already defined",
		"MaxQPS: 1\n---\nMaxQPS: 2":        "more than one document",
		"- a":                              "cannot unmarshal",
		"Desktops: [":                      "line",
	} {
		_, err := emulator.LoadFleet(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot %v, want %s", text, err, want)
		}
	}
}

func TestDefaultFleet(t *testing.T) {
	e := emulator.DefaultFleet().EDS()
	got := map[string]int{}
	for _, d := range e.Desktops {
		s, _ := e.Desktop(d.DesktopId)
		got[s.DesktopStatus+" "+s.ConnectionStatus]++
	}
	want := map[string]int{"Running Disconnected": 4, "Running Connected": 1, "Running Unknown": 1, "Stopped Disconnected": 1,
		"Stopping Disconnected": 1, "Starting Disconnected": 1, "Hibernated Disconnected": 1}
	for state, n := range want {
		if got[state] != n {
			t.Errorf("%s: %d, want %d", state, got[state], n)
		}
	}
	if len(got) != len(want) || len(emulator.DefaultFleetFile()) == 0 {
		t.Errorf("%v", got)
	}
}

// TestFleetOfAnotherForm: a field of another form is refused with its line, and with the file that shows the form.
func TestFleetOfAnotherForm(t *testing.T) {
	_, err := emulator.LoadFleet(strings.NewReader("Desktops:\n  - {DesktopId: ecd-a, Tags: {team: design}}\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "fleet.yaml") {
		t.Errorf("%v", err)
	}
}
