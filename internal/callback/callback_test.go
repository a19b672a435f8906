package callback_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/internal/callback"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/pipes"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

// TestMain sets a proxy that no test may ever meet: reports would go through it.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		if err := os.Setenv(name, "http://proxy-user:proxy-password@proxy.invalid:3128"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

const (
	firstSecret  = "whsec_ZmFrZS1zZWNyZXQtb2YtYS1jYWxsYmFjay1yZWNlaXZlcg=="
	secondSecret = "whsec_YW5vdGhlci1mYWtlLXNlY3JldC1mb3ItdGhlLXRlc3Rz"
	urlToken     = "fake-robot-token"
	callbackURL  = "https://robot.example/hook/" + urlToken + "?access_token=" + urlToken
	localURL     = "http://localhost:2/hook/" + urlToken + "?access_token=" + urlToken
)

// serve starts a server of h on a network of pipes.
func serve(t *testing.T, h http.Handler) *pipes.Listener {
	t.Helper()
	w := pipes.Listen()
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(w) }()
	t.Cleanup(func() { _ = server.Close() })
	return w
}

func secrets(texts ...string) []secret.String {
	var list []secret.String
	for _, text := range texts {
		list = append(list, secret.New(text))
	}
	return list
}

// setup is what a Sender is made of.
type setup struct {
	callback.Settings
	callback.Options
}

// sender to localURL over dial, with what a test changes.
func sender(t testing.TB, dial func(context.Context, string, string) (net.Conn, error), change func(*setup)) *callback.Sender {
	t.Helper()
	o := setup{
		callback.Settings{URL: secret.New(localURL), Secrets: secrets(firstSecret), Format: "cloudevents", On: callback.All},
		callback.Options{Source: "stop-desktops", Timeout: 10 * time.Second, MaxDesktops: 100, Dial: dial},
	}
	if change != nil {
		change(&o)
	}
	destination, faults := o.Settings.Destination(callback.Variables)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	o.Options.Destination = destination
	s, faults := callback.New(o.Options)
	if faults != nil {
		t.Fatal(faults)
	}
	return s
}

// deliver to the configured destination. The host is for the log alone, and compared there.
func deliver(ctx context.Context, s *callback.Sender, r report.Report) report.CallbackResult {
	result := s.Deliver(ctx, "", r)
	result.Host = ""
	return result
}

// sampleReport of so many desktops.
func sampleReport(desktops int) report.Report {
	r := report.Report{
		InvocationId: "1-fake", EventId: "timer 2026-11-22T20:00:00Z", Kind: "timer", Status: report.StatusPartial, RegionId: "cn-hangzhou",
		Reason: "CHG-1 <&> 加班", Counts: map[report.Outcome]int{report.Stopped: desktops},
		Error: &report.Problem{Code: "IncorrectDesktopStatus", Message: "m"},
	}
	for i := range desktops {
		r.Desktops = append(r.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-%03d", i), Outcome: report.Stopped})
	}
	return r
}

// hides fails if v, printed in any way, shows the URL, its host or token, or a signing secret.
func hides(t *testing.T, v any) {
	t.Helper()
	printed := fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v)
	if b, err := json.Marshal(v); err == nil {
		printed += string(b)
	}
	decoded := "fake-secret-of-a-callback-receiver"
	for _, leak := range []string{urlToken, "robot.example", "localhost", "127.0.0.1", "proxy-password", firstSecret, decoded,
		strings.Trim(fmt.Sprint([]byte(decoded)), "[]"), fmt.Sprintf("%x", decoded), fmt.Sprintf("%x", urlToken)} {
		if strings.Contains(printed, leak) {
			t.Errorf("%q is shown by %T: %.300s", leak, v, printed)
		}
	}
}

