package handler

import (
	"context"
	"log/slog"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// Handler makes reports of the events of an invocation. It is safe for concurrent use. It cannot be changed
// after New.
type Handler struct{ parts *parts }

// parts of a Handler.
type parts struct {
	Options
	engine *stop.Engine
	dedup  dedup
	bound  approvals
}

// Options are what a Handler is made of.
type Options struct {
	Policy Policy
	// Connect gives access to EDS with the credentials of an invocation.
	Connect func(secret.Credentials) (stop.EDS, error)
	// ConnectAccount gives access to EDS of another account. requestID is that of the invocation. nil: there
	// are no other accounts.
	ConnectAccount func(credentials secret.Credentials, account, requestID string) (stop.EDS, error)
	// Authenticator of HTTP events without a route; nil refuses them all.
	Authenticator Authenticator
	// Routes are the configuration of single paths and sources; nil: there is none.
	Routes Routes
	// Callback for the reports; nil sends none.
	Callback Callback
	// Approvals checks the tokens of requests, and makes those of plans; nil: nothing can be approved.
	Approvals Approvals
	Log       *slog.Logger
	// Fault of the configuration. If it is not nil, it is the problem of every event, and nothing is called.
	Fault error
}

// Authenticator says whether the sender of an HTTP event is proven.
type Authenticator interface {
	// Verify checks a request as it came in, at the time now. A refusal is a *Problem made by
	// Unauthenticated.
	Verify(request *events.HTTPRequest, now time.Time) (events.Proof, error)
}

// Callback delivers reports.
type Callback interface {
	// Admit says whether an event may name a destination. The error is for its sender.
	Admit(url string) error
	// Deliver sends one report, with as many attempts as ctx leaves time for: to a URL that Admit has
	// admitted, or to the configured destination if that is empty. The result is empty if there is
	// none, or if the destination does not take this report.
	Deliver(ctx context.Context, url string, report report.Report) report.CallbackResult
}

// New makes a Handler.
func New(o Options) *Handler {
	return &Handler{&parts{Options: o, engine: stop.New(o.Policy.Policy)}}
}

// LogFault logs the fault of the configuration, if there is one.
func (h *Handler) LogFault() {
	if fault := h.parts.Fault; fault != nil {
		h.parts.Log.Error("configuration", "Fault", fault.Error())
	}
}

// Handle does what one invocation asks for. The response is a report.Report, a Batch of them, or an
// HTTPResponse for an event that came over HTTP. The error is nil or a *Failure; an HTTP event
// never has one, but on an async route.
func (h *Handler) Handle(ctx context.Context, inv Invocation, raw []byte) (response any, err error) {
	from, jobs := h.newRun(inv).do(ctx, raw)
	reports := make([]report.Report, len(jobs))
	for i, j := range jobs {
		reports[i] = j.response(from)
	}
	return respond(reports, from, inv.RequestID)
}

// Reports does what one invocation asks for, and returns the report of each of its events, without the token of
// a plan. Handle makes a response for the platform of them. A panic is the error of its event.
func (h *Handler) Reports(ctx context.Context, inv Invocation, raw []byte) []report.Report {
	_, jobs := h.newRun(inv).do(ctx, raw)
	reports := make([]report.Report, len(jobs))
	for i, j := range jobs {
		reports[i] = j.report
	}
	return reports
}

func (h *Handler) newRun(inv Invocation) *run {
	return &run{parts: h.parts, inv: inv, log: h.parts.Log.With("InvocationId", inv.RequestID), started: time.Now()}
}
