package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/secret"
)

const fuzzToken = "fake-token-for-tests-1"

const fuzzRoutes = `http:
  - {path: /plain, auth: {scheme: token, secrets: [TOKEN]}}
  - {path: /events, auth: {scheme: token, secrets: [TOKEN]}, cloudevents: true}
  - path: /mapped
    auth: {scheme: token, secrets: [TOKEN]}
    when: [{path: "$.items[?@.name=='state'].value", is: approved}]
    request: {DesktopId: "$.items[*].id", Reason: {path: $.a.b, optional: true}}
  - {path: /github, auth: {scheme: hub-sha256, secrets: [TOKEN]}}
  - {path: /zendesk, auth: {scheme: zendesk, secrets: [TOKEN]}}
  - {path: /pagerduty, auth: {scheme: pagerduty, secrets: [TOKEN]}}
`

// httpFunction is the function with routes, and how often it tried to reach anything.
func httpFunction(t testing.TB) (h *handler.Handler, log *bytes.Buffer, dialled *int) {
	t.Helper()
	code := t.TempDir()
	if err := os.WriteFile(filepath.Join(code, "routes.yaml"), []byte(fuzzRoutes), 0o600); err != nil {
		t.Fatal(err)
	}
	c, faults := config.Read([]string{"FC_REGION=cn-hangzhou", "FC_FUNC_CODE_PATH=" + code, "TOKEN=" + fuzzToken,
		"EDS_ENDPOINT=http://localhost:1", "CALLBACK_URL=http://localhost:2/", "PREFLIGHT=false", "PROTECT_TAG=", "KEEP_UNTIL_TAG=", "DRY_RUN=true"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	log, dialled = &bytes.Buffer{}, new(int)
	h = compose.Handler(c, faults, compose.Outside{Log: log, Silent: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		*dialled++
		return nil, errors.New("nobody there")
	}})
	return h, log, dialled
}

func send(t testing.TB, h *handler.Handler, event []byte) handler.HTTPResponse {
	t.Helper()
	answer, err := h.Handle(t.Context(), handler.Invocation{RequestID: "1-fuzz", Credentials: secret.Credentials{
		AccessKeyID: "STS.FAKE", AccessKeySecret: secret.New("fake"), SecurityToken: secret.New("fake")}}, event)
	response, ok := answer.(handler.HTTPResponse)
	if err != nil || !ok {
		t.Fatalf("%T %v", answer, err)
	}
	return response
}

// FuzzHTTPEvent: whatever comes over HTTP, there is an HTTP answer; nobody is reached and nothing is
// shown for one without the token.
func FuzzHTTPEvent(f *testing.F) {
	for _, path := range []string{"/plain", "/events", "/mapped", "/github", "/zendesk", "/pagerduty", "/"} {
		for _, kind := range []string{"application/json", "application/cloudevents+json", "application/cloudevents-batch+json"} {
			f.Add("POST", path, kind, "sha256=00", []byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"DesktopId":"ecd-a"},"items":[{"name":"state","value":"approved","id":"ecd-b"}]}`), true)
			f.Add("POST", path, kind, "v1=00,v1=", []byte(`[{"DesktopId":["ecd-a"]},{"Select":{"All":true}}]`), false)
		}
	}
	h, log, dialled := httpFunction(f)
	f.Fuzz(func(t *testing.T, method, path, kind, signature string, body []byte, known bool) {
		log.Reset()
		*dialled = 0
		header := http.Header{"Content-Type": {kind}, "Ce-Id": {signature}, "Ce-Specversion": {"1.0"}, "Ce-Source": {"s"}, "Ce-Type": {"t"},
			"X-Hub-Signature-256": {signature}, "X-Pagerduty-Signature": {signature}, "X-Zendesk-Webhook-Signature": {signature}, "X-Zendesk-Webhook-Signature-Timestamp": {"2026-11-22T20:00:00Z"}}
		if known {
			header.Set("Authorization", "Bearer "+fuzzToken)
		}
		var event map[string]any
		if err := json.Unmarshal(emulator.HTTPEvent(method, "/", header, body), &event); err != nil {
			t.Fatalf("the emulator makes an event that is not JSON: %v", err)
		}
		event["requestContext"].(map[string]any)["http"].(map[string]any)["path"] = path
		raw, _ := json.Marshal(event)
		response := send(t, h, raw)
		if response.StatusCode < 200 || response.StatusCode > 599 || response.Body != "" && !json.Valid([]byte(response.Body)) || response.Headers == nil {
			t.Fatalf("%+v", response)
		}
		if strings.Contains(log.String(), `"msg":"panic"`) {
			t.Fatal(log.String())
		}
		if strings.Contains(log.String()+response.Body, fuzzToken) {
			t.Fatalf("the token is shown: %s %s", log.String(), response.Body)
		}
		if known {
			return
		}
		if *dialled > 0 || response.StatusCode < 400 {
			t.Fatalf("a stranger was answered %d, after %d connections", response.StatusCode, *dialled)
		}
	})
}

// TestStrangersAreCheap: a bad signature over 16 KiB costs no call, no callback, and shows nothing.
func TestStrangersAreCheap(t *testing.T) {
	h, log, dialled := httpFunction(t)
	body := []byte(`{"DesktopId":"ecd-shown","Reason":"` + strings.Repeat("secret-text ", 1365) + `"}`)
	event := emulator.HTTPEvent("POST", "/github", http.Header{"Content-Type": {"application/json"}, "X-Hub-Signature-256": {"sha256=" + strings.Repeat("0f", 32)}}, body)
	response := send(t, h, event)
	if response.StatusCode != 401 || *dialled != 0 {
		t.Errorf("%d, %d connections", response.StatusCode, *dialled)
	}
	for _, text := range []string{"ecd-shown", "secret-text", "0f0f"} {
		if strings.Contains(log.String()+response.Body, text) {
			t.Errorf("%s is shown: %s %s", text, log.String(), response.Body)
		}
	}
}

// TestTooLarge: what nobody can want is refused before it is even authenticated.
func TestTooLarge(t *testing.T) {
	h, _, _ := httpFunction(t)
	for size, want := range map[int]int{256 << 10: 401, 256<<10 + 1: 413} {
		event := emulator.HTTPEvent("POST", "/github", http.Header{"Content-Type": {"application/json"}}, bytes.Repeat([]byte("x"), size))
		if response := send(t, h, event); response.StatusCode != want {
			t.Errorf("%d bytes: %d", size, response.StatusCode)
		}
	}
}

// BenchmarkEnvelope is what of it is the platform's.
func BenchmarkEnvelope(b *testing.B) {
	event := emulator.HTTPEvent("POST", "/github", http.Header{"Content-Type": {"application/json"}, "X-Hub-Signature-256": {"sha256=" + strings.Repeat("0f", 32)}},
		[]byte(`{"Reason":"`+strings.Repeat("x", 16<<10)+`"}`))
	for b.Loop() {
		if _, err := events.Decode(event); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStrangers: the whole way of a refused request of 16 KiB, the platform's envelope included.
func BenchmarkStrangers(b *testing.B) {
	h, _, _ := httpFunction(b)
	body := []byte(`{"Reason":"` + strings.Repeat("x", 16<<10) + `"}`)
	event := emulator.HTTPEvent("POST", "/github", http.Header{"Content-Type": {"application/json"}, "X-Hub-Signature-256": {"sha256=" + strings.Repeat("0f", 32)}}, body)
	b.ReportAllocs()
	for b.Loop() {
		if response := send(b, h, event); response.StatusCode != 401 {
			b.Fatal(response.StatusCode)
		}
	}
}
