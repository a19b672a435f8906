package config_test

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"stopdesktops/events"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
)

const region = "FC_REGION=cn-hangzhou"

// read a configuration that must have no fault.
func read(t *testing.T, environ ...string) config.Config {
	t.Helper()
	c, faults := config.Read(append([]string{region}, environ...))
	if len(faults) != 0 {
		t.Fatalf("%q: %v", environ, faults)
	}
	return c
}

// TestDefaults holds the defaults against the table of the design. One that differs is a limit that
// is not where the operator believes it to be.
func TestDefaults(t *testing.T) {
	c := read(t)
	for _, d := range []struct {
		variable  string
		got, want any
	}{
		{"ALLOWED_REGIONS", c.AllowedRegions, []string{"cn-hangzhou"}},
		{"STOPPED_MODE", c.StoppedMode, "StopCharging"},
		{"MAX_DESKTOPS", c.MaxDesktops, 100},
		{"DENY_DESKTOPS", len(c.DenyDesktops), 0},
		{"DENY_USERS", len(c.DenyUsers), 0},
		{"DENY_FILE", c.DenyFile, ""},
		{"PROTECT_TAG", c.ProtectTag, "stop-desktops:protected"},
		{"KEEP_UNTIL_TAG", c.KeepUntilTag, "stop-desktops:keep-until"},
		{"TIMEZONE", c.Timezone, "UTC"},
		{"CALENDAR_FILE", c.CalendarFile, ""},
		{"WEEKEND", c.Weekend, []string{"sat", "sun"}},
		{"ALLOW_FORCE", c.AllowForce, false},
		{"ALLOW_DIRECT", c.AllowDirect, true},
		{"EVENT_KINDS", len(c.EventKinds), 0},
		{"MAX_EVENT_AGE", c.MaxEventAge, time.Hour},
		{"PREFLIGHT", c.Preflight, true},
		{"WAIT", c.Wait, time.Duration(0)},
		{"DRY_RUN", c.DryRun, false},
		{"DISABLED", c.Disabled, false},
		{"API_CONCURRENCY", c.APIConcurrency, 32},
		{"EDS_ENDPOINT", c.EDSEndpoint, ""},
		{"CALLBACK_URL", c.CallbackURL.Empty(), true},
		{"CALLBACK_SECRET", len(c.CallbackSecrets), 0},
		{"CALLBACK_FORMAT", c.CallbackFormat, "cloudevents"},
		{"CALLBACK_TEMPLATE", c.CallbackTemplate, ""},
		{"CALLBACK_ON", c.CallbackOn, "all"},
		{"CALLBACK_ALLOWED_HOSTS", len(c.CallbackAllowed), 0},
		{"CALLBACK_TIMEOUT", c.CallbackTimeout, 10 * time.Second},
		{"CALLBACK_MAX_DESKTOPS", c.CallbackMaxDesktops, 100},
		{"WEBHOOK_AUTH", c.WebhookAuth, ""},
		{"WEBHOOK_SECRETS", len(c.WebhookSecrets), 0},
		{"WEBHOOK_TOKEN_HEADER", c.WebhookTokenHeader, "Authorization"},
		{"ROUTES_FILE", c.RoutesFile, ""},
		{"ACCOUNTS", len(c.Accounts), 0},
		{"ALLOWED_ACCOUNTS", len(c.AllowedAccounts), 0},
		{"ACCOUNTS_EXTERNAL_ID", c.ExternalID.Empty(), true},
		{"STS_ENDPOINT", c.STSEndpoint, ""},
		{"LOG_LEVEL", c.LogLevel, slog.LevelInfo},
	} {
		if !reflect.DeepEqual(d.got, d.want) {
			t.Errorf("%s: %v, want %v", d.variable, d.got, d.want)
		}
		if !slices.Contains(config.Variables(), d.variable) {
			t.Errorf("%s is no variable of Config", d.variable)
		}
	}
	p := compose.Policy(c, "v1")
	if p.ProtectTag.Key != "stop-desktops:protected" || p.ProtectTag.Value != nil || p.KeepUntilTag != "stop-desktops:keep-until" ||
		p.Location != time.UTC || p.Version != "v1" || p.MaxDesktops != 100 || !p.Preflight || !p.AllowDirect || p.AllowForce || p.DryRun || p.Disabled ||
		p.StoppedMode != "StopCharging" || p.MaxEventAge != time.Hour || p.APIConcurrency != 32 || p.Wait != 0 || len(p.Deny) != 0 || !slices.Equal(p.Regions, []string{"cn-hangzhou"}) {
		t.Errorf("policy %+v", p)
	}
}

