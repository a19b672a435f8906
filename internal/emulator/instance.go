package emulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// An instance is one run of the binary.
type instance struct {
	cmd      *exec.Cmd
	out, err *lines
	started  time.Time
	ready    time.Duration // until the first poll
	polled   chan struct{} // closed at the first poll
	exited   chan struct{} // closed when it has ended and exit is set
	exit     error
	pollOnce sync.Once
	killOnce sync.Once
	peak     atomic.Int64 // memory, in bytes; known once it was killed

	server *http.Server       // the runtime API as this instance sees it
	gone   context.CancelFunc // ends its polls
}

// An ExitError says that an instance ended although it should not have.
type ExitError struct {
	State  string   // such as "exit status 1" or "signal: killed"
	Stderr []string // its last lines
}

func (e *ExitError) Error() string {
	return fmt.Sprintf("the function ended: %s; its last words: %s", e.State, strings.Join(e.Stderr, " | "))
}

// launch starts the binary, with p.mu held. Each instance has an address of
// the runtime API to itself, so that a poll of a dead one cannot take what is
// meant for the next.
func (p *Process) launch() (*instance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	in := &instance{out: newLines(p.opts.Tee), err: newLines(p.opts.Tee), polled: make(chan struct{}), exited: make(chan struct{})}
	in.cmd = p.command(in, listener.Addr().String())
	in.started = time.Now()
	in.serve(p.Runtime, listener)
	if err := in.cmd.Start(); err != nil {
		in.close()
		return nil, err
	}
	p.instance = in
	go p.watch(in)
	return in, nil
}

func (p *Process) command(in *instance, api string) *exec.Cmd {
	cmd := exec.Command(p.binary)
	cmd.Env = p.environment(api)
	cmd.Dir = p.opts.Dir
	if cmd.Dir == "" {
		cmd.Dir = filepath.Dir(p.binary)
	}
	cmd.Stdout, cmd.Stderr = in.out, in.err
	cmd.WaitDelay = 2 * time.Second // for pipes that a child of the function holds open
	ownGroup(cmd)
	return cmd
}

// serve answers the instance on the listener until close.
func (in *instance) serve(rt *Runtime, listener net.Listener) {
	var base context.Context
	base, in.gone = context.WithCancel(context.Background())
	in.server = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == runtimePath+"next" {
				in.poll()
			}
			rt.ServeHTTP(w, r)
		}),
		BaseContext: func(net.Listener) context.Context { return base },
	}
	go in.server.Serve(listener)
}

func (in *instance) close() {
	in.gone()
	in.server.Close()
}

func (in *instance) poll() {
	in.pollOnce.Do(func() {
		in.ready = time.Since(in.started)
		close(in.polled)
	})
}

// watch waits for the end of the instance and tells all who wait for it.
func (p *Process) watch(in *instance) {
	err := in.cmd.Wait()
	state := "exit status 0"
	if in.cmd.ProcessState != nil {
		state = in.cmd.ProcessState.String()
	} else if err != nil {
		state = err.Error()
	}
	in.exit = &ExitError{State: state, Stderr: in.err.last(20)}
	close(in.exited)
	in.close()
	p.Runtime.fail(in.exit)
}

// kill ends the instance, if it has not ended.
func (in *instance) kill() {
	in.killOnce.Do(func() {
		peak := livePeakRSS(in.cmd.Process.Pid)
		killGroup(in.cmd)
		<-in.exited
		in.peak.Store(peak)
	})
}

func (in *instance) over() bool {
	select {
	case <-in.exited:
		return true
	default:
		return false
	}
}

// awaitReady waits for the first poll.
func (p *Process) awaitReady(ctx context.Context, in *instance) error {
	patience := p.opts.ReadyTimeout
	if patience <= 0 {
		patience = 30 * time.Second
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-in.polled:
		return nil
	case <-in.exited:
		return in.exit
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return fmt.Errorf("%w within %s; last words: %s", ErrNotReady, patience, strings.Join(in.err.last(20), " | "))
	}
}
