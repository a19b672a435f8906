package eds_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/internal/eds"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

const (
	stsEndpoint = "http://localhost:2"
	prodID      = "2000000000000000"
	labID       = "3000000000000000"
)

func arn(accountID string) string { return "acs:ram::" + accountID + ":role/stop-desktops" }

// accounts are the function's own, prod and lab, each with the desktops ecd-a and ecd-b.
func accounts(prod emulator.Role) *emulator.EDS {
	fleet := []emulator.Desktop{{DesktopId: "ecd-a"}, {DesktopId: "ecd-b"}}
	lab := emulator.Role{RoleName: "stop-desktops", Trusts: []string{emulator.DefaultAccountId}}
	if prod.Trusts == nil {
		prod.Trusts = lab.Trusts
	}
	prod.RoleName = "stop-desktops"
	other := func(id string, role emulator.Role) *emulator.EDS {
		return &emulator.EDS{AccountId: id, Roles: []emulator.Role{role}, Desktops: fleet, Credentials: []emulator.Credential{}}
	}
	return &emulator.EDS{Desktops: fleet, Accounts: []*emulator.EDS{other(prodID, prod), other(labID, lab)}}
}

// accountClient reaches EDS and STS of an emulator.
func accountClient(t testing.TB, sts http.Handler, e *emulator.EDS) *eds.Client {
	t.Helper()
	wires := map[string]dialFunc{"localhost:1": serve(t, e).Dial, "localhost:2": serve(t, sts).Dial}
	client, err := eds.New(eds.Options{
		Regions: []string{region}, Endpoint: endpoint, STSRegion: region, STSEndpoint: stsEndpoint, Concurrency: 8,
		Roles: []eds.Role{{Account: "prod", ARN: arn(prodID), ExternalID: secret.New("external-id-for-tests")}, {Account: "lab", ARN: arn(labID)}},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			dial := wires[address]
			if dial == nil {
				return nil, fmt.Errorf("nobody listens on %s", address)
			}
			return dial(ctx, network, address)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func account(t testing.TB, client *eds.Client, name string) stop.EDS {
	t.Helper()
	s, err := client.ConnectAccount(credentials(key), name, "1-invocation")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func observe(ctx context.Context, s stop.EDS) error {
	_, err := s.DescribeDesktopInfo(ctx, region, []string{"ecd-a"})
	return err
}

// TestAssumeRoleRequest: what the function sends to STS, all of it.
func TestAssumeRoleRequest(t *testing.T) {
	e := accounts(emulator.Role{ExternalId: "external-id-for-tests"})
	for name, requestID := range map[string]string{
		"stop-desktops-1-6743-abc":                 "1-6743-abc",
		"stop-desktops-a-b--c":                     "a b/:c",
		"stop-desktops-" + strings.Repeat("x", 50): strings.Repeat("x", 200),
	} {
		client := accountClient(t, e.STS(), e)
		before := len(e.Calls())
		s, err := client.ConnectAccount(credentials(key), "prod", requestID)
		if err != nil {
			t.Fatal(err)
		}
		if err := observe(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		call := e.Calls()[before]
		want := values("RoleArn", arn(prodID), "RoleSessionName", name, "DurationSeconds", "3600", "ExternalId", "external-id-for-tests")
		if got := call.Params.Encode(); call.Action != "AssumeRole" || got != want.Encode() {
			t.Errorf("%s %s\nwant %s", call.Action, got, want.Encode())
		}
		shows(t, client, "external-id-for-tests", "emulator-session-secret", "emulator-session-token")
		shows(t, s, "external-id-for-tests", "emulator-session-secret", "emulator-session-token")
	}
	for _, a := range e.All() {
		if v := a.Violations(); len(v) > 0 {
			t.Error(v)
		}
	}
}

// TestEndpointOfSTS: without a setting it is that of the region, over HTTPS and by no proxy.
func TestEndpointOfSTS(t *testing.T) {
	var dialled atomic.Value
	client, err := eds.New(eds.Options{
		Regions: []string{region}, STSRegion: "cn-shanghai", Roles: []eds.Role{{Account: "prod", ARN: arn(prodID)}},
		Dial: func(_ context.Context, _, address string) (net.Conn, error) {
			dialled.Store(address)
			return nil, fmt.Errorf("refused")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	e := callError(t, observe(t.Context(), account(t, client, "prod")))
	if dialled.Load() != "sts.cn-shanghai.aliyuncs.com:443" || e.Action != "AssumeRole" || e.Code != "Unreachable" || e.Family != stop.Temporary {
		t.Errorf("dialled %v: %+v", dialled.Load(), e)
	}
	for _, bad := range []string{"http://sts.cn-shanghai.aliyuncs.com", "https://user@host", "ftp://host", "https://host/path"} {
		if _, err := eds.New(eds.Options{STSEndpoint: bad}); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// TestWhoMayNot: an account that nobody configured, and an invocation without a role.
func TestWhoMayNot(t *testing.T) {
	e := accounts(emulator.Role{})
	client := accountClient(t, e.STS(), e)
	if _, err := client.ConnectAccount(credentials(key), "acs:ram::2000000000000000:role/stop-desktops", "1"); callError(t, err).Code != "UnknownAccount" {
		t.Error(err)
	}
	if _, err := client.ConnectAccount(secret.Credentials{AccessKeyID: "STS.X"}, "prod", "1"); callError(t, err).Code != "NoRole" {
		t.Error(err)
	}
	if n := e.Count(""); n > 0 {
		t.Errorf("%d calls", n)
	}
}

// TestAssumeRoleFails: of what STS answers, the code and the request ID are shown and nothing else, and the
// call to EDS was surely not made.
func TestAssumeRoleFails(t *testing.T) {
	throttle := func(f emulator.Fault) emulator.Role { return emulator.Role{Faults: []emulator.Fault{f}} }
	loud := "token=" + key.SecurityToken
	for _, c := range []struct {
		name   string
		role   emulator.Role
		family stop.Family
		denial stop.Denial
		code   string
		says   string
	}{
		{"not trusted", emulator.Role{Trusts: []string{labID}}, stop.Denied, stop.DenialPermission, "NoPermission", "trust policy"},
		{"external ID", emulator.Role{ExternalId: "another"}, stop.Denied, stop.DenialPermission, "NoPermission", "external ID"},
		{"throttled", throttle(emulator.Fault{Kind: emulator.FaultThrottle, Message: loud, RetryAfter: 3 * time.Second}), stop.Throttled, "", "Throttling.User", "throttles"},
		{"unavailable", throttle(emulator.Fault{Kind: emulator.FaultUnavailable, Message: loud}), stop.Temporary, "", "ServiceUnavailable", "prod"},
		{"internal", throttle(emulator.Fault{Kind: emulator.FaultInternal, Message: loud}), stop.Temporary, "", "InternalError", "prod"},
		{"a code of its own", throttle(emulator.Fault{Kind: emulator.FaultError, Code: "Strange.Thing", Message: loud}), stop.Denied, "", "Strange.Thing", "its code says why"},
		{"a not-found code is no desktop's", throttle(emulator.Fault{Kind: emulator.FaultError, Status: 404, Code: "EntityNotExist.Role", Message: loud}), stop.Denied, stop.DenialPermission, "EntityNotExist.Role", "does not exist"},
		{"a loud code", throttle(emulator.Fault{Kind: emulator.FaultError, Code: loud, Message: loud}), stop.Denied, "", "UnreadableAnswer", "prod"},
		{"a loud forbidden", throttle(emulator.Fault{Kind: emulator.FaultError, Status: 403, Code: "Forbidden", Message: loud}), stop.Denied, stop.DenialPermission, "Forbidden", "trust policy"},
		{"the clock", throttle(emulator.Fault{Kind: emulator.FaultError, Code: "InvalidTimeStamp.Expired", Message: loud}), stop.Denied, stop.DenialClock, "InvalidTimeStamp.Expired", "clock"},
		{"own role gone", throttle(emulator.Fault{Kind: emulator.FaultError, Code: "InvalidAccessKeyId.NotFound", Message: loud}), stop.Denied, stop.DenialCredentials, "InvalidAccessKeyId.NotFound", "own role exists"},
		{"own token expired", throttle(emulator.Fault{Kind: emulator.FaultError, Code: "InvalidSecurityToken.Expired", Message: loud}), stop.Denied, stop.DenialExpired, "InvalidSecurityToken.Expired", "send the event again"},
		{"a page", throttle(emulator.Fault{Kind: emulator.FaultHTML502}), stop.Temporary, "", "HTTP502", "prod"},
		{"a page with 200", throttle(emulator.Fault{Kind: emulator.FaultHTML200}), stop.Temporary, "", "UnreadableAnswer", "prod"},
		{"nothing in it", throttle(emulator.Fault{Kind: emulator.FaultNoData}), stop.Temporary, "", "UnreadableAnswer", "prod"},
		{"half of it", throttle(emulator.Fault{Kind: emulator.FaultCutBody}), stop.Temporary, "", "ConnectionLost", "prod"},
		{"dropped", throttle(emulator.Fault{Kind: emulator.FaultDropAfter}), stop.Temporary, "", "ConnectionLost", "prod"},
		{"a redirect", throttle(emulator.Fault{Kind: emulator.FaultRedirect}), stop.Temporary, "", "Redirected", "prod"},
		{"not in time", throttle(emulator.Fault{Kind: emulator.FaultStall}), stop.Temporary, "", "Timeout", "prod"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				world := accounts(c.role)
				client := accountClient(t, world.STS(), world)
				_, err := stopTwo(t.Context(), account(t, client, "prod"))
				e := callError(t, err)
				if e.Family != c.family || e.Denial != c.denial || e.Code != c.code || e.Action != "AssumeRole" || !strings.Contains(e.Message, c.says) || e.OneOfMany {
					t.Errorf("%+v", e)
				}
				if c.name == "throttled" && e.RetryAfter != 3*time.Second {
					t.Errorf("RetryAfter %v", e.RetryAfter)
				}
				if strings.HasPrefix(c.code, "NoPermission") && e.RequestID == "" {
					t.Error("no request ID")
				}
				shows(t, e, "token=", arn(prodID))
				for _, a := range world.Accounts {
					if n := a.Count(""); n > 0 {
						t.Errorf("%d calls to EDS", n)
					}
				}
				if v := world.Violations(); len(v) > 0 {
					t.Error(v)
				}
				// The others go on.
				if err := observe(t.Context(), account(t, client, "lab")); err != nil {
					t.Errorf("lab: %v", err)
				}
			})
		})
	}
}

// TestRequestIDThatShows: a request ID that is no such thing may be what was sent.
func TestRequestIDThatShows(t *testing.T) {
	world := accounts(emulator.Role{})
	for id, want := range map[string]string{"3D57EAD2-8723-1F26-B69C-F8707D8B565D": "3D57EAD2-8723-1F26-B69C-F8707D8B565D", key.SecurityToken: "", "a b": ""} {
		body := fmt.Sprintf(`{"RequestId":%q,"Code":"NoPermission","Message":"x"}`, id)
		client := accountClient(t, answer(403, body), world)
		if e := callError(t, observe(t.Context(), account(t, client, "prod"))); e.RequestID != want {
			t.Errorf("%q is shown for %q", e.RequestID, id)
		}
	}
}

// TestRoleIsKept: for all invocations, until 5 minutes before its end.
func TestRoleIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := accounts(emulator.Role{})
		client := accountClient(t, world.STS(), world)
		for _, step := range []struct {
			pause   time.Duration
			assumed int // in all, after a call
		}{{0, 1}, {54 * time.Minute, 1}, {59 * time.Second, 1}, {time.Second, 2}, {54 * time.Minute, 2}, {24 * time.Hour, 3}} {
			time.Sleep(step.pause)
			if err := observe(t.Context(), account(t, client, "prod")); err != nil {
				t.Error(err)
			}
			if n := world.Count("AssumeRole"); n != step.assumed {
				t.Errorf("after %v: %d AssumeRole calls, want %d", step.pause, n, step.assumed)
			}
		}
		if n := world.Accounts[0].Count(""); n != 6 {
			t.Errorf("%d calls to EDS", n)
		}
	})
}

// TestOneForAll: who waits together waits for one call, and a failure is not asked for again at once.
func TestOneForAll(t *testing.T) {
	for name, role := range map[string]emulator.Role{
		"well":   {Latency: time.Second},
		"denied": {Latency: time.Second, Trusts: []string{labID}},
	} {
		synctest.Test(t, func(t *testing.T) {
			world := accounts(role)
			client := accountClient(t, world.STS(), world)
			failed := make([]bool, 50)
			all := func() {
				var wait sync.WaitGroup
				for i := range failed {
					wait.Go(func() { failed[i] = observe(t.Context(), account(t, client, "prod")) != nil })
				}
				wait.Wait()
			}
			for _, step := range []struct{ pause, calls int }{{0, 1}, {500, 1}, {501, 2}} {
				time.Sleep(time.Duration(step.pause) * time.Millisecond)
				all()
				want := step.calls
				if name == "well" {
					want = 1
				}
				if n := world.Count("AssumeRole"); n != want {
					t.Errorf("%s: %d AssumeRole calls, want %d", name, n, want)
				}
				for i, f := range failed {
					if f != (name == "denied") {
						t.Errorf("%s: call %d failed: %v", name, i, f)
					}
				}
			}
		})
	}
}

// TestWaiterGivesUp: its context ends its wait and nobody else's. The last one ends the call, and who comes
// then begins another.
func TestWaiterGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := accounts(emulator.Role{Latency: 10 * time.Second})
		client := accountClient(t, world.STS(), world)
		begun := time.Now()
		short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		var wait sync.WaitGroup
		wait.Go(func() { // the first: it begins the renewal
			if e := callError(t, observe(short, account(t, client, "prod"))); e.Code != "Timeout" || time.Since(begun) != 2*time.Second {
				t.Errorf("after %v: %+v", time.Since(begun), e)
			}
		})
		synctest.Wait()
		wait.Go(func() {
			if err := observe(t.Context(), account(t, client, "prod")); err != nil {
				t.Errorf("who has time: %v", err)
			}
		})
		wait.Go(func() { // another account meanwhile
			if err := observe(t.Context(), account(t, client, "lab")); err != nil || time.Since(begun) > 100*time.Millisecond {
				t.Errorf("lab after %v: %v", time.Since(begun), err)
			}
		})
		wait.Wait()
	})
	synctest.Test(t, func(t *testing.T) {
		world := accounts(emulator.Role{Faults: []emulator.Fault{{Kind: emulator.FaultStall, Times: 1}}})
		client := accountClient(t, world.STS(), world)
		short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := observe(short, account(t, client, "prod")); err == nil {
			t.Error("the stall had no effect")
		}
		begun := time.Now()
		if err := observe(t.Context(), account(t, client, "prod")); err != nil || time.Since(begun) > time.Second {
			t.Errorf("the next: %v after %v", err, time.Since(begun))
		}
	})
}

// TestOldCredentialsServe: while STS cannot renew them, they are good until they expire. A denial is not
// overlooked.
func TestOldCredentialsServe(t *testing.T) {
	for _, c := range []struct {
		kind   emulator.Kind
		after  time.Duration
		served bool
	}{
		{emulator.FaultThrottle, 56 * time.Minute, true},
		{emulator.FaultUnavailable, 59 * time.Minute, true},
		{emulator.FaultUnavailable, time.Hour, false},
		{emulator.FaultError, 56 * time.Minute, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			world := accounts(emulator.Role{Faults: []emulator.Fault{{Kind: c.kind, Call: 2, Times: 100, Code: map[bool]string{true: "NoPermission"}[c.kind == emulator.FaultError]}}})
			client := accountClient(t, world.STS(), world)
			if err := observe(t.Context(), account(t, client, "prod")); err != nil {
				t.Fatal(err)
			}
			time.Sleep(c.after)
			if err := observe(t.Context(), account(t, client, "prod")); (err == nil) != c.served {
				t.Errorf("%s after %v: %v", c.kind, c.after, err)
			}
		})
	}
}

