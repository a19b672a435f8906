package callback_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"stopdesktops/internal/callback"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/pipes"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

// namedHost is one that events may name; the certificate of httptest is for it.
const (
	namedHost = "example.com"
	namedURL  = "https://" + namedHost + "/hook?token=" + urlToken
	publicIP  = "8.8.8.8"
)

// spy is a network in which every address has a receiver behind it, and DNS that gives one list of answers after the other. It
// counts the bytes that are sent to each address.
type spy struct {
	*pipes.Listener
	mu      sync.Mutex
	answers [][]string // of DNS; the last one stays
	asked   int
	sent    map[string]int
	dialled []net.Conn
	config  *tls.Config
	start   func()
}

func newSpy(t *testing.T, h http.Handler, answers ...[]string) *spy {
	t.Helper()
	s := &spy{Listener: pipes.Listen(), answers: answers, sent: map[string]int{}, config: &tls.Config{}}
	s.start = sync.OnceFunc(func() { // most are never dialled
		server := httptest.NewUnstartedServer(h)
		_ = server.Listener.Close()
		server.Listener = s.Listener
		server.StartTLS()
		t.Cleanup(func() {
			s.hangUp() // otherwise both ends of a pipe wait 5 s to tell each other that they close TLS
			server.Close()
		})
	})
	s.config.RootCAs = roots()
	return s
}

// roots are those that httptest's certificate needs.
var roots = sync.OnceValue(func() *x509.CertPool {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return pool
})

func (s *spy) lookup(_ context.Context, host string) ([]netip.Addr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if host != namedHost {
		return nil, errors.New("no such host: " + host)
	}
	texts := s.answers[min(s.asked, len(s.answers)-1)]
	s.asked++
	var addrs []netip.Addr
	for _, text := range texts {
		addrs = append(addrs, netip.MustParseAddr(text))
	}
	return addrs, nil
}

func (s *spy) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	s.start()
	c, err := s.Listener.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.dialled = append(s.dialled, c)
	s.mu.Unlock()
	return &counted{Conn: c, spy: s, address: address}, nil
}

// hangUp closes every connection without a word.
func (s *spy) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.dialled {
		_ = c.Close()
	}
}

type counted struct {
	net.Conn
	spy     *spy
	address string
}

func (c *counted) Write(p []byte) (int, error) {
	c.spy.mu.Lock()
	c.spy.sent[c.address] += len(p)
	c.spy.mu.Unlock()
	return c.Conn.Write(p)
}

// bytes sent, by address.
func (s *spy) bytes() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.sent)
}

func (s *spy) sender(t *testing.T, change func(*setup)) *callback.Sender {
	return sender(t, s.Dial, func(o *setup) {
		o.URL, o.AllowedHosts, o.Lookup, o.TLS = secret.New(""), []string{namedHost}, s.lookup, s.config
		if change != nil {
			change(o)
		}
	})
}