// TestDelivered: one try, a CloudEvent that a strict receiver takes, signed with a secret it knows.
func TestDelivered(t *testing.T) {
	for _, known := range []string{firstSecret, secondSecret} {
		synctest.Test(t, func(t *testing.T) {
			receiver := &emulator.Receiver{Secrets: []string{known}, Types: []string{"com.aliyun.ecd.desktops.stop.partial"}}
			w := serve(t, receiver)
			// While secrets are exchanged, each delivery is signed with both.
			s := sender(t, w.Dial, func(o *setup) { o.Secrets = secrets(firstSecret, secondSecret) })
			sent := sampleReport(3)
			result := deliver(t.Context(), s, sent)
			if want := (report.CallbackResult{Status: report.CallbackDelivered, Attempts: 1}); result != want {
				t.Errorf("result %+v, want %+v", result, want)
			}
			deliveries := receiver.Deliveries()
			if len(deliveries) != 1 || deliveries[0].Err != "" || !deliveries[0].SignatureOK {
				t.Fatalf("deliveries %+v", deliveries)
			}
			d := deliveries[0]
			e := d.Event
			if e.Source != "stop-desktops" || e.Subject != sent.EventId || e.ID != d.ID || e.DataContentType != "application/json" || !e.Time.Equal(time.Now()) {
				t.Errorf("event %+v", e)
			}
			if ct := d.Header.Get("Content-Type"); ct != "application/cloudevents+json; charset=utf-8" {
				t.Errorf("Content-Type %q", ct)
			}
			if d.Header.Get("User-Agent") != "stop-desktops" || d.Header.Get("Proxy-Authorization") != "" {
				t.Errorf("header %v", d.Header)
			}
			var got report.Report
			if err := json.Unmarshal(e.Data, &got); err != nil || !reflect.DeepEqual(got, sent) {
				t.Errorf("data %+v, %v\nwant %+v", got, err, sent)
			}
			if strings.Contains(string(d.Body), "Truncated") {
				t.Errorf("nothing was left out, and yet: %s", d.Body)
			}
		})
	}
}

// TestNotSigned: without a secret there is no signature, not one with an empty key that anybody can
// make.
func TestNotSigned(t *testing.T) {
	receiver := &emulator.Receiver{}
	s := sender(t, serve(t, receiver).Dial, func(o *setup) { o.Secrets = nil })
	if result := deliver(t.Context(), s, sampleReport(1)); result.Status != report.CallbackDelivered {
		t.Errorf("%+v", result)
	}
	d := receiver.Deliveries()[0]
	if len(d.Header.Values("Webhook-Signature")) != 0 || d.ID == "" || d.Event == nil {
		t.Errorf("%+v", d)
	}
}

