package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// network is how hosts are reached. As the function, it uses no proxy of the environment.
type network struct {
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	tls    *tls.Config
}

func theNetwork() network {
	return network{
		lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
		dial: (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		tls:  &tls.Config{MinVersion: tls.VersionTLS12},
	}
}

// questionTime is what each question to the network may take.
const questionTime = 10 * time.Second

// obstacle is why a host is not reached. It names the host and nothing else of a URL.
type obstacle struct {
	message string
	unknown bool // DNS does not know the host
	private bool // all its addresses are inside some network, so another place may reach it
}

// connect goes as far as a request would, and sends none.
func (n network) connect(ctx context.Context, u *url.URL) *obstacle {
	ctx, cancel := context.WithTimeout(ctx, questionTime)
	defer cancel()
	host := u.Hostname()
	address := net.JoinHostPort(host, portOf(u))
	addrs, err := n.addresses(ctx, host)
	if err != nil || len(addrs) == 0 {
		var dns *net.DNSError
		if errors.As(err, &dns) && dns.IsNotFound {
			return &obstacle{message: "DNS does not know " + host, unknown: true}
		}
		return &obstacle{message: "DNS gave no answer for " + host}
	}
	private := allPrivate(addrs)
	conn, err := n.dial(ctx, "tcp", address)
	if err != nil {
		return &obstacle{message: "no TCP connection to " + address + reason(err), private: private}
	}
	defer conn.Close()
	if u.Scheme == "http" {
		return nil
	}
	config := n.tls.Clone()
	config.ServerName = host
	if err := tls.Client(conn, config).HandshakeContext(ctx); err != nil {
		return &obstacle{message: "no TLS with " + address + certificate(err), private: private}
	}
	return nil
}

// addresses of a host, which may be one itself.
func (n network) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	return n.lookup(ctx, host)
}

func portOf(u *url.URL) string {
	if u.Port() != "" {
		return u.Port()
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// cloudInside has the addresses of Alibaba Cloud's own services inside a VPC.
var cloudInside = netip.MustParsePrefix("100.64.0.0/10")

func allPrivate(addrs []netip.Addr) bool {
	for _, a := range addrs {
		if a = a.Unmap(); !a.IsPrivate() && !cloudInside.Contains(a) {
			return false
		}
	}
	return true
}

func reason(err error) string {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return ": no answer"
	}
	return ": refused, or no way there"
}

func certificate(err error) string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var hostname x509.HostnameError
	switch {
	case errors.As(err, &unknown):
		return ": its certificate is from nobody this machine trusts"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ": its certificate has expired, or is not valid yet by this machine's clock"
	case errors.As(err, &hostname):
		return ": its certificate is for another name"
	}
	return ": the handshake fails"
}

// skew is how far this machine's clock is ahead of the one of a host. ok is false if the host tells no time.
func (n network) skew(ctx context.Context, u *url.URL) (ahead time.Duration, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, questionTime)
	defer cancel()
	root := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, root.String(), nil)
	if err != nil {
		return 0, false
	}
	transport := &http.Transport{DialContext: n.dial, TLSClientConfig: n.tls.Clone(), DisableKeepAlives: true}
	before := time.Now()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, false
	}
	response.Body.Close()
	there, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return before.Add(time.Since(before) / 2).Sub(there).Round(time.Second), true
}

// EDS refuses a signature from 15 minutes on.
const (
	skewProblem = 10 * time.Minute
	skewWarning = time.Minute
)

func clockFinding(group string, ahead time.Duration, ok bool) finding {
	f := finding{group: group, Check: "clock", Status: fine, Message: "this machine's clock agrees with that of EDS",
		Do: "Set this machine's clock by NTP. The function has the clock of Function Compute."}
	way := "ahead of"
	if ahead < 0 {
		way = "behind"
	}
	off := fmt.Sprintf("this machine's clock is %s %s that of EDS", ahead.Abs(), way)
	switch {
	case !ok:
		f.Status, f.Message = warning, "EDS told no time, so nothing is known of the clock"
		f.Do = "Compare this machine's clock with another one: EDS refuses a signature that is 15 minutes off."
	case ahead.Abs() >= skewProblem:
		f.Status, f.Message = problem, off+": from 15 minutes on EDS refuses every signature made here"
	case ahead.Abs() >= skewWarning:
		f.Status, f.Message = warning, off
	default:
		f.Do = ""
	}
	return f
}
