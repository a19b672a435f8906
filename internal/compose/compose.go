// Package compose builds the function's handler from its configuration: what the function serves with,
// and what stopctl plans and checks with, so that the two cannot differ.
package compose

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/netip"

	"stopdesktops/handler"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/config"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/routes"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
	"stopdesktops/internal/webhook"
)

// Outside is what a handler touches of the world. Tests and plans replace parts of it.
type Outside struct {
	Log     io.Writer
	Version string // of the program, for the reports
	// Dial makes the connections; nil: TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Lookup asks DNS for the destinations that events name; nil: the system's.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Connect gives access to EDS in place of the configured client; nil: that client does.
	Connect func(secret.Credentials) (stop.EDS, error)
	// ConnectAccount goes with Connect, for other accounts; nil: there are none.
	ConnectAccount func(credentials secret.Credentials, account, requestID string) (stop.EDS, error)
	// Silent sends no callback. Which destinations an event may name is checked all the same.
	Silent bool
	// TLS has the certificates that callbacks trust; nil: the system's.
	TLS *tls.Config
}

// Handler builds the handler. If the configuration has a fault, the handler answers every event with it:
// a function that exits at start would tell the sender nothing. faults takes the faults that are found
// here.
func Handler(c config.Config, faults config.Faults, out Outside) *handler.Handler {
	o := handler.Options{
		Policy:  Policy(c, out.Version),
		Connect: out.Connect, ConnectAccount: out.ConnectAccount,
		Log: slog.New(slog.NewJSONHandler(out.Log, &slog.HandlerOptions{Level: c.LogLevel})),
	}
	if _, err := eds.ParseEndpoint(c.STSEndpoint); c.STSEndpoint != "" && err != nil {
		faults.Add("STS_ENDPOINT", err)
		c.STSEndpoint = ""
	}
	client, err := EDS(c, out)
	faults.Add("EDS_ENDPOINT", err)
	if err == nil && o.Connect == nil {
		o.Connect, o.ConnectAccount = client.Connect, client.ConnectAccount
	}
	if c.WebhookAuth != "" && faults["WEBHOOK_AUTH"] == "" {
		verifier, err := webhook.New(webhook.Options{Scheme: c.WebhookAuth, Secrets: c.WebhookSecrets, Header: tokenHeader(c)})
		faults.Add("WEBHOOK_SECRETS", err)
		if err == nil {
			o.Authenticator = verifier
		}
	}
	callbacks := senders{config: c, faults: faults, out: out}
	if c.Callback != nil {
		o.Callback = callbacks.to(c.Callback, c.Callback)
	}
	if c.Approvals != nil {
		o.Approvals = c.Approvals
	}
	if c.Routes != nil {
		o.Routes = newTable(c.Routes, callbacks)
	}
	if len(faults) > 0 {
		o.Fault = faults
	}
	return handler.New(o)
}

// Policy returns the part of the configuration that the handler decides by.
func Policy(c config.Config, version string) handler.Policy {
	p := handler.Policy{
		Policy: stop.Policy{
			MaxDesktops:    c.MaxDesktops,
			Deny:           stop.FoldIDs(c.Denied),
			DenyUsers:      c.DenyUsers,
			ProtectTag:     c.Protect(),
			KeepUntilTag:   c.KeepUntilTag,
			Location:       c.Location,
			Preflight:      c.Preflight,
			DryRun:         c.DryRun,
			APIConcurrency: c.APIConcurrency,
		},
		Accounts:    c.AllowedAccounts,
		Regions:     c.AllowedRegions,
		StoppedMode: c.StoppedMode,
		AllowForce:  c.AllowForce,
		AllowDirect: c.AllowDirect,
		Kinds:       c.Kinds,
		MaxEventAge: c.MaxEventAge,
		Wait:        c.Wait,
		Disabled:    c.Disabled,
		Version:     version,
	}
	if c.Approvals != nil {
		p.MaxApproved = max(c.MaxApproved, c.MaxDesktops)
	}
	if c.Calendar != nil { // an interface that holds a nil pointer is not nil
		p.Calendar = c.Calendar
	}
	return p
}

// EDS makes the client for the regions and the endpoint of a configuration.
func EDS(c config.Config, out Outside) (*eds.Client, error) {
	var roles []eds.Role
	for account, arn := range c.Accounts {
		roles = append(roles, eds.Role{Account: account, ARN: arn, ExternalID: c.ExternalID})
	}
	return eds.New(eds.Options{
		Roles:       roles,
		STSEndpoint: c.STSEndpoint,
		STSRegion:   c.Region,
		Regions:     c.AllowedRegions,
		Endpoint:    c.EDSEndpoint,
		Concurrency: c.APIConcurrency,
		Dial:        out.Dial,
	})
}

// tokenHeader is for scheme token alone; it has a default.
func tokenHeader(c config.Config) string {
	if c.WebhookAuth != webhook.Token {
		return ""
	}
	return c.WebhookTokenHeader
}

// senders makes the senders of reports.
type senders struct {
	config config.Config
	faults config.Faults
	out    Outside
}

// to makes the sender to a destination. named says how reports are written that go to one that an event
// names. It returns nil if the configuration has a fault.
func (s senders) to(d, named *callback.Destination) handler.Callback {
	sender, bad := callback.New(callback.Options{
		Destination:  d,
		Named:        named,
		AllowedHosts: s.config.CallbackAllowed,
		Source:       s.config.FunctionName,
		Timeout:      s.config.CallbackTimeout,
		MaxDesktops:  s.config.CallbackMaxDesktops,
		Silent:       s.out.Silent,
		Dial:         s.out.Dial,
		Lookup:       s.out.Lookup,
		TLS:          s.out.TLS,
	})
	s.faults.AddAll(bad)
	if bad != nil {
		return nil
	}
	return sender
}

// ofRoute makes the sender of a route; nil if the route has none.
func (s senders) ofRoute(r *routes.Route) handler.Callback {
	switch {
	case r.Callback == nil:
		return nil
	case r.Dedicated && s.config.Callback != nil:
		return s.to(r.Callback, s.config.Callback)
	}
	return s.to(r.Callback, r.Callback)
}
