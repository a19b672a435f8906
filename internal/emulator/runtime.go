package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// runtimePath is where the runtime API lives.
const runtimePath = "/2020-11-11/runtime/invocation/"

// ErrNotReady is returned by Invoke when no function asked for work in time.
var ErrNotReady = errors.New("no function asked for an invocation")

// ErrClosed is returned by Invoke after [Runtime.Close].
var ErrClosed = errors.New("the runtime API is closed")

// Runtime is the runtime API of Function Compute (go1) for one function: the
// function polls "next", which hangs while there is nothing to do, and posts
// its response to ".../response" or ".../error". Several invocations may be under
// way at once, as the SDK serves them. The zero value is ready for use.
type Runtime struct {
	// ReadyTimeout is how long Invoke waits for a function that asks for work;
	// 0: 30 s.
	ReadyTimeout time.Duration
	// OnTimeout, if set, is called when an invocation was not answered by its
	// deadline. [Process] kills the instance here, as Function Compute does.
	OnTimeout func(requestID string)

	once    sync.Once
	queue   chan *flight  // unbuffered: handed over only to a function that polls
	closed  chan struct{} // by Close
	mu      sync.Mutex
	flights map[string]*flight // not answered
	strays  []string
}

// A flight is an invocation under way.
type flight struct {
	inv     Invocation
	given   bool           // to the function; guarded by Runtime.mu
	started chan time.Time // when the function got it
	result  chan Result
	failed  chan error // the instance is gone
}

func (rt *Runtime) init() {
	rt.once.Do(func() {
		rt.queue = make(chan *flight)
		rt.closed = make(chan struct{})
		rt.flights = map[string]*flight{}
	})
}

// Invoke hands the invocation to the function and waits for its response. A
// function that fails is a Result with a FunctionError and no error; an error
// means that there is no response of the function at all.
func (rt *Runtime) Invoke(ctx context.Context, inv Invocation) (Result, error) {
	rt.init()
	if len(inv.Event) > MaxEvent {
		return Result{}, fmt.Errorf("the event has %d bytes; at most %d are allowed", len(inv.Event), MaxEvent)
	}
	inv.complete()
	f := &flight{inv: inv, started: make(chan time.Time, 1), result: make(chan Result, 1), failed: make(chan error, 1)}
	if !rt.register(f) {
		return Result{}, fmt.Errorf("an invocation with the request ID %s is under way", inv.RequestID)
	}
	defer rt.forget(f)
	if err := rt.handOver(ctx, f); err != nil {
		return Result{RequestID: inv.RequestID, RetryCount: inv.RetryCount}, err
	}
	return rt.await(ctx, f)
}

func (rt *Runtime) register(f *flight) bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.flights[f.inv.RequestID] != nil {
		return false
	}
	rt.flights[f.inv.RequestID] = f
	return true
}

// handOver gives f to the next poll.
func (rt *Runtime) handOver(ctx context.Context, f *flight) error {
	patience := rt.ReadyTimeout
	if patience <= 0 {
		patience = 30 * time.Second
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case rt.queue <- f:
		return nil
	case <-rt.closed:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return ErrNotReady
	}
}

// await waits for the response, the deadline, or the end of the instance.
func (rt *Runtime) await(ctx context.Context, f *flight) (Result, error) {
	var start time.Time
	none := Result{RequestID: f.inv.RequestID, RetryCount: f.inv.RetryCount}
	select {
	case start = <-f.started:
	case <-rt.closed:
		return none, ErrClosed
	case <-ctx.Done():
		return none, ctx.Err()
	}
	t := time.NewTimer(time.Until(start.Add(f.inv.Timeout)))
	defer t.Stop()
	select {
	case r := <-f.result:
		r.RequestID, r.RetryCount, r.Duration = f.inv.RequestID, f.inv.RetryCount, time.Since(start)
		return r, nil
	case err := <-f.failed:
		none.Duration = time.Since(start)
		return none, err
	case <-rt.closed:
		return none, ErrClosed
	case <-ctx.Done():
		return none, ctx.Err()
	case <-t.C:
		none.Duration, none.FunctionError = time.Since(start), errTimeout(f.inv.Timeout)
		rt.forget(f)
		if rt.OnTimeout != nil {
			rt.OnTimeout(f.inv.RequestID)
		}
		return none, nil
	}
}

