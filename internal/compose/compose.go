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
	"stopdesktops/internal/report"
	"stopdesktops/internal/webhook"
)

// Outside is what a handler touches of the world. Tests put their own in.
type Outside struct {
	Log     io.Writer
	Version string // of the program, for the reports
	// Dial makes the connections; nil: TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Lookup asks DNS for the destinations that events name; nil: the system's.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// TLS has the certificates that callbacks trust; nil: the system's.
	TLS *tls.Config
}

// Handler builds the handler. What is wrong with the configuration becomes its answer to every
// event: a function that exits at start would say nothing to the one who waits for it. faults
// takes what is found here.
func Handler(c config.Config, faults config.Faults, out Outside) *handler.Handler {
	o := handler.Options{
		Policy: c.Policy(out.Version),
		Log:    slog.New(slog.NewJSONHandler(out.Log, &slog.HandlerOptions{Level: c.LogLevel})),
	}
	client, err := EDS(c, out)
	faults.Add("EDS_ENDPOINT", err)
	if err == nil {
		o.Connect = client.Connect
	}
	if c.WebhookAuth != "" && faults["WEBHOOK_AUTH"] == "" {
		verifier, err := webhook.New(webhook.Options{Scheme: c.WebhookAuth, Secrets: c.WebhookSecrets, Header: tokenHeader(c)})
		faults.Add("WEBHOOK_SECRETS", err)
		o.Authenticator = verifier
	}
	if c.Routes != nil {
		o.Routes = c.Routes
	}
	o.Callback = callbacks(c, faults, out)
	if len(faults) > 0 {
		o.Fault = faults
	}
	return handler.New(o)
}

// EDS makes the client for the regions and the endpoint of a configuration.
func EDS(c config.Config, out Outside) (*eds.Client, error) {
	return eds.New(eds.Options{
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

// callbacks makes the sender of the function, or nil, and those of the routes that have their own.
func callbacks(c config.Config, faults config.Faults, out Outside) handler.Callback {
	o := callback.Options{
		AllowedHosts: c.CallbackAllowed,
		Source:       c.FunctionName,
		Timeout:      c.CallbackTimeout,
		MaxDesktops:  c.CallbackMaxDesktops,
		Dial:         out.Dial,
		Lookup:       out.Lookup,
		TLS:          out.TLS,
	}
	sender := func(d callback.Destination) handler.Callback {
		o := o
		o.Destination = d
		s, bad := callback.New(o)
		faults.AddAll(bad)
		if bad != nil {
			return nil
		}
		return s
	}
	var whole handler.Callback
	if c.Callback != nil {
		whole = sender(*c.Callback)
	}
	if c.Routes == nil {
		return whole
	}
	for _, e := range c.Routes.List {
		switch {
		case e.Callback == nil:
		case e.OwnReceiver && whole != nil:
			e.Route.Callback = ownReceiver{Callback: sender(*e.Callback), whole: whole}
		default:
			e.Route.Callback = sender(*e.Callback)
		}
	}
	return whole
}

// ownReceiver of a route. Its secret and format are for it alone: what goes to a destination that an
// event names looks, and is signed, as for the whole function.
type ownReceiver struct {
	handler.Callback
	whole handler.Callback
}

func (o ownReceiver) Admit(url string) error { return o.whole.Admit(url) }

func (o ownReceiver) Deliver(ctx context.Context, url string, report report.Report) report.CallbackResult {
	if url != "" {
		return o.whole.Deliver(ctx, url, report)
	}
	return o.Callback.Deliver(ctx, url, report)
}
