package plan

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// planFleet has one desktop for each of some rules.
const planFleet = `Desktops:
  - {DesktopId: ecd-free, Tags: [{Key: team, Value: design}]}
  - {DesktopId: ecd-busy, ConnectionStatus: Connected, Tags: [{Key: team, Value: design}]}
  - {DesktopId: ecd-kept, Tags: [{Key: team, Value: design}, {Key: "stop-desktops:keep-until", Value: someday}]}
  - {DesktopId: ecd-safe, Tags: [{Key: team, Value: design}, {Key: "stop-desktops:protected", Value: "yes"}]}
  - {DesktopId: ecd-off, DesktopStatus: Stopped, Tags: [{Key: team, Value: design}]}
  - {DesktopId: ecd-other}
`

const planRequest = `{"Select": {"Tag": {"Key": "team", "Value": "design"}}}`

const wantPlan = `event stopctl-plan  planned  1 already_stopped, 3 skipped, 1 would_stop
cn-hangzhou StopCharging
DesktopId  decision         state                  rule
ecd-busy   skipped          Running, Connected     a user is connected
ecd-kept   skipped          Running, Disconnected  its tag stop-desktops:keep-until is "someday", which cannot be read: write a time such as "2026-12-01 20:00", or a date
ecd-safe   skipped          Running, Disconnected  carries the protect tag (stop-desktops:protected=yes)
ecd-free   would_stop       Running, Disconnected  matches Select Tag team=design
ecd-off    already_stopped  Stopped, Disconnected  is Stopped already
`