// TestValues sets everything, so that no variable is read into another's place, or not into the policy.
func TestValues(t *testing.T) {
	c := read(t, "ALLOWED_REGIONS=cn-shanghai,ap-southeast-1", "STOPPED_MODE=KeepCharging", "MAX_DESKTOPS=7", "DENY_DESKTOPS=ecd-a, ecd-b ,", "DENY_USERS=alice,\n 李四,",
		"PROTECT_TAG=keep=yes", "KEEP_UNTIL_TAG=until", "TIMEZONE=Asia/Shanghai", "ALLOW_FORCE=true", "ALLOW_DIRECT=false", "EVENT_KINDS=timer,\n http ,", "MAX_EVENT_AGE=90m",
		"WAIT=2m", "DRY_RUN=true", "DISABLED=true", "API_CONCURRENCY=3", "EDS_ENDPOINT=https://ecd.vpc-proxy.aliyuncs.com",
		"CALLBACK_URL=https://robot.example/x", "CALLBACK_SECRET=whsec_Zmlyc3QtZmFrZS1zZWNyZXQtZm9yLXRlc3Rz,whsec_c2Vjb25kLWZha2Utc2VjcmV0LWZvci10ZXN0cw==", "CALLBACK_TIMEOUT=3s", "CALLBACK_MAX_DESKTOPS=0",
		"WEBHOOK_AUTH=token", "WEBHOOK_SECRETS=third-secret, fourth-secret", "WEBHOOK_TOKEN_HEADER=X-Token", "LOG_LEVEL=debug", "FC_FUNCTION_NAME=night")
	p := compose.Policy(c, "")
	for _, d := range []struct {
		variable  string
		got, want any
	}{
		{"ALLOWED_REGIONS", p.Regions, []string{"cn-shanghai", "ap-southeast-1"}},
		{"STOPPED_MODE", p.StoppedMode, "KeepCharging"},
		{"MAX_DESKTOPS", p.MaxDesktops, 7},
		{"DENY_DESKTOPS", p.Deny, map[string]bool{"ecd-a": true, "ecd-b": true}},
		{"DENY_USERS", p.DenyUsers, []string{"alice", "李四"}},
		{"PROTECT_TAG", p.ProtectTag.Key + " " + *p.ProtectTag.Value, "keep yes"},
		{"KEEP_UNTIL_TAG", p.KeepUntilTag, "until"},
		{"TIMEZONE", p.Location.String(), "Asia/Shanghai"},
		{"ALLOW_FORCE", p.AllowForce, true},
		{"ALLOW_DIRECT", p.AllowDirect, false},
		{"EVENT_KINDS", p.Kinds, []events.Kind{events.Timer, events.HTTP}},
		{"MAX_EVENT_AGE", p.MaxEventAge, 90 * time.Minute},
		{"WAIT", p.Wait, 2 * time.Minute},
		{"DRY_RUN", p.DryRun, true},
		{"DISABLED", p.Disabled, true},
		{"API_CONCURRENCY", p.APIConcurrency, 3},
		{"EDS_ENDPOINT", c.EDSEndpoint, "https://ecd.vpc-proxy.aliyuncs.com"},
		{"CALLBACK_URL", c.CallbackURL.Reveal(), "https://robot.example/x"},
		{"CALLBACK_SECRET", len(c.CallbackSecrets), 2},
		{"CALLBACK_SECRET", c.CallbackSecrets[1].Reveal(), "whsec_c2Vjb25kLWZha2Utc2VjcmV0LWZvci10ZXN0cw=="},
		{"CALLBACK_TIMEOUT", c.CallbackTimeout, 3 * time.Second},
		{"CALLBACK_MAX_DESKTOPS", c.CallbackMaxDesktops, 0},
		{"WEBHOOK_AUTH", c.WebhookAuth, "token"},
		// With the space a second token would never match, and a rotation would fail without a word.
		{"WEBHOOK_SECRETS", c.WebhookSecrets[1].Reveal(), "fourth-secret"},
		{"WEBHOOK_TOKEN_HEADER", c.WebhookTokenHeader, "X-Token"},
		{"LOG_LEVEL", c.LogLevel, slog.LevelDebug},
		{"FC_FUNCTION_NAME", c.FunctionName, "night"},
	} {
		if !reflect.DeepEqual(d.got, d.want) {
			t.Errorf("%s: %v, want %v", d.variable, d.got, d.want)
		}
	}
	for _, leak := range []string{"whsec_", "third-secret", "robot.example"} {
		if printed := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(printed, leak) {
			t.Errorf("%s is shown by a printed configuration", leak)
		}
	}
}

