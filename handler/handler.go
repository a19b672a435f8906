package handler

import (
	"context"
	"log/slog"
	"runtime/debug"
	"slices"
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
	// Deliver sends one report, with as many tries as ctx leaves time for.
	Deliver(ctx context.Context, report Report) CallbackResult
}

// New makes a Handler.
func New(o Options) *Handler {
	return &Handler{Options: o, gate: newGate(o.Policy.APIConcurrency)}
}

// Handle does what one invocation asks for. The answer is a Report, a Batch of them, or an
// HTTPResponse for an event that came over HTTP. The error is nil or a *Failure; an HTTP event
// never has one.
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
	r.take(raw)
	r.dropDuplicates()
	r.work(ctx)
	reports := r.publish(ctx)
	return r.answer(reports)
}

// work brings every live job to its end, within the time there is.
func (r *run) work(ctx context.Context) {
	live := r.live()
	if len(live) == 0 {
		return
	}
	if !r.connect(live) {
		return
	}
	ctx, cancel := r.withTime(ctx)
	defer cancel()

	for _, j := range live {
		r.prepare(j)
	}
	if len(r.regions) > 1 && r.mayExceed() {
		r.workTogether(ctx)
	} else {
		// Each region for itself: one that is slow or fails holds up no other.
		r.parallel(len(r.regions), func(i int) { r.workAlone(ctx, r.regions[i]) }, func(i int) { r.regions[i].fail() })
	}
	r.watch(ctx)
}

// mayExceed says whether more desktops than MaxDesktops could turn out to be asked for.
func (r *run) mayExceed() bool {
	for _, j := range r.live() {
		if j.request.Select != nil && j.request.DesktopId == nil {
			return true
		}
	}
	return r.asked() > r.railLimit()
}

// workAlone brings the jobs of one region to their end.
func (r *run) workAlone(ctx context.Context, g *region) {
	r.resolve(ctx, []*region{g})
	if len(g.desktops) > r.railLimit() {
		r.look(ctx, r.unseen(g.desktops))
		r.rail()
	}
	r.waves(ctx, g)
}

// workTogether is for several regions whose desktops must be counted together before any is stopped.
// The count waits for all of them, so finding out has half of the time at most.
func (r *run) workTogether(ctx context.Context) {
	finding, cancel := half(ctx)
	defer cancel()
	r.resolve(finding, r.regions)
	if r.asked() > r.railLimit() {
		for _, g := range r.regions {
			r.look(finding, r.unseen(g.desktops))
		}
		r.rail()
	}
	r.parallel(len(r.regions), func(i int) { r.waves(ctx, r.regions[i]) }, func(i int) { r.regions[i].fail() })
}

// half of the time that ctx has left.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// waves looks at the desktops of a region and stops them, so many at a time. In waves no look grows
// old before its call, and each part of a big fleet that had its turn is done when the time is up.
func (r *run) waves(ctx context.Context, g *region) {
	for _, j := range g.jobs {
		j.want()
	}
	for wave := range slices.Chunk(g.desktops, r.wave()) {
		r.look(ctx, r.unseen(wave))
		r.stop(ctx, r.plan(wave))
	}
}

// wave is how many desktops are looked at, and then stopped, at once.
func (r *run) wave() int { return r.h.Policy.APIConcurrency * MaxDesktopsPerCall }

// fail what is open of a region: a fault of this program ended the work on it.
func (g *region) fail() {
	for _, d := range g.desktops {
		if d.fate.outcome == "" {
			d.fate = failure(errPanicked)
		}
	}
}

// connect to EDS; what keeps it from that fails every live job.
func (r *run) connect(live []*job) bool {
	eds, err := r.h.Connect(r.inv.Credentials)
	if err == nil {
		r.eds = eds
		return true
	}
	for _, j := range live {
		j.status, j.problem = StatusFailed, callProblem(asCallError(err))
	}
	return false
}

// unseen are those of the desktops that are still to be decided about and have no fresh look.
func (r *run) unseen(desktops []*desktop) []*desktop {
	if !r.h.Policy.Preflight {
		return nil
	}
	var unseen []*desktop
	for _, d := range desktops {
		open := slices.ContainsFunc(d.claims, func(c claim) bool { return c.job.status == "" && c.item.outcome == "" })
		if open && !d.fresh() && d.lookErr == nil {
			unseen = append(unseen, d)
		}
	}
	return unseen
}