// TestNamed: a destination that an event names, at an address that DNS gives and the world can reach.
func TestNamed(t *testing.T) {
	for _, url := range []string{namedURL, "https://example.com:443/hook", "HTTPS://Example.COM/", "https://example.com"} {
		receiver := &emulator.Receiver{Secrets: []string{firstSecret}}
		spy := newSpy(t, receiver, []string{publicIP, "2408:4000::1"})
		s := spy.sender(t, nil)
		if err := s.Admit(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		want := report.CallbackResult{Status: report.CallbackDelivered, Attempts: 1, Host: "example.com"}
		result := s.Deliver(t.Context(), url, sampleReport(1))
		result.Host = strings.ToLower(result.Host)
		if result != want {
			t.Errorf("%s: %+v", url, result)
		}
		if d := receiver.Deliveries(); len(d) != 1 || !d[0].SignatureOK || spy.bytes()[publicIP+":443"] == 0 || len(spy.bytes()) != 1 {
			t.Errorf("%s: %+v over %v", url, d, spy.bytes())
		}
	}
}

// TestNamedURLs: what an event may not name is refused before it is admitted, and also if somebody
// forgot to ask: nothing is looked up, nothing dialled.
func TestNamedURLs(t *testing.T) {
	for _, url := range []string{
		"", "hook", "//example.com/", "https:example.com/", "https:/example.com/", "https:///hook", "https://",
		"http://example.com/", "http://example.com:443/", "ftp://example.com/", "gopher://example.com:443/", "file:///etc/passwd",
		"https://example.com:80/", "https://example.com:8443/", "https://example.com:0443/", "https://example.com:/", "https://example.com:https/",
		"https://user@example.com/", "https://user:password@example.com/", "https://@example.com/", "https://example.com@evil.example/",
		"https://example.com#@evil.example/", "https://example.com/#", "https://example.com/#fragment",
		"https://example.com./", "https://sub.example.com/", "https://example.com.evil.example/", "https://notexample.com/", "https://example.co/", "https://example/",
		"https://example.com%2eevil.example/", "https://example.com%00.evil.example/", "https://example.com\\@evil.example/", "https://example.com\\.evil.example/",
		"https://evil.example\\example.com/", "https://evil.example?example.com/", " https://example.com/", "https://example.com /", "https://exa\tmple.com/",
		"https://ｅxample.com/", "https://example。com/", "https://еxample.com/",
		"https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://①②⑦.0.0.1/",
		"https://100.100.100.200/", "https://100.100.100.200./", "https://0x64646464/", "https://1684300900/", "https://0144.0144.0144.0310/",
		"https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fd00:ec2::254]/", "https://[fe80::1%25eth0]/", "https://localhost/", "https://8.8.8.8/",
		"https://example.com/" + strings.Repeat("a", 2048),
	} {
		spy := newSpy(t, &emulator.Receiver{}, []string{publicIP})
		s := spy.sender(t, nil)
		err := s.Admit(url)
		if err == nil {
			t.Errorf("%q is admitted", url)
			continue
		}
		if text := err.Error(); strings.Contains(text, "evil") || strings.Contains(text, "100.") || strings.Contains(text, "password@") {
			t.Errorf("%q: the error repeats it: %s", url, text)
		}
		if url == "" {
			continue // names no destination: there is none
		}
		want := report.CallbackResult{Status: report.CallbackFailed, Code: "refused"}
		if result := s.Deliver(t.Context(), url, sampleReport(1)); result != want || spy.asked != 0 || len(spy.Dials()) != 0 {
			t.Errorf("%q: %+v, %d look-ups, %v", url, result, spy.asked, spy.Dials())
		}
	}
}

// TestRefusedAddresses: the name is allowed, but DNS leads it inside. Nothing is dialled and no byte
// is sent, whichever of its addresses it is.
func TestRefusedAddresses(t *testing.T) {
	refused := []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.1",
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "169.254.0.1",
		"100.64.0.1", "100.100.100.200", "100.127.255.255", "11.0.0.1", "30.0.0.1", "168.63.129.16",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:100.100.100.200", "::ffff:169.254.169.254",
		"64:ff9b::7f00:1", "64:ff9b::6464:64c8", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:6464:64c8::1", "2002:a00:1::", "2001:0:6464:64c8::",
		"fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "2001:db8::1",
	}
	for _, address := range refused {
		for _, answer := range [][]string{{address}, {publicIP, address}, {address, publicIP}} {
			receiver := &emulator.Receiver{Secrets: []string{firstSecret}}
			spy := newSpy(t, receiver, answer)
			result := spy.sender(t, nil).Deliver(t.Context(), namedURL, sampleReport(1))
			if want := (report.CallbackResult{Status: report.CallbackFailed, Attempts: 1, Code: "refused", Host: namedHost}); result != want {
				t.Errorf("%v: %+v", answer, result)
			}
			if len(spy.Dials()) != 0 || len(spy.bytes()) != 0 || len(receiver.Deliveries()) != 0 {
				t.Errorf("%v: dialled %v, sent %v", answer, spy.Dials(), spy.bytes())
			}
		}
	}
}