// TestFaults: each bad value is one fault, which names its variable and says what would be good.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ variable, value, says string }{
		{"ALLOWED_REGIONS", "hangzhou", "not a region ID"},
		{"ALLOWED_REGIONS", "cn-hangzhou,evil.example.com/x?", "not a region ID"},
		{"ALLOWED_REGIONS", "CN-HANGZHOU", "not a region ID"},
		{"ALLOWED_REGIONS", "cn-hangzhou cn-shanghai", "not a region ID"},
		{"STOPPED_MODE", "stopcharging", "StopCharging or KeepCharging"},
		{"STOPPED_MODE", "Hibernate", "StopCharging or KeepCharging"},
		{"MAX_DESKTOPS", "0", "between 1 and"},
		{"MAX_DESKTOPS", "-1", "between 1 and"},
		{"MAX_DESKTOPS", "1000001", "between 1 and"},
		{"MAX_DESKTOPS", "many", "a whole number"},
		{"MAX_DESKTOPS", "1e2", "a whole number"},
		{"MAX_DESKTOPS", "9999999999999999999999", "a whole number"},
		{"DENY_DESKTOPS", "ecd-a,desktop-b", "not a desktop ID"},
		{"DENY_DESKTOPS", "ecd-a ecd-b", "not a desktop ID"},
		{"DENY_FILE", "no-such-file.txt", "cannot be opened"},
		{"PROTECT_TAG", "=value", "key"},
		{"PROTECT_TAG", " = ", "key"},
		{"KEEP_UNTIL_TAG", "until=2026", "key alone"},
		{"TIMEZONE", "Shanghai", "IANA"},
		{"TIMEZONE", "Local", "IANA"},
		{"TIMEZONE", "+08:00", "IANA"},
		{"TIMEZONE", "../../etc/passwd", "IANA"},
		{"ALLOW_FORCE", "yes", "true or false"},
		{"ALLOW_DIRECT", "no", "true or false"},
		{"EVENT_KINDS", "timer,HTTP", "item 2 of 2 is no kind of event: write one or more of eventbridge, timer, http, direct"},
		{"EVENT_KINDS", "all", "item 1 of 1"},
		{"EVENT_KINDS", "timer http", "item 1 of 1"},
		{"EVENT_KINDS", ",", "names no kind"},
		{"PREFLIGHT", "off", "true or false"},
		{"DRY_RUN", "on", "true or false"},
		{"DISABLED", "x", "true or false"},
		{"MAX_EVENT_AGE", "60", "a duration such as"},
		{"MAX_EVENT_AGE", "0s", "between"},
		{"MAX_EVENT_AGE", "200h", "between"},
		{"WAIT", "-1s", "between"},
		{"WAIT", "61m", "between"},
		{"WAIT", "soon", "a duration such as"},
		{"API_CONCURRENCY", "0", "between 1 and 100"},
		{"API_CONCURRENCY", "101", "between 1 and 100"},
		{"CALLBACK_TIMEOUT", "999ms", "between"},
		{"CALLBACK_TIMEOUT", "1h", "between"},
		{"CALLBACK_MAX_DESKTOPS", "-1", "between 0 and"},
		{"CALLBACK_SECRET", "whsec_xxx", "CALLBACK_URL is not"},
		{"WEBHOOK_AUTH", "none", "must be one of"},
		{"WEBHOOK_AUTH", "Standard", "must be one of"},
		{"WEBHOOK_SECRETS", "whsec_xxx", "WEBHOOK_AUTH is not"},
		{"ROUTES_FILE", "no-such-file.yaml", "cannot be read"},
		{"ACCOUNTS", "prod", "item 1 of 1 is not a name and a role, such as prod="},
		{"ACCOUNTS", "acs:ram::1234567890123456:role/stop-desktops", "item 1 of 1"},
		{"ACCOUNTS", "Prod=acs:ram::1234567890123456:role/stop-desktops", "item 1 of 1"},
		{"ACCOUNTS", "prod=acs:ram::1234567890123456:user/bob", "item 1 of 1"},
		{"ACCOUNTS", "prod=acs:ram::*:role/stop-desktops", "item 1 of 1"},
		{"ACCOUNTS", "prod=acs:ram::1234567890123456:role/a,prod=acs:ram::2234567890123456:role/a", "item 2 of 2 has the name"},
		{"ALLOWED_ACCOUNTS", "prod", "item 1 of 1 is not a name of ACCOUNTS"},
		{"ACCOUNTS_EXTERNAL_ID", "a", "2 to 1224"},
		{"ACCOUNTS_EXTERNAL_ID", "a b", "2 to 1224"},
		{"LOG_LEVEL", "verbose", "debug, info, warn or error"},
		{"DEBUG", "dara", "credentials"},
		{"DEBUG", "tea", "credentials"},
		{"DEBUG", "credential", "credentials"},
		{"DEBUG", "http,dara", "credentials"},
		{"DEBUG", "*", "credentials"},
	} {
		_, faults := config.Read([]string{region, c.variable + "=" + c.value})
		if got := slices.Sorted(maps.Keys(faults)); !slices.Equal(got, []string{c.variable}) {
			t.Errorf("%s=%s: faults of %v: %v", c.variable, c.value, got, faults)
			continue
		}
		if text := faults.Error(); !strings.HasPrefix(text, c.variable+" ") || !strings.Contains(text, c.says) || strings.Contains(text, "\n") {
			t.Errorf("%s=%s: %q does not say %q", c.variable, c.value, text, c.says)
		}
	}
}