func (rt *Runtime) forget(f *flight) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.flights[f.inv.RequestID] == f {
		delete(rt.flights, f.inv.RequestID)
	}
}

// fail ends every invocation that was given out: the instance is gone.
func (rt *Runtime) fail(err error) {
	rt.init() // an instance may end before anything was asked of it
	rt.mu.Lock()
	defer rt.mu.Unlock()
	for _, f := range rt.flights {
		if !f.given {
			continue
		}
		select {
		case f.failed <- err:
		default:
		}
	}
}

// Close ends all polls and invocations.
func (rt *Runtime) Close() {
	rt.init()
	rt.mu.Lock()
	defer rt.mu.Unlock()
	select {
	case <-rt.closed:
	default:
		close(rt.closed)
	}
}

// Strays are requests of the function that fit no invocation: a response that
// was given twice or after the deadline, or a path that does not exist.
func (rt *Runtime) Strays() []string {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return append([]string(nil), rt.strays...)
}

// ServeHTTP speaks the protocol. What is understood is answered 200, exactly:
// the SDK takes any other status for a failure.
func (rt *Runtime) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rt.init()
	path, ok := strings.CutPrefix(r.URL.Path, runtimePath)
	id, what, _ := strings.Cut(path, "/")
	switch {
	case ok && path == "next" && r.Method == http.MethodGet:
		rt.next(w, r)
	case ok && (what == "response" || what == "error") && r.Method == http.MethodPost:
		rt.answered(w, r, id, what)
	default:
		rt.stray(w, r, http.StatusNotFound, "no such path")
	}
}

func (rt *Runtime) stray(w http.ResponseWriter, r *http.Request, status int, why string) {
	rt.mu.Lock()
	rt.strays = append(rt.strays, r.Method+" "+r.URL.Path+": "+why)
	rt.mu.Unlock()
	http.Error(w, why, status)
}

// next hangs until there is an invocation, or the function goes away.
func (rt *Runtime) next(w http.ResponseWriter, r *http.Request) {
	f := rt.take(r.Context())
	if f == nil {
		return
	}
	start := time.Now()
	f.inv.header(w.Header(), start.Add(f.inv.Timeout))
	f.started <- start
	w.Write(f.inv.Event)
}

// take waits for an invocation. It is nil when the function went away.
func (rt *Runtime) take(ctx context.Context) *flight {
	var f *flight
	select {
	case f = <-rt.queue:
	case <-ctx.Done():
		return nil
	case <-rt.closed:
		return nil
	}
	if ctx.Err() != nil { // both at once: the next instance shall have it
		go func() {
			select {
			case rt.queue <- f:
			case <-rt.closed:
			}
		}()
		return nil
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	f.given = true
	return f
}

// answered takes what the function returned.
func (rt *Runtime) answered(w http.ResponseWriter, r *http.Request, id, what string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxEvent+1))
	if err != nil {
		return // the function is gone; Process notices
	}
	rt.mu.Lock()
	f := rt.flights[id]
	if f != nil && f.given {
		delete(rt.flights, id)
	} else {
		f = nil
	}
	rt.mu.Unlock()
	if f == nil {
		rt.stray(w, r, http.StatusNotFound, "no such invocation, or it is over")
		return
	}
	f.result <- resultOf(body, what)
	w.WriteHeader(http.StatusOK)
}

// resultOf is what the body of a response or an error means.
func resultOf(body []byte, what string) Result {
	switch {
	case len(body) > MaxEvent:
		return Result{FunctionError: &FunctionError{Type: "ResponseTooLarge", Message: fmt.Sprintf("the response has more than %d bytes", MaxEvent)}}
	case what == "response":
		return Result{Payload: body}
	}
	e, err := parseFunctionError(body)
	if err != nil {
		e = &FunctionError{Type: "InvalidError", Message: "the error of the function cannot be read: " + err.Error()}
	}
	return Result{FunctionError: e}
}
