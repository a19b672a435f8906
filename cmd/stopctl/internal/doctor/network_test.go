package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

var quiet = log.New(io.Discard, "", 0)

// TestConnect: which step failed, and whether another place may have the way.
func TestConnect(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet
	server.StartTLS()
	defer server.Close()
	trusting := server.Client().Transport.(*http.Transport).TLSClientConfig
	toServer := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	refused := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
	at := func(addrs ...string) func(context.Context, string) ([]netip.Addr, error) {
		return func(context.Context, string) (list []netip.Addr, _ error) {
			for _, a := range addrs {
				list = append(list, netip.MustParseAddr(a))
			}
			return list, nil
		}
	}
	fails := func(err error) func(context.Context, string) ([]netip.Addr, error) {
		return func(context.Context, string) ([]netip.Addr, error) { return nil, err }
	}
	for _, c := range []struct {
		name    string
		network network
		want    *obstacle
	}{
		{"all is well", network{at("203.0.113.1"), toServer, trusting}, nil},
		{"no such host", network{fails(&net.DNSError{IsNotFound: true}), toServer, trusting}, &obstacle{message: "DNS does not know example.com", unknown: true}},
		{"no DNS", network{fails(errors.New("no route")), toServer, trusting}, &obstacle{message: "DNS gave no answer for example.com"}},
		{"no address", network{at(), toServer, trusting}, &obstacle{message: "DNS gave no answer for example.com"}},
		{"refused", network{at("203.0.113.1"), refused, trusting}, &obstacle{message: "no TCP connection to example.com:443: refused, or no way there"}},
		{"no answer", network{at("203.0.113.1"), func(context.Context, string, string) (net.Conn, error) { return nil, context.DeadlineExceeded }, trusting},
			&obstacle{message: "no TCP connection to example.com:443: no answer"}},
		{"inside a VPC", network{at("10.1.2.3", "fd00::1"), refused, trusting}, &obstacle{message: "no TCP connection to example.com:443: refused, or no way there", private: true}},
		{"a service inside a VPC", network{at("::ffff:100.100.1.1"), refused, trusting}, &obstacle{message: "no TCP connection to example.com:443: refused, or no way there", private: true}},
		{"also outside", network{at("10.1.2.3", "203.0.113.1"), refused, trusting}, &obstacle{message: "no TCP connection to example.com:443: refused, or no way there"}},
		{"nobody's certificate", network{at("203.0.113.1"), toServer, &tls.Config{}}, &obstacle{message: "no TLS with example.com:443: its certificate is from nobody this machine trusts"}},
	} {
		got := c.network.connect(t.Context(), &url.URL{Scheme: "https", Host: "example.com", Path: "/fake-path"})
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	wrong := network{at("203.0.113.1"), toServer, trusting}
	if got := wrong.connect(t.Context(), &url.URL{Scheme: "https", Host: "example.org"}); got == nil || !strings.Contains(got.message, "for another name") {
		t.Errorf("another name: %+v", got)
	}
}

// An address inside a VPC is no problem of the deployment: only this machine is in the wrong place.
func TestPrivateIsAWarning(t *testing.T) {
	c := newClinic(t)
	c.env["EDS_ENDPOINT"] = "https://ecd.example.com"
	c.env["CALLBACK_URL"] = "https://tickets.example.com" + fakePath
	s := readCheckup(t, func(name string) string { return c.env[name] })
	for address, status := range map[string]findingStatus{"10.0.0.1": warning, "203.0.113.1": problem} {
		e := examination{checkup: s, getenv: func(string) string { return "" }, network: network{
			lookup: func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr(address)}, nil
			},
			dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route to host") },
			tls:  &tls.Config{},
		}}
		seen := map[string]findingStatus{}
		for _, f := range e.online(t.Context()) {
			seen[f.Check] = f.Status
		}
		if seen["endpoint"] != status || seen["CALLBACK_URL"] != status {
			t.Errorf("%s: %v, want %s", address, seen, status)
		}
	}
}
