package callback

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"code.dny.dev/ssrf"

	"stopdesktops/internal/loopback"
)

// Two kinds of destination. The configured one is trusted: a ticketing host inside the VPC is
// legitimate. One that an event names is not: its host must be on a list, and the address behind
// the host a public one, whatever DNS says at that moment.

// maxURL is the longest URL that an event may name, in bytes.
const maxURL = 2048

// checkConfigured checks a destination that the operator names. Errors show no part of it.
func checkConfigured(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return errors.New("must be https://host/path, without user and password")
	case u.Scheme == "http" && !loopback.Host(u.Hostname()):
		return errors.New("may be http:// on loopback only: use https://")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must begin with https://")
	}
	return nil
}

// parseNamed reads a destination that an event names. The errors are for its sender: they say which
// rule is broken, and show no part of the URL.
func (s *Sender) parseNamed(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err == nil {
		u.Host = strings.ToLower(u.Host)
	}
	switch {
	case len(s.options.AllowedHosts) == 0:
		return nil, errors.New("no destination but the configured one is allowed (CALLBACK_ALLOWED_HOSTS is not set)")
	case len(text) > maxURL:
		return nil, fmt.Errorf("is longer than %d bytes", maxURL)
	case err != nil || u.Opaque != "" || u.Host == "":
		return nil, errors.New("must be https://host/path")
	case u.Scheme != "https":
		return nil, errors.New("must begin with https://")
	case u.User != nil:
		return nil, errors.New("must not have a user or password")
	case strings.Contains(text, "#"):
		return nil, errors.New("must not have a fragment")
	case u.Port() != "" && u.Port() != "443" || strings.HasSuffix(u.Host, ":"):
		return nil, errors.New("must have no port, or 443")
	case !slices.Contains(s.options.AllowedHosts, u.Hostname()):
		return nil, errors.New("its host is not among CALLBACK_ALLOWED_HOSTS")
	}
	return u, nil
}

var (
	hostPattern = pattern(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	// numeric is a last label that some resolvers take for a part of an IPv4 address.
	numeric = pattern(`(^|\.)([0-9]+|0x[0-9a-f]*)$`)
)

// pattern is compiled at its first use: it would delay the start of the function, and few need it.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// checkHosts accepts names only. IP addresses are rejected, in any notation.
func checkHosts(hosts []string) error {
	for i, host := range hosts {
		if !hostPattern().MatchString(host) || numeric().MatchString(host) || len(host) > 253 {
			return fmt.Errorf("item %d of %d is not a host name such as hooks.example.com: lower case, without scheme, port, path, wildcard, and no address", i+1, len(hosts))
		}
	}
	return nil
}

// dialer makes a connection.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// newClient uses no proxy of the environment and follows no redirect: a report goes to its
// destination or nowhere. It keeps no connections: minutes or days lie between two reports.
func newClient(dial dialer, config *tls.Config) *http.Client {
	if config == nil {
		config = &tls.Config{}
	}
	config = config.Clone()
	config.MinVersion = tls.VersionTLS12
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         dial,
			TLSHandshakeTimeout: 5 * time.Second,
			TLSClientConfig:     config,
			DisableKeepAlives:   true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// errRefused: the address behind a host is not one that reports may go to.
var errRefused = errors.New("the address is refused")

// public allows what a named destination may have: a public address and port 443.
var public = sync.OnceValue(func() *ssrf.Guardian {
	return ssrf.New(ssrf.WithPorts(443), ssrf.WithDeniedV4Prefixes(
		netip.MustParsePrefix("11.0.0.0/8"), // Alibaba Cloud and others number machines from these inside
		netip.MustParsePrefix("30.0.0.0/8"),
		netip.MustParsePrefix("168.63.129.16/32"),
	))
})

// guarded asks DNS itself and dials the addresses that it checked, so that no second response of DNS can put
// another address in their place. One address that is refused spoils the rest: a host that leads to
// both the world and the inside of a network is not one to trust.
func guarded(lookup func(ctx context.Context, host string) ([]netip.Addr, error), dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || port != "443" {
			return nil, errRefused
		}
		addrs, err := lookup(ctx, host)
		if err != nil {
			return nil, err
		}
		for _, a := range addrs {
			if public().SafeAddrPort(netip.AddrPortFrom(a, 443)) != nil {
				return nil, errRefused
			}
		}
		err = errors.New("no address")
		for _, a := range addrs {
			var c net.Conn
			if c, err = dial(ctx, network, netip.AddrPortFrom(a, 443).String()); err == nil {
				return c, nil
			}
		}
		return nil, err
	}
}

// lookup asks the system's resolver. It gives IPv4 addresses as such, not inside IPv6.
func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	return addrs, err
}
