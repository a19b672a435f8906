package emulator

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"time"
)

// Options say how [Start] runs a function. The zero value works.
type Options struct {
	// Env is what is configured for the function. As in Function Compute, at
	// most 4 KB in all, names of letters, digits and underscores, and no name
	// may begin with FC_. Nothing of the caller's own environment is passed on
	// but PATH, HOME and TMPDIR.
	Env map[string]string
	// Dir is the working directory; default: where the binary is.
	Dir string
	// Tee gets everything the function prints, stdout and stderr, as it comes.
	Tee io.Writer
	// ReadyTimeout is how long the function may take until it asks for its
	// first invocation; 0: 30 s.
	ReadyTimeout time.Duration
	// KeepAfterTimeout leaves an instance alive that missed a deadline.
	// Function Compute kills it, and so does Process otherwise.
	KeepAfterTimeout bool
	// Restart starts a new instance for the next invocation after one has
	// ended or was killed, as Function Compute does. Without it, every later
	// Invoke returns the *ExitError.
	Restart bool
	// Function holds the defaults of every invocation, and what the system's
	// environment variables say: FunctionName, Handler, Region, AccountId,
	// MemoryMB, Qualifier, VersionId, Credential, Timeout. Handler defaults to
	// the name of the binary.
	Function Invocation
	// EnvCredential is put into the environment; nil: StaleCredential. A
	// pointer to the zero value puts none there.
	EnvCredential *Credential
}

// A Process is a function: one instance of its binary, or with
// [Options.Restart] one after the other. It is safe for concurrent use.
type Process struct {
	Runtime *Runtime

	binary string
	opts   Options

	mu       sync.Mutex
	instance *instance
	stopped  bool
}

// Start runs the binary of a function against a separate runtime API and
// waits until it asks for its first invocation. Call Stop in any case, on a
// signal too: the instance has a separate process group, and a function
// whose runtime API is gone spins (only Linux ends it with its parent).
func Start(ctx context.Context, binary string, opts Options) (*Process, error) {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	setDefault(&opts.Function.Handler, filepath.Base(binary))
	opts.Function.complete()
	opts.Function.RequestID = ""
	if err := checkEnv(opts.Env); err != nil {
		return nil, err
	}
	if opts.Tee != nil {
		opts.Tee = &lockedWriter{w: opts.Tee}
	}
	p := &Process{Runtime: &Runtime{}, binary: binary, opts: opts}
	p.Runtime.OnTimeout = p.onTimeout
	if _, err := p.running(ctx); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

// running is an instance that is ready; it starts one if there is none.
func (p *Process) running(ctx context.Context) (*instance, error) {
	p.mu.Lock()
	in := p.instance
	switch {
	case p.stopped:
		p.mu.Unlock()
		return nil, ErrClosed
	case in != nil && (!in.over() || !p.opts.Restart):
		p.mu.Unlock()
		if in.over() {
			return nil, in.exit
		}
	default:
		var err error
		in, err = p.launch()
		p.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
	return in, p.awaitReady(ctx, in)
}

// Invoke runs the function once. See [Runtime.Invoke]; if the instance ends
// meanwhile, or has ended, the error is an *ExitError.
func (p *Process) Invoke(ctx context.Context, inv Invocation) (Result, error) {
	p.inherit(&inv)
	in, err := p.running(ctx)
	if err != nil {
		return Result{RequestID: inv.RequestID, RetryCount: inv.RetryCount}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { // an instance that ends before it polls again
		select {
		case <-in.exited:
			time.AfterFunc(50*time.Millisecond, func() { cancel(in.exit) }) // Runtime.fail comes first
		case <-ctx.Done():
		}
	}()
	r, err := p.Runtime.Invoke(ctx, inv)
	if errors.Is(err, context.Canceled) && in.over() && context.Cause(ctx) == in.exit {
		err = in.exit
	}
	return r, err
}

// inherit fills the fields of inv from the function's.
func (p *Process) inherit(inv *Invocation) {
	f := p.opts.Function
	setDefault(&inv.FunctionName, f.FunctionName)
	setDefault(&inv.Handler, f.Handler)
	setDefault(&inv.Region, f.Region)
	setDefault(&inv.AccountId, f.AccountId)
	setDefault(&inv.Qualifier, f.Qualifier)
	setDefault(&inv.VersionId, f.VersionId)
	setDefault(&inv.RequestID, newFCRequestId())
	if inv.MemoryMB == 0 {
		inv.MemoryMB = f.MemoryMB
	}
	if inv.Timeout == 0 {
		inv.Timeout = f.Timeout
	}
	if inv.Credential == nil {
		inv.Credential = f.Credential
	}
}

// onTimeout kills the instance that missed a deadline.
func (p *Process) onTimeout(string) {
	if p.opts.KeepAfterTimeout {
		return
	}
	p.mu.Lock()
	in := p.instance
	p.mu.Unlock()
	in.kill()
}

// Stop kills the instance, whatever it does, and closes the runtime API. It
// is killed first: without its API the SDK would spin. Stop may be called
// several times.
func (p *Process) Stop() {
	p.mu.Lock()
	in := p.instance
	p.stopped = true
	p.mu.Unlock()
	if in != nil {
		in.kill()
	}
	p.Runtime.Close()
}

func (p *Process) current() *instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.instance
}

// Ready is how long the present instance took from its start to its first
// poll: what its start adds to a cold start.
func (p *Process) Ready() time.Duration {
	in := p.current()
	select {
	case <-in.polled:
		return in.ready
	default:
		return 0 // one that was restarted and is not ready yet
	}
}

// Stdout is what the present instance printed so far, by lines; of very much,
// the last 10,000 lines.
func (p *Process) Stdout() []string { return p.current().out.all() }

// Stderr is the same of standard error.
func (p *Process) Stderr() []string { return p.current().err.all() }

// PID is the process ID of the present instance.
func (p *Process) PID() int { return p.current().cmd.Process.Pid }

// PeakRSS is the most memory the instance ever had, in bytes; 0 until it has
// ended. Of one that ended by itself it may be too much: see peakRSS.
func (p *Process) PeakRSS() int64 {
	in := p.current()
	if !in.over() {
		return 0
	}
	if peak := in.peak.Load(); peak > 0 {
		return peak
	}
	return peakRSS(in.cmd.ProcessState)
}

// CPUTime is the processor time the instance used; 0 until it has ended.
func (p *Process) CPUTime() time.Duration {
	in := p.current()
	if !in.over() || in.cmd.ProcessState == nil {
		return 0
	}
	return in.cmd.ProcessState.UserTime() + in.cmd.ProcessState.SystemTime()
}
