package recover

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/clock"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/operator"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
	"stopdesktops/schema"
)

// undo makes the calls and shows what became of each desktop.
func undo(ctx context.Context, options *undoOptions, stopped map[string][]string, unsure []report.DesktopReport, o terminal.Outside) error {
	regions := slices.Sorted(maps.Keys(stopped))
	endpoint := o.Getenv("EDS_ENDPOINT")
	client, err := eds.New(eds.Options{Regions: regions, Endpoint: endpoint, Concurrency: 1})
	if err != nil {
		return terminal.Usagef("undo: EDS_ENDPOINT: %v", err)
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
	screen := terminal.NewScreen(o)
	screen.Note("stopctl: with the credentials of %s, at %s", who.Origin, endpoint)
	result := undone{Format: schema.Undo, Account: options.account, Unsure: doubts(unsure)}
	far := &startProgress{}
	_ = screen.Progress("Starting "+terminal.Plural(count(stopped), "desktop"), far.String, func() error {
		for _, region := range regions {
			s := &starter{session: session, region: region, deadline: time.Now().Add(options.wait), screen: screen, far: far}
			s.start(ctx, stopped[region])
			for _, d := range s.desktops {
				result.Desktops = append(result.Desktops, startedDesktop{d.id, region, d.now, d.runs(), d.became()})
			}
		}
		return nil
	})
	if options.output == "json" {
		err = result.write(o.Out)
	} else {
		err = result.show(o.Out)
	}
	switch {
	case err != nil:
		return err
	case result.running() == len(result.Desktops):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return terminal.ErrUnexpected
}

// starting is one desktop on its way up.
type starting struct {
	id     string
	now    string // its state at the last observation; empty: EDS does not know it
	called bool   // EDS took a call for it
	lost   error  // a call was sent for it, and its response was lost: it may have had its effect
	err    error  // why it was not started, or why its state is not known
	seen   bool   // startProgress has counted it
}

func (d *starting) runs() bool { return d.err == nil && (d.now == "Running" || d.now == "Starting") }

// sent says whether a start may be on its way.
func (d *starting) sent() bool { return d.called || d.lost != nil }

// became says for people what became of it.
func (d *starting) became() string {
	switch {
	case d.err != nil && d.called:
		return "EDS took the call; how it is now cannot be seen: " + d.err.Error()
	case d.err != nil && d.lost != nil:
		return "a start was sent, and its effect is not known: " + d.lost.Error() + "; how it is now cannot be seen: " + d.err.Error()
	case d.err != nil:
		return "not started: " + d.err.Error()
	case d.runs() && d.called:
		return "started: " + d.now
	case d.runs():
		return "is " + d.now
	case d.called:
		return "EDS took the call; " + d.still()
	case d.lost != nil:
		return "a start was sent, and its effect is not known: " + d.lost.Error() + "; " + d.still()
	case d.now == "":
		return "not started: EDS does not know it"
	}
	return "not started: it is " + d.now
}

func (d *starting) still() string {
	if d.now == "" {
		return "EDS does not know it any more"
	}
	return "it is still " + d.now
}

// starter starts the desktops of one region.
type starter struct {
	session  *eds.Session
	region   string
	deadline time.Time // of those that are Stopping, and of pauses that EDS asks for
	desktops []*starting
	screen   *terminal.Screen
	far      *startProgress
	noted    string
}

// How long to wait between observations, and for a state to follow a call that was sent.
const (
	lookPause  = time.Second
	followTime = 15 * time.Second
)

// start brings each desktop up that is Stopped, or will be by the deadline.
func (s *starter) start(ctx context.Context, ids []string) {
	for _, id := range ids {
		s.desktops = append(s.desktops, &starting{id: id})
	}
	for s.observe(ctx, s.desktops); ; {
		s.call(ctx, s.in("Stopped"))
		stopping := s.in("Stopping")
		if len(stopping) == 0 || time.Now().After(s.deadline) {
			break
		}
		s.note("%s in %s still Stopping: waiting", terminal.Plural(len(stopping), "desktop"), s.region)
		if !clock.Sleep(ctx, lookPause) {
			break
		}
		s.observe(ctx, stopping)
	}
	s.follow(ctx)
}

// follow what was sent until it shows. An interrupt does not end that: nobody else will say what became
// of it.
func (s *starter) follow(ctx context.Context) {
	if ctx.Err() != nil && len(s.unseen()) > 0 {
		s.warn("interrupted: looking what became of the starts that were sent")
	}
	ctx = context.WithoutCancel(ctx)
	for end := time.Now().Add(followTime); len(s.unseen()) > 0; {
		s.observe(ctx, s.unseen())
		if len(s.unseen()) == 0 || time.Now().After(end) || !clock.Sleep(ctx, lookPause) {
			return
		}
	}
}

// unseen are the desktops that a call was sent for, and that no observation has shown to follow it.
func (s *starter) unseen() []*starting {
	var list []*starting
	for _, d := range s.desktops {
		if d.sent() && (d.err != nil || d.now == "Stopped") {
			list = append(list, d)
		}
	}
	return list
}

// note what it waits for, once.
func (s *starter) note(format string, args ...any) { s.say(s.screen.Note, format, args...) }

// warn of what ends its work early, once. -q does not silence it.
func (s *starter) warn(format string, args ...any) { s.say(s.screen.Warn, format, args...) }

func (s *starter) say(write func(string, ...any), format string, args ...any) {
	if text := fmt.Sprintf(format, args...); text != s.noted {
		s.noted = text
		write("stopctl: %s", text)
	}
}

// in are the desktops last seen in a state that no call was sent for.
func (s *starter) in(state string) []*starting {
	var list []*starting
	for _, d := range s.desktops {
		if d.now == state && !d.sent() && d.err == nil {
			list = append(list, d)
		}
	}
	return list
}

// observe the desktops. If EDS refuses one of them, the others are observed all the same.
func (s *starter) observe(ctx context.Context, list []*starting) {
	s.inParts(ctx, list, func(ctx context.Context, some []*starting) error {
		seen, err := s.session.DescribeDesktopInfo(ctx, s.region, idsOf(some))
		if err != nil {
			return err
		}
		states := map[string]string{}
		for _, d := range seen {
			states[d.DesktopID] = d.DesktopStatus
		}
		for _, d := range some {
			d.now, d.err = states[d.id], nil
		}
		s.far.observe(some)
		return nil
	})
}

// call for desktops that are Stopped. If it fails, another observation says how they are; if its response
// is lost, that observation is only the first of some.
func (s *starter) call(ctx context.Context, list []*starting) {
	s.inParts(ctx, list, func(ctx context.Context, some []*starting) error {
		_, err := eds.StartDesktops(ctx, s.session, s.region, idsOf(some))
		var failed *stop.CallError
		lost := errors.As(err, &failed) && failed.Family == stop.Ambiguous
		for _, d := range some {
			d.called = err == nil
			if lost {
				d.lost = err
			}
		}
		if err == nil {
			s.far.started.Add(int64(len(some)))
		}
		return err
	})
	failed := map[*starting]error{}
	for _, d := range list {
		if d.err != nil {
			failed[d], d.err = d.err, nil
		}
	}
	s.observe(ctx, slices.DeleteFunc(slices.Collect(maps.Keys(failed)), func(d *starting) bool { return d.lost != nil && ctx.Err() != nil }))
	for d, err := range failed {
		if !d.runs() && d.lost == nil {
			d.err = err
		}
	}
}

// inParts makes a call for at most 100 desktops at once.
func (s *starter) inParts(ctx context.Context, list []*starting, call func(context.Context, []*starting) error) {
	for some := range slices.Chunk(list, stop.MaxDesktopsPerCall) {
		s.halving(ctx, some, &budget{}, call)
	}
}

// halving makes a call; refused because of a desktop it names, it is made for each half. What is
// refused alone, or for another reason, is the desktop's error.
func (s *starter) halving(ctx context.Context, list []*starting, b *budget, call func(context.Context, []*starting) error) {
	err := s.attempt(ctx, list, call)
	if err == nil {
		b.succeeded = true
		return
	}
	var failed *stop.CallError
	if half := len(list) / 2; half > 0 && errors.As(err, &failed) && refused(failed) {
		if b.refuse() {
			s.halving(ctx, list[:half], b, call)
			s.halving(ctx, list[half:], b, call)
			return
		}
		err = fmt.Errorf("refused together with others: %w", failed)
	}
	for _, d := range list {
		d.err = err
	}
}

// attempt makes a call, and again while that may help.
func (s *starter) attempt(ctx context.Context, list []*starting, call func(context.Context, []*starting) error) error {
	last := errInterrupted
	for t := (attempts{deadline: s.deadline}); ctx.Err() == nil; {
		err := call(ctx, list)
		var failed *stop.CallError
		if !errors.As(err, &failed) {
			return err
		}
		last = failed
		pause, again := t.next(failed, time.Now())
		switch {
		case !again && t.tooLong(failed, time.Now()):
			s.warn("%s: EDS asks to wait %s (%s), longer than -wait allows: given up", failed.Action, terminal.Duration(failed.RetryAfter), failed.Code)
			return failed
		case !again:
			return failed
		}
		s.note("%s: %s: trying again in %s", failed.Action, failed.Code, terminal.Duration(pause))
		if !clock.Sleep(ctx, pause) {
			return failed
		}
	}
	return last
}

func idsOf(list []*starting) []string {
	ids := make([]string, len(list))
	for i, d := range list {
		ids[i] = d.id
	}
	return ids
}
