package doctor

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/stop"
)

// clinic is a folder with a deployment, an account and a receiver of callbacks.
type clinic struct {
	eds       *emulator.EDS
	endpoint  *httptest.Server
	receiver  *httptest.Server
	delivered int
	env       map[string]string
	date      string // that EDS tells, if not the right one
}

// Values that may never be shown. The secrets are as short as they may be.
const (
	fakeSecret = "0123456789abcdef"
	fakePath   = "/hook/fake-path?token=fake-token"
)

// newClinic makes the current folder one with a copy of the template that is deployed, changed by pairs of old
// and new text. The credentials of the person who runs the tests are not found.
func newClinic(t *testing.T, changes ...string) *clinic {
	t.Helper()
	template, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "s.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(template)
	for i := 0; i < len(changes); i += 2 {
		if n := strings.Count(text, changes[i]); n != 1 {
			t.Fatalf("%q is %d times in the template", changes[i], n)
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	t.Chdir(t.TempDir())
	write(t, "s.yaml", text)
	fleet := emulator.DefaultFleet().Desktops
	fleet[0].Tags = append(fleet[0].Tags, emulator.Tag{Key: "stop-desktops:protected", Value: "yes"})
	c := &clinic{eds: &emulator.EDS{Desktops: fleet}}
	c.endpoint = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.date != "" {
			w.Header().Set("Date", c.date)
		}
		if r.Method == http.MethodHead && r.URL.Path == "/" && r.Header.Get("Authorization") == "" {
			return // the question for the time, which is no call of the API
		}
		c.eds.ServeHTTP(w, r)
	}))
	t.Cleanup(c.endpoint.Close)
	c.receiver = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { c.delivered++ }))
	t.Cleanup(c.receiver.Close)
	c.env = map[string]string{"EDS_ENDPOINT": c.endpoint.URL}
	for _, name := range []string{
		"ALIBABA_CLOUD_PROFILE", "ALIBABA_CLOUD_CONFIG_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_URI",
		"ALIBABA_CLOUD_OIDC_TOKEN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_ROLE_ARN",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	useCredential(t, emulator.DefaultCredential)
	return c
}

func useCredential(t *testing.T, c emulator.Credential) {
	t.Helper()
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", c.AccessKeyId)
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", c.AccessKeySecret)
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", c.SecurityToken)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// examine runs the command, and holds what is true of every run: nothing is stopped, nothing sent, no secret shown.
func (c *clinic) examine(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = stopctl().Execute(t.Context(), append([]string{"doctor"}, args...), terminal.Outside{
		In: strings.NewReader(""), Out: &out, Err: &err, Self: "stopctl", Getenv: func(name string) string { return c.env[name] }})
	for _, call := range c.eds.Calls() {
		if !strings.HasPrefix(call.Action, "Describe") && !strings.HasPrefix(call.Action, "List") {
			t.Errorf("called %s", call.Action)
		}
	}
	if c.delivered > 0 {
		t.Error("the receiver of callbacks got a request")
	}
	for _, secret := range []string{fakeSecret, "fake-path", "fake-token", emulator.DefaultCredential.AccessKeySecret, emulator.DefaultCredential.SecurityToken} {
		if strings.Contains(out.String()+err.String(), secret) {
			t.Errorf("shows %q:\n%s%s", secret, out.String(), err.String())
		}
	}
	trial.Valid(t, out.String())
	return code, out.String(), err.String()
}

// findingsOf a run with -o json.
func (c *clinic) findingsOf(t *testing.T, args ...string) (findings, int) {
	t.Helper()
	code, out, stderr := c.examine(t, append(args, "-o", "json")...)
	var all examined
	if err := json.Unmarshal([]byte(out), &all); err != nil || all.Format != "stopctl.doctor/1" {
		t.Fatalf("%v: %s%s", err, out, stderr)
	}
	if all.Problems != all.Findings.count(problem) || all.Warnings != all.Findings.count(warning) {
		t.Errorf("counts: %s", out)
	}
	for _, f := range all.Findings {
		if f.Message == "" || f.Check == "" || (f.Do == "") != (f.Status == fine) {
			t.Errorf("says nothing, or not what to do: %+v", f)
		}
	}
	if (code == terminal.ExitUnexpected) != (all.Problems > 0) {
		t.Errorf("exit code %d with %d problems", code, all.Problems)
	}
	return all.Findings, code
}

// TestDoctorHealthy compares with a golden file: a deployment with a callback, in the way a person sees it.
func TestDoctorHealthy(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join("testdata", "doctor.golden"))
	if err != nil {
		t.Fatal(err)
	}
	c := newClinic(t)
	c.env["CALLBACK_URL"] = c.receiver.URL + fakePath
	c.env["CALLBACK_SECRET"] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
	code, out, stderr := c.examine(t)
	if code != terminal.ExitOK || stderr != "" {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	out = strings.ReplaceAll(out, strings.TrimPrefix(c.endpoint.URL, "http://"), "127.0.0.1:PORT")
	out = withoutDates(t, out)
	if *update {
		write(t, golden, out)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", out, want)
	}
	var actions []string
	for _, call := range c.eds.Calls() {
		actions = append(actions, call.Action)
	}
	slices.Sort(actions)
	if want := []string{"DescribeClientEvents", "DescribeDesktopInfo", "DescribeDesktops", "ListTagResources", "ListTagResources"}; !slices.Equal(actions, want) {
		t.Errorf("calls %q, want %q", actions, want)
	}
	if v := c.eds.Violations(); len(v) > 0 {
		t.Errorf("violations %q", v)
	}
}

// withoutDates takes the dates out of the lines that say when a timer fires. They are on three of the next working days,
// one after the other.
func withoutDates(t *testing.T, text string) string {
	t.Helper()
	line := regexp.MustCompile(`next: (\w+ [\d-]+ [\d:]+) Asia/Shanghai`)
	last := time.Now()
	found := line.FindAllStringSubmatch(text, -1)
	for _, m := range found {
		at, err := time.ParseInLocation("Mon 2006-01-02 15:04", m[1], time.FixedZone("", 8*3600))
		if err != nil || !at.After(last) || at.Sub(last) > 5*24*time.Hour || at.Hour() != 20 || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			t.Errorf("%q after %v: %v", m[0], last, err)
		}
		last = at
	}
	if len(found) != 3 {
		t.Errorf("%d times", len(found))
	}
	return line.ReplaceAllString(text, "next: … Asia/Shanghai")
}

