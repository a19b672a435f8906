package lab

import (
	"net/url"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/trial"
)

// form sends the form of the page, and returns what the page then shows of the event.
func (s *serving) form(values url.Values) string {
	s.t.Helper()
	status, _, html := s.call("POST", "/_emulator/page/send", values.Encode(), "Content-Type: application/x-www-form-urlencoded", "Origin: "+s.base)
	if status != 200 { // after the redirect
		s.t.Fatalf("%d: %s", status, html)
	}
	_, html, _ = strings.Cut(html, `<div id="events">`)
	html, _, _ = strings.Cut(html, "\n</details>") // the first, which is the newest
	return html
}

// TestServePage reads and sends without a script, over the function itself.
func TestServePage(t *testing.T) {
	t.Parallel()
	routes := trial.File(t, "routes.yaml", "http:\n  - path: /jira\n    auth: {scheme: token, secrets: [JIRA_TOKEN]}\n")
	s := serve(t)
	if !strings.Contains(s.intro, "In a browser: "+s.base+"/") {
		t.Errorf("the intro does not name the page:\n%s", s.intro)
	}
	status, header, html := s.call("GET", "/", "")
	if status != 200 || header.Get("Content-Security-Policy") == "" {
		t.Fatalf("%d %v", status, header)
	}
	for _, want := range []string{`data-id="ecd-running1" data-state="Running"`, `data-id="ecd-stopped1" data-state="Stopped"`, "department=accounting", "<option>timer.json</option>", "as POST /hooks/itsm", "None yet."} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if strings.Contains(html, ".golden.json") || strings.Contains(html, "misconfigured") {
		t.Errorf("%s", html)
	}
	_, _, sample := s.call("GET", "/_emulator/page/samples/timer.json", "")
	for _, c := range []struct {
		name   string
		values url.Values
		want   []string
	}{
		{"an event", url.Values{"event": {`{"DesktopId":["ecd-running1","ecd-connected1"],"WaitSeconds":5}`}},
			[]string{"success · done", "Running → Stopped", `<span class="badge good">stopped</span>`, ">connected<", "StopDesktops StopCharging · 1 desktop", "signature verified", "stop.done"}},
		{"a sample of last week", url.Values{"event": {sample}}, []string{`<span class="badge left">success · stale</span>`}},
		{"a sample as if it happened now", url.Values{"event": {sample}, "now": {"on"}}, []string{"timer stop-in-the-evening", "ecd-running3", "accepted"}},
		{"over HTTP", url.Values{"event": {`{"DesktopId":["ecd-running2"]}`}, "way": {"http"}}, []string{"HTTP 202 · accepted", "http POST /hooks/itsm", "ecd-running2"}},
		{"a bad field", url.Values{"event": {"{\r\n \"DesktopId\": [\"ecd-running2\"],\r\n \"DryRun\": \"maybe\"\r\n}"}}, []string{"WrongType at $.DryRun", `<div class="marked"><i>3</i><code> &#34;DryRun&#34;: &#34;maybe&#34;</code>`}},
		{"a bad field over HTTP", url.Values{"event": {`{"DesktopId":["ecd-running2"],"Typo":1}`}, "way": {"http"}}, []string{"HTTP 422", "UnknownField at $.Typo", `<div class="marked"><i>5</i><code>  &#34;Typo&#34;: 1</code>`}},
		{"no JSON", url.Values{"event": {"{\"DesktopId\": [\n\"a\",,]}"}}, []string{"InvalidJSON", `<div class="marked"><i>2</i>`}},
	} {
		shown := s.form(c.values)
		for _, want := range c.want {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, shown)
			}
		}
		if strings.Contains(shown, "fake-token-") {
			t.Errorf("%s: shows the token", c.name)
		}
	}
	for _, refused := range []struct {
		path, header string
		want         int
	}{
		{"/_emulator/reset", "Origin: http://evil.example", 403}, {"/_emulator/page/send", "Origin: null", 403}, {"/_emulator/invoke", "Sec-Fetch-Site: cross-site", 403},
	} {
		if status, _, body := s.call("POST", refused.path, "{}", refused.header); status != refused.want {
			t.Errorf("%s with %s: %d %s", refused.path, refused.header, status, body)
		}
	}
	s.interrupt()
	if rest := <-s.rest; !strings.Contains(rest, "Stopped after 7 events.") {
		t.Errorf("said at the end: %s", rest)
	}

	bad := serve(t, "-env", "ROUTES_FILE="+routes, "-env", "MAX_DESKTOPS=many")
	if _, _, html := bad.call("GET", "/", ""); !strings.Contains(html, "The function is misconfigured") || !strings.Contains(html, "<li>MAX_DESKTOPS must be a whole number") || !strings.Contains(html, "<li>ROUTES_FILE routes.yaml:3: ") || strings.Contains(html, "as POST") {
		t.Errorf("the page does not say what is wrong: %s", html)
	}
}
