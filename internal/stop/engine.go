package stop

import (
	"context"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Engine stops desktops. It is safe for concurrent use: invocations share its paces.
type Engine struct {
	policy Policy
	few    int // see fewDesktops

	making sync.Mutex       // guards paces
	paces  map[string]*pace // by account
}

// New makes an Engine.
func New(policy Policy) *Engine {
	return &Engine{policy: policy, few: fewDesktops, paces: map[string]*pace{}}
}

// paceOf returns the pace of an account. Each has one of its own: calls that one account throttles or does
// not answer must not take the slots of another.
func (e *Engine) paceOf(account string) *pace {
	e.making.Lock()
	defer e.making.Unlock()
	if e.paces[account] == nil {
		e.paces[account] = newPace(e.policy.APIConcurrency)
	}
	return e.paces[account]
}

// Invocation is what the engine has to know of the invocation whose orders it does.
type Invocation struct {
	RequestID string
	// RetryCount is 0 at the first delivery, n at the n-th retry of the platform.
	RetryCount int
	Log        *slog.Logger
	// End of the time to work: no call begins later. Zero: there is none.
	End time.Time
	// CallEnd is when calls that stop desktops are given up. It is a little later than End: the state of
	// a desktop is unknown while nobody waits for the response of its call.
	CallEnd time.Time
}

// run is one invocation's orders in progress.
type run struct {
	*Engine
	invocation Invocation
	log        *slog.Logger
	started    time.Time
	units      int
	places     map[placeKey]*place
	limits     *limits
	background sync.WaitGroup // listings that are read while desktops are stopped
	arrival    *arrival
	done       func(i int, r Result)

	mu       sync.Mutex
	calls    map[string]int // made, by action
	verdicts map[verdict]*result
}

// Do brings every order to its result, and hands each result to done as soon as it is there: from
// several goroutines, in no order. It returns when all are done.
func (e *Engine) Do(ctx context.Context, inv Invocation, orders []Order, done func(i int, r Result)) {
	r := &run{
		Engine: e, invocation: inv, log: inv.Log, started: time.Now(),
		done: done, places: map[placeKey]*place{}, calls: map[string]int{}, verdicts: map[verdict]*result{},
	}
	if !inv.End.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, inv.End)
		defer cancel()
	}
	r.arrival = &arrival{run: r}
	all := make([]*order, len(orders))
	for i, o := range orders {
		all[i] = r.newOrder(i, o)
	}
	r.limits = newLimits(e.policy, all)
	units := r.pack(all)
	r.units = len(units)
	r.markContested(units)
	ctx, cancel := context.WithCancel(ctx)
	r.sideBySide(len(units), len(units), func(i int) error { units[i].work(ctx); return nil })
	cancel() // after a fault of this program a listing may still be read
	r.background.Wait()
}

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

// errPanicked is the error of an item whose work met a fault of this program.
var errPanicked = &CallError{Family: Temporary, Code: "InternalError", Message: "a fault of this program: see its log"}

// guard runs f and makes a panic its error: a goroutine that panics would end the process and, with
// it, the reports of everything else.
func (r *run) guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("panic", "stack", string(debug.Stack()))
			err = errPanicked
		}
	}()
	return f()
}

// each runs f(0) to f(n-1), begun in this order and as many at once as calls may be, and returns their
// errors.
func (r *run) each(n int, f func(i int) error) []error {
	return r.sideBySide(max(1, r.policy.APIConcurrency), n, f)
}

// sideBySide is each with another limit.
func (r *run) sideBySide(limit, n int, f func(i int) error) []error {
	errs := make([]error, n)
	if n == 1 {
		errs[0] = r.guard(func() error { return f(0) })
		return errs
	}
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1) - 1); i < n; i = int(next.Add(1) - 1) {
			errs[i] = r.guard(func() error { return f(i) })
		}
	}
	var wg sync.WaitGroup
	for range min(n, limit) - 1 {
		wg.Go(work)
	}
	work() // the caller's goroutine takes part
	wg.Wait()
	return errs
}

// callTime is the context of a StopDesktops call that begins within ctx. What ends an invocation from
// outside before its time does not reach it: the call is on its way, and its response worth more.
func (r *run) callTime(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx = context.WithoutCancel(ctx)
	if r.invocation.CallEnd.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, r.invocation.CallEnd)
}