// TestRebinding: DNS gives a good address first and an inner one at the next attempt. It dials the
// address that was checked, and the next attempt asks again.
func TestRebinding(t *testing.T) {
	receiver := &emulator.Receiver{Secrets: []string{firstSecret}, Answers: []emulator.Answer{{Status: 500}}}
	spy := newSpy(t, receiver, []string{publicIP}, []string{"100.100.100.200"})
	result := spy.sender(t, nil).Deliver(t.Context(), namedURL, sampleReport(1))
	if want := (report.CallbackResult{Status: report.CallbackFailed, Attempts: 2, Code: "refused", Host: namedHost}); result != want {
		t.Errorf("%+v, want %+v", result, want)
	}
	var addresses []string
	for _, c := range spy.Dials() {
		addresses = append(addresses, c.Address)
	}
	if want := []string{publicIP + ":443"}; !slices.Equal(addresses, want) || spy.asked != 2 {
		t.Errorf("dialled %v after %d look-ups", addresses, spy.asked)
	}
	if len(spy.bytes()) != 1 || len(receiver.Deliveries()) != 1 {
		t.Errorf("sent %v", spy.bytes())
	}
}

// TestConfiguredIsTrusted: an inner host is a legitimate place for the operator's own URL, and no
// list is asked for it.
func TestConfiguredIsTrusted(t *testing.T) {
	receiver := &emulator.Receiver{Secrets: []string{firstSecret}}
	spy := newSpy(t, receiver, []string{publicIP})
	s := spy.sender(t, func(o *setup) { o.URL = secret.New("https://127.0.0.1:8443/hook") })
	if result := deliver(t.Context(), s, sampleReport(1)); result.Status != report.CallbackDelivered {
		t.Errorf("%+v", result)
	}
	if spy.asked != 0 || spy.bytes()["127.0.0.1:8443"] == 0 {
		t.Errorf("%d look-ups, %v", spy.asked, spy.bytes())
	}
	// What the operator may use, an event still may not.
	if err := s.Admit("https://127.0.0.1:8443/hook"); err == nil {
		t.Error("an event may name an address")
	}
}

// TestNoHosts: without a list no event names a destination, and without a destination there is no
// callback at all.
func TestNoHosts(t *testing.T) {
	spy := newSpy(t, &emulator.Receiver{}, []string{publicIP})
	s := spy.sender(t, func(o *setup) { o.URL, o.AllowedHosts = secret.New(localURL), nil })
	if err := s.Admit(namedURL); err == nil || !strings.Contains(err.Error(), "CALLBACK_ALLOWED_HOSTS") {
		t.Errorf("%v", err)
	}
	if result := spy.sender(t, nil).Deliver(t.Context(), "", sampleReport(1)); result != (report.CallbackResult{}) || len(spy.Dials()) != 0 {
		t.Errorf("%+v", result)
	}
}

// TestNamedRedirect: not even to the same host.
func TestNamedRedirect(t *testing.T) {
	spy := newSpy(t, http.RedirectHandler("https://example.com/inside", http.StatusTemporaryRedirect), []string{publicIP})
	result := spy.sender(t, nil).Deliver(t.Context(), namedURL, sampleReport(1))
	if result.Code != "http_307" || len(spy.Dials()) != 1 {
		t.Errorf("%+v over %v", result, spy.Dials())
	}
}

// TestHosts: the list holds names, exactly.
func TestHosts(t *testing.T) {
	for _, host := range []string{"example.com", "hooks.slack.com", "a-b.example.co", "xn--bcher-kva.example", "1.example.com"} {
		if _, faults := callback.New(callback.Options{AllowedHosts: []string{host}}); faults != nil {
			t.Errorf("%q: %v", host, faults)
		}
	}
	for _, host := range []string{"", "*", "*.example.com", ".example.com", "example.com.", "Example.com", "https://example.com", "example.com/x", "example.com:443",
		"user@example.com", "bücher.example", "127.0.0.1", "127.1", "0x7f.1", "10.0.0.0x1", "2130706433", "[::1]", "::1", "localhost", "-a.example", "a_b.example", "a..b"} {
		s, faults := callback.New(callback.Options{AllowedHosts: []string{"example.org", host}})
		if s != nil || len(faults) != 1 || faults["CALLBACK_ALLOWED_HOSTS"] == nil || !strings.Contains(faults["CALLBACK_ALLOWED_HOSTS"].Error(), "item 2 of 2") {
			t.Errorf("%q: %v", host, faults)
		}
	}
}