// readCheckup of s.yaml.
func readCheckup(t *testing.T, getenv func(string) string) *checkup {
	t.Helper()
	o := setup.Flags{Command: "doctor", Template: "s.yaml"}
	s, err := o.Read(getenv)
	if err != nil {
		t.Fatal(err)
	}
	return newCheckup(s)
}

// TestDoctorAsTheRole: whose permissions are looked at must be plain.
func TestDoctorAsTheRole(t *testing.T) {
	newClinic(t)
	s := readCheckup(t, func(string) string { return "" })
	denied := &stop.CallError{Family: stop.Denied, Code: "NoPermission"}
	for _, c := range []struct {
		role, do, left string
	}{
		{"", "to these credentials", "that the function's own role may read"},
		{"acs:ram::1234567890123456:role/fake", "to the function's role", "that the function has the role of -role-arn"},
	} {
		e := examination{checkup: s, roleARN: c.role}
		f, left := e.judge("DescribeDesktops", "cn-hangzhou", seen{}, denied), e.unproven()
		if !strings.Contains(f.Do, c.do) || !strings.Contains(f.Do, "ecd:DescribeDesktops on *") || !strings.Contains(left[0].Message, c.left) {
			t.Errorf("with role %q: %q, %q", c.role, f.Do, left[0].Message)
		}
	}
}