// TestTries: what is tried again, how often, and how long that may take.
func TestTries(t *testing.T) {
	after := func(text string) http.Header { return http.Header{"Retry-After": {text}} }
	answers := func(statuses ...int) (a []emulator.Answer) {
		for _, status := range statuses {
			a = append(a, emulator.Answer{Status: status})
		}
		return a
	}
	delivered := func(n int) report.CallbackResult {
		return report.CallbackResult{Status: report.CallbackDelivered, Attempts: n}
	}
	failed := func(n int, code string) report.CallbackResult {
		return report.CallbackResult{Status: report.CallbackFailed, Attempts: n, Code: code}
	}
	const at0 = 0
	for _, c := range []struct {
		name    string
		answers []emulator.Answer
		left    time.Duration // 0: a minute
		want    report.CallbackResult
		atLeast time.Duration
		atMost  time.Duration
	}{
		{"202", answers(202), 0, delivered(1), at0, at0},
		{"204", answers(204), 0, delivered(1), at0, at0},
		{"a second attempt", answers(500, 200), 0, delivered(2), 200 * time.Millisecond, 2 * time.Second},
		{"a third attempt", answers(503, 502, 200), 0, delivered(3), 500 * time.Millisecond, 4 * time.Second},
		{"no fourth attempt", answers(500, 502, 503, 200), 0, failed(3, "http_503"), 500 * time.Millisecond, 4 * time.Second},
		{"a dropped connection", []emulator.Answer{{Drop: true}, {Status: 200}}, 0, delivered(2), 200 * time.Millisecond, 2 * time.Second},
		{"dropped for ever", []emulator.Answer{{Drop: true}, {Drop: true}, {Drop: true}}, 0, failed(3, "unreachable"), at0, 4 * time.Second},

		{"gone", answers(410), 0, failed(1, "http_410"), at0, at0},
		{"bad request", answers(400), 0, failed(1, "http_400"), at0, at0},
		{"not authorized", answers(401), 0, failed(1, "http_401"), at0, at0},
		{"forbidden", answers(403), 0, failed(1, "http_403"), at0, at0},
		{"not found", answers(404), 0, failed(1, "http_404"), at0, at0},
		{"too large", answers(413), 0, failed(1, "http_413"), at0, at0},
		{"gone, after a fault", answers(500, 410, 200), 0, failed(2, "http_410"), at0, 2 * time.Second},
		{"304", answers(304), 0, failed(1, "http_304"), at0, at0},

		{"asked to wait", []emulator.Answer{{Status: 429, Header: after("7")}}, 0, delivered(2), 7 * time.Second, 7 * time.Second},
		{"asked to wait by a server that is down", []emulator.Answer{{Status: 503, Header: after("5")}}, 0, delivered(2), 5 * time.Second, 5 * time.Second},
		{"429 without saying how long", answers(429), 0, delivered(2), 200 * time.Millisecond, 2 * time.Second},
		{"asked to wait in a way nobody can read", []emulator.Answer{{Status: 429, Header: after("soon")}}, 0, delivered(2), 200 * time.Millisecond, 2 * time.Second},
		{"asked to wait a negative time", []emulator.Answer{{Status: 429, Header: after("-7")}}, 0, delivered(2), 200 * time.Millisecond, 2 * time.Second},
		{"asked to wait longer than there is time: not at all", []emulator.Answer{{Status: 429, Header: after("60")}}, 20 * time.Second, failed(1, "http_429"), at0, at0},
		{"asked to wait for ever", []emulator.Answer{{Status: 429, Header: after("99999999999999999999")}}, 20 * time.Second, failed(1, "http_429"), at0, at0},
		{"asked to wait, but gone", []emulator.Answer{{Status: 410, Header: after("7")}}, 0, failed(1, "http_410"), at0, at0},
		{"almost no time left", answers(500), 100 * time.Millisecond, failed(1, "http_500"), at0, at0},

		{"slow, but within its time", []emulator.Answer{{Delay: 9 * time.Second}}, 0, delivered(1), 9 * time.Second, 9 * time.Second},
		{"too slow once", []emulator.Answer{{Delay: 11 * time.Second}}, 0, delivered(2), 10 * time.Second, 12 * time.Second},
		{"too slow for what is left: half of it each time", []emulator.Answer{{Delay: time.Hour}, {Delay: time.Hour}, {Delay: time.Hour}}, 16 * time.Second,
			failed(3, "timeout"), 12 * time.Second, 15 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if c.left == 0 {
					c.left = time.Minute
				}
				ctx, cancel := context.WithTimeout(t.Context(), c.left)
				defer cancel()
				receiver := &emulator.Receiver{Secrets: []string{firstSecret}, Answers: c.answers}
				w := serve(t, receiver)
				begin := time.Now()
				result := deliver(ctx, sender(t, w.Dial, nil), sampleReport(1))
				if result != c.want {
					t.Errorf("result %+v, want %+v", result, c.want)
				}
				hides(t, result)
				if took := time.Since(begin); took < c.atLeast || took > c.atMost {
					t.Errorf("took %v, want %v to %v", took, c.atLeast, c.atMost)
				}
				checkAttempts(t, receiver.Deliveries(), c.want.Attempts)
				if len(w.Dials()) != c.want.Attempts {
					t.Errorf("%d connections for %d tries", len(w.Dials()), c.want.Attempts)
				}
			})
		})
	}
}

