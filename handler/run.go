package handler

import (
	"context"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"stopdesktops/events"
)

// run is one invocation in progress.
type run struct {
	h        *Handler
	inv      Invocation
	log      *slog.Logger
	started  time.Time
	overHTTP bool
	http     *events.HTTPRequest // nil unless the event came over HTTP and can be read
	known    bool                // it came over HTTP, from somebody who has proved to be who they should be
	bodiless bool                // it brought CloudEvents: a broker would take a body in the answer for one
	async    bool                // it came over HTTP, and nobody waits for the answer
	jobs     []*job
	limit    int       // of desktops, from which on they are counted first
	regions  []*region // that the live jobs are about
	eds      EDS
	// callEnd is when a StopDesktops call under way is given up. It lies a little behind the end of the
	// time to work: an answer that was not waited for is a desktop whose fate is unknown.
	callEnd time.Time
	// reserved is kept of the invocation's time for callbacks and the answer; 0: it has no deadline.
	reserved time.Duration

	mu    sync.Mutex
	calls map[string]int // made, by action
}

// job is one event on its way to its report.
type job struct {
	index   int // of its event in the invocation
	event   events.Event
	route   *Route // nil: none
	aside   bool   // the event itself asks for a dry run: the others are done as if it were not there
	id      string
	request events.Request // with the defaults filled in
	// callbackURL is the destination that the request names, if it may; empty: the configured one.
	callbackURL string
	items       []*item // the desktops asked for, each once, in the order asked
	status      Status  // empty until it is known
	problem     *Problem
	warnings    []Warning
	// where returns the JSON path, in what came in, of a field of the request such as ".Select".
	where func(field string) string

	// What its decisions rest on.
	region        *region
	usedSince     time.Time // the event is late: what users began since then spares a desktop
	idleSince     time.Time // what users did since then spares a desktop
	chosen        []sighting
	chosenErr     error
	selected      map[string]bool // not nil: DesktopId holds only within this selection
	excludedIDs   map[string]bool
	excludedTags  []*listing[string]
	excludedUsers *listing[bool]
	asksUsers     bool // some of it is about whose the desktops are
}

// item is one desktop of one job.
type item struct {
	desktop *desktop
	claimed bool    // no rule spared it: it was to be stopped
	outcome Outcome // decided without a call; empty: see the fates
	reason  string
	message string // what the reason rests on
	fate    *fate  // of this job's own: nothing could be decided; undecided: that of the desktop
}

// desktop is one cloud computer in this invocation, whichever of its events ask for it.
type desktop struct {
	regionID, desktopID string

	looked  bool     // EDS was asked for it, with an answer
	seen    *Desktop // at the last look, with or without its ID; nil if EDS did not know it
	seenAt  time.Time
	lookErr error // why the last look failed

	asksUsers bool     // decisions rest on whose it is
	users     []string // whose it is, as its last row in DescribeDesktops said
	usersAt   time.Time
	usersErr  error // why that could not be found out

	wish   *wish   // of the first event that asks for it, but for dry runs
	wisher int     // the index of that event's job
	claims []claim // of the events that ask for it; of those that no rule spares, once it is planned
	fate   *fate
	sent   *CallError // not nil: a call for it was sent and its answer lost
}

// wish is what an event wants done to a desktop.
type wish struct {
	stoppedMode string
	osUpdate    string // "", "true" or "false"
	force       bool
}

// fate is what became of a desktop that was to be stopped. The desktops of one call share one, so it
// is never changed.
type fate struct {
	outcome   Outcome
	reason    string
	code      string
	message   string
	requestID string
	retryable bool
	throttled bool
	// acceptedAt is when EDS took the call.
	acceptedAt time.Time
}

// undecided is the fate in the beginning.
var undecided = &fate{}

func (r *run) count(action string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls[action]++
}

func (r *run) callCounts() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.calls)
}

// live jobs are those still to be done.
func (r *run) live() []*job {
	var live []*job
	for _, j := range r.jobs {
		if j.status == "" {
			live = append(live, j)
		}
	}
	return live
}

// parallel runs f(0) to f(n-1), begun in this order and as many at once as calls may be, and waits
// for all. A panic in one is logged and handed to panicked: a goroutine that panics would end the
// process and, with it, the reports of everything else.
func (r *run) parallel(n int, f func(i int), panicked func(i int)) {
	r.sideBySide(max(1, r.h.Policy.APIConcurrency), n, f, panicked)
}

// sideBySide is parallel with another limit, for what are not calls to EDS.
func (r *run) sideBySide(limit, n int, f func(i int), panicked func(i int)) {
	if n == 1 {
		r.guarded(0, f, panicked)
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, limit) {
		wg.Go(func() {
			for i := int(next.Add(1) - 1); i < n; i = int(next.Add(1) - 1) {
				r.guarded(i, f, panicked)
			}
		})
	}
	wg.Wait()
}

func (r *run) guarded(i int, f, panicked func(i int)) {
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("panic", "stack", string(debug.Stack()))
			panicked(i)
		}
	}()
	f(i)
}

// withTime is the time to work: no call is begun in the reserve of the invocation's time, and none
// that stops desktops is waited for beyond the reserve's first quarter.
func (r *run) withTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	r.callEnd = deadline.Add(-r.reserved * 3 / 4)
	return context.WithDeadline(ctx, deadline.Add(-r.reserved))
}

// callTime is the context of a StopDesktops call that is begun within ctx. What ends an invocation
// from outside before its time does not reach it: the call is on its way, and its answer worth more.
func (r *run) callTime(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx = context.WithoutCancel(ctx)
	if r.callEnd.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, r.callEnd)
}