// TestDoctorCommands: what it says to run is for the template, the function and the region at hand.
func TestDoctorCommands(t *testing.T) {
	c := newClinic(t)
	text, _ := os.ReadFile("s.yaml")
	write(t, "s.mine.yaml", string(text)+"\n  other: {component: fc3, props: {timeout: 60}}\n")
	if code, _, err := c.examine(t, "-t", "s.mine.yaml"); code != terminal.ExitUsage || !strings.Contains(err, "say which of stop_desktops, other") {
		t.Errorf("exit code %d, %s", code, err)
	}
	_, out, _ := c.examine(t, "-t", "s.mine.yaml", "-function", "stop_desktops", "-env", "ALLOWED_REGIONS=cn-hangzhou,cn-shanghai")
	for _, want := range []string{
		`  s stop_desktops invoke -t s.mine.yaml -e '{"RegionId": "cn-hangzhou", "DesktopId": "ecd-…", "IdleMinutes"`,
		"  DRY_RUN=false MAX_DESKTOPS=1 make deploy TEMPLATE=s.mine.yaml\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	mine := strings.ReplaceAll(string(text), "${env('MAX_DESKTOPS','100')}", "10")
	write(t, "s.ten.yaml", mine)
	_, out, _ = c.examine(t, "-t", "s.ten.yaml")
	if want := "The file sets the limit itself: 10.\n"; !strings.Contains(out, want) || strings.Contains(out, "MAX_DESKTOPS=1 ") {
		t.Errorf("no %q in\n%s", want, out)
	}
}

// eventBridge is a template with one EventBridge trigger, whose configuration says this.
func eventBridge(config string) map[string]string {
	return map[string]string{"s.bus.yaml": "extend: s.yaml\nresources: {stop_desktops: {props: {triggers: [{triggerName: bus, triggerType: eventbridge, triggerConfig: {" + config + "}}]}}}\n"}
}

// TestDoctorFinds provokes each finding once.
func TestDoctorFinds(t *testing.T) {
	const (
		scheme = "WEBHOOK_AUTH: ${env('WEBHOOK_AUTH','')}"
		open   = "authType: function"
		cron   = "CRON_TZ=${env('TIMEZONE','Asia/Shanghai')} 0 0 20 ? * MON-FRI"
		again  = "        - triggerName: again\n          triggerType: timer\n          triggerConfig:\n            enable: " + "true\n" +
			"            cronExpression: CRON_TZ=Asia/Shanghai 0 0 20 * * MON,TUE,WED,THU,FRI\n" +
			"            payload: '{\"Select\": {\"Tag\": {\"Key\": \"stop-desktops:nightly\"}}, \"IdleMinutes\": 30}'\n"
		tag = `{"Select": {"Tag": [{"Key": "${env('NIGHTLY_TAG','stop-desktops:nightly')}"}]},`
	)
	gatewayRoutes := "http:\n  - path: /scripts\n    auth: {scheme: gateway}\n"
	for _, c := range []struct {
		name    string
		changes []string
		env     map[string]string
		files   map[string]string
		args    []string
		online  func(t *testing.T, c *clinic)
		check   string
		status  findingStatus
		message string
		beside  string // the check of a problem that this cannot be without
	}{
		// the configuration, as the function reads it
		{name: "a bad variable", env: map[string]string{"MAX_DESKTOPS": "many"}, check: "MAX_DESKTOPS", status: problem, message: "MAX_DESKTOPS must be a whole number"},
		{name: "a bad region", env: map[string]string{"ALLOWED_REGIONS": "Hangzhou"}, check: "ALLOWED_REGIONS", status: problem, message: "item 1 of 1 is not a region ID"},
		{name: "a tag in quotes", args: []string{"-env", `PROTECT_TAG="stop-desktops:protected"`}, check: "PROTECT_TAG", status: problem, message: "PROTECT_TAG holds the character U+0022 at position 1, a quotation mark"},
		{name: "a tag with a character that nobody sees", args: []string{"-env", "KEEP_UNTIL_TAG=keep\u200b-until"}, check: "KEEP_UNTIL_TAG", status: problem, message: "KEEP_UNTIL_TAG holds the character U+200B at position 5"},
		{name: "a tag without its value", args: []string{"-env", "PROTECT_TAG=team="}, check: "PROTECT_TAG", status: problem, message: "write the key alone"},
		{name: "a secret in quotes", env: map[string]string{"WEBHOOK_AUTH": "token", "WEBHOOK_SECRETS": "“" + fakeSecret + "”"}, check: "WEBHOOK_SECRETS", status: problem, message: "U+201C at position 1"},
		{name: "a secret with the prefix of a signature", env: map[string]string{"WEBHOOK_AUTH": "standard", "WEBHOOK_SECRETS": "v1,whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}, check: "WEBHOOK_SECRETS", status: problem, message: "paste the secret without it, from whsec_ on"},
		{name: "users in quotes", args: []string{"-env", "DENY_USERS='alice'"}, check: "DENY_USERS", status: problem, message: "U+0027 at position 1"},
		{name: "users that nobody may ask for", args: []string{"-offline", "-env", "DENY_USERS=alice", "-env", "PREFLIGHT=false", "-env", "PROTECT_TAG=", "-env", "KEEP_UNTIL_TAG="}, check: "DENY_USERS", status: problem, message: "PREFLIGHT=false", beside: "timer nightly"},
		{name: "a short secret", env: map[string]string{"WEBHOOK_AUTH": "token", "WEBHOOK_SECRETS": fakeSecret[:15]}, check: "WEBHOOK_SECRETS", status: problem, message: "16 bytes"},
		{name: "a short secret of the callback", env: map[string]string{"CALLBACK_URL": "https://127.0.0.1:1" + fakePath, "CALLBACK_SECRET": "whsec_MTIzNA=="}, check: "CALLBACK_SECRET", status: problem, message: "CALLBACK_SECRET "},
		{name: "a bad endpoint", env: map[string]string{"EDS_ENDPOINT": "http://eds.example.com"}, check: "EDS_ENDPOINT", status: problem, message: "loopback only"},
		{name: "DEBUG of the function", args: []string{"-env", "DEBUG=dara"}, check: "DEBUG", status: problem, message: "makes the SDK print credentials to the log"},
		{name: "bad routes", files: map[string]string{"routes.yaml": "http:\n  - path: jira\n"}, check: "ROUTES_FILE", status: problem, message: "routes.yaml:2"},
		{name: "routes without their secret", files: map[string]string{"routes.yaml": "http:\n  - path: /jira\n    auth: {scheme: hub-sha256, secrets: [JIRA_SECRET]}\n"}, check: "ROUTES_FILE", status: problem, message: "names an environment variable that is not set"},
		{name: "no deny list", env: map[string]string{"DENY_FILE": "deny.txt"}, check: "DENY_FILE", status: problem, message: "cannot be opened"},
		{name: "a calendar with a fault", env: map[string]string{"CALENDAR_FILE": "calendar.txt"}, files: map[string]string{"calendar.txt": "2026\n"}, check: "CALENDAR_FILE", status: problem, message: "CALENDAR_FILE line 1 is no date"},
		{name: "a calendar that has ended", env: map[string]string{"CALENDAR_FILE": "calendar.txt"}, files: map[string]string{"calendar.txt": "complete 1999\n"}, check: "CALENDAR_FILE", status: problem, message: "does not cover today"},
		{name: "a misspelt variable", args: []string{"-env", "DRYRUN=true"}, check: "DRYRUN", status: warning, message: "nothing reads it"},
		{name: "a variable that the file does not take", env: map[string]string{"PROTECT_TAG": "keep"}, check: "PROTECT_TAG", status: warning, message: "PROTECT_TAG is set in this shell, but s.yaml does not take it"},
		{name: "a variable that the file sets itself", env: map[string]string{"MAX_EVENT_AGE": "2h"}, check: "MAX_EVENT_AGE", status: warning, message: "s.yaml does not take it"},
		{name: "switched off", env: map[string]string{"DISABLED": "true"}, check: "DISABLED", status: warning, message: "every event is answered `disabled`"},
		{name: "dry run off", env: map[string]string{"DRY_RUN": "false", "MAX_DESKTOPS": "7"}, check: "DRY_RUN", status: fine, message: "at most 7"},

		// the template
		{name: "no role", changes: []string{"role: ${env('ROLE','stop-desktops')}", "role: ''"}, check: "role", status: problem, message: "the function has no role"},
		{name: "a role with capitals", env: map[string]string{"ROLE": "StopDesktops"}, check: "role", status: problem, message: "capitals"},
		{name: "no region", changes: []string{"region: ${env('REGION','cn-hangzhou')}", "region: ''"}, check: "region", status: problem, message: "no region"},
		{name: "the name of a region", env: map[string]string{"REGION": "Hangzhou"}, check: "region", status: problem, message: "is not a region ID"},
		{name: "WAIT too long", args: []string{"-env", "WAIT=2m"}, check: "WAIT", status: problem, message: "WAIT is 120 s, but the timeout of 120 s leaves 110 s"},
		{name: "WAIT tight", args: []string{"-env", "WAIT=105s"}, check: "WAIT", status: warning, message: "WAIT is 105 s"},
		{name: "a timer waits too long", changes: []string{`"IdleMinutes": 30,`, `"WaitSeconds": 115,`}, check: "WaitSeconds", status: problem, message: "WaitSeconds of the timer nightly is 115 s"},
		{name: "no timeout", changes: []string{"timeout: 120\n", "\n"}, check: "timeout", status: problem, message: "after 3 s"},
		{name: "a short timeout", changes: []string{"timeout: 120\n", "timeout: 20\n"}, check: "timeout", status: warning, message: "timeout is 20 s"},
		{name: "a timeout that one minute of throttling uses up", changes: []string{"timeout: 120\n", "timeout: 60\n"}, check: "timeout", status: warning, message: "timeout is 60 s: EDS may throttle for a minute"},
		{name: "a callback slower than the function", env: map[string]string{"CALLBACK_URL": "http://127.0.0.1:1/"}, args: []string{"-offline", "-env", "CALLBACK_TIMEOUT=2m"}, check: "CALLBACK_TIMEOUT", status: warning, message: "2m0s"},
		{name: "events dropped early", changes: []string{"maxAsyncEventAgeInSeconds: 3600", "maxAsyncEventAgeInSeconds: 60"}, check: "maxAsyncEventAgeInSeconds", status: warning, message: "drops an event after 1m0s"},
		{name: "events kept in vain", changes: []string{"maxAsyncEventAgeInSeconds: 3600", "maxAsyncEventAgeInSeconds: 7200"}, check: "maxAsyncEventAgeInSeconds", status: warning, message: "`stale` after 1h0m0s"},
		{name: "no age of events", changes: []string{"        maxAsyncEventAgeInSeconds: 3600 #", "        #"}, check: "maxAsyncEventAgeInSeconds", status: warning, message: "is not said"},
		{name: "variables of Serverless Devs", files: map[string]string{".env": "DRY_RUN=false\n"}, check: ".env", status: warning, message: "takes variables from this file"},
		{name: "a callback to this machine", args: []string{"-offline"}, env: map[string]string{"EDS_ENDPOINT": "", "CALLBACK_URL": "http://127.0.0.1:1" + fakePath}, check: "CALLBACK_URL", status: problem, message: "127.0.0.1 is the machine itself"},
		{name: "a callback to localhost", args: []string{"-offline"}, env: map[string]string{"EDS_ENDPOINT": "https://eds.example.com", "CALLBACK_URL": "https://localhost" + fakePath}, check: "CALLBACK_URL", status: problem, message: "localhost is the machine itself"},
		{name: "a route's callback to this machine", args: []string{"-offline"}, env: map[string]string{"EDS_ENDPOINT": "", "TEAM_URL": "http://[::1]:1" + fakePath},
			changes: []string{"LOG_LEVEL:", "TEAM_URL: ${env('TEAM_URL','')}\n        LOG_LEVEL:"},
			files:   map[string]string{"routes.yaml": gatewayRoutes + "    callback: {url: TEAM_URL}\n"}, check: "callback of route /scripts", status: problem, message: "::1 is the machine itself"},
		{name: "EDS on this machine", args: []string{"-offline", "-env", "EDS_ENDPOINT=http://127.0.0.1:1"}, env: map[string]string{"EDS_ENDPOINT": ""}, check: "EDS_ENDPOINT", status: problem, message: "127.0.0.1 is the machine itself"},

		// triggers
		{name: "open with gateway", changes: []string{open, "authType: anonymous", scheme, "WEBHOOK_AUTH: gateway"}, check: "HTTP trigger webhook", status: problem, message: "everybody who knows the URL can stop desktops"},
		{name: "open with a gateway route", changes: []string{open, "authType: anonymous"}, files: map[string]string{"routes.yaml": gatewayRoutes}, check: "HTTP trigger webhook", status: problem, message: "everybody who knows the URL can stop desktops"},
		{name: "open without a scheme", changes: []string{open, "authType: anonymous"}, check: "HTTP trigger webhook", status: warning, message: "every call is refused"},
		{name: "open with a scheme", changes: []string{open, "authType: anonymous"}, env: map[string]string{"WEBHOOK_AUTH": "token", "WEBHOOK_SECRETS": fakeSecret}, check: "HTTP trigger webhook", status: fine, message: "the function checks each caller: token"},
		{name: "closed to ticketing systems", env: map[string]string{"WEBHOOK_AUTH": "token", "WEBHOOK_SECRETS": fakeSecret}, check: "HTTP trigger webhook", status: warning, message: "does not get through"},
		{name: "closed with gateway", env: map[string]string{"WEBHOOK_AUTH": "gateway"}, check: "HTTP trigger webhook", status: fine, message: "checks each caller (authType: function"},
		{name: "open with bad routes", changes: []string{open, "authType: anonymous"}, files: map[string]string{"routes.yaml": "http: 1\n"}, check: "HTTP trigger webhook", status: warning, message: "cannot be told", beside: "ROUTES_FILE"},
		{name: "a part of each event", files: eventBridge("eventSinkConfig: {paramList: [{resourceKey: Body, form: JSONPATH, value: $.data.messageBody}]}"), args: []string{"-t", "s.bus.yaml"}, check: "eventbridge trigger bus", status: warning, message: "hands on a part of each event (JSONPATH): who writes that text can write an envelope"},
		{name: "a template", files: eventBridge("eventTargetConfig: {Form: template, Template: x}"), args: []string{"-t", "s.bus.yaml"}, check: "eventbridge trigger bus", status: warning, message: "(TEMPLATE)"},
		{name: "raw data of a bus", files: eventBridge("eventSourceConfig: {eventSourceType: Default}, eventSinkConfig: {deliveryOption: {eventSchema: RawData}}"), args: []string{"-t", "s.bus.yaml"}, check: "eventbridge trigger bus", status: warning, message: "(RawData)"},
		{name: "a part of each event, taken for a request", files: eventBridge("form: JSONPATH"), args: []string{"-t", "s.bus.yaml"}, env: map[string]string{"EVENT_KINDS": "direct"}, check: "eventbridge trigger bus", status: fine, message: "for a direct request only"},
		{name: "a part of each event, and some envelopes", files: eventBridge("form: JSONPATH"), args: []string{"-t", "s.bus.yaml"}, env: map[string]string{"EVENT_KINDS": "direct,timer"}, check: "eventbridge trigger bus", status: warning, message: "can write an envelope"},
		{name: "a trigger of a kind that is refused", env: map[string]string{"EVENT_KINDS": "timer,direct"}, check: "http trigger webhook", status: problem, message: "sends events of the kind http, and the function refuses them"},
		{name: "raw data of a queue that is refused", files: eventBridge("eventSourceConfig: {eventSourceType: MNS}, eventSinkConfig: {deliveryOption: {eventSchema: RawData}}"), args: []string{"-t", "s.bus.yaml"}, env: map[string]string{"EVENT_KINDS": "eventbridge"}, check: "eventbridge trigger bus", status: problem, message: "sends events of the kind direct, and the function refuses them"},
		{name: "a timer of a kind that is refused", env: map[string]string{"EVENT_KINDS": "http,direct"}, check: "timer nightly", status: problem, message: "events of the kind timer are not among EVENT_KINDS"},
		{name: "kinds that there are none of", env: map[string]string{"EVENT_KINDS": "timers"}, check: "EVENT_KINDS", status: problem, message: "item 1 of 1 is no kind of event"},
		{name: "no direct events to prove it with", env: map[string]string{"EVENT_KINDS": "timer,http"}, check: "dry run", status: unproven, message: "the function's own role may read"},
		{name: "no authType", changes: []string{open, ""}, check: "HTTP trigger webhook", status: problem, message: "has no authType"},
		{name: "a timer without a region", args: []string{"-offline"}, env: map[string]string{"ALLOWED_REGIONS": "cn-hangzhou,cn-shanghai"}, check: "timer nightly", status: problem, message: "`rejected` each time: MissingField at $.payload.RegionId: name the region"},
		{name: "a timer in another region", changes: []string{`"IdleMinutes": 30`, `"RegionId": "cn-beijing"`}, check: "timer nightly", status: problem, message: "NotAllowed at $.payload.RegionId"},
		{name: "a timer in several regions", changes: []string{`"IdleMinutes": 30`, `"RegionId": ["cn-hangzhou", "cn-shanghai"]`}, args: []string{"-offline"}, env: map[string]string{"ALLOWED_REGIONS": "cn-hangzhou,cn-shanghai"}, check: "timer nightly", status: fine, message: "is let in"},
		{name: "a timer in several regions, and one is refused", changes: []string{`"IdleMinutes": 30`, `"RegionId": ["cn-hangzhou", "cn-beijing"]`}, check: "timer nightly", status: problem, message: "the payload of the timer nightly for cn-beijing is `rejected` each time: NotAllowed at $.payload.RegionId"},
		{name: "a timer in several regions that waits too long", changes: []string{`"IdleMinutes": 30`, `"WaitSeconds": 115, "RegionId": "cn-hangzhou cn-shanghai"`}, args: []string{"-offline"}, env: map[string]string{"ALLOWED_REGIONS": "cn-hangzhou,cn-shanghai"}, check: "WaitSeconds", status: problem, message: "WaitSeconds of the timer nightly is 115 s"},
		{name: "a timer that says nothing", changes: []string{tag, "{"}, check: "timer nightly", status: problem, message: "NoTarget at $.payload: name desktops"},
		{name: "a timer with force", changes: []string{`"IdleMinutes": 30`, `"Force": true`}, check: "timer nightly", status: problem, message: "NotAllowed at $.payload.Force"},
		{name: "a timer with force that is let in", changes: []string{`"IdleMinutes": 30`, `"Force": true`}, args: []string{"-env", "ALLOW_FORCE=true"}, check: "timer nightly", status: fine, message: "is let in"},
		{name: "a timer that must look", args: []string{"-env", "PREFLIGHT=false", "-env", "PROTECT_TAG=", "-env", "KEEP_UNTIL_TAG="}, check: "timer nightly", status: problem, message: "NotAllowed at $.payload.Select"},
		{name: "a timer that stops blindly", changes: []string{tag, `{"DesktopId": "ecd-a",`, `"IdleMinutes": 30`, `"StoppedMode": "StopCharging"`}, args: []string{"-env", "LOG_LEVEL=error", "-env", "PREFLIGHT=false", "-env", "PROTECT_TAG=", "-env", "KEEP_UNTIL_TAG="}, check: "timer nightly", status: fine, message: "is let in"},
		{name: "a timer that stops too many blindly", changes: []string{tag, `{"DesktopId": ["ecd-a", "ecd-b"],`, `"IdleMinutes": 30`, `"StoppedMode": "StopCharging"`}, args: []string{"-env", "MAX_DESKTOPS=1", "-env", "PREFLIGHT=false", "-env", "PROTECT_TAG=", "-env", "KEEP_UNTIL_TAG="}, check: "timer nightly", status: problem, message: "`blocked` each time: MaxDesktops"},
		{name: "a timer with a callback", changes: []string{`"IdleMinutes": 30`, `"CallbackUrl": "https://hooks.example.com/fake-path"`}, check: "timer nightly", status: problem, message: "NotAllowed at $.payload.CallbackUrl"},
		{name: "a timer with a callback that is let in", changes: []string{`"IdleMinutes": 30`, `"CallbackUrl": "https://hooks.example.com/fake-path"`}, args: []string{"-env", "CALLBACK_ALLOWED_HOSTS=hooks.example.com", "-env", "CALLBACK_SECRET=whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}, check: "timer nightly", status: fine, message: "is let in"},
		{name: "a timer that asks for a day without a calendar", changes: []string{`"IdleMinutes": 30`, `"On": "workday"`}, check: "timer nightly", status: problem, message: "`rejected` each time: Calendar at $.payload.On"},
		{name: "a timer that asks for a day that no year has", changes: []string{`"IdleMinutes": 30`, `"On": "workday"`}, env: map[string]string{"CALENDAR_FILE": "calendar.txt"}, files: map[string]string{"calendar.txt": "complete 1999\n"}, check: "timer nightly", status: problem, message: "would fail now: Calendar at $.payload.On", beside: "CALENDAR_FILE"},
		{name: "a timer that asks for a day of any kind", changes: []string{`"IdleMinutes": 30`, `"On": "workday"`}, env: map[string]string{"CALENDAR_FILE": "calendar.txt"}, files: map[string]string{"calendar.txt": everyYear()}, check: "timer nightly", status: fine, message: "is let in"},
		{name: "a timer with several requests", changes: []string{tag, `[{"DesktopId": "ecd-a"}, {"Select": {"All": true},`, `"Reason": "nightly stop"}`, `"Reason": "nightly stop"}]`}, check: "timer nightly", status: fine, message: "is let in"},
		{name: "a timer with several requests, and one is refused", changes: []string{tag, `[{"DesktopId": "ecd-a"}, {"Force": true, "Select": {"All": true},`, `"Reason": "nightly stop"}`, `"Reason": "nightly stop"}]`}, check: "timer nightly", status: problem, message: "Conflict at $.payload[1].IdleMinutes"},
		{name: "the second request of a timer waits too long", changes: []string{tag, `[{"DesktopId": "ecd-a"}, {"WaitSeconds": 115, "Select": {"All": true},`, `"Reason": "nightly stop"}`, `"Reason": "nightly stop"}]`}, check: "WaitSeconds", status: problem, message: "WaitSeconds of the timer nightly is 115 s"},
		{name: "a timer of a function that is switched off", changes: []string{`"IdleMinutes": 30`, `"Force": true`}, env: map[string]string{"DISABLED": "true"}, check: "timer nightly", status: problem, message: "NotAllowed at $.payload.Force"},
		{name: "a timer and a fault", env: map[string]string{"MAX_DESKTOPS": "many"}, check: "timer nightly", status: warning, message: "cannot be told while", beside: "MAX_DESKTOPS"},
		{name: "an expression that is none", changes: []string{cron, "banana"}, check: "timer nightly", status: problem, message: `"banana" is no cron expression`},
		{name: "an expression of five fields", changes: []string{cron, "0 20 ? * MON-FRI"}, check: "timer nightly", status: problem, message: "has five fields; Function Compute wants six"},
		{name: "an expression without any field", changes: []string{cron, "''"}, check: "timer nightly", status: problem, message: "has no fields"},
		{name: "a zone that there is none of", env: map[string]string{"TIMEZONE": "Asia/Shanghia"}, check: "timer nightly", status: problem, message: "CRON_TZ=Asia/Shanghia is no time zone", beside: "TIMEZONE"},
		{name: "no zone", changes: []string{cron, "0 0 20 ? * MON-FRI"}, check: "timer nightly", status: warning, message: "has no time zone: Function Compute takes UTC"},
		{name: "UTC that is meant", changes: []string{cron, "CRON_TZ=UTC 0 0 20 ? * MON-FRI"}, check: "timer nightly", status: fine, message: "20:00 UTC"},
		{name: "an interval", changes: []string{cron, "'@every 30m'"}, check: "timer nightly", status: fine, message: "every 30m"},
		{name: "weekdays by number", changes: []string{cron, "CRON_TZ=Asia/Shanghai 0 0 20 ? * 1-5"}, check: "timer nightly", status: warning, message: "the day that a number means is not documented"},
		{name: "an hour that summer time skips", changes: []string{cron, "CRON_TZ=Europe/Berlin 0 30 2 ? * SUN"}, check: "timer nightly", status: warning, message: "may fire twice or not at all when the clocks change: Sun "},
		{name: "two timers that say the same", changes: []string{"        - triggerName: webhook\n", again + "        - triggerName: webhook\n"}, check: "timer again", status: warning, message: "the timers nightly and again ask for the same stop at the same times"},
		{name: "a timer that says neither", changes: []string{"            enable: true\n", ""}, check: "timer nightly", status: warning, message: "has no `enable`"},
		{name: "a timer switched off", changes: []string{"enable: true", "enable: false"}, check: "timer nightly", status: warning, message: "switched off"},

		// the account
		{name: "no credentials", online: func(t *testing.T, c *clinic) { useCredential(t, emulator.Credential{}) }, check: "credentials", status: problem, message: "there are no credentials"},
		{name: "somebody else's credentials", online: func(t *testing.T, c *clinic) {
			useCredential(t, emulator.Credential{AccessKeyId: "LTAI-fake", AccessKeySecret: "fake-secret", SecurityToken: "fake"})
		}, check: "signature", status: problem, message: "does not accept the credentials"},
		{name: "DescribeDesktopInfo denied", online: deny("DescribeDesktopInfo"), check: "ecd:DescribeDesktopInfo", status: problem, message: "is not allowed (NoPermission)"},
		{name: "DescribeDesktops denied", online: deny("DescribeDesktops"), check: "ecd:DescribeDesktops", status: problem, message: "is not allowed (NoPermission)"},
		{name: "ListTagResources denied", online: deny("ListTagResources"), check: "ecd:ListTagResources", status: problem, message: "is not allowed (NoPermission)"},
		{name: "DescribeClientEvents denied", online: deny("DescribeClientEvents"), check: "ecd:DescribeClientEvents", status: problem, message: "is not allowed (NoPermission)"},
		{name: "denied by a statement", online: func(t *testing.T, c *clinic) {
			deny("DescribeDesktops")(t, c)
			c.eds.Credentials[0].ExplicitDeny = true
		}, check: "ecd:DescribeDesktops", status: problem, message: "is denied by a policy (NoPermission)"},
		{name: "an expired token", online: func(_ *testing.T, c *clinic) {
			c.eds.Faults = []emulator.Fault{{Kind: emulator.FaultError, Status: 403, Code: "InvalidSecurityToken.Expired"}}
		}, check: "signature", status: problem, message: "does not accept the credentials (InvalidSecurityToken.Expired)"},
		{name: "Forbidden", online: func(_ *testing.T, c *clinic) {
			c.eds.Faults = []emulator.Fault{{Action: "DescribeDesktops", Kind: emulator.FaultError, Status: 400, Code: "Forbidden.RAM"}}
		}, check: "ecd:DescribeDesktops", status: problem, message: "is not allowed (Forbidden.RAM)"},
		{name: "the desktop of the question is refused", online: func(_ *testing.T, c *clinic) { c.eds.UnknownIds = emulator.Refuse }, check: "ecd:DescribeDesktopInfo", status: fine, message: "is allowed"},
		{name: "the desktop of the question is an invalid parameter", online: refuseInfo("InvalidParameter"), check: "ecd:DescribeDesktopInfo", status: fine, message: "is allowed"},
		{name: "the desktop of the question is an invalid parameter by name", online: refuseInfo("InvalidParameter.DesktopId"), check: "ecd:DescribeDesktopInfo", status: fine, message: "is allowed"},
		{name: "the desktop of the question, or the call, is forbidden", online: refuseInfo("Forbidden"), check: "ecd:DescribeDesktopInfo", status: warning, message: "could not be found out (Forbidden)"},
		{name: "the call is forbidden", online: refuseInfo("Forbidden.RAM"), check: "ecd:DescribeDesktopInfo", status: problem, message: "is not allowed (Forbidden.RAM)"},
		{name: "the question is malformed", online: refuseInfo("MissingRegionId"), check: "ecd:DescribeDesktopInfo", status: problem, message: "is refused (MissingRegionId)"},
		{name: "throttled", online: func(_ *testing.T, c *clinic) {
			c.eds.Faults = []emulator.Fault{{Action: "ListTagResources", Kind: emulator.FaultThrottle}}
		}, check: "ecd:ListTagResources", status: warning, message: "could not be found out (Throttling.User)"},
		{name: "a region that EDS does not know", args: []string{"-env", "ALLOWED_REGIONS=cn-nowhere"}, check: "region", status: problem, message: "EDS knows no region cn-nowhere"},
		{name: "a region without desktops", online: func(_ *testing.T, c *clinic) { c.eds.Desktops, c.eds.Regions = nil, []string{"cn-hangzhou"} }, check: "ecd:DescribeDesktops", status: warning, message: "there is no desktop in cn-hangzhou"},
		{name: "a clock that is behind", online: clockAhead(12 * time.Minute), check: "clock", status: problem, message: "behind that of EDS"},
		{name: "a clock that is ahead", online: clockAhead(-5 * time.Minute), check: "clock", status: warning, message: "ahead of that of EDS"},
		{name: "no clock", online: func(_ *testing.T, c *clinic) { c.date = "today" }, check: "clock", status: warning, message: "EDS told no time"},
		{name: "EDS is gone", online: func(_ *testing.T, c *clinic) { c.endpoint.Close() }, check: "endpoint", status: problem, message: "no TCP connection to 127.0.0.1:"},
		{name: "EDS has a certificate of its own making", online: func(t *testing.T, c *clinic) {
			server := httptest.NewTLSServer(c.eds)
			server.Config.ErrorLog = quiet
			t.Cleanup(server.Close)
			c.env["EDS_ENDPOINT"] = server.URL
		}, check: "endpoint", status: problem, message: "its certificate is from nobody this machine trusts"},
		{name: "DEBUG of this shell", env: map[string]string{"DEBUG": "tea"}, check: "DEBUG", status: problem, message: "so EDS was not asked"},
		{name: "a permanent key", online: func(t *testing.T, c *clinic) {
			key := emulator.Credential{AccessKeyId: "LTAI-fake", AccessKeySecret: "fake-secret"}
			c.eds.AllowPermanentKeys, c.eds.Credentials = true, []emulator.Credential{key}
			useCredential(t, key)
		}, check: "ecd:DescribeDesktops", status: fine, message: "10 desktops"},

		{name: "EDS refuses for a reason of its own", online: func(_ *testing.T, c *clinic) {
			c.eds.Faults = []emulator.Fault{{Action: "DescribeDesktopInfo", Kind: emulator.FaultError, Status: 400, Code: "QuotaUnknown"}}
		}, check: "ecd:DescribeDesktopInfo", status: warning, message: "could not be found out (QuotaUnknown)"},
		{name: "a malformed call", online: func(_ *testing.T, c *clinic) {
			c.eds.Faults = []emulator.Fault{{Action: "DescribeDesktops", Kind: emulator.FaultError, Status: 400, Code: "InvalidParameter.X"}}
		}, check: "ecd:DescribeDesktops", status: problem, message: "is refused (InvalidParameter.X)"},
		{name: "EDS says that the clock is wrong", online: func(_ *testing.T, c *clinic) {
			c.eds.Faults = []emulator.Fault{{Kind: emulator.FaultError, Status: 400, Code: "InvalidTimeStamp.Expired"}}
		}, check: "signature", status: problem, message: "this machine's clock is wrong"},
		{name: "a role that cannot be assumed", args: []string{"-role-arn", "acs:ram::1234567890123456:role/fake"},
			online: func(t *testing.T, c *clinic) { t.Setenv("ALIBABA_CLOUD_STS_REGION", "nowhere.invalid/") }, check: "credentials", status: problem, message: "cannot be assumed"},
		{name: "what is no role", args: []string{"-role-arn", "StopDesktops"},
			online: func(t *testing.T, c *clinic) { t.Setenv("ALIBABA_CLOUD_STS_REGION", "nowhere.invalid/") }, check: "credentials", status: problem, message: "-role-arn"},

		// the callback
		{name: "no receiver", env: map[string]string{"CALLBACK_URL": "http://127.0.0.1:1" + fakePath}, check: "CALLBACK_URL", status: problem, message: "no TCP connection to 127.0.0.1:1"},
		{name: "no receiver of a route", env: map[string]string{"TEAM_URL": "http://127.0.0.1:1" + fakePath},
			changes: []string{"LOG_LEVEL:", "TEAM_URL: ${env('TEAM_URL','')}\n        LOG_LEVEL:"},
			files:   map[string]string{"routes.yaml": gatewayRoutes + "    callback: {url: TEAM_URL}\n"}, check: "callback of route /scripts", status: problem, message: "no TCP connection to 127.0.0.1:1"},

		// what cannot be proven
		{name: "stopping", check: "ecd:StopDesktops", status: unproven, message: "EDS has no dry run"},
		{name: "the role's reads", check: "dry run", status: unproven, message: "the function's own role may read"},
		{name: "offline", args: []string{"-offline"}, check: "network", status: unproven, message: "nobody was asked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clinic := newClinic(t, c.changes...)
			for name, value := range c.env {
				clinic.env[name] = value
			}
			for name, text := range c.files {
				write(t, name, text)
			}
			if c.online != nil {
				c.online(t, clinic)
			}
			all, _ := clinic.findingsOf(t, c.args...)
			if !slices.ContainsFunc(all, func(f finding) bool {
				return f.Check == c.check && f.Status == c.status && strings.Contains(f.Message, c.message)
			}) {
				t.Errorf("no %s of %s with %q in %+v", c.status, c.check, c.message, all)
			}
			for _, f := range all {
				if f.Status == problem && f.Check != c.beside && (f.Check != c.check || c.status != problem) {
					t.Errorf("another problem: %+v", f)
				}
			}
		})
	}
}

// refuseInfo refuses DescribeDesktopInfo with a code.
func refuseInfo(code string) func(*testing.T, *clinic) {
	return func(_ *testing.T, c *clinic) {
		c.eds.Faults = []emulator.Fault{{Action: "DescribeDesktopInfo", Kind: emulator.FaultError, Status: 400, Code: code}}
	}
}

func deny(action string) func(*testing.T, *clinic) {
	return func(_ *testing.T, c *clinic) {
		who := emulator.DefaultCredential
		who.Deny = []string{action}
		c.eds.Credentials = []emulator.Credential{who}
	}
}

// clockAhead sets the clock of EDS ahead of that of this machine.
func clockAhead(ahead time.Duration) func(*testing.T, *clinic) {
	return func(_ *testing.T, c *clinic) { c.date = time.Now().Add(ahead).UTC().Format(http.TimeFormat) }
}

// Only the permissions that the configuration needs are asked for.
func TestDoctorAsksForWhatIsNeeded(t *testing.T) {
	tagsOff := []string{"-env", "PROTECT_TAG=", "-env", "KEEP_UNTIL_TAG="}
	for _, c := range []struct {
		name    string
		changes []string
		args    []string
		calls   int
	}{
		{"everything", nil, nil, 5},
		{"tags off, but a timer selects by one", nil, tagsOff, 4},
		{"no tag", []string{`{"Tag": [{"Key": "${env('NIGHTLY_TAG','stop-desktops:nightly')}"}]}`, `{"All": true}`}, tagsOff, 3},
		{"no observation", nil, append([]string{"-env", "PREFLIGHT=false"}, tagsOff...), 0},
		{"two regions", nil, []string{"-env", "ALLOWED_REGIONS=cn-hangzhou,cn-shanghai,cn-hangzhou"}, 10},
		{"a list of desktops and one of users", nil, []string{"-env", "DENY_DESKTOPS=ecd-running1", "-env", "DENY_USERS=alice"}, 7},
		{"offline", nil, []string{"-offline"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			clinic := newClinic(t, c.changes...)
			clinic.eds.Regions = []string{"cn-hangzhou", "cn-shanghai"}
			clinic.findingsOf(t, c.args...)
			if n := len(clinic.eds.Calls()); n != c.calls {
				t.Errorf("%d calls, want %d", n, c.calls)
			}
		})
	}
}

func TestThisMachine(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "a.localhost": true, "127.1.2.3": true, "::ffff:127.0.0.1": true, "0.0.0.0": true,
		"localhost.example.com": false, "10.0.0.1": false, "eds.example.com": false, "": false,
	} {
		if thisMachine(host) != want {
			t.Errorf("%q: want %v", host, want)
		}
	}
}

// TestDoctorAstray: what is on this machine is said once, and is right for a person who practises or deploys nothing.
func TestDoctorAstray(t *testing.T) {
	c := newClinic(t)
	c.env["EDS_ENDPOINT"], c.env["CALLBACK_URL"], c.env["ALLOWED_REGIONS"] = "", c.receiver.URL+fakePath, "cn-hangzhou"
	said := func(e *examination) findings { return append(e.checkLoopback(), e.callbacks(t.Context())...) }
	e := &examination{checkup: readCheckup(t, func(name string) string { return c.env[name] }), getenv: func(string) string { return "" }, network: theNetwork()}
	if all := said(e); len(all) != 1 || all[0].Status != problem {
		t.Errorf("to be deployed: %+v", all)
	}
	e.getenv = func(string) string { return c.endpoint.URL }
	if all := said(e); len(all) != 1 || all[0].Status != fine || !strings.Contains(all[0].Message, "not to be deployed") {
		t.Errorf("practising: %+v", all)
	}
	if all, _ := c.findingsOf(t, "-t", "", "-offline"); all.count(problem) > 0 {
		t.Errorf("without a deployment file: %+v", all)
	}
}

// Without a deployment file the environment is the configuration.
func TestDoctorWithoutATemplate(t *testing.T) {
	for name, args := range map[string][]string{"asked for": {"-t", ""}, "no file here": nil} {
		t.Run(name, func(t *testing.T) {
			c := newClinic(t)
			if args == nil {
				if err := os.Remove("s.yaml"); err != nil {
					t.Fatal(err)
				}
			}
			all, code := c.findingsOf(t, args...)
			if code != terminal.ExitUnexpected || all[0].Check != "ALLOWED_REGIONS" {
				t.Errorf("nothing is set: exit code %d, %+v", code, all)
			}
			c.env["ALLOWED_REGIONS"] = "cn-hangzhou"
			if all, code = c.findingsOf(t, args...); code != terminal.ExitOK || all.count(warning) > 0 {
				t.Errorf("exit code %d, %+v", code, all)
			}
		})
	}
}

func TestDoctorUsage(t *testing.T) {
	c := newClinic(t, "timeout: 120", "timeout: soon")
	for _, u := range []struct {
		args []string
		want string
	}{
		{[]string{"-nosuch"}, "-nosuch"},
		{[]string{"s.yaml"}, `"s.yaml" is no flag`},
		{[]string{"-t", "nosuch.yaml"}, "-t: open nosuch.yaml"},
		{[]string{"-t", "s.yaml"}, "s.yaml:33 timeout: must be a whole number"},
		{[]string{"-function", "f", "-t", ""}, "-function needs a deployment file"},
		{[]string{"-o", "yaml"}, "-o yaml"},
		{[]string{"-color", "blue"}, "-color blue"},
		{[]string{"-env", "fake-token"}, "doctor: -env: write NAME=VALUE"},
		{[]string{"-env", "FC_REGION=fake-token"}, "doctor: -env FC_REGION"},
		{[]string{"-offline", "-role-arn", "acs:ram::1234567890123456:role/fake"}, "-offline asks nobody"},
	} {
		if code, out, err := c.examine(t, u.args...); code != terminal.ExitUsage || out != "" || !strings.Contains(err, u.want) {
			t.Errorf("doctor %v: exit code %d, want %q in\n%s%s", u.args, code, u.want, out, err)
		}
	}
	if code, out, _ := c.examine(t, "-h"); code != terminal.ExitOK || !strings.Contains(out, "  -offline ") || !strings.Contains(out, "Flags of every command:") {
		t.Errorf("-h: exit code %d\n%s", code, out)
	}
	_, fs := doctorFlags()
	fs.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(doctorUsage, "\n  -"+f.Name+" ") {
			t.Errorf("the help says nothing of -%s", f.Name)
		}
	})
}