// checkAttempts: a receiver must be able to tell a second attempt from a second report, and an attempt from a
// replay: one ID, the same bytes, another time and so another signature.
func checkAttempts(t *testing.T, deliveries []emulator.Delivery, attempts int) {
	t.Helper()
	if len(deliveries) != attempts {
		t.Errorf("%d deliveries, want %d", len(deliveries), attempts)
	}
	for i, d := range deliveries {
		if !d.SignatureOK || d.Err != "" {
			t.Errorf("attempt %d: %s", i+1, d.Err)
		}
		if d.ID != deliveries[0].ID || string(d.Body) != string(deliveries[0].Body) {
			t.Errorf("try %d is another delivery", i+1)
		}
		if want := fmt.Sprint(d.Time.Unix()); d.Header.Get("Webhook-Timestamp") != want {
			t.Errorf("try %d: timestamp %s, sent at %s", i+1, d.Header.Get("Webhook-Timestamp"), want)
		}
	}
}

// TestIDs: another delivery, another ID, also at the same time; the race detector watches.
func TestIDs(t *testing.T) {
	receiver := &emulator.Receiver{Secrets: []string{firstSecret}}
	s := sender(t, serve(t, receiver).Dial, nil)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if result := deliver(t.Context(), s, sampleReport(1)); result.Status != report.CallbackDelivered {
				t.Errorf("%+v", result)
			}
		})
	}
	wait.Wait()
	for _, d := range receiver.Deliveries() {
		if d.Duplicate || d.Err != "" || strings.Contains(d.ID, ".") {
			t.Errorf("%q: duplicate %v, %s", d.ID, d.Duplicate, d.Err)
		}
	}
}

// TestRedirects: a report goes to the configured host or nowhere.
func TestRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{"http://elsewhere.example/", "/within/the/host"} {
			var requests atomic.Int64
			w := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				rw.Header().Set("Location", to)
				rw.WriteHeader(status)
			}))
			result := deliver(t.Context(), sender(t, w.Dial, nil), sampleReport(1))
			if want := (report.CallbackResult{Status: report.CallbackFailed, Attempts: 1, Code: fmt.Sprintf("http_%d", status)}); result != want {
				t.Errorf("%d to %s: %+v", status, to, result)
			}
			if n := requests.Load(); n != 1 || len(w.Dials()) != 1 {
				t.Errorf("%d to %s: %d requests over %v", status, to, n, w.Dials())
			}
		}
	}
}

// TestStalledReceiver: each attempt takes at most half of the time left, so that there is always time for
// the response; a receiver that does not even take the connection costs no more.
func TestStalledReceiver(t *testing.T) {
	stalled := func(text string) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(rw).Hijack()
			if err != nil {
				panic(err)
			}
			defer c.Close()
			_, _ = io.WriteString(c, text)
			_, _ = io.Copy(io.Discard, c)
		})
	}
	for _, c := range []struct {
		name   string
		server http.Handler
		want   report.CallbackResult
	}{
		{"before its response", stalled(""), report.CallbackResult{Status: report.CallbackFailed, Attempts: 3, Code: "timeout"}},
		{"in its header", stalled("HTTP/1.1 200 OK\r\nX-Slow:"), report.CallbackResult{Status: report.CallbackFailed, Attempts: 3, Code: "timeout"}},
		{"in the body of a success", stalled("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"), report.CallbackResult{Status: report.CallbackDelivered, Attempts: 1}},
		{"in the body of a refusal", stalled("HTTP/1.1 410 Gone\r\nContent-Length: 100\r\n\r\n"), report.CallbackResult{Status: report.CallbackFailed, Attempts: 1, Code: "http_410"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const left = 8 * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), left)
				defer cancel()
				w := serve(t, c.server)
				begin := time.Now()
				if result := deliver(ctx, sender(t, w.Dial, nil), sampleReport(1)); result != c.want {
					t.Errorf("%+v, want %+v", result, c.want)
				}
				end := time.Now()
				for i, call := range w.Dials() {
					until := end // of this try
					if i+1 < len(w.Dials()) {
						until = w.Dials()[i+1].At
					}
					remaining := begin.Add(left).Sub(call.At)
					if took := until.Sub(call.At); took > remaining/2+1200*time.Millisecond { // with the pause that follows
						t.Errorf("try %d took %v of the %v left", i+1, took, remaining)
					}
				}
				if end.Sub(begin) >= left {
					t.Errorf("nothing is left of %v", left)
				}
			})
		})
	}
}

