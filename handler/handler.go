package handler

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"stopdesktops/events"
)

// Handler turns what one invocation brings into reports. It is safe for concurrent use.
type Handler struct {
	Options
	gate   *gate
	memory memory
}

// Options are what a Handler is made of.
type Options struct {
	Policy Policy
	// Connect gives access to EDS with the credentials of an invocation.
	Connect func(Credentials) (EDS, error)
	// Authenticator of HTTP events without a route; nil refuses them all.
	Authenticator Authenticator
	// Routes are what is configured for single paths and sources; nil: nothing is.
	Routes Routes
	// Callback for the reports; nil sends none.
	Callback Callback
	Log      *slog.Logger
	// Fault is what is wrong with the configuration. If it is not nil, every event is answered
	// with it and nothing is called.
	Fault error
}

// Authenticator says whether an HTTP event comes from whom it should.
type Authenticator interface {
	// Verify checks a request as it came in, at the time now. A refusal is a *Problem made by
	// Unauthenticated.
	Verify(request *events.HTTPRequest, now time.Time) (Proof, error)
}

// Proof is what an authenticated HTTP event is known by.
type Proof struct {
	ID       string    // covered by the signature; empty if the scheme has none
	Time     time.Time // covered by the signature; zero if the scheme has none
	BodyHash string    // of the body, where the signature covers it
}

// Callback delivers reports.
type Callback interface {
	// Admit says whether an event may name a destination. The error is for its sender.
	Admit(url string) error
	// Deliver sends one report, with as many tries as ctx leaves time for: to a URL that Admit has
	// admitted, or to the configured destination if that is empty. The result is empty if there is
	// none, or if it does not want this report.
	Deliver(ctx context.Context, url string, report Report) CallbackResult
}

// New makes a Handler.
func New(o Options) *Handler {
	return &Handler{Options: o, gate: newGate(o.Policy.APIConcurrency)}
}

// Handle does what one invocation asks for. The answer is a Report, a Batch of them, or an
// HTTPResponse for an event that came over HTTP. The error is nil or a *Failure; an HTTP event
// never has one, but on an async route.
func (h *Handler) Handle(ctx context.Context, inv Invocation, raw []byte) (answer any, err error) {
	r := &run{
		h:       h,
		inv:     inv,
		log:     h.Log.With("InvocationId", inv.RequestID),
		started: time.Now(),
		calls:   map[string]int{},
	}
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("panic", "stack", string(debug.Stack()))
			answer, err = r.answerPanic()
		}
	}()
	if deadline, ok := ctx.Deadline(); ok {
		r.reserved = Reserve(deadline.Sub(r.started))
	}
	r.take(raw)
	for i, j := range r.jobs {
		j.index = i
	}
	r.dropDuplicates()
	r.work(ctx)
	reports := r.publish(ctx)
	return r.answer(reports)
}