func TestPlan(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", planFleet)
	code, out, _ := execute(t, planRequest, "plan", "-f", "-", "-t", "", "-emulate", fleet)
	if code != terminal.ExitOK || out != wantPlan {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// TestPlanSays how a keep-until tag was read, and which list protects a desktop.
func TestPlanSays(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", `Desktops:
  - {DesktopId: ecd-kept, Tags: [{Key: "stop-desktops:keep-until", Value: "2099-12-31"}]}
  - {DesktopId: ecd-mine, EndUserIds: [li.si]}
  - {DesktopId: ecd-listed}
`)
	request := `{"Select": {"All": true}}`
	_, out, _ := execute(t, request, "plan", "-f", "-", "-t", "", "-env", "DENY_USERS=li.si", "-env", "DENY_DESKTOPS=ecd-listed", "-emulate", fleet)
	for _, want := range []string{
		`its tag stop-desktops:keep-until is "2099-12-31", read as 2100-01-01T00:00:00Z`,
		"is protected: it belongs to a user in DENY_USERS",
		"is protected: it is in DENY_DESKTOPS",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestPlanHelp: it names every flag.
func TestPlanHelp(t *testing.T) {
	_, flags := planFlags()
	flags.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(planUsage, "\n  -"+f.Name+" ") {
			t.Errorf("the help says nothing of -%s", f.Name)
		}
	})
}

// TestPlanExpect: a plan is as expected, or every difference is named.
func TestPlanExpect(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", planFleet)
	args := []string{"plan", "-f", "-", "-t", "", "-emulate", fleet}
	_, out, _ := execute(t, planRequest, append(args, "-o", "json")...)
	var p plan
	if err := json.Unmarshal([]byte(out), &p); err != nil || p.Format != "stopctl.plan/1" || len(p.Events) != 1 || len(p.Events[0].Desktops) != 5 {
		t.Fatalf("%v in\n%s", err, out)
	}
	for _, c := range []struct {
		change func(*plan)
		code   int
		says   string
	}{
		{func(*plan) {}, terminal.ExitOK, "as expected: 5 desktops"},
		{func(p *plan) { p.Events[0].Desktops[0].Rule = "in other words" }, terminal.ExitOK, "as expected: 5 desktops"},
		{func(p *plan) { p.Events[0].Desktops[0].Reason = "excluded" }, terminal.ExitUnexpected, "cn-hangzhou ecd-busy: expected skipped excluded (a user is connected), Running, Connected; now skipped connected (a user is connected), Running, Connected"},
		{func(p *plan) { p.PlannedAt, p.PlannedBy = time.Time{}, "somebody" }, terminal.ExitOK, "as expected: 5 desktops"},
		{func(p *plan) { p.Events[0].Desktops[0].Decision = "would_stop" }, terminal.ExitUnexpected, "ecd-busy: expected would_stop"},
		{func(p *plan) { p.Events[0].Desktops[0].State = "Starting" }, terminal.ExitUnexpected, "1 difference"},
		{func(p *plan) { p.Events[0].Desktops[0].DesktopId = "ecd-gone" }, terminal.ExitUnexpected, "ecd-gone: expected skipped connected (a user is connected), Running, Connected; now nothing"},
		{func(p *plan) { p.Events[0].Desktops = p.Events[0].Desktops[1:] }, terminal.ExitUnexpected, "ecd-busy: expected nothing; now skipped"},
		{func(p *plan) { p.Events[0].StoppedMode = "KeepCharging" }, terminal.ExitUnexpected, "event stopctl-plan: StoppedMode: expected KeepCharging; now StopCharging"},
		{func(p *plan) { p.Events[0].Status = "blocked" }, terminal.ExitUnexpected, "event stopctl-plan: Status: expected blocked; now planned"},
		{func(p *plan) { p.Events = append(p.Events, plannedEvent{}) }, terminal.ExitUnexpected, "events: expected 2; now 1"},
	} {
		var changed plan
		_ = json.Unmarshal([]byte(out), &changed)
		c.change(&changed)
		text, _ := json.Marshal(changed)
		code, _, stderr := execute(t, planRequest, append(args, "-expect", trial.File(t, "plan.json", string(text)))...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("exit code %d, %s\nnot %q", code, stderr, c.says)
		}
	}
}

// TestPlanOnAnAccount: with the deployment file and the caller's credentials, and nothing but calls
// that read; no report leaves, whatever the file says of callbacks.
func TestPlanOnAnAccount(t *testing.T) {
	fleet, err := emulator.LoadFleet(strings.NewReader(planFleet))
	if err != nil {
		t.Fatal(err)
	}
	eds, receiver := fleet.EDS(), &emulator.Receiver{}
	server, hook := httptest.NewServer(eds), httptest.NewServer(receiver)
	t.Cleanup(server.Close)
	t.Cleanup(hook.Close)
	key := emulator.DefaultCredential
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", key.AccessKeyId)
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", key.AccessKeySecret)
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", key.SecurityToken)
	environ := map[string]string{"EDS_ENDPOINT": server.URL, "CALLBACK_URL": hook.URL, "DRY_RUN": "false"}
	template := filepath.Join("..", "..", "..", "..", "s.yaml")
	request := strings.Replace(planRequest, "}}}", `}}, "WaitSeconds": 5}`, 1)
	if code, out, stderr := executeIn(t, environ, request, "plan", "-f", "-", "-t", template); code != terminal.ExitOK || !strings.Contains(out, "1 would_stop") || !strings.Contains(stderr, "default/env") {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
	environ["ALLOWED_REGIONS"] = "cn-shanghai"
	if code, out, _ := executeIn(t, environ, `{"RegionId":"cn-hangzhou","DesktopId":"ecd-free"}`, "plan", "-f", "-", "-t", template); code != terminal.ExitUnexpected || !strings.Contains(out, "rejected") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	for _, c := range eds.Calls() {
		if !slices.Contains([]string{"DescribeDesktopInfo", "DescribeDesktops", "ListTagResources", "DescribeClientEvents"}, c.Action) || c.Status != 200 {
			t.Errorf("%s is answered %d", c.Action, c.Status)
		}
	}
	if n := len(receiver.Deliveries()); n > 0 || len(eds.Calls()) == 0 {
		t.Errorf("%d callbacks, %d calls", n, len(eds.Calls()))
	}
}

// TestPlanShowsNoToken: the SDK would print the request, token included, in a shell with its DEBUG.
func TestPlanShowsNoToken(t *testing.T) {
	event := trial.File(t, "event.json", planRequest)
	code, out, stderr := executeIn(t, map[string]string{"DEBUG": "dara"}, "", "plan", "-f", event)
	if code != terminal.ExitUsage || out != "" || !strings.Contains(stderr, "unset DEBUG") {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
}

// TestPlanWarnings: that an event is refused is no warning beside its report.
func TestPlanWarnings(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", planFleet)
	request := `{"version":"v1","headers":{},"requestContext":{"http":{"method":"POST","path":"/"}},"body":"{}"}`
	if code, out, _ := execute(t, request, "plan", "-f", "-", "-t", "", "-emulate", fleet); code != terminal.ExitUnexpected || !strings.Contains(out, "rejected") || strings.Contains(out, "warning") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// TestPlanOfExclusions: what Exclude matches nothing with is a warning of its event, once, with the path.
func TestPlanOfExclusions(t *testing.T) {
	args := []string{"plan", "-f", "-", "-t", "", "-emulate", trial.File(t, "fleet.yaml", planFleet)}
	request := `{"DesktopId": "ecd-free", "Exclude": {"DesktopId": ["ecd-other", "ecd-typo"], "EndUserId": ["nobody"]}}`
	code, out, _ := execute(t, request, args...)
	lines := strings.Count(out, "warning: ")
	for _, want := range []string{"warning: $.Exclude.DesktopId[1]: there is no desktop", "warning: $.Exclude.EndUserId[0]: no desktop"} {
		if code != terminal.ExitOK || lines != 2 || strings.Count(out, want) != 1 {
			t.Errorf("exit code %d, %d warnings, not %q:\n%s", code, lines, want, out)
		}
	}
	_, out, _ = execute(t, request, append(args, "-o", "json")...)
	var p plan
	if err := json.Unmarshal([]byte(out), &p); err != nil || len(p.Events) != 1 || len(p.Events[0].Warnings) != 2 ||
		p.Events[0].Warnings[0] != (report.Warning{Code: "ExclusionMatchesNothing", Path: "$.Exclude.EndUserId[0]", Message: `no desktop in cn-hangzhou belongs to the user "nobody"`}) {
		t.Errorf("%v in\n%s", err, out)
	}
	fixed := strings.Replace(request, "ecd-typo", "ecd-busy", 1)
	if code, _, stderr := execute(t, fixed, append(args, "-expect", trial.File(t, "plan.json", out))...); code != terminal.ExitUnexpected || !strings.Contains(stderr, "Warnings: expected ExclusionMatchesNothing $.Exclude.EndUserId[0], ExclusionMatchesNothing $.Exclude.DesktopId[1]; now") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestPlanOfATimer: its ID is its time, and is no difference.
func TestPlanOfATimer(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", planFleet)
	timer := func(at string) string {
		return `{"triggerTime":"` + at + `","triggerName":"nightly","payload":"{\"DesktopId\":\"ecd-free\"}"}`
	}
	args := []string{"plan", "-now", "-f", "-", "-t", "", "-emulate", fleet}
	_, out, _ := execute(t, timer("2026-11-22T20:00:00Z"), append(args, "-o", "json")...)
	time.Sleep(1100 * time.Millisecond) // the IDs differ from second to second
	if code, _, stderr := execute(t, timer("2026-11-21T20:00:00Z"), append(args, "-expect", trial.File(t, "plan.json", out))...); code != terminal.ExitOK {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestHarmless: not even a handler that takes an event for a real one can stop or tell anything.
func TestHarmless(t *testing.T) {
	world := emulator.New(nil)
	if err := world.Start(); err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "routes.yaml"), []byte("events:\n  - source: a\n    callback: {url: HOOK}\n  - source: b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, faults := config.Read([]string{"FC_REGION=cn-hangzhou", "EDS_ENDPOINT=" + world.EDSEndpoint(), "CALLBACK_URL=" + world.CallbackURL(), "HOOK=" + world.CallbackURL(), "FC_FUNC_CODE_PATH=" + folder})
	client, err := compose.EDS(c, compose.Outside{})
	if err != nil {
		t.Fatal(err)
	}
	key := emulator.DefaultCredential
	connect := func(string) (stop.EDS, error) {
		return client.Connect(secret.Credentials{AccessKeyID: key.AccessKeyId, AccessKeySecret: secret.New(key.AccessKeySecret), SecurityToken: secret.New(key.SecurityToken)})
	}
	planned, real := setup.Harmless(c, faults, connect), compose.Handler(c, faults, setup.HarmlessOutside(connect))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, source := range []string{"a", "b"} { // the route has a callback, and so has the function
		event := []byte(`{"specversion":"1.0","id":"1","source":"` + source + `","type":"t","data":{"DesktopId":"ecd-running1"}}`)
		if rep := planned.Reports(t.Context(), handler.Invocation{}, event)[0]; rep.Status != report.StatusPlanned || rep.Counts[report.WouldStop] != 1 || rep.Callback != nil {
			t.Errorf("%s, planned: %+v", source, rep)
		}
		if rep := real.Reports(t.Context(), handler.Invocation{}, event)[0]; rep.Error == nil || rep.Error.Code != "ReadOnly" || rep.Callback != nil {
			t.Errorf("%s, real: %+v", source, rep)
		}
	}
	if len(world.EDS.Calls()) == 0 || world.EDS.Count("StopDesktops") > 0 || len(world.Receiver.Deliveries()) > 0 {
		t.Errorf("%d stops of %d calls, %d callbacks", world.EDS.Count("StopDesktops"), len(world.EDS.Calls()), len(world.Receiver.Deliveries()))
	}
}

// TestPlanRefuses what it was not told right, naming the place.
func TestPlanRefuses(t *testing.T) {
	fleet, event := trial.File(t, "fleet.yaml", planFleet), trial.File(t, "event.json", planRequest)
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "plan: -f EVENT is needed"},
		{[]string{event}, "is no flag. An event is given as -f FILE"},
		{[]string{"-f", "nosuch.json"}, "plan: -f: open nosuch.json"},
		{[]string{"-f", trial.File(t, "bad.json", "{\n  oops}")}, "bad.json:2:3: is not JSON: a name without quotation marks"},
		{[]string{"-f", trial.File(t, "bad.json", "\ufeff{\n“DesktopId”: 1}")}, "bad.json:2:1: is not JSON: the quotation mark U+201C (“) where a straight one belongs"},
		{[]string{"-f", trial.File(t, "bad.json", "\xff\xfe{\x00}\x00")}, "bad.json is in UTF-16"},
		{[]string{"-f", event, "-o", "yaml"}, "plan: -o yaml: text or json"},
		{[]string{"-f", event, "-t", "nosuch.yaml"}, "nosuch.yaml"},
		{[]string{"-f", event, "-emulate", "nosuch.yaml"}, "plan: -emulate: open nosuch.yaml"},
		{[]string{"-f", event, "-emulate", trial.File(t, "bad.yaml", "Desktopz: []")}, "plan: -emulate"},
		{[]string{"-f", event, "-emulate", fleet, "-role-arn", "acs:ram::1:role/x"}, "needs no role"},
		{[]string{"-f", event, "-emulate", fleet, "-expect", "nosuch.json"}, "plan: -expect: open nosuch.json"},
		{[]string{"-f", event, "-emulate", fleet, "-expect", event}, "is no plan of this version: write one with stopctl plan -o json"},
		{[]string{"-f", event, "-nosuch"}, "See stopctl plan -h"},
	} {
		if code, _, stderr := execute(t, "", append([]string{"plan"}, c.args...)...); code != terminal.ExitUsage || !strings.Contains(stderr, c.says) {
			t.Errorf("%q: exit code %d, %s", c.args, code, stderr)
		}
	}
	if code, _, stderr := executeIn(t, map[string]string{"MAX_DESKTOPS": "many"}, "", "plan", "-f", event, "-t", "", "-emulate", fleet); code != terminal.ExitUsage || !strings.Contains(stderr, "MAX_DESKTOPS must be a whole number") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// TestPlanOfSamples: an event in any shape can be planned, as if it came now.
func TestPlanOfSamples(t *testing.T) {
	fleet := filepath.Join("..", "..", "..", "..", "internal", "emulator", "fleet.yaml")
	samples, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "testdata", "events", "*.json"))
	if err != nil || len(samples) == 0 {
		t.Fatal(err)
	}
	for _, sample := range samples {
		if strings.HasSuffix(sample, ".golden.json") {
			continue
		}
		code, out, stderr := execute(t, "", "plan", "-now", "-f", sample, "-t", "", "-emulate", fleet)
		text, err := os.ReadFile(sample)
		if err != nil {
			t.Fatal(err)
		}
		if readable := json.Valid(bytes.TrimPrefix(text, []byte("\ufeff"))); (code != terminal.ExitUsage) != readable || strings.HasPrefix(out, "event ") != readable {
			t.Errorf("%s: exit code %d\n%s%s", sample, code, out, stderr)
		}
	}
}

// TestPlanAccounts: a plan asks the account that the request names, by the role that is configured for it.
func TestPlanAccounts(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", `Desktops:
  - {DesktopId: ecd-a, ConnectionStatus: Connected}