// TestTimeIsUp: a delivery for which there is no time, or whose time is taken away, ends.
func TestTimeIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		receiver := &emulator.Receiver{Secrets: []string{firstSecret}, Answers: []emulator.Answer{{Status: 500}, {Delay: time.Hour}}}
		s := sender(t, serve(t, receiver).Dial, nil)
		over, cancel := context.WithTimeout(t.Context(), -time.Second)
		defer cancel()
		if result := deliver(over, s, sampleReport(1)); result.Status != report.CallbackNotAttempted || result.Attempts != 0 || len(receiver.Deliveries()) != 0 {
			t.Errorf("after its time: %+v, %d deliveries", result, len(receiver.Deliveries()))
		}
		for _, at := range []time.Duration{time.Millisecond, 5 * time.Second} { // in the pause, in the second attempt
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(at, cancel)
			begin := time.Now()
			if result := deliver(ctx, s, sampleReport(1)); result.Status != report.CallbackFailed {
				t.Errorf("%+v", result)
			}
			if took := time.Since(begin); took != at {
				t.Errorf("cancelled after %v, ended after %v", at, took)
			}
		}
	})
}

// TestHugeResponse: a receiver that never ends its response costs at most 64 KiB of reading.
func TestHugeResponse(t *testing.T) {
	for status, want := range map[int]string{200: report.CallbackDelivered, 410: report.CallbackFailed} {
		var written atomic.Int64
		w := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.WriteHeader(status)
			chunk := make([]byte, 1<<10)
			for written.Load() < 100<<20 {
				n, err := rw.Write(chunk)
				if written.Add(int64(n)); err != nil {
					return
				}
			}
		}))
		if result := deliver(t.Context(), sender(t, w.Dial, nil), sampleReport(1)); result.Status != want || result.Attempts != 1 {
			t.Errorf("%+v", result)
		}
		// The buffers of both ends add to it.
		if n := written.Load(); n < 64<<10 || n > 64<<10+32<<10 {
			t.Errorf("%d bytes were read", n)
		}
	}
}

// TestTruncated: at most so many desktops, from the front, where the problems are; and how many are
// missing. The report of the caller stays whole.
func TestTruncated(t *testing.T) {
	for _, c := range []struct{ desktops, limit, sent, truncated int }{
		{0, 100, 0, 0}, {99, 100, 99, 0}, {100, 100, 100, 0}, {101, 100, 100, 1}, {5, 2, 2, 3}, {5, 0, 0, 5},
	} {
		receiver := &emulator.Receiver{Secrets: []string{firstSecret}}
		whole := sampleReport(c.desktops)
		s := sender(t, serve(t, receiver).Dial, func(o *setup) { o.MaxDesktops = c.limit })
		deliver(t.Context(), s, whole)
		var got report.Report
		if err := json.Unmarshal(receiver.Deliveries()[0].Event.Data, &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Desktops) != c.sent || got.Truncated != c.truncated || got.Counts[report.Stopped] != c.desktops {
			t.Errorf("%+v: %d desktops, Truncated %d, Counts %v", c, len(got.Desktops), got.Truncated, got.Counts)
		}
		if c.sent > 0 && got.Desktops[0].DesktopId != "ecd-000" {
			t.Errorf("%+v: begins with %s", c, got.Desktops[0].DesktopId)
		}
		if len(whole.Desktops) != c.desktops || whole.Truncated != 0 {
			t.Errorf("%+v: the caller's report was changed", c)
		}
	}
}

