package page

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// foreign is what a stranger may write into every text.
const foreign = "<script>alert(1)</script>\"'&\u202e下班"

// fake is an account whose every text is foreign.
type fake struct {
	mu     sync.Mutex
	state  string
	events []Event
	sent   []Sending
	resets int
}

func (f *fake) Facts() Facts {
	return Facts{Faults: []string{foreign}, Path: foreign, Example: "</textarea>" + foreign}
}

func (f *fake) Fleet() Fleet {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Fleet{Desktops: []Desktop{{DesktopId: "ecd-1" + foreign, DesktopName: foreign, DesktopStatus: f.state, ConnectionStatus: foreign,
		ManagementFlags: []string{foreign}, EndUserIds: []string{foreign}, Tags: []string{foreign}}}, Counts: []Count{{foreign, 1}}, More: 3}
}

func (f *fake) Events() []Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Event(nil), f.events...)
}

func (f *fake) Working() bool { return false }

func (f *fake) Send(_ context.Context, s Sending) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if string(s.Text) == "fail" {
		return 0, errors.New(foreign)
	}
	f.sent = append(f.sent, s)
	n := len(f.events) + 1
	f.events = append([]Event{{
		Number: n, Title: foreign, Answer: Line{foreign, Bad}, Rows: []Row{{foreign, foreign, foreign, foreign, Left}}, More: foreign,
		Problems: []string{foreign}, Warnings: []string{foreign}, Calls: []string{foreign}, Violations: []string{foreign},
		Callbacks: []Callback{{Line{foreign, Good}, foreign}, {Line{foreign, Good}, ""}}, Sent: string(s.Text), Lines: Mark(s.Text, []string{"$.a"}), Report: foreign, Log: []string{foreign},
	}}, f.events...)
	return n, nil
}

func (f *fake) Reset() error { f.resets++; return nil }

// served is the page of a fake account.
func served(t *testing.T) (*fake, *httptest.Server) {
	t.Helper()
	f := &fake{state: "Running"}
	samples := Samples{fstest.MapFS{"direct.json": {Data: []byte("\ufeff{\"sample\": \"" + foreign + "\"}")}, "direct.golden.json": {Data: []byte("golden")}, "unlisted.txt": {Data: []byte("unlisted")}}}
	server := httptest.NewServer(Guard(New(f, samples, 1000)))
	t.Cleanup(server.Close)
	return f, server
}

// ask without following redirects.
func ask(t *testing.T, method, address, form string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// checkEscaped finds what is not.
func checkEscaped(t *testing.T, what, html string) {
	t.Helper()
	for _, raw := range []string{"<script>alert", "\"'&", "</textarea>&lt;script", "=\"<"} {
		if raw == "</textarea>&lt;script" && strings.Count(html, "</textarea>") <= 1 {
			continue
		}
		if strings.Contains(html, raw) {
			t.Errorf("%s: %q is not escaped", what, raw)
		}
	}
	text := strings.ReplaceAll(html, "data-id=\"ecd-1&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;\u202e下班\"", "")
	if what != "form" && strings.Contains(text, "\u202e") {
		t.Errorf("%s: text that turns round is shown as it is", what)
	}
}

func TestPage(t *testing.T) {
	f, server := served(t)
	answer, html := ask(t, "GET", server.URL, "")
	if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("policy: %s", policy)
	}
	if strings.Contains(html, "direct.golden.json") || !strings.Contains(html, "<option>direct.json</option>") || !strings.Contains(html, "and 3 more desktops") {
		t.Errorf("samples or fleet: %s", html)
	}
	start := strings.Index(html, "<textarea")
	checkEscaped(t, "form", html[start:])
	checkEscaped(t, "empty page", html[:start])

	answer, _ = ask(t, "POST", server.URL+Prefix+"send", url.Values{"event": {"{\r\n\"a\": 1}"}, "now": {"on"}, "way": {"http"}}.Encode())
	if answer.StatusCode != 303 || answer.Header.Get("Location") != "/?event=1#event-1" {
		t.Errorf("sent: %d %v", answer.StatusCode, answer.Header)
	}
	if len(f.sent) != 1 || string(f.sent[0].Text) != "{\n\"a\": 1}" || !f.sent[0].Now || !f.sent[0].HTTP {
		t.Errorf("what was sent: %+v", f.sent)
	}
	ask(t, "POST", server.URL+Prefix+"send", "event=2")
	_, html = ask(t, "GET", server.URL+"/?event=1", "")
	if !strings.Contains(html, `id="event-1" data-number="1" open>`) || strings.Contains(html, `data-number="2" open>`) || !strings.Contains(html, "<div class=\"marked\"><i>2</i>") ||
		!strings.Contains(html, "{\n&#34;a&#34;: 1}</textarea>") {
		t.Errorf("the first event is not the one that is open: %s", html)
	}
	start = strings.Index(html, `<div id="events">`)
	checkEscaped(t, "events", html[start:])

	if _, html = ask(t, "GET", server.URL+"/?sample=direct.json", ""); !strings.Contains(html, "{&#34;sample&#34;: ") || !strings.Contains(html, "<option selected>direct.json") {
		t.Errorf("the sample is not in the form: %s", html)
	}
	if f.resets > 0 {
		t.Error("reset before anybody asked")
	}
	if answer, _ = ask(t, "POST", server.URL+Prefix+"reset", ""); answer.StatusCode != 303 || f.resets != 1 {
		t.Errorf("reset: %d", answer.StatusCode)
	}
}