// TestRevokedSession: EDS does not take it any more, and the next call has another.
func TestRevokedSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := accounts(emulator.Role{Revoked: time.Minute})
		client := accountClient(t, world.STS(), world)
		s := account(t, client, "prod")
		if err := observe(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if e := callError(t, observe(t.Context(), s)); e.Denial != stop.DenialExpired || !strings.Contains(e.Message, "account prod") {
			t.Errorf("%+v", e)
		}
		if err := observe(t.Context(), s); err != nil {
			t.Error(err)
		}
	})
}

// TestDeniedInTheAccount: the advice names the account whose role may not.
func TestDeniedInTheAccount(t *testing.T) {
	world := accounts(emulator.Role{Deny: []string{"StopDesktops"}})
	client := accountClient(t, world.STS(), world)
	_, err := stopTwo(t.Context(), account(t, client, "prod"))
	e := callError(t, err)
	if e.Denial != stop.DenialPermission || e.Action != "StopDesktops" || !strings.Contains(e.Message, "the role of account prod may not call ecd:StopDesktops") {
		t.Errorf("%+v", e)
	}
}

// TestIdentities: 50 invocations at once over three accounts sign each call with the right identity, also
// while every role is renewed. The race detector watches.
func TestIdentities(t *testing.T) {
	world := accounts(emulator.Role{SessionTime: 2 * time.Minute}) // of prod: each call renews it
	client := accountClient(t, world.STS(), world)
	names := []string{"", "prod", "lab"}
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			s, err := client.Connect(credentials(key))
			if name := names[i%3]; name != "" {
				s, err = client.ConnectAccount(credentials(key), name, fmt.Sprint(i))
			}
			if err != nil {
				t.Error(err)
				return
			}
			// The ID is unknown in every account: only the one that is called hears of it.
			if _, err := s.DescribeDesktopInfo(t.Context(), region, []string{fmt.Sprintf("ecd-%d", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	seen := 0
	for i, a := range world.All() {
		for _, c := range a.Calls() {
			if c.Action == "AssumeRole" {
				continue
			}
			seen++
			var n int
			if _, err := fmt.Sscanf(c.DesktopIds[0], "ecd-%d", &n); err != nil || n%3 != i || c.Status != 200 || (c.AccessKeyId == key.AccessKeyId) != (i == 0) {
				t.Errorf("account %d heard of %s, signed by %s: %d %s", i, c.DesktopIds, c.AccessKeyId, c.Status, c.Code)
			}
		}
	}
	if seen != 50 {
		t.Errorf("%d calls", seen)
	}
}