// A report that was cut before is cut again: nobody may take the first cut for none.
func TestTruncatedAgain(t *testing.T) {
	receiver := &emulator.Receiver{Secrets: []string{firstSecret}}
	s := sender(t, serve(t, receiver).Dial, func(o *setup) { o.MaxDesktops = 2 })
	cut := sampleReport(5)
	cut.Truncated = 10
	deliver(t.Context(), s, cut)
	var got report.Report
	if err := json.Unmarshal(receiver.Deliveries()[0].Event.Data, &got); err != nil || got.Truncated != 13 || len(got.Desktops) != 2 {
		t.Errorf("Truncated %d, %d desktops, %v", got.Truncated, len(got.Desktops), err)
	}
}

// TestHost: the connection goes to the host of the URL, past every proxy, and over TLS that is
// checked. What a dialer says of it stays here.
func TestHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var addresses []string
		s := sender(t, func(_ context.Context, _, address string) (net.Conn, error) {
			addresses = append(addresses, address)
			return nil, errors.New("dial robot.example at 127.0.0.1 with " + callbackURL)
		}, func(o *setup) { o.URL = secret.New(callbackURL) })
		result := deliver(t.Context(), s, sampleReport(1))
		if want := (report.CallbackResult{Status: report.CallbackFailed, Attempts: 3, Code: "unreachable"}); result != want {
			t.Errorf("%+v, want %+v", result, want)
		}
		hides(t, result)
		hides(t, s)
		hides(t, *s)
		hides(t, []any{s})
		if want := []string{"robot.example:443", "robot.example:443", "robot.example:443"}; !slices.Equal(addresses, want) {
			t.Errorf("dialled %q", addresses)
		}
	})
}

// TestURL: where reports may go. The URL is a secret, so no error shows a part of it.
func TestURL(t *testing.T) {
	for _, c := range []struct {
		url string
		ok  bool
	}{
		{callbackURL, true},
		{"https://robot.example", true},
		{"https://robot.example:8443/x", true},
		{"HTTPS://robot.example/x", true},
		{localURL, true},
		{"http://127.0.0.1:8080/", true},
		{"http://[::1]:8080/", true},
		{"http://robot.example/hook/" + urlToken, false},
		{"http://localhost.robot.example/" + urlToken, false},
		{"http://127.0.0.1.robot.example/" + urlToken, false},
		{"http://0.0.0.0/" + urlToken, false},
		{"https://user:" + urlToken + "@robot.example/", false},
		{"https://" + urlToken + "@robot.example/", false},
		{"http://" + urlToken + "@localhost/", false},
		{"https:///" + urlToken, false},
		{"https://:443/" + urlToken, false},
		{"https:robot.example/" + urlToken, false},
		{"robot.example/" + urlToken, false},
		{"//robot.example/" + urlToken, false},
		{"ftp://robot.example/" + urlToken, false},
		{"file:///" + urlToken, false},
		{"https://robot.example/%zz" + urlToken, false},
		{"https://robot.example/\n" + urlToken, false},
		{"https://robot example/" + urlToken, false},
		{urlToken, false},
	} {
		d, faults := callback.Settings{URL: secret.New(c.url), Format: "cloudevents", On: callback.All}.Destination(callback.Variables)
		if (d != nil) != c.ok || (faults["CALLBACK_URL"] == nil) != c.ok {
			t.Errorf("%q: %v", c.url, faults)
		}
		hides(t, faults)
		hides(t, d)
	}
}
