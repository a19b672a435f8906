package eds_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"stopdesktops/internal/eds"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/pipes"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// TestMain gives every test of this package an environment that would like to be used: credentials
// of somebody else, and a proxy with a password. Nothing of it may ever be.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID":     "ENV-ACCESS-KEY-ID",
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-access-key-secret",
		"ALIBABA_CLOUD_SECURITY_TOKEN":    "env-security-token",
		"HTTP_PROXY":                      "http://proxy-user:proxy-password@proxy.invalid:3128",
		"http_proxy":                      "http://proxy-user:proxy-password@proxy.invalid:3128",
		"HTTPS_PROXY":                     "http://proxy-user:proxy-password@proxy.invalid:3128",
		"https_proxy":                     "http://proxy-user:proxy-password@proxy.invalid:3128",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

const (
	region   = "cn-hangzhou"
	endpoint = "http://localhost:1" // what the tests' client is told; a wire leads wherever the test wants
)

var key = emulator.DefaultCredential

func credentials(c emulator.Credential) secret.Credentials {
	return secret.Credentials{
		AccessKeyID:     c.AccessKeyId,
		AccessKeySecret: secret.New(c.AccessKeySecret),
		SecurityToken:   secret.New(c.SecurityToken),
	}
}

// serve starts a server of h on a network of pipes.
func serve(t testing.TB, h http.Handler) *pipes.Listener {
	t.Helper()
	w := pipes.Listen()
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(w) }()
	t.Cleanup(func() { _ = server.Close() })
	return w
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func newClient(t testing.TB, dial dialFunc) *eds.Client {
	t.Helper()
	client, err := eds.New(eds.Options{Regions: []string{region, "cn-shanghai"}, Endpoint: endpoint, Concurrency: 8, Dial: dial})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// connect is a session with the emulator's own key over dial.
func connect(t testing.TB, dial dialFunc) stop.EDS {
	t.Helper()
	session, err := newClient(t, dial).Connect(credentials(key))
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// stopTwo is the call that the tests make where any would do.
func stopTwo(ctx context.Context, s stop.EDS) (string, error) {
	return s.StopDesktops(ctx, stop.StopCall{RegionID: region, DesktopIDs: []string{"ecd-a", "ecd-b"}, StoppedMode: "StopCharging"})
}

// callError is the *stop.CallError that every error of this package must be, checked for what
// it must never show.
func callError(t *testing.T, err error) stop.CallError {
	t.Helper()
	var e *stop.CallError
	if !errors.As(err, &e) {
		t.Fatalf("error %T %v, want a *stop.CallError", err, err)
	}
	shows(t, e, "://", "localhost", "aliyuncs", "127.0.0.1", "ecd-a")
	if e.Family == "" || e.Code == "" || e.Message == "" {
		t.Errorf("a member is missing: %+v", *e)
	}
	return *e
}

// shows fails if v, printed in any way, holds a part of the credentials or another forbidden text.
func shows(t *testing.T, v any, forbidden ...string) {
	t.Helper()
	forbidden = append(forbidden, key.AccessKeySecret, key.SecurityToken, "proxy-password", "env-access-key-secret", "env-security-token")
	printed := fmt.Sprintf("%v\n%+v\n%#v\n%s\n%q", v, v, v, v, v)
	if err, ok := v.(error); ok {
		printed += err.Error()
		for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
			printed += fmt.Sprintf("%v %+v %#v", inner, inner, inner)
		}
	}
	for _, text := range forbidden {
		if strings.Contains(printed, text) {
			t.Errorf("%q is shown by %s", text, printed)
		}
	}
}

// answer is a server that answers everything the same.
func answer(status int, body string, header ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

// recorder keeps the requests and answers empty lists of everything.
type recorder struct {
	mu       sync.Mutex
	requests []*http.Request
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	r.requests = append(r.requests, q.Clone(context.Background()))
	r.mu.Unlock()
	_, _ = w.Write([]byte(`{"RequestId":"REQ-1","Desktops":[],"TagResources":[],"Events":[]}`))
}

func (r *recorder) all() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// values of "name", "value" pairs.
func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}
