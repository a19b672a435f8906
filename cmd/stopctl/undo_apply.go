package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"stopdesktops/handler"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/operator"
)

// undo makes the calls and shows what became of each desktop.
func undo(ctx context.Context, options *undoOptions, stopped map[string][]string, o outside) error {
	regions := slices.Sorted(maps.Keys(stopped))
	endpoint := o.getenv("EDS_ENDPOINT")
	client, err := eds.New(eds.Options{Regions: regions, Endpoint: endpoint, Concurrency: 1})
	if err != nil {
		return usagef("undo: EDS_ENDPOINT: %v", err)
	}
	who, err := operator.Credentials(ctx, options.roleARN)
	if err != nil {
		return err
	}
	session, err := client.ConnectOperator(who.Credentials)
	if err != nil {
		return err
	}
	if endpoint == "" {
		endpoint = "each region's own endpoint"
	}
	fmt.Fprintf(o.err, "stopctl: with the credentials of %s, at %s\n", who.Origin, endpoint)
	var rows [][]cell
	running, all := 0, 0
	for _, region := range regions {
		s := &starter{session: session, region: region, deadline: time.Now().Add(options.wait)}
		s.start(ctx, stopped[region])
		for _, d := range s.desktops {
			rows = append(rows, []cell{{text: d.id}, {text: region}, {text: d.became()}})
			if all++; d.runs() {
				running++
			}
		}
	}
	for _, line := range (&screen{}).table(rows) {
		fmt.Fprintln(o.out, line)
	}
	fmt.Fprintf(o.out, "%d of %s running or starting\n", running, plural(all, "desktop"))
	switch {
	case running == all:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return errUnexpected
}

// starting is one desktop on its way up.
type starting struct {
	id     string
	now    string // its state at the last look; empty: EDS does not know it
	called bool   // EDS took a call for it
	err    error  // why it was not started, or why its state is not known
}

func (d *starting) runs() bool { return d.err == nil && (d.now == "Running" || d.now == "Starting") }

// became says for people what became of it.
func (d *starting) became() string {
	switch {
	case d.err != nil && d.called:
		return "EDS took the call; how it is now cannot be seen: " + visible(d.err.Error())
	case d.err != nil:
		return "not started: " + visible(d.err.Error())
	case d.now == "":
		return "not started: EDS does not know it"
	case d.runs() && d.called:
		return "started: " + visible(d.now)
	case d.runs():
		return "is " + visible(d.now)
	case d.called:
		return "EDS took the call, but it is still " + visible(d.now)
	}
	return "not started: it is " + visible(d.now)
}

// starter starts the desktops of one region.
type starter struct {
	session  *eds.Session
	region   string
	deadline time.Time // of those that are Stopping
	desktops []*starting
}

// How long to wait between looks, and for a state to follow a call that EDS took.
const (
	lookPause  = time.Second
	followTime = 15 * time.Second
)

// start brings each desktop up that is Stopped, or will be by the deadline.
func (s *starter) start(ctx context.Context, ids []string) {
	for _, id := range ids {
		s.desktops = append(s.desktops, &starting{id: id})
	}
	for s.look(ctx, s.desktops); ; {
		s.call(ctx, s.in("Stopped", false))
		stopping := s.in("Stopping", false)
		if len(stopping) == 0 || time.Now().After(s.deadline) || !sleep(ctx, lookPause) {
			break
		}
		s.look(ctx, stopping)
	}
	for end := time.Now().Add(followTime); time.Now().Before(end); {
		s.look(ctx, s.in("Stopped", true))
		if len(s.in("Stopped", true)) == 0 || !sleep(ctx, lookPause) {
			return
		}
	}
}

// in are the desktops last seen in a state, either those that EDS took a call for or the others.
func (s *starter) in(state string, called bool) []*starting {
	var list []*starting
	for _, d := range s.desktops {
		if d.now == state && d.called == called && d.err == nil {
			list = append(list, d)
		}
	}
	return list
}

// look at the desktops. What one of them is refused for harms no other.
func (s *starter) look(ctx context.Context, list []*starting) {
	for some := range slices.Chunk(list, handler.MaxDesktopsPerCall) {
		s.halving(ctx, some, func(ctx context.Context, some []*starting) error {
			seen, err := s.session.DescribeDesktopInfo(ctx, s.region, idsOf(some))
			if err != nil {
				return err
			}
			states := map[string]string{}
			for _, d := range seen {
				states[d.DesktopID] = d.DesktopStatus
			}
			for _, d := range some {
				d.now = states[d.id]
			}
			return nil
		})
	}
}

// call for desktops that are Stopped. Where it fails, also because its answer is lost, another look
// says how they are.
func (s *starter) call(ctx context.Context, list []*starting) {
	for some := range slices.Chunk(list, handler.MaxDesktopsPerCall) {
		s.halving(ctx, some, func(ctx context.Context, some []*starting) error {
			_, err := eds.StartDesktops(ctx, s.session, s.region, idsOf(some))
			for _, d := range some {
				d.called = err == nil
			}
			return err
		})
	}
	failed := map[*starting]error{}
	for _, d := range list {
		if d.err != nil {
			failed[d], d.err = d.err, nil
		}
	}
	s.look(ctx, slices.Collect(maps.Keys(failed)))
	for d, err := range failed {
		if !d.runs() {
			d.err = err
		}
	}
}

// maxTries of one call that is throttled, not served, or whose answer is lost.
const maxTries = 5

// halving makes a call; refused because of a desktop it names, it is made for each half. What is
// refused alone, or for another reason, is the desktop's error.
func (s *starter) halving(ctx context.Context, list []*starting, call func(context.Context, []*starting) error) {
	var failed *handler.CallError
	for try := range maxTries {
		err := call(ctx, list)
		if err == nil {
			return
		}
		if !errors.As(err, &failed) || !passing(failed) || try == maxTries-1 || !sleep(ctx, max(failed.RetryAfter, lookPause<<try)) {
			break
		}
	}
	if half := len(list) / 2; half > 0 && refused(failed) {
		s.halving(ctx, list[:half], call)
		s.halving(ctx, list[half:], call)
		return
	}
	for _, d := range list {
		d.err = failed
	}
}

func passing(e *handler.CallError) bool {
	return e.Family == handler.Throttled || e.Family == handler.Temporary || e.Family == handler.Ambiguous
}

func refused(e *handler.CallError) bool {
	return e.Family == handler.NotFound || e.Family == handler.WrongState
}

func idsOf(list []*starting) []string {
	ids := make([]string, len(list))
	for i, d := range list {
		ids[i] = d.id
	}
	return ids
}