// TestPageRefuses what is not there, what is too large and what is not asked for as it should be.
func TestPageRefuses(t *testing.T) {
	f, server := served(t)
	for _, c := range []struct {
		method, path, form string
		want               int
		says               string
	}{
		{"GET", Prefix + "samples/direct.json", "", 200, "sample"},
		{"GET", Prefix + "samples/direct.golden.json", "", 404, ""},
		{"GET", Prefix + "samples/unlisted.txt", "", 404, ""},
		{"GET", Prefix + "samples/..%2f..%2fgo.mod", "", 404, ""},
		{"GET", Prefix + "page.html", "", 404, ""},
		{"GET", Prefix + "style.css", "", 200, "prefers-color-scheme"},
		{"GET", Prefix + "send", "", 405, ""},
		{"GET", Prefix + "reset", "", 405, ""},
		{"POST", Prefix + "send", "event=" + strings.Repeat("a", 1001), 413, "1000 bytes"},
		{"POST", Prefix + "send", "event=" + strings.Repeat("a", 100000), 413, "1000 bytes"},
		{"POST", Prefix + "send", "event=%zz", 400, "cannot be read"},
		{"POST", Prefix + "send", "event=fail", 502, "&lt;script&gt;"},
	} {
		answer, body := ask(t, c.method, server.URL+c.path, c.form)
		if answer.StatusCode != c.want || !strings.Contains(body, c.says) {
			t.Errorf("%s %s %.20s: %d %s", c.method, c.path, c.form, answer.StatusCode, body)
		}
		if c.want > 400 && strings.HasSuffix(c.path, "send") {
			checkEscaped(t, c.form[:min(len(c.form), 20)], body)
		}
	}
	if len(f.sent)+f.resets > 0 {
		t.Errorf("sent %d, reset %d", len(f.sent), f.resets)
	}
}

// received is a server-sent event.
type received struct{ event, id, data string }

// subscribe to the stream.
func subscribe(t *testing.T, address, last string) <-chan received {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("Content-Type: %s", kind)
	}
	stream := make(chan received, 100)
	go func() {
		defer close(stream)
		var e received
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.event = value
			case "id":
				e.id = value
			case "data":
				e.data += value + "\n"
			case "":
				stream <- e
				e = received{}
			}
		}
	}()
	return stream
}

// next event of a kind.
func next(t *testing.T, stream <-chan received, kind string) received {
	t.Helper()
	for timeout := time.After(20 * time.Second); ; {
		select {
		case e, ok := <-stream:
			if !ok {
				t.Fatalf("the stream ended before %s", kind)
			}
			if e.event == kind {
				return e
			}
		case <-timeout:
			t.Fatalf("no %s", kind)
		}
	}
}

// TestChanges: a browser gets what is new and, after a lost connection, what it missed.
func TestChanges(t *testing.T) {
	f, server := served(t)
	_, html := ask(t, "GET", server.URL, "")
	_, rest, _ := strings.Cut(html, `data-since="`)
	since, _, _ := strings.Cut(rest, `"`)
	stream := subscribe(t, server.URL+Prefix+"changes?since="+since, "")
	if e := next(t, stream, "fleet"); !strings.Contains(e.data, `data-state="Running"`) {
		t.Errorf("%+v", e)
	}
	f.mu.Lock()
	f.state = "Stopped"
	f.mu.Unlock()
	if e := next(t, stream, "fleet"); !strings.Contains(e.data, `data-state="Stopped"`) {
		t.Errorf("%+v", e)
	}
	ask(t, "POST", server.URL+Prefix+"send", "event=1")
	first := next(t, stream, "event")
	if !strings.Contains(first.data, `id="event-1"`) || first.id == "" {
		t.Errorf("%+v", first)
	}
	checkEscaped(t, "card", first.data)

	ask(t, "POST", server.URL+Prefix+"send", "event=2")
	ask(t, "POST", server.URL+Prefix+"send", "event=3")
	again := subscribe(t, server.URL+Prefix+"changes?since="+since, first.id)
	for _, want := range []string{`id="event-2"`, `id="event-3"`} {
		if e := next(t, again, "event"); !strings.Contains(e.data, want) {
			t.Errorf("missed %s: %+v", want, e)
		}
	}
	for _, other := range []string{"", "OTHER-1"} {
		next(t, subscribe(t, server.URL+Prefix+"changes?since="+other, ""), "reload")
	}
}