// TestOn: with problems, what went well is not sent, unless its event asked for it.
func TestOn(t *testing.T) {
	for status, problem := range map[report.Status]bool{
		report.StatusDone: false, report.StatusAccepted: false, report.StatusPlanned: false, report.StatusStale: false, report.StatusDuplicate: false, report.StatusDisabled: false,
		report.StatusPartial: true, report.StatusFailed: true, report.StatusRejected: true, report.StatusBlocked: true,
	} {
		for _, on := range []string{callback.All, callback.Problems} {
			receiver := &emulator.Receiver{Secrets: []string{firstSecret}}
			spy := newSpy(t, receiver, []string{publicIP})
			s := spy.sender(t, func(o *setup) { o.URL, o.On = secret.New("https://example.com/configured"), on })
			rep := sampleReport(1)
			rep.Status = status
			want := report.CallbackDelivered
			if on == callback.Problems && !problem {
				want = ""
			}
			if result := s.Deliver(t.Context(), "", rep); result.Status != want || (len(receiver.Deliveries()) == 1) != (want != "") {
				t.Errorf("%s, %s: %+v, %d deliveries", on, status, result, len(receiver.Deliveries()))
			}
			if result := s.Deliver(t.Context(), namedURL, rep); result.Status != report.CallbackDelivered {
				t.Errorf("%s, %s, asked for by its event: %+v", on, status, result)
			}
		}
	}
}

// TestDedicated: the receiver of a route has its format and secret for itself. What goes to a destination
// that an event names is written and signed as Named says.
func TestDedicated(t *testing.T) {
	function, faults := callback.Settings{Secrets: secrets(firstSecret), Format: "cloudevents", On: callback.All}.Destination(callback.Variables)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	route := func(o *setup) { o.URL, o.Format, o.Named = secret.New("https://example.com/robot"), "wecom", function }
	receiver := &emulator.Receiver{Secrets: []string{firstSecret}}
	s := newSpy(t, receiver, []string{publicIP}).sender(t, func(o *setup) { o.Secrets = nil; route(o) })
	if result := s.Deliver(t.Context(), namedURL, sampleReport(1)); result.Status != report.CallbackDelivered || !receiver.Deliveries()[0].SignatureOK || receiver.Deliveries()[0].Event == nil {
		t.Errorf("%+v: %+v", result, receiver.Deliveries())
	}
	r := &robot{answers: []string{allWell}}
	s = newSpy(t, r, []string{publicIP}).sender(t, func(o *setup) { o.Secrets = nil; route(o) })
	if result := s.Deliver(t.Context(), "", sampleReport(1)); result.Status != report.CallbackDelivered || r.requests[0].Header.Get("Webhook-Signature") != "" || !strings.Contains(string(r.bodies[0]), "msgtype") {
		t.Errorf("%+v: %s", result, r.bodies)
	}
}

// TestSilent: nothing leaves, and an event still may name no other host than before.
func TestSilent(t *testing.T) {
	spy := newSpy(t, &emulator.Receiver{}, []string{publicIP})
	s := spy.sender(t, func(o *setup) { o.URL, o.Silent = secret.New("https://example.com/configured"), true })
	for _, to := range []string{"", namedURL} {
		if result := s.Deliver(t.Context(), to, sampleReport(1)); result != (report.CallbackResult{}) || len(spy.Dials()) != 0 {
			t.Errorf("%q: %+v over %v", to, result, spy.Dials())
		}
	}
	if s.Admit(namedURL) != nil || s.Admit("https://other.example/") == nil {
		t.Error("another host may be named, or none")
	}
}
