package lab

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/internal/report"
)

func TestOwnEvents(t *testing.T) {
	binary := functionBinary(t)
	t.Parallel()
	one := trial.File(t, "one.json", `{"DesktopId":["ecd-running1"]}`)
	two := trial.File(t, "two.json", `{"DesktopId":["ecd-running1","ecd-nosuch1"]}`)
	code, out, stderr := execute(t, "", "run", "-binary", binary, "-event", one, "-event", two)
	if code != terminal.ExitOK || stderr != "" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	// The second comes to the same account: the desktop is stopping already.
	for _, want := range []string{
		"one.json · direct", "Running → Stopping  accepted", "two.json · direct", "ecd-running1  Stopping", "not_found",
		"failure StopPartial", "The function reports: 1 StopPartial, 1 success.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestJSON(t *testing.T) {
	binary := functionBinary(t)
	t.Parallel()
	fleet := trial.File(t, "fleet.yaml", "Desktops: [{DesktopId: ecd-far1, RegionId: cn-shanghai}]\n")
	code, out, stderr := execute(t, `{"DesktopId":"ecd-far1"}`, "run", "-binary", binary, "-event", "-", "-o", "json", "-v", "-fleet", fleet, "-env", "STOPPED_MODE=KeepCharging", "-retry-count", "1")
	if code != terminal.ExitOK || !strings.HasPrefix(stderr, "stopctl: run: exit code 0 after ") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	var s stepJSON
	if err := json.Unmarshal([]byte(out), &s); err != nil || s.Format != "stopctl.run/1" || strings.Count(out, "\n") != 1 {
		t.Fatalf("%v in\n%s", err, out)
	}
	if len(s.Reports) != 1 || s.Reports[0].RegionId != "cn-shanghai" || len(s.Desktops) != 1 || s.Desktops[0] != (desktopJSON{"ecd-far1", "Running", "Stopping"}) {
		t.Errorf("reports and desktops: %s", out)
	}
	if len(s.Callbacks) != 1 || !s.Callbacks[0].SignatureVerified || len(s.Log) == 0 {
		t.Errorf("callbacks and log: %s", out)
	}
	stops := 0
	for _, c := range s.Calls {
		if c.Action == "StopDesktops" && c.StoppedMode == "KeepCharging" && c.Status == 200 {
			stops++
		}
	}
	if stops != 1 {
		t.Errorf("calls: %s", out)
	}
}

// Stopping somebody's desktop is a violation also when it was asked for.
func TestViolation(t *testing.T) {
	binary := functionBinary(t)
	t.Parallel()
	code, out, _ := execute(t, `{"DesktopId":"ecd-connected1","Force":true}`, "run", "-binary", binary, "-event", "-", "-env", "ALLOW_FORCE=true")
	if code != terminal.ExitUnexpected || !strings.Contains(out, "violation  call") && !strings.Contains(out, "violation call") || !strings.Contains(out, "1 user cut off") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

// A function that ends gives no answer: that is not the function's own failure.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for output, says := range map[string]string{"text": "none: the function ended (exit status 3)", "json": `"NoAnswer":"the function ended: exit status 3`} {
		code, out, _ := execute(t, `{}`, "run", "-binary", self, "-event", "-", "-env", "ACT_AS=function-that-ends", "-o", output)
		if code != terminal.ExitUnexpected || !strings.Contains(out, says) {
			t.Errorf("-o %s: exit code %d:\n%s", output, code, out)
		}
	}
}

func TestStaleEventsAreHintedAt(t *testing.T) {
	binary := functionBinary(t)
	t.Parallel()
	old := trial.File(t, "old.json", `{"triggerTime":"2020-01-01T00:00:00Z","triggerName":"t","payload":"{\"DesktopId\":\"ecd-running1\"}"}`)
	if code, out, _ := execute(t, "", "run", "-binary", binary, "-event", old); code != terminal.ExitOK || !strings.Contains(out, "-now moves its times") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if code, out, _ := execute(t, "", "run", "-binary", binary, "-event", old, "-now"); code != terminal.ExitOK || !strings.Contains(out, "accepted") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

// The log of a failed batch is the only place that has its reports.
func TestReadReports(t *testing.T) {
	lines := []string{
		"FC Invoke Start RequestId: 1",
		`{"msg":"report","report":{"EventId":"a","Status":"accepted","Counts":{"accepted":2}}}`,
		`{"msg":"desktops","EventId":"a","Part":1,"Parts":2,"Desktops":[{"DesktopId":"ecd-1","Outcome":"accepted"}]}`,
		`{"msg":"desktops","EventId":"a","Part":2,"Parts":2,"Desktops":[{"DesktopId":"ecd-2","Outcome":"accepted"}]}`,
		`{"msg":"report","report":{"EventId":"a","Status":"rejected"}}`,
		`{"msg":"callback","EventId":"a","Callback":{"Status":"delivered"}}`,
	}
	for n, want := range []bool{2: false, 3: false, 4: true, 5: true, 6: true} {
		if got := complete(reportfile.ReadReports(lines[:n]), 1, 0); got != want {
			t.Errorf("complete after %d lines: %v", n, got)
		}
	}
	reports := reportfile.ReadReports(lines)
	if len(reports) != 2 || len(reports[0].Desktops) != 2 || reports[0].Callback.Status != report.CallbackDelivered || reports[1].Callback != nil {
		t.Errorf("%+v", reports)
	}
	if complete(reports, 2, 2) || !complete(reports, 2, 1) {
		t.Error("callbacks are not counted")
	}
}