Accounts:
  - AccountId: "2000000000000000"
    Roles: [{RoleName: stop-desktops, Trusts: ["1000000000000000"]}]
    Desktops: [{DesktopId: ecd-a}]
  - AccountId: "3000000000000000"
    Roles: [{RoleName: stop-desktops, Trusts: ["2000000000000000"]}]
`)
	request := `[{"DesktopId": "ecd-a"}, {"Account": "prod", "DesktopId": "ecd-a"}, {"Account": "lab", "DesktopId": "ecd-a"}]`
	code, out, err := execute(t, request, "plan", "-f", "-", "-t", "", "-emulate", fleet, "-env", "ALLOWED_ACCOUNTS=prod,lab",
		"-env", "ACCOUNTS=prod=acs:ram::2000000000000000:role/stop-desktops,lab=acs:ram::3000000000000000:role/stop-desktops")
	if code != terminal.ExitUnexpected {
		t.Errorf("exit code %d %s", code, err)
	}
	at := -1
	for _, want := range []string{"ecd-a      skipped   Running, Connected", "account prod cn-hangzhou StopCharging", "ecd-a      would_stop  Running, Disconnected", "account lab", "the role of account lab may not be assumed"} {
		i := strings.Index(strings.ReplaceAll(out, "\n", " "), want)
		if i <= at {
			t.Errorf("no %q, or not in its place, in\n%s", want, out)
		}
		at = i
	}
}