// TestGoodValues at the edges, which TestFaults would also be content with if they were refused.
func TestGoodValues(t *testing.T) {
	for _, set := range []string{
		"MAX_DESKTOPS=1", "MAX_DESKTOPS=1000000", "API_CONCURRENCY=1", "API_CONCURRENCY=100", "CALLBACK_MAX_DESKTOPS=0",
		"MAX_EVENT_AGE=1s", "MAX_EVENT_AGE=168h", "WAIT=1h", "CALLBACK_TIMEOUT=1s", "CALLBACK_TIMEOUT=5m",
		"ALLOW_FORCE=TRUE", "DRY_RUN=1", "DISABLED=false", "TIMEZONE=Europe/Berlin", "LOG_LEVEL=WARN", "LOG_LEVEL=error",
		"DEBUG=http", "DEBUG=1", "DEBUG=true", "UNKNOWN_VARIABLE=x", "PROTECT_TAG=key=value", "PROTECT_TAG=a=b=c",
		"WEBHOOK_AUTH=gateway", "WEBHOOK_AUTH=hub-sha256", "WEBHOOK_AUTH=zendesk", "WEBHOOK_AUTH=pagerduty", "ALLOWED_REGIONS=cn-hangzhou,cn-hangzhou",
	} {
		read(t, set)
	}
}

// TestAllFaultsTogether: one deployment, one list. And what is good stays readable, the log level
// above all: the faults themselves are logged with it.
func TestAllFaultsTogether(t *testing.T) {
	c, faults := config.Read([]string{
		"FC_REGION=", "STOPPED_MODE=x", "MAX_DESKTOPS=x", "DENY_DESKTOPS=x", "DENY_FILE=x", "TIMEZONE=x", "ALLOW_FORCE=x",
		"MAX_EVENT_AGE=x", "WEBHOOK_AUTH=x", "DEBUG=tea", "LOG_LEVEL=debug",
	})
	want := []string{"ALLOWED_REGIONS", "ALLOW_FORCE", "DEBUG", "DENY_DESKTOPS", "DENY_FILE", "MAX_DESKTOPS", "MAX_EVENT_AGE", "STOPPED_MODE", "TIMEZONE", "WEBHOOK_AUTH"}
	if got := slices.Sorted(maps.Keys(faults)); !slices.Equal(got, want) {
		t.Errorf("faults of\n%v, want\n%v", got, want)
	}
	text := faults.Error()
	at := -1
	for _, name := range want {
		if i := strings.Index(text, name+" "); i <= at {
			t.Errorf("%s is missing, or not in order: %s", name, text)
		} else {
			at = i
		}
	}
	if c.LogLevel != slog.LevelDebug || c.Location != time.UTC {
		t.Errorf("log level %v, location %v", c.LogLevel, c.Location)
	}
}

