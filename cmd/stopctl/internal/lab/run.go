package lab

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/current"
	"stopdesktops/internal/emulator"
)

// runner is one run of `stopctl run`.
type runner struct {
	terminal.Outside
	options *runOptions
	display *display
	fleet   *emulator.Fleet
	binary  string
}

func (r *runner) run(ctx context.Context) error {
	events, err := readEvents(r.options, r.In)
	if err != nil {
		return err
	}
	r.options.env.NoteUnknown(r.display.Screen, r.options.env.Has("ROUTES_FILE"))
	if _, err := os.Stat("routes.yaml"); err == nil && !r.options.env.Has("ROUTES_FILE") {
		r.display.Warn("The routes.yaml here is not used: for that, add -env ROUTES_FILE=$PWD/routes.yaml and its secrets.")
	}
	if note := systemNote(runtime.GOOS); note != "" {
		r.display.Note("%s", note)
	}
	cleanUp, err := r.prepare(ctx)
	defer cleanUp()
	switch {
	case err != nil:
		return err
	case r.options.serve:
		return r.serve(ctx)
	case len(events) > 0:
		return r.send(ctx, events)
	}
	return r.walk(ctx, walk)
}

// prepare finds the function's binary, or builds it.
func (r *runner) prepare(ctx context.Context) (cleanUp func(), err error) {
	cleanUp = func() {}
	if r.binary = r.options.binary; r.binary != "" {
		info, err := os.Stat(r.binary)
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s is a folder", r.binary)
		}
		if err != nil {
			return cleanUp, terminal.Usagef("run: -binary: %v", err)
		}
		return cleanUp, nil
	}
	root, err := sourceRoot()
	if err != nil {
		return cleanUp, err
	}
	dir, err := os.MkdirTemp("", "stopctl-")
	if err != nil {
		return cleanUp, err
	}
	cleanUp = func() { _ = os.RemoveAll(dir) }
	r.binary = filepath.Join(dir, binaryName())
	return cleanUp, build(ctx, root, r.binary, r.display.Screen)
}

// start a lab with the caller's fleet and variables.
func (r *runner) start(ctx context.Context, fleet *emulator.Fleet, env map[string]string) (*lab, error) {
	l, err := newLab(ctx, fleet, r.binary, env, r.options.timeout)
	if err != nil {
		return nil, fmt.Errorf("the function does not start: %w", err)
	}
	return l, nil
}

// walk goes through the steps, each in a lab of its own, and compares.
func (r *runner) walk(ctx context.Context, steps []step) error {
	r.display.introduce(len(steps))
	var t tally
	for i, st := range steps {
		rec, err := r.step(ctx, st, fmt.Sprintf("Event %d of %d", i+1, len(steps)))
		if err != nil {
			return err
		}
		t.add(i+1, rec)
		r.display.put(i+1, rec)
	}
	t.concludeWalk(r.display)
	return t.err()
}

func (r *runner) step(ctx context.Context, st step, label string) (*record, error) {
	now := time.Now()
	event, err := st.event(now)
	if err != nil {
		return nil, err
	}
	fleet := emulator.DefaultFleet()
	fleet.StopTime = 20 * time.Second
	if st.stopsQuickly {
		fleet.StopTime = emulator.DefaultStopTime
	}
	l, err := r.start(ctx, fleet, map[string]string{"WEBHOOK_AUTH": "standard", "WEBHOOK_SECRETS": webhookSecret})
	if err != nil {
		return nil, err
	}
	defer l.close()
	rec := l.watched(ctx, r.display.Screen, label, emulator.Invocation{Event: event})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	rec.title, rec.about = st.title, st.about
	rec.check(st.want)
	for _, stray := range l.function.Runtime.Strays() {
		rec.differ("the runtime API got what it did not ask for: %s", stray)
	}
	return rec, nil
}

func (st step) event(now time.Time) ([]byte, error) {
	switch {
	case st.sample != "":
		event, err := readSample(st.sample, st.request, st.at...)
		return current.Event(event, now), err
	case st.http != nil:
		body := []byte(st.request)
		return emulator.HTTPEvent(http.MethodPost, "/hooks/itsm", st.http(body, now), body), nil
	}
	return []byte(st.request), nil
}

// send the caller's own events to one instance, in one account.
func (r *runner) send(ctx context.Context, events []ownEvent) error {
	l, err := r.start(ctx, r.fleet, r.options.env.Values)
	if err != nil {
		return err
	}
	defer l.close()
	var t tally
	for i, e := range events {
		if r.options.now {
			e.data = current.Event(e.data, time.Now())
		}
		rec := l.watched(ctx, r.display.Screen, fmt.Sprintf("Event %d of %d", i+1, len(events)), emulator.Invocation{Event: e.data, RetryCount: r.options.retryCount})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rec.title = e.title(rec)
		t.add(i+1, rec)
		r.display.put(i+1, rec)
	}
	t.concludeOwn(r.display)
	return t.err()
}
