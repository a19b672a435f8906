package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"stopdesktops/internal/emulator"
)

type httpEvent struct {
	Version, RawPath, Body string
	IsBase64Encoded        bool
	Headers                map[string]string
	QueryParameters        map[string]string
	RequestContext         struct {
		AccountId, DomainName, DomainPrefix, RequestId, Time, TimeEpoch string
		Http                                                            struct{ Method, Path, Protocol, SourceIp, UserAgent string }
	}
}

func TestHTTPTrigger(t *testing.T) {
	trigger := &emulator.HTTPTrigger{Function: start(t, emulator.Options{})}
	base := serve(t, trigger)
	r, _ := http.NewRequest("POST", base+"/a%2Fb/c?x=1&x=2,3&y=%20", strings.NewReader(`{"RegionId":"cn-hangzhou"}`))
	r.Header = http.Header{"Content-Type": {"application/json"}, "x-my-TOKEN": {"t"}, "X-Two": {"1", "2"}, "X-Fc-Log-Type": {"Tail"}, "Authorization": {"Bearer s"}, "User-Agent": {"test/1"}}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != 207 || res.Header.Get("X-Fc-Mine") != "" || res.Header.Get("X-Mine") != "yes" || res.Header.Get("X-Fc-Request-Id") == "" {
		t.Fatalf("%d %v %s", res.StatusCode, res.Header, body)
	}
	var ev httpEvent
	if err := json.Unmarshal(body, &ev); err != nil {
		t.Fatal(err)
	}
	c := ev.RequestContext
	if ev.Version != "v1" || ev.RawPath != "/a%2Fb/c" || c.Http.Path != "/a/b/c" || ev.Body != `{"RegionId":"cn-hangzhou"}` || ev.IsBase64Encoded ||
		ev.Headers["X-My-Token"] != "t" || ev.Headers["X-Two"] != "1,2" || ev.Headers["Authorization"] != "Bearer s" || ev.QueryParameters["x"] != "1,2,3" ||
		ev.QueryParameters["y"] != " " || c.Http.Method != "POST" || c.Http.SourceIp != "127.0.0.1" || c.Http.UserAgent != "test/1" ||
		c.RequestId != res.Header.Get("X-Fc-Request-Id") || len(c.TimeEpoch) != 13 || !strings.HasSuffix(c.Time, "Z") || c.AccountId == "" {
		t.Errorf("%s", body)
	}
	for name := range ev.Headers {
		if strings.HasPrefix(name, "X-Fc-") || name == "Connection" {
			t.Errorf("the header %s was passed on", name)
		}
	}
}

// fetch sends one request to a trigger without a socket.
func fetch(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHTTPTriggerAnswers(t *testing.T) {
	trigger := &emulator.HTTPTrigger{Function: start(t, emulator.Options{Restart: true})}
	if w := fetch(trigger, "GET", "/fail", ""); w.Code != 502 || w.Header().Get("X-Fc-Error-Type") != "UnhandledInvocationError" || !strings.Contains(w.Body.String(), `"errorMessage":"it failed"`) {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	for _, path := range []string{"/value", "/null-headers"} {
		if w := fetch(trigger, "GET", path, ""); w.Code != 502 || !strings.Contains(w.Body.String(), "BadResponse") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := fetch(trigger, "GET", "/binary", ""); w.Code != 200 || w.Body.String() != "\x00\x01\x02" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	for _, tt := range []struct {
		body, contentType string
		base64            bool
	}{
		{"text", "", false}, {"{}", "application/cloudevents+json; charset=utf-8", false}, {"a=b", "application/x-www-form-urlencoded", false},
		{"{}", "application/octet-stream", true}, {"\xff", "application/json", true},
	} {
		var ev httpEvent
		w := fetch(trigger, "POST", "/", tt.body, "Content-Type", tt.contentType)
		if err := json.Unmarshal(w.Body.Bytes(), &ev); err != nil || ev.IsBase64Encoded != tt.base64 {
			t.Errorf("%q %s: %s", tt.body, tt.contentType, w.Body)
		}
	}
	trigger.ForceBase64 = true
	if w := fetch(trigger, "POST", "/", "text"); !strings.Contains(w.Body.String(), `"body":"dGV4dA==","isBase64Encoded":true`) {
		t.Errorf("%s", w.Body)
	}
}

func TestHTTPTriggerLimits(t *testing.T) {
	trigger := &emulator.HTTPTrigger{Methods: []string{"POST"}} // no function: none of these gets to it
	for name, w := range map[string]*httptest.ResponseRecorder{
		"path":       fetch(trigger, "POST", "/"+strings.Repeat("a", 4<<10), ""),
		"headers":    fetch(trigger, "POST", "/", "", "X-Long", strings.Repeat("a", 8<<10)),
		"body":       fetch(trigger, "POST", "/", strings.Repeat("a", 32<<20+1)),
		"async body": fetch(trigger, "POST", "/", strings.Repeat("a", 128<<10+1), "X-Fc-Invocation-Type", "Async"),
	} {
		if w.Code != 400 || !strings.Contains(w.Body.String(), "InvalidArgument") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := fetch(trigger, "GET", "/", ""); w.Code != 405 {
		t.Errorf("GET: %d", w.Code)
	}
}

func TestHTTPTriggerAsync(t *testing.T) {
	p := start(t, emulator.Options{})
	trigger := &emulator.HTTPTrigger{MaxRetries: 2, Function: p}
	w := fetch(trigger, "POST", "/fail", "", "X-Fc-Invocation-Type", "Async")
	if w.Code != 202 || w.Body.Len() != 0 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	trigger.Wait()
	results := trigger.Async()
	if len(results) != 3 {
		t.Fatalf("%+v", results)
	}
	for i, r := range results {
		if r.RetryCount != i || r.FunctionError == nil || r.RequestID != w.Header().Get("X-Fc-Request-Id") {
			t.Errorf("%d: %+v", i, r)
		}
	}
	fetch(trigger, "POST", "/", "", "X-Fc-Invocation-Type", "Async")
	trigger.Wait()
	if results := trigger.Async(); len(results) != 4 || results[3].FunctionError != nil || len(results[3].Payload) == 0 {
		t.Errorf("%+v", results)
	}
}

func TestHTTPEvent(t *testing.T) {
	var ev httpEvent
	raw := emulator.HTTPEvent("PUT", "https://f.cn-hangzhou.fcapp.run/tickets%20/x?a=b", http.Header{"x-one": {"1"}, "X-Fc-Nope": {"1"}}, []byte("{}"))
	if err := json.Unmarshal(raw, &ev); err != nil {
		t.Fatal(err)
	}
	if ev.RawPath != "/tickets%20/x" || ev.RequestContext.Http.Path != "/tickets /x" || ev.Headers["X-One"] != "1" || ev.Headers["X-Fc-Nope"] != "" ||
		ev.RequestContext.DomainPrefix != "f" || ev.RequestContext.Http.Method != "PUT" || ev.Body != "{}" {
		t.Errorf("%s", raw)
	}
}
