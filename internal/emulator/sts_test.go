package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

const (
	otherAccount = "2000000000000000"
	otherRole    = "acs:ram::" + otherAccount + ":role/stop-desktops"
)

// twoAccounts have a desktop of the same ID each.
func twoAccounts(roles ...emulator.Role) *emulator.EDS {
	return &emulator.EDS{
		Desktops: fleetOf("ecd-a", "ecd-home"),
		Accounts: []*emulator.EDS{{AccountId: otherAccount, Roles: roles, Desktops: fleetOf("ecd-a", "ecd-other"), Credentials: []emulator.Credential{}}},
	}
}

var trusting = emulator.Role{RoleName: "stop-desktops", Trusts: []string{emulator.DefaultAccountId}}

// assume sends AssumeRole with these parameters beside the needed ones.
func assume(t *testing.T, base string, c call, pairs ...string) answer {
	t.Helper()
	q := url.Values{"RoleArn": {otherRole}, "RoleSessionName": {"stop-desktops-1"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	c.action, c.query = "AssumeRole", q
	if c.header == nil {
		c.header = map[string]string{"x-acs-version": "2015-04-01"}
	}
	return c.send(t, base)
}

// session that AssumeRole has issued.
func session(t *testing.T, a answer) emulator.Credential {
	t.Helper()
	var body struct {
		RequestId       string
		AssumedRoleUser struct{ Arn, AssumedRoleId string }
		Credentials     struct {
			AccessKeyId, AccessKeySecret, SecurityToken string
			Expiration                                  time.Time
		}
	}
	a.decode(t, &body)
	c := body.Credentials
	if body.RequestId == "" || body.AssumedRoleUser.Arn == "" || body.AssumedRoleUser.AssumedRoleId == "" || c.Expiration.IsZero() {
		t.Errorf("a member is missing: %s", a.body)
	}
	return emulator.Credential{AccessKeyId: c.AccessKeyId, AccessKeySecret: c.AccessKeySecret, SecurityToken: c.SecurityToken, Expires: c.Expiration}
}

// TestAccountOfTheToken: who signs decides which account answers. The same ID means another desktop there.
func TestAccountOfTheToken(t *testing.T) {
	e := twoAccounts(trusting)
	base, sts := serve(t, e), httptest.NewServer(e.STS())
	defer sts.Close()
	other := session(t, assume(t, sts.URL, call{}))
	if a := (call{action: "StopDesktops", query: query("DesktopId", "ecd-a"), cred: other}).send(t, base); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if got := status(e, "ecd-a"); got != "Running" {
		t.Errorf("the first account's desktop is %s", got)
	}
	if got := status(e.Accounts[0], "ecd-a"); got == "Running" {
		t.Errorf("the other account's desktop is %s", got)
	}
	a := call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-home ecd-other"), cred: other}.send(t, base)
	if strings.Contains(a.body, "ecd-home") || !strings.Contains(a.body, "ecd-other") {
		t.Errorf("the other account sees %s", a.body)
	}
	if a := (call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-home ecd-other")}).send(t, base); strings.Contains(a.body, "ecd-other") {
		t.Errorf("the first account sees %s", a.body)
	}
	for _, account := range e.All() {
		noViolations(t, account)
	}
	if calls := e.Accounts[0].Calls(); len(calls) != 2 || calls[0].AccountId != otherAccount || calls[0].AccessKeyId != other.AccessKeyId {
		t.Errorf("%+v", calls)
	}
}

// TestAssumeRoleRefuses: everything that AssumeRole must refuse.
func TestAssumeRoleRefuses(t *testing.T) {
	denied := emulator.DefaultCredential
	denied.Deny = []string{"AssumeRole"}
	for _, c := range []struct {
		name   string
		role   emulator.Role
		known  []emulator.Credential
		call   call
		pairs  []string
		status int
		code   string
	}{
		{name: "the secret is wrong", call: call{cred: emulator.Credential{AccessKeyId: emulator.DefaultCredential.AccessKeyId, AccessKeySecret: "x", SecurityToken: emulator.DefaultCredential.SecurityToken}},
			status: 400, code: "SignatureDoesNotMatch"},
		{name: "a parameter is changed", call: call{spoil: spoilQuery("RoleSessionName", "another")}, status: 400, code: "SignatureDoesNotMatch"},
		{name: "the caller has expired", call: call{cred: emulator.StaleCredential}, status: 403, code: "InvalidSecurityToken.Expired"},
		{name: "the caller may not", known: []emulator.Credential{denied}, status: 403, code: "NoPermission"},
		{name: "the role does not trust the account", role: emulator.Role{Trusts: []string{otherAccount}}, status: 403, code: "NoPermission"},
		{name: "no external ID", role: emulator.Role{ExternalId: "right"}, status: 403, code: "NoPermission"},
		{name: "another external ID", role: emulator.Role{ExternalId: "right"}, pairs: []string{"ExternalId", "wrong"}, status: 403, code: "NoPermission"},
		{name: "no such role", pairs: []string{"RoleArn", otherRole + "2"}, status: 404, code: "EntityNotExist.Role"},
		{name: "no such account", pairs: []string{"RoleArn", "acs:ram::3000000000000000:role/stop-desktops"}, status: 404, code: "EntityNotExist.Role"},
		{name: "no ARN", pairs: []string{"RoleArn", ""}, status: 400, code: "MissingRoleArn"},
		{name: "a user's ARN", pairs: []string{"RoleArn", "acs:ram::2000000000000000:user/bob"}, status: 400, code: "InvalidParameter.RoleArn"},
		{name: "a bad name", pairs: []string{"RoleSessionName", "a b"}, status: 400, code: "InvalidParameter.RoleSessionName"},
		{name: "a long name", pairs: []string{"RoleSessionName", strings.Repeat("a", 65)}, status: 400, code: "InvalidParameter.RoleSessionName"},
		{name: "a bad external ID", pairs: []string{"ExternalId", "a b"}, status: 400, code: "InvalidParameter.ExternalId"},
		{name: "too short", pairs: []string{"DurationSeconds", "899"}, status: 400, code: "InvalidParameter.DurationSeconds"},
		{name: "too long", pairs: []string{"DurationSeconds", "3601"}, status: 400, code: "InvalidParameter.DurationSeconds"},
		{name: "an unknown parameter", pairs: []string{"Policy", "{}"}, status: 400, code: "InvalidParameter"},
		{name: "the version of EDS", call: call{header: map[string]string{"x-acs-version": "2020-09-30"}}, status: 400, code: "InvalidVersion"},
		{name: "throttled", role: emulator.Role{Faults: []emulator.Fault{{Kind: emulator.FaultThrottle}}}, status: 429, code: "Throttling.User"},
		{name: "unavailable", role: emulator.Role{Faults: []emulator.Fault{{Kind: emulator.FaultUnavailable}}}, status: 503, code: "ServiceUnavailable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			role := c.role
			role.RoleName = "stop-desktops"
			if role.Trusts == nil {
				role.Trusts = []string{emulator.DefaultAccountId}
			}
			e := twoAccounts(role)
			e.Credentials = c.known
			sts := httptest.NewServer(e.STS())
			defer sts.Close()
			if a := assume(t, sts.URL, c.call, c.pairs...); a.status != c.status || a.Code != c.code {
				t.Errorf("%d %s, want %d %s", a.status, a.body, c.status, c.code)
			}
		})
	}
}

// TestSessionEnds: when it has expired, and when it was revoked before.
func TestSessionEnds(t *testing.T) {
	for name, c := range map[string]struct {
		role emulator.Role
		ends time.Duration
	}{
		"as asked for": {emulator.Role{}, 20 * time.Minute},
		"earlier":      {emulator.Role{SessionTime: 5 * time.Minute}, 5 * time.Minute},
		"revoked":      {emulator.Role{Revoked: time.Minute}, time.Minute},
	} {
		now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
		c.role.RoleName, c.role.Trusts = trusting.RoleName, trusting.Trusts
		e := twoAccounts(c.role)
		clock := func() time.Time { return now }
		e.Now, e.Accounts[0].Now = clock, clock
		base, sts := serve(t, e), httptest.NewServer(e.STS())
		defer sts.Close()
		cred := session(t, assume(t, sts.URL, call{now: now}, "DurationSeconds", "1200"))
		for _, step := range []struct {
			at   time.Duration
			code string
		}{{0, ""}, {c.ends - time.Second, ""}, {c.ends, "InvalidSecurityToken.Expired"}} {
			at := now
			now = now.Add(step.at)
			if a := (call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a"), cred: cred, now: now}).send(t, base); a.Code != step.code {
				t.Errorf("%s: after %s: %q, want %q", name, step.at, a.Code, step.code)
			}
			now = at
		}
	}
}

// TestFleetAccounts: a file may hold several accounts, and is refused where it says what cannot be.
func TestFleetAccounts(t *testing.T) {
	f, err := emulator.LoadFleet(strings.NewReader(`
Desktops: [{DesktopId: ecd-a}]
Accounts:
- AccountId: "2000000000000000"
  Desktops: [{DesktopId: ecd-a}]
  Roles: [{RoleName: stop-desktops, Trusts: ["1000000000000000"], Faults: [{Kind: throttle, Times: 1}]}]
`))
	if err != nil {
		t.Fatal(err)
	}
	e := f.EDS()
	sts := httptest.NewServer(e.STS())
	defer sts.Close()
	if a := assume(t, sts.URL, call{}); a.Code != "Throttling.User" {
		t.Errorf("%d %s", a.status, a.body)
	}
	other := session(t, assume(t, sts.URL, call{}))
	if a := (call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a"), cred: other}).send(t, serve(t, e)); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	for want, text := range map[string]string{
		"needs an AccountId": `Accounts: [{Desktops: []}]`,
		"occurs twice":       `Accounts: [{AccountId: "1000000000000000"}]`,
		"not 16 digits":      `AccountId: "12"`,
		"has no Accounts":    `Accounts: [{AccountId: "2000000000000000", Accounts: [{AccountId: "3000000000000000"}]}]`,
		"RoleName":           `Roles: [{RoleName: "a/b"}]`,
		"Trusts":             `Roles: [{RoleName: a, Trusts: [me]}]`,
		"needs a Kind":       `Roles: [{RoleName: a, Faults: [{Action: StopDesktops, Kind: throttle}]}]`,
		"negative":           `Roles: [{RoleName: a, Latency: -1s}]`,
		"line 3":             "Accounts:\n- AccountId: \"2000000000000000\"\n  Roles: [{RoleName: \"a b\"}]",
	} {
		if _, err := emulator.LoadFleet(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// spoilQuery changes a parameter after signing.
func spoilQuery(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Set(name, value)
		r.URL.RawQuery = q.Encode()
	}
}
