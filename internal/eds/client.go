package eds

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/loopback"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// Options of a Client.
type Options struct {
	// Regions that may be called. No host name is made of any other.
	Regions []string
	// Endpoint overrides the region's own: "https://host[:port]", or "http://" for an emulator on
	// loopback. Empty: https://ecd.<region>.aliyuncs.com.
	Endpoint string
	// Roles of other accounts that may be called, each account once.
	Roles []Role
	// STSRegion is the region whose STS endpoint assumes the roles; empty: the central endpoint does.
	// STSEndpoint overrides both, as Endpoint does.
	STSRegion, STSEndpoint string
	// Concurrency is how many calls may be under way at once: so many connections are kept.
	Concurrency int
	// Dial makes the connections; nil for TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Client keeps the connections to EDS for the life of the process. It is safe for concurrent use.
type Client struct {
	regions  []string
	protocol string // "https", or "http" on loopback
	host     string // overrides the region's, unless empty
	sts      struct{ protocol, host string }
	roles    map[string]*roleCredentials // by account
	lastUse  atomic.Int64                // Unix time in nanoseconds

	// roundTrip follows no redirect: that would carry the security token to another host. It and closeIdle are
	// methods of one transport.
	roundTrip func(*http.Request) (*http.Response, error)
	closeIdle func()
}

// New makes a Client. It connects to nothing.
func New(o Options) (*Client, error) {
	c := &Client{regions: o.Regions, protocol: "https", roles: map[string]*roleCredentials{}}
	if o.Endpoint != "" {
		u, err := ParseEndpoint(o.Endpoint)
		if err != nil {
			return nil, err
		}
		c.protocol, c.host = u.Scheme, u.Host
	}
	c.sts.protocol, c.sts.host = "https", "sts.aliyuncs.com"
	if events.ValidRegionId(o.STSRegion) {
		c.sts.host = "sts." + o.STSRegion + ".aliyuncs.com"
	}
	if o.STSEndpoint != "" {
		u, err := ParseEndpoint(o.STSEndpoint)
		if err != nil {
			return nil, err
		}
		c.sts.protocol, c.sts.host = u.Scheme, u.Host
	}
	for _, role := range o.Roles {
		c.roles[role.Account] = &roleCredentials{client: c, role: role}
	}
	transport := newTransport(o)
	c.roundTrip, c.closeIdle = transport.RoundTrip, transport.CloseIdleConnections
	return c, nil
}

// Time limits of one call. EDS answers within a second.
const (
	callTimeout   = 15 * time.Second
	dialTimeout   = 3 * time.Second
	tlsTimeout    = 5 * time.Second
	headerTimeout = 12 * time.Second
	idleTimeout   = 30 * time.Second
	freezeTime    = 10 * time.Second // between two invocations, after which connections are not trusted
)

// newTransport uses no proxy of the environment: the requests carry the role's security token.
func newTransport(o Options) *http.Transport {
	dial := o.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}).DialContext
	}
	return &http.Transport{
		DialContext:           dial,
		TLSHandshakeTimeout:   tlsTimeout,
		ResponseHeaderTimeout: headerTimeout,
		IdleConnTimeout:       idleTimeout,
		MaxIdleConnsPerHost:   max(1, o.Concurrency),
		TLSClientConfig:       minimumTLS,
	}
}

// ParseEndpoint checks EDS_ENDPOINT or STS_ENDPOINT: the signed requests, security token included, go there.
func ParseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the endpoint must be https://host or https://host:port")
	case u.Scheme == "http" && !loopback.Host(u.Hostname()):
		return nil, fmt.Errorf("an http:// endpoint is allowed on loopback only: use https://")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the endpoint must begin with https://")
	}
	return u, nil
}

// Endpoint of a region, which must be one of those allowed.
func (c *Client) Endpoint(regionID string) (protocol, host string) {
	if c.host != "" {
		return c.protocol, c.host
	}
	return c.protocol, "ecd." + regionID + ".aliyuncs.com"
}

// Session makes calls for one invocation to one account. It implements stop.EDS.
type Session struct {
	client      *Client
	credentials source
	caller      *caller
}

// Connect makes a Session. It makes no call. All three parts of the credentials must be there.
func (c *Client) Connect(credentials secret.Credentials) (stop.EDS, error) {
	if err := complete(credentials); err != nil {
		return nil, err
	}
	return c.session(static(credentials), function), nil
}

// ConnectAccount makes a Session for another account. It makes no call. The session's first call assumes the
// account's role with the given credentials, unless this process has assumed it already. requestID of the
// invocation becomes a part of the role session's name.
func (c *Client) ConnectAccount(credentials secret.Credentials, account, requestID string) (stop.EDS, error) {
	if err := complete(credentials); err != nil {
		return nil, err
	}
	return c.roleSession(credentials, account, requestID)
}

func (c *Client) roleSession(credentials secret.Credentials, account, name string) (stop.EDS, error) {
	role := c.roles[account]
	if role == nil {
		return nil, &stop.CallError{Family: stop.Denied, Code: "UnknownAccount", Message: "no role is configured for this account (ACCOUNTS)"}
	}
	return c.session(&roleSession{role, credentials, sessionName(name)}, role.role.caller()), nil
}

// ConnectOperatorAccount is ConnectAccount for a person, whose access key may have no SecurityToken.
func (c *Client) ConnectOperatorAccount(credentials secret.Credentials, account, name string) (stop.EDS, error) {
	if _, err := c.ConnectOperator(credentials); err != nil {
		return nil, err
	}
	return c.roleSession(credentials, account, name)
}

// complete returns an error if a part of the credentials of an invocation is missing.
func complete(credentials secret.Credentials) error {
	if credentials.AccessKeyID == "" || credentials.AccessKeySecret.Empty() || credentials.SecurityToken.Empty() {
		return &stop.CallError{
			Family:  stop.Denied,
			Code:    "NoRole",
			Message: "the function has no role: no temporary credentials came with the invocation. Give the function a RAM role that may call EDS.",
		}
	}
	return nil
}

// ConnectOperator makes a Session for a person, whose access key may have no SecurityToken.
func (c *Client) ConnectOperator(credentials secret.Credentials) (*Session, error) {
	if credentials.AccessKeyID == "" || credentials.AccessKeySecret.Empty() {
		return nil, &stop.CallError{Family: stop.Denied, Code: "NoCredentials", Message: "there is no access key"}
	}
	return c.session(static(credentials), operator), nil
}

func (c *Client) session(credentials source, who *caller) *Session {
	c.forgetOldConnections()
	return &Session{client: c, credentials: credentials, caller: who}
}

// forgetOldConnections after a pause: the platform freezes an idle instance, and a connection whose
// other end has gone meanwhile would cost the first stop its response and a second observation.
func (c *Client) forgetOldConnections() {
	now := time.Now().UnixNano()
	if last := c.lastUse.Swap(now); now-last > int64(freezeTime) {
		c.closeIdle()
	}
}