// TestRoutes: a file that lies beside the binary counts, with all of its faults in one; what is set
// beside it must fit.
func TestRoutes(t *testing.T) {
	code := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(code, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	faults := func(environ ...string) config.Faults {
		_, faults := config.Read(append([]string{region, "FC_FUNC_CODE_PATH=" + code}, environ...))
		return faults
	}
	if c := read(t, "FC_FUNC_CODE_PATH="+code); c.Routes != nil {
		t.Error("routes, where there is no file")
	}
	const token = "WEBHOOK_SECRETS=fake-token-for-tests-1"
	write("routes.yaml", "http:\n  - path: /a\n    auth: {scheme: token, secrets: [WEBHOOK_SECRETS]}\n")
	if c := read(t, "FC_FUNC_CODE_PATH="+code, token); c.Routes == nil {
		t.Error("the file was not read")
	}
	if f := faults(); !strings.Contains(f["ROUTES_FILE"], "routes.yaml:3: http[0].auth.secrets[0]: names an environment variable that is not set") {
		t.Errorf("%v", f)
	}
	if f := faults(token, "WEBHOOK_AUTH=token"); f["WEBHOOK_AUTH"] == "" {
		t.Error("WEBHOOK_AUTH beside HTTP routes, and no fault")
	}
	write("other.yaml", "events:\n  - source: a\n    allow: {force: true, maxDesktops: 2, regions: [cn-shanghai]}\n")
	if f := faults("ROUTES_FILE=other.yaml", "MAX_DESKTOPS=1"); strings.Count(f["ROUTES_FILE"], "other.yaml:3: ") != 3 || strings.Contains(f["ROUTES_FILE"], "\n") {
		t.Errorf("%v", f)
	}
	if f := faults("ROUTES_FILE=other.yaml", "MAX_DESKTOPS=2", "ALLOW_FORCE=true", "ALLOWED_REGIONS=cn-shanghai,cn-hangzhou"); len(f) > 0 {
		t.Errorf("%v", f)
	}
}

// TestApprovalMint: the function signs plans only for a route that proves what it sends, and whose plans another one or
// itself approves. Each fault says how to mend it.
func TestApprovalMint(t *testing.T) {
	const secrets = "APPROVAL_SECRETS=one:whsec_ZmFrZS1hcHByb3ZhbC1zZWNyZXQtb25lLW9mLXRlc3Rz"
	route := func(scheme, more string) string {
		return "http:\n  - path: /a\n    auth: {scheme: " + scheme + ", secrets: [TICKETS_SECRET]}\n" + more
	}
	signed := route("hub-sha256", "    approves: [/a]\n")
	for _, c := range []struct {
		name, routes, variable, says string // no variable: no fault
		environ                      []string
	}{
		{"good", signed, "", "", []string{secrets, "APPROVAL_MINT=function"}},
		{"empty", route("hub-sha256", ""), "", "", []string{secrets, "APPROVAL_MINT="}},
		{"another word", signed, "APPROVAL_MINT", "must be function", []string{secrets, "APPROVAL_MINT=true"}},
		{"no secret", signed, "APPROVAL_MINT", "needs APPROVAL_SECRETS to sign with: set", []string{"APPROVAL_MINT=function"}},
		{"no routes", "", "APPROVAL_MINT", "add approves: [/path]", []string{secrets, "APPROVAL_MINT=function"}},
		{"no approval", route("hub-sha256", ""), "APPROVAL_MINT", "add approves: [/path]", []string{secrets, "APPROVAL_MINT=function"}},
		{"an event route", "events:\n  - source: a\n", "APPROVAL_MINT", "add approves: [/path]", []string{secrets, "APPROVAL_MINT=function"}},
		{"a token", route("token", "    approves: [/a]\n"), "ROUTES_FILE", "needs a scheme that signs the body, such as standard or hub-sha256", []string{secrets, "APPROVAL_MINT=function"}},
		{"off", signed, "APPROVAL_MINT", "set it to function, or take approves out", []string{secrets}},
	} {
		code := t.TempDir()
		if c.routes != "" {
			if err := os.WriteFile(filepath.Join(code, "routes.yaml"), []byte(c.routes), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		environ := append([]string{region, "FC_FUNC_CODE_PATH=" + code}, c.environ...)
		if strings.HasPrefix(c.routes, "http") {
			environ = append(environ, "TICKETS_SECRET=fake-token-for-tests-1")
		}
		_, faults := config.Read(environ)
		if c.variable == "" && len(faults) > 0 || c.variable != "" && (len(faults) != 1 || !strings.Contains(faults[c.variable], c.says)) {
			t.Errorf("%s: %v", c.name, faults)
		}
	}
}

// TestNoFollowUpFaults: a fault that only follows from another sends the operator the wrong way.
func TestNoFollowUpFaults(t *testing.T) {
	_, faults := config.Read([]string{region, "PREFLIGHT=maybe", "WAIT=1m"})
	if len(faults) != 1 || faults["PREFLIGHT"] == "" {
		t.Errorf("%v", faults)
	}
}

// TestFaultsShowNoValue: somebody who mixes up two lines of a template puts a secret where a number
// belongs. The faults go to the log and to the caller of the function.
func TestFaultsShowNoValue(t *testing.T) {
	for _, name := range config.Variables() {
		for _, value := range []string{"fake-token-that-leaks", "whsec_fake-token-that-leaks", "https://u:fake-token-that-leaks@h/", "a,fake-token-that-leaks", "ecd-a\nfake-token-that-leaks", "dara,fake-token-that-leaks"} {
			_, faults := config.Read([]string{region, name + "=" + value})
			if text := fmt.Sprintf("%s %v %+v %#v", faults.Error(), faults, faults, faults); strings.Contains(text, "fake-token") {
				t.Errorf("%s=%q is shown: %s", name, value, faults.Error())
			}
		}
	}
	file := filepath.Join(t.TempDir(), "deny.txt")
	if err := os.WriteFile(file, []byte("ecd-a\nfake-token-that-leaks\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, faults := config.Read([]string{region, "DENY_FILE=" + file}); strings.Contains(faults.Error(), "fake-token") {
		t.Errorf("a line of DENY_FILE is shown: %s", faults.Error())
	}
}

// TestEmptyMeansNotSet: deployment templates leave empty variables behind.
func TestEmptyMeansNotSet(t *testing.T) {
	want, _ := config.Read([]string{region})
	for _, empty := range []string{"", " ", "\t\n"} {
		for _, name := range config.Variables() {
			if name == "PROTECT_TAG" || name == "KEEP_UNTIL_TAG" || name == "FC_REGION" {
				continue
			}
			got, faults := config.Read([]string{region, name + "=" + empty})
			if len(faults) != 0 || !reflect.DeepEqual(got, want) {
				t.Errorf("%s=%q: %+v, %v", name, empty, got, faults)
			}
		}
		// These two limits can be taken away, which only an empty value can say.
		c := read(t, "PROTECT_TAG="+empty)
		if c.Protect().Key != "" || c.KeepUntilTag == "" {
			t.Errorf("PROTECT_TAG=%q: %+v", empty, c)
		}
		c = read(t, "KEEP_UNTIL_TAG="+empty)
		if c.Protect().Key == "" || c.KeepUntilTag != "" {
			t.Errorf("KEEP_UNTIL_TAG=%q: %+v", empty, c)
		}
	}
}

// TestProtectTag: a key alone matches whatever its value.
func TestProtectTag(t *testing.T) {
	for _, c := range []struct {
		text, key string
		value     *string
	}{
		{"key", "key", nil}, {" key ", "key", nil}, {"a:b/c", "a:b/c", nil},
		{"key = value", "key", new("value")}, {"key=value", "key", new("value")}, {"key=a=b", "key", new("a=b")},
	} {
		tag := read(t, "PROTECT_TAG="+c.text).Protect()
		if tag.Key != c.key || !reflect.DeepEqual(tag.Value, c.value) {
			t.Errorf("%q: %+v", c.text, tag)
		}
	}
}

// TestWithoutPreflight: without observations nothing can be honoured that needs one, and the configuration has to say so.
func TestWithoutPreflight(t *testing.T) {
	for _, c := range []struct {
		environ string
		want    []string // variables with faults
	}{
		{"PREFLIGHT=false", []string{"KEEP_UNTIL_TAG", "PROTECT_TAG"}},
		{"PREFLIGHT=false PROTECT_TAG=", []string{"KEEP_UNTIL_TAG"}},
		{"PREFLIGHT=false KEEP_UNTIL_TAG=", []string{"PROTECT_TAG"}},
		{"PREFLIGHT=false PROTECT_TAG= KEEP_UNTIL_TAG=", nil},
		{"PREFLIGHT=false PROTECT_TAG= KEEP_UNTIL_TAG= WAIT=1s", []string{"WAIT"}},
		{"PREFLIGHT=false PROTECT_TAG= KEEP_UNTIL_TAG= WAIT=0s", nil},
		{"PREFLIGHT=false PROTECT_TAG=mine KEEP_UNTIL_TAG=mine", []string{"KEEP_UNTIL_TAG", "PROTECT_TAG"}},
		{"PREFLIGHT=true WAIT=1s", nil},
		{"PREFLIGHT=false PROTECT_TAG= KEEP_UNTIL_TAG= DENY_USERS=alice", []string{"DENY_USERS"}},
		{"PREFLIGHT=false PROTECT_TAG= KEEP_UNTIL_TAG= DENY_DESKTOPS=ecd-a", nil},
		{"PREFLIGHT=true DENY_USERS=alice", nil},
	} {
		got, faults := config.Read(append(strings.Fields(c.environ), region))
		if names := slices.Sorted(maps.Keys(faults)); !slices.Equal(names, c.want) {
			t.Errorf("%s: faults of %v, want %v", c.environ, names, c.want)
		}
		if got.Preflight != strings.Contains(c.environ, "PREFLIGHT=true") {
			t.Errorf("%s: Preflight %v", c.environ, got.Preflight)
		}
	}
}

// TestAllowedRegions: the function's own unless others are named; nothing is allowed by a comma.
func TestAllowedRegions(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    []string
		ok      bool
	}{
		{[]string{region}, []string{"cn-hangzhou"}, true},
		{[]string{region, "ALLOWED_REGIONS="}, []string{"cn-hangzhou"}, true},
		{[]string{region, "ALLOWED_REGIONS= , "}, []string{"cn-hangzhou"}, true},
		{[]string{region, "ALLOWED_REGIONS=cn-shanghai"}, []string{"cn-shanghai"}, true},
		{[]string{region, "ALLOWED_REGIONS= cn-shanghai , ap-southeast-1,"}, []string{"cn-shanghai", "ap-southeast-1"}, true},
		{[]string{"ALLOWED_REGIONS=cn-shanghai,"}, []string{"cn-shanghai"}, true},
		{nil, nil, false},
		{[]string{"FC_REGION=", "ALLOWED_REGIONS="}, nil, false},
		{[]string{"FC_REGION=evil.example.com/x?"}, []string{"evil.example.com/x?"}, false},
	} {
		got, faults := config.Read(c.environ)
		if !slices.Equal(got.AllowedRegions, c.want) || (len(faults) == 0) != c.ok || c.ok != (faults["ALLOWED_REGIONS"] == "") {
			t.Errorf("%q: %q, %v", c.environ, got.AllowedRegions, faults)
		}
	}
}

// TestDenyFile: a list that is half read protects half, so every fault of it counts.
func TestDenyFile(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("deny.txt", "# the board's\r\necd-a\r\n\n  ecd-b  # Anna\n#ecd-c\necd-d")
	for _, c := range []struct {
		name, file string
		want       []string
		says       string
	}{
		{"beside the binary", "deny.txt", []string{"ecd-a", "ecd-b", "ecd-d"}, ""},
		{"with its whole path", good, []string{"ecd-a", "ecd-b", "ecd-d"}, ""},
		{"not there", "other.txt", nil, "cannot be opened"},
		{"a folder", ".", nil, "could not be read to its end"},
		{"empty", filepath.Base(write("empty.txt", "")), nil, ""},
		{"comments alone", filepath.Base(write("comments.txt", "# nobody\n")), nil, ""},
		{"a bad line", filepath.Base(write("bad.txt", "# x\necd-a\ndesktop b\necd-c\n")), []string{"ecd-a", "ecd-c"}, "line 3"},
		{"two on a line", filepath.Base(write("two.txt", "ecd-a ecd-b\n")), nil, "line 1"},
		{"UTF-16", filepath.Base(write("utf16.txt", "\xff\xfee\x00c\x00d\x00-\x00a\x00\n\x00")), nil, "is in UTF-16"},
		{"UTF-16 without a mark", filepath.Base(write("utf16le.txt", "e\x00c\x00d\x00-\x00a\x00\n\x00")), nil, "is in UTF-16"},
		{"a byte order mark", filepath.Base(write("bom.txt", "\ufeffecd-a\n\ufeff# x")), []string{"ecd-a"}, "line 2 holds the character U+FEFF at position 1"},
		{"a byte order mark in front", filepath.Base(write("bom2.txt", "\ufeff# the board's “desktops”\r\necd-a # '李四'\r\n")), []string{"ecd-a"}, ""},
		{"quotes", filepath.Base(write("quotes.txt", "ecd-a\n\"ecd-b\"\n")), []string{"ecd-a"}, "line 2 holds the character U+0022 at position 1, a quotation mark"},
		{"curly quotes", filepath.Base(write("curly.txt", "“ecd-b”\n")), nil, "line 1 holds the character U+201C at position 1"},
		{"an invisible character", filepath.Base(write("invisible.txt", "ecd-\u200bb\n")), nil, "line 1 holds the character U+200B at position 5"},
		{"a blank of another kind", filepath.Base(write("nbsp.txt", "ecd-b\u00a0\n")), nil, "line 1 holds the character U+00A0 at position 6"},
		{"a full-width hyphen", filepath.Base(write("wide.txt", "ecd－b\n")), nil, "line 1 holds the character U+FF0D at position 4"},
		{"a separator", filepath.Base(write("comma.txt", "ecd-a,\necd-b,\n")), nil, "line 1 is not a desktop ID"},
		{"an endless line", filepath.Base(write("endless.txt", "ecd-a\n"+strings.Repeat("x", 1<<17))), []string{"ecd-a"}, "line 2 is not a desktop ID"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, faults := config.Read([]string{region, "FC_FUNC_CODE_PATH=" + folder, "DENY_FILE=" + c.file})
			text := faults["DENY_FILE"]
			if (text == "") != (c.says == "") || !strings.Contains(text, c.says) || len(faults) > 1 {
				t.Errorf("faults %v, want one that says %q", faults, c.says)
			}
			deny := got.Denied
			for _, id := range c.want {
				if !slices.Contains(deny, id) {
					t.Errorf("%s is not denied: %v", id, deny)
				}
			}
			if c.says == "" && len(deny) != len(c.want) {
				t.Errorf("denied: %v", deny)
			}
		})
	}
	both := read(t, "FC_FUNC_CODE_PATH="+folder, "DENY_FILE=deny.txt", "DENY_DESKTOPS=ecd-z").Denied
	if len(both) != 4 || !slices.Contains(both, "ecd-z") || !slices.Contains(both, "ecd-a") {
		t.Errorf("with DENY_DESKTOPS: %v", both)
	}
	// Without FC_FUNC_CODE_PATH the binary's own folder counts, not the working directory.
	t.Chdir(folder)
	if _, faults := config.Read([]string{region, "DENY_FILE=deny.txt"}); !strings.Contains(faults["DENY_FILE"], "cannot be opened") {
		t.Errorf("read from the working directory: %v", faults)
	}
}

// TestAdd: faults that others find join the list, in one line each, and the first one stays.
func TestAdd(t *testing.T) {
	faults := config.Faults{}
	faults.Add("A", nil)
	if len(faults) != 0 {
		t.Errorf("no error became %v", faults)
	}
	faults.Add("B", errors.Join(errors.New("one"), errors.New("two")))
	faults.Add("A", errors.New("100%d"))
	faults.Add("A", errors.New("later"))
	if got, want := faults.Error(), "A 100%d; B one, two"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestCallback: where reports go and which, and a skeleton that lies beside the binary.
func TestCallback(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "message.json"), []byte(`{"text":"${Status}"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := read(t, "FC_FUNC_CODE_PATH="+folder, "CALLBACK_ALLOWED_HOSTS=a.example, b.example ,", "CALLBACK_ON=problems", "CALLBACK_FORMAT=custom", "CALLBACK_TEMPLATE=message.json")
	if !slices.Equal(c.CallbackAllowed, []string{"a.example", "b.example"}) || c.Callback == nil || c.Callback.On != callback.Problems {
		t.Errorf("%+v", c)
	}
	if c := read(t); c.Callback != nil {
		t.Error("there is a callback although nothing says so")
	}
	for _, bad := range []string{
		"CALLBACK_ON=some", "CALLBACK_TEMPLATE=nosuch.json", "CALLBACK_TEMPLATE=nosuch.json CALLBACK_FORMAT=custom", "CALLBACK_FORMAT=custom", "CALLBACK_FORMAT=no",
		"CALLBACK_URL=http://example.com/fake", "CALLBACK_SECRET=fake CALLBACK_URL=https://example.com/", "CALLBACK_SECRET=fake",
	} {
		variable, _, _ := strings.Cut(bad, "=")
		environ := append([]string{region, "FC_FUNC_CODE_PATH=" + folder}, strings.Fields(bad)...)
		if _, faults := config.Read(environ); faults[variable] == "" || len(faults) != 1 || strings.Contains(faults.Error(), "fake") {
			t.Errorf("%s: %v", bad, faults)
		}
	}
}

// TestAccounts: several roles, with blanks around them, and which of them events without a route may name.
func TestAccounts(t *testing.T) {
	c := read(t, "ACCOUNTS= prod = acs:ram::1234567890123456:role/stop-desktops ,\nlab=acs:ram::2234567890123456:role/lab-1.a", "ALLOWED_ACCOUNTS=lab, prod,lab", "ACCOUNTS_EXTERNAL_ID=fake-id:1")
	want := map[string]string{"prod": "acs:ram::1234567890123456:role/stop-desktops", "lab": "acs:ram::2234567890123456:role/lab-1.a"}
	if !maps.Equal(c.Accounts, want) || !slices.Equal(c.AllowedAccounts, []string{"lab", "prod"}) || c.ExternalID.Reveal() != "fake-id:1" {
		t.Errorf("%v %v %v", c.Accounts, c.AllowedAccounts, c.ExternalID)
	}
}
