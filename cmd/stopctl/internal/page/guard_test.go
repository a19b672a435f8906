package page

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestGuard: nobody reaches the emulator by another name than this machine's, or from a page of another origin.
func TestGuard(t *testing.T) {
	reached := false
	h := Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	const here = "127.0.0.1:8080"
	none := map[string]string{}
	cross := func(site, mode, dest string) map[string]string {
		return map[string]string{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
	}
	for _, c := range []struct {
		name, method, host, path string
		header                   map[string]string
		want                     int
	}{
		{"a command", "POST", here, "/_emulator/invoke", none, 200},
		{"localhost", "GET", "localhost:8080", "/", none, 200},
		{"in capitals", "GET", "LOCALHOST:8080", "/", none, 200},
		{"another port, of a tunnel", "GET", "localhost:9000", "/", none, 200},
		{"IPv6", "GET", "[::1]:8080", "/", none, 200},
		{"IPv6 without a port", "GET", "[::1]", "/", none, 200},
		{"no port", "GET", "127.0.0.1", "/", none, 200},
		{"a name that leads here", "GET", "rebound.example:8080", "/", none, 421},
		{"a name that begins so", "GET", "127.0.0.1.example:8080", "/", none, 421},
		{"a name that ends so", "POST", "evil.localhost:8080", "/hooks/itsm", none, 421},
		{"another machine", "POST", "192.0.2.1:8080", "/", none, 421},
		{"everywhere", "GET", "0.0.0.0:8080", "/", none, 421},
		{"no host", "GET", "", "/", none, 421},
		{"its own page", "POST", here, "/_emulator/page/send", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://" + here}, 200},
		{"its own page in an old browser", "POST", here, "/_emulator/page/send", map[string]string{"Origin": "http://" + here}, 200},
		{"an address that was typed", "GET", here, "/_emulator/desktops", cross("none", "navigate", "document"), 200},
		{"a link to it", "GET", here, "/", cross("cross-site", "navigate", "document"), 200},
		{"a link to something else", "GET", here, "/hooks/itsm", cross("cross-site", "navigate", "document"), 403},
		{"a frame", "GET", here, "/", cross("cross-site", "navigate", "iframe"), 403},
		{"a picture", "GET", here, "/x.png", cross("cross-site", "no-cors", "image"), 403},
		{"a form elsewhere", "POST", here, "/_emulator/reset", cross("cross-site", "navigate", "document"), 403},
		{"another port of this machine", "POST", here, "/_emulator/reset", cross("same-site", "no-cors", "empty"), 403},
		{"an old browser elsewhere", "POST", here, "/_emulator/invoke", map[string]string{"Origin": "http://evil.example"}, 403},
		{"an old browser that says null", "POST", here, "/hooks/itsm", map[string]string{"Origin": "null"}, 403},
		{"another port in an old browser", "DELETE", here, "/_emulator/reset", map[string]string{"Origin": "http://127.0.0.1:3000"}, 403},
		{"the stream", "GET", here, "/_emulator/page/changes", cross("cross-site", "cors", "empty"), 403},
	} {
		r := httptest.NewRequest(c.method, "http://placeholder"+c.path, nil)
		r.Host = c.host
		for name, value := range c.header {
			r.Header.Set(name, value)
		}
		reached = false
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want || reached != (c.want == 200) {
			t.Errorf("%s: %d, reached %v, want %d", c.name, w.Code, reached, c.want)
		}
		var refusal struct{ Message string }
		if c.want != 200 && (json.Unmarshal(w.Body.Bytes(), &refusal) != nil || refusal.Message == "") {
			t.Errorf("%s: the refusal does not say why: %s", c.name, w.Body)
		}
	}
}
