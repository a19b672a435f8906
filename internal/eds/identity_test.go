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

	"stopdesktops/internal/emulator"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// TestMissingCredentials: the SDK would fill in what is missing from the environment (TestMain has
// put something there) and stop desktops as somebody else.
func TestMissingCredentials(t *testing.T) {
	w := serve(t, &recorder{})
	full := credentials(key)
	for name, c := range map[string]secret.Credentials{
		"nothing at all":     {},
		"no AccessKeyID":     {AccessKeySecret: full.AccessKeySecret, SecurityToken: full.SecurityToken},
		"no AccessKeySecret": {AccessKeyID: full.AccessKeyID, SecurityToken: full.SecurityToken},
		"no SecurityToken":   {AccessKeyID: full.AccessKeyID, AccessKeySecret: full.AccessKeySecret},
		"empty secrets":      {AccessKeyID: full.AccessKeyID, AccessKeySecret: secret.New(""), SecurityToken: secret.New("")},
	} {
		s, err := newClient(t, w.Dial).Connect(c)
		if s != nil || err == nil {
			t.Errorf("%s: connected", name)
			continue
		}
		if e := callError(t, err); e.Family != stop.Denied || e.Code != "NoRole" || !strings.Contains(e.Message, "role") {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if len(w.Dials()) != 0 {
		t.Errorf("dialled %q without credentials", w.Dials())
	}
}

// TestOperator: a person's access key needs no token, but is never completed by anything else.
func TestOperator(t *testing.T) {
	w := serve(t, &recorder{})
	full := credentials(key)
	for name, c := range map[string]secret.Credentials{
		"nothing at all":     {},
		"no AccessKeyID":     {AccessKeySecret: full.AccessKeySecret},
		"no AccessKeySecret": {AccessKeyID: full.AccessKeyID},
	} {
		if _, err := newClient(t, w.Dial).ConnectOperator(c); err == nil || callError(t, err).Code != "NoCredentials" {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := &recorder{}
	s, err := newClient(t, serve(t, r).Dial).ConnectOperator(secret.Credentials{AccessKeyID: full.AccessKeyID, AccessKeySecret: full.AccessKeySecret})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = s.DescribeDesktopInfo(t.Context(), "cn-hangzhou", []string{"ecd-a"})
	if len(r.all()) != 1 || r.all()[0].Header.Get("X-Acs-Security-Token") != "" {
		t.Errorf("%d requests; a token from elsewhere", len(r.all()))
	}
}

// TestSecretsAreNotShown: neither a client nor a session, printed by mistake, shows what it holds;
// nor does an error whose text the service wrote with our own request in it.
func TestSecretsAreNotShown(t *testing.T) {
	client := newClient(t, nil)
	s, err := client.Connect(credentials(key))
	if err != nil {
		t.Fatal(err)
	}
	shows(t, client)
	shows(t, s)
	shows(t, []any{s, client, map[string]any{"s": s}})

	for _, c := range []struct{ code, message string }{
		{"SignatureDoesNotMatch", `Specified signature does not match our calculation. server StringToSign is [ACS3-HMAC-SHA256\n0] server CanonicalRequest is [POST\n/\nhost:localhost:1\nx-acs-security-token:` + key.SecurityToken + `\n]`},
		{"IncompleteSignature", `The request signature does not conform to Aliyun standards. server string to sign is:POST&SecurityToken=` + key.SecurityToken},
	} {
		body := fmt.Sprintf(`{"RequestId":"REQ-1","Code":%q,"Message":"%s"}`, c.code, c.message)
		_, err := stopTwo(t.Context(), connect(t, serve(t, answer(400, body)).Dial))
		if e := callError(t, err); e.Code != c.code || e.RequestID != "REQ-1" {
			t.Errorf("%+v", e)
		}
	}
}

// TestConcurrentSessions: fifty calls at once over one client, for two invocations with different
// identities. Each must be signed by its own; the race detector watches.
func TestConcurrentSessions(t *testing.T) {
	other := emulator.Credential{AccessKeyId: "STS.OTHER", AccessKeySecret: "other-secret-for-tests", SecurityToken: "other-token-for-tests"}
	service := &emulator.EDS{Credentials: []emulator.Credential{key, other}, StopTime: time.Hour}
	for i := range 50 {
		service.Desktops = append(service.Desktops, emulator.Desktop{DesktopId: desktop(i)})
	}
	client := newClient(t, serve(t, service).Dial)
	var wait sync.WaitGroup
	for i := range 50 {
		c := key
		if i%2 == 1 {
			c = other
		}
		wait.Go(func() {
			s, err := client.Connect(credentials(c))
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := s.DescribeDesktopInfo(t.Context(), region, []string{desktop(i)}); err != nil {
				t.Error(err)
			}
			if _, err := s.StopDesktops(t.Context(), stop.StopCall{RegionID: region, DesktopIDs: []string{desktop(i)}, StoppedMode: "StopCharging"}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	calls := service.Calls()
	if len(calls) != 100 {
		t.Errorf("%d calls", len(calls))
	}
	for _, c := range calls {
		want := key.AccessKeyId
		if strings.HasSuffix(c.DesktopIds[0], "odd") {
			want = other.AccessKeyId
		}
		if c.AccessKeyId != want || c.Status != http.StatusOK {
			t.Errorf("%s %s: signed by %q, answered %d %s", c.Action, c.DesktopIds, c.AccessKeyId, c.Status, c.Code)
		}
	}
	if v := service.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

func desktop(i int) string { return fmt.Sprintf("ecd-%02d%s", i, []string{"even", "odd"}[i%2]) }

// TestConnections: kept within an invocation and shortly after, not trusted after the instance may
// have been frozen, and as many kept as calls may be under way.
func TestConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := serve(t, &recorder{})
		client := newClient(t, w.Dial)
		var s stop.EDS
		for _, step := range []struct {
			pause  time.Duration
			invoke bool // a new invocation connects
			dials  int  // in all, after a call
			what   string
		}{
			{0, true, 1, "the first call needs a connection"},
			{0, false, 1, "the second reuses it"},
			{5 * time.Second, false, 1, "and one a little later"},
			{4 * time.Second, true, 1, "a new invocation soon after reuses it"},
			{10 * time.Second, true, 1, "10 s are not a pause yet"},
			{10*time.Second + time.Millisecond, true, 2, "after more than 10 s the connection may be dead"},
			{29 * time.Second, false, 2, "within an invocation nothing freezes"},
			{31 * time.Second, false, 3, "but idle connections do not live for ever"},
		} {
			time.Sleep(step.pause)
			if step.invoke {
				var err error
				if s, err = client.Connect(credentials(key)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := stopTwo(t.Context(), s); err != nil {
				t.Errorf("%s: %v", step.what, err)
			}
			if n := len(w.Dials()); n != step.dials {
				t.Errorf("%s: %d connections so far, want %d", step.what, n, step.dials)
			}
		}
	})
}

// TestFrozenConnection: what the pause is for. The other end has gone while the instance was frozen;
// the first stop afterwards must not find out with its own life.
func TestFrozenConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var frozen atomic.Bool // what was connected before it is dead from then on
		w := serve(t, &recorder{})
		client := newClient(t, func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := w.Dial(ctx, network, address)
			if frozen.Load() {
				return c, err
			}
			return mortal{c, &frozen}, err
		})
		for range 2 {
			s, err := client.Connect(credentials(key))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := stopTwo(t.Context(), s); err != nil {
				t.Errorf("frozen %v: %v", frozen.Load(), err)
			}
			time.Sleep(20 * time.Second)
			frozen.Store(true)
		}
		if n := len(w.Dials()); n != 2 {
			t.Errorf("%d connections", n)
		}
	})
}

// mortal is a connection that swallows what is written once it is dead, as a NAT gateway does that
// has forgotten it.
type mortal struct {
	net.Conn
	dead *atomic.Bool
}

func (m mortal) Write(b []byte) (int, error) {
	if m.dead.Load() {
		return len(b), nil
	}
	return m.Conn.Write(b)
}

// TestConnectionsKept: with too few kept, each wave of calls would pay for new handshakes.
func TestConnectionsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(100 * time.Millisecond)
			answer(200, `{"RequestId":"REQ-1"}`).ServeHTTP(rw, r)
		}))
		s := connect(t, w.Dial)
		for range 3 {
			var wait sync.WaitGroup
			for range 8 {
				wait.Go(func() {
					if _, err := stopTwo(t.Context(), s); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			synctest.Wait()
		}
		if n := len(w.Dials()); n != 8 {
			t.Errorf("%d connections for three waves of 8 calls, want 8", n)
		}
	})
}
