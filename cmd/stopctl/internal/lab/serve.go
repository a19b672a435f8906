package lab

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stopdesktops/cmd/stopctl/internal/page"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/routes"
	samples "stopdesktops/testdata/events"
)

// server takes events over HTTP for as long as it runs.
type server struct {
	*runner
	env     map[string]string
	base    string          // http://address:port
	token   string          // that we made up; empty if the caller has set something
	routes  []*routes.Route // the function's HTTP routes
	trigger *emulator.HTTPTrigger
	ctx     context.Context

	lab     atomic.Pointer[lab] // exchanged by reset
	events  atomic.Int32        // shown
	faults  []string            // of the configuration
	page    *page.Page
	history history
	busy    sync.Mutex // held while an event is under way or the lab is exchanged
}

// retryDelay between the attempts of an asynchronous invocation. Function Compute waits longer.
const retryDelay = time.Second

func (r *runner) serve(ctx context.Context) error {
	listener, err := net.Listen("tcp", r.options.listen)
	if err != nil {
		return terminal.Usagef("run: -listen %s: %v. With port 0 any free one is taken.", r.options.listen, err)
	}
	defer listener.Close()
	s := &server{runner: r, ctx: ctx, base: "http://" + listener.Addr().String()}
	s.chooseToken()
	first, err := r.start(ctx, r.fleet, s.env)
	if err != nil {
		return err
	}
	s.lab.Store(first)
	defer func() { s.lab.Load().close() }()
	s.trigger = &emulator.HTTPTrigger{
		Function:   invoker{s},
		Invocation: emulator.Invocation{Timeout: r.options.timeout},
		MaxRetries: 3,
		RetryDelay: retryDelay,
	}
	s.check()
	s.page = page.New(onPage{s}, page.Samples{FS: samples.Files}, emulator.MaxEvent)
	s.introduce()

	web := &http.Server{Handler: page.Guard(s), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	_ = web.Close()
	r.display.Note("Stopped after %s.", terminal.Plural(int(s.events.Load()), "event"))
	return nil
}

// check the configuration as the function does: what is wrong with it would show at the first event
// only. Its routes are noted.
func (s *server) check() {
	environ := []string{"FC_REGION=" + emulator.DefaultRegion, "FC_FUNC_CODE_PATH=" + filepath.Dir(s.binary)}
	for name, value := range s.lab.Load().env {
		environ = append(environ, name+"="+value)
	}
	c, faults := config.Read(environ)
	compose.Handler(c, faults, compose.Outside{Log: io.Discard})
	if len(faults) > 0 {
		s.faults = strings.Split(faults.Error(), "; ")
		s.display.Warn("The function is misconfigured, and will answer every event with this:\n  %s\n", strings.Join(s.faults, "\n  "))
	}
	if c.Routes == nil {
		return
	}
	for _, e := range c.Routes.List {
		if e.Scheme != "" {
			s.routes = append(s.routes, e)
		}
	}
}

// chooseToken makes bearer tokens the way in, unless the caller has chosen another, or has routes.
func (s *server) chooseToken() {
	s.env = maps.Clone(s.options.env.Values)
	if s.env == nil {
		s.env = map[string]string{}
	}
	for _, variable := range []string{"WEBHOOK_AUTH", "ROUTES_FILE"} {
		if _, chosen := s.env[variable]; chosen {
			return
		}
	}
	s.env["WEBHOOK_AUTH"] = "token"
	if _, own := s.env["WEBHOOK_SECRETS"]; !own {
		s.token = "fake-token-" + strings.ToLower(rand.Text()[:12])
		s.env["WEBHOOK_SECRETS"] = s.token
	}
}

// invoker runs the function for the HTTP trigger.
type invoker struct{ *server }

func (s invoker) Invoke(ctx context.Context, inv emulator.Invocation) (emulator.Result, error) {
	return s.event(ctx, inv)
}

// errStopped is the end of the server while an event is under way.
var errStopped = errors.New("the emulator was stopped")

// event runs the function for one event and shows what becomes of it.
func (s *server) event(ctx context.Context, inv emulator.Invocation) (emulator.Result, error) {
	rec, _ := s.handle(ctx, inv)
	if rec == nil {
		return emulator.Result{}, errStopped
	}
	return rec.result, rec.err
}

// handle runs the function for one event, shows what becomes of it, and returns it with its number. A caller who goes
// away does not take the invocation with it, as in Function Compute; the end of the server does, and the record is nil.
func (s *server) handle(ctx context.Context, inv emulator.Invocation) (*record, int) {
	s.history.working.Add(1)
	defer s.history.working.Add(-1)
	s.busy.Lock()
	defer s.busy.Unlock()
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	rec := s.lab.Load().watched(ctx, s.display.Screen, "The function is at work", inv)
	if s.ctx.Err() != nil {
		return nil, 0
	}
	rec.title = time.Now().Format(time.TimeOnly) + " " + kindOf(rec)
	if inv.RetryCount > 0 {
		rec.title += fmt.Sprintf(" · retry %d", inv.RetryCount)
	}
	n := int(s.events.Add(1))
	s.display.put(n, rec)
	s.history.add(pageEvent(n, rec))
	return rec, n
}

// reset starts over: the fleet as it was, and a new instance of the function.
func (s *server) reset() error {
	s.busy.Lock()
	defer s.busy.Unlock()
	fresh, err := s.start(s.ctx, s.fleet, s.env)
	if err != nil {
		return err
	}
	s.lab.Swap(fresh).close()
	s.display.Note("The fleet and the function have started over.")
	return nil
}
