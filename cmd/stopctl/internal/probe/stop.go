package probe

import (
	"context"
	"fmt"
	"slices"
	"time"

	"stopdesktops/internal/stop"
)

// KeepUntilKey is the default key of the tag that keeps a desktop running until a time.
const KeepUntilKey = "stop-desktops:keep-until"

// Timing of a stop.
type Timing struct {
	Every  time.Duration // between two observations of the desktop
	Follow time.Duration // how soon Stopping is assumed to be seen
	Wait   time.Duration // how long to wait for Stopped
}

// Stopped is what came of the stop.
type Stopped struct {
	Lines              []Line
	Sent               bool          // EDS took the call, or its response was lost
	ToStopping, ToDone time.Duration // after the call; 0: not seen
}

// MayStop returns nil if the desktop runs, nobody is connected, and neither a tag nor an update protects it.
// Whatever cannot be found out is an error.
func (p *Probe) MayStop(ctx context.Context, desktopID string) error {
	p.extra += 4
	info := p.ask(ctx, "DescribeDesktopInfo", numbered("DesktopId", desktopID)...)
	if info.Failure != nil {
		return info.Failure
	}
	rows := slices.DeleteFunc(info.rows(), func(r row) bool { return r.text("DesktopId") != desktopID })
	if len(rows) != 1 {
		return fmt.Errorf("EDS does not know %s in %s", desktopID, p.RegionId)
	}
	d := rows[0]
	flags := slices.DeleteFunc(append(d.texts("ManagementFlag"), d.texts("ManagementFlags")...), func(f string) bool { return f == "" || f == "NoFlag" })
	switch {
	case d.text("DesktopStatus") != "Running":
		return fmt.Errorf("%s is %s: the stop needs one that is Running", desktopID, orEmpty(d.text("DesktopStatus")))
	case d.text("ConnectionStatus") != "Disconnected":
		return fmt.Errorf("%s has the ConnectionStatus %s: the stop needs one that is Disconnected", desktopID, orEmpty(d.text("ConnectionStatus")))
	case len(flags) > 0:
		return fmt.Errorf("%s is being updated or migrated (%s)", desktopID, safeWord(flags[0]))
	}
	return p.untagged(ctx, desktopID)
}

// untagged returns nil if the desktop carries neither the protect tag nor a keep-until tag, in either namespace.
func (p *Probe) untagged(ctx context.Context, desktopID string) error {
	for _, namespace := range []string{instance, otherNamespace} {
		x := p.ask(ctx, "ListTagResources", append(numbered("ResourceId", desktopID), "ResourceType", namespace, "MaxResults", "100")...)
		if namespace == otherNamespace && refusal(x) != "" {
			continue // there is no such namespace
		}
		if x.Failure != nil {
			return x.Failure
		}
		for _, r := range x.rows() {
			if key := r.text("TagKey"); key == p.TagKey || key == KeepUntilKey {
				return fmt.Errorf("%s carries the tag %s: it is protected", desktopID, key)
			}
		}
	}
	return nil
}

// stopLines are the assumptions that only a stop can check.
var stopLines = []Line{
	{Name: "stop-unknown", About: "an unknown desktop alone is not_found", Assumed: "refused as unknown"},
	{Name: "stop-taken", About: "one Running desktop that nobody uses", Assumed: "200 and a RequestId"},
	{Name: "stop-seen", About: "accepted turns into stopping", Assumed: "Stopping or Stopped soon"},
	{Name: "stop-done", About: "WaitSeconds waits for Stopped", Assumed: "Stopped"},
	{Name: "stop-again", About: "a desktop that is Stopped already", Assumed: "refused for its state"},
}

// Stop stops one desktop and checks what only a stop can show. The caller asked for consent.
func (p *Probe) Stop(ctx context.Context, desktopID string, t Timing) *Stopped {
	s := &Stopped{}
	p.extra += 3
	s.add(refusedAs(p.stopCall(ctx, unknownDesktop), stop.NotFound))
	if err := p.MayStop(ctx, desktopID); err != nil {
		return s.rest("the desktop is not as it was")
	}
	sent := time.Now()
	call := p.stopCall(ctx, desktopID)
	s.Sent = call.Failure == nil || call.Failure.Family == stop.Ambiguous
	s.add(taken(call))
	if !s.Sent {
		return s.rest("the stop was not taken")
	}
	p.follow(ctx, desktopID, sent, t, s)
	if ctx.Err() != nil {
		return s.rest("interrupted")
	}
	s.add(within(s.ToStopping, t.Follow))
	s.add(within(s.ToDone, t.Wait))
	if s.ToDone == 0 {
		return s.rest("it is not Stopped")
	}
	s.add(refusedAs(p.stopCall(ctx, desktopID), stop.WrongState))
	return s
}

// add the result of the next line.
func (s *Stopped) add(r result) {
	line := stopLines[len(s.Lines)]
	line.Group, line.Verdict, line.Seen = "One stop", r.verdict, r.seen
	s.Lines = append(s.Lines, line)
}

// rest of the lines: they could not be asked.
func (s *Stopped) rest(format string, args ...any) *Stopped {
	for len(s.Lines) < len(stopLines) {
		s.add(notAsked(format, args...))
	}
	return s
}

// within judges a state that was seen after some time; 0: not at all.
func within(after, limit time.Duration) result {
	switch {
	case after == 0:
		return different("not within %s", limit)
	case after > limit:
		return different("later than %s", limit)
	}
	return same("within %s", limit)
}

func (p *Probe) stopCall(ctx context.Context, desktopID string) *Exchange {
	return p.once(ctx, "StopDesktops", map[string]string{"DesktopId.1": desktopID, "StoppedMode": "StopCharging"})
}

// taken judges the response to the stop.
func taken(x *Exchange) result {
	if r := refusal(x); r != "" {
		return different("%s", r)
	}
	if r, ok := unanswered(x); !ok {
		return r
	}
	return same("%d and a RequestId", x.Status)
}

// refusedAs judges a stop that should be refused.
func refusedAs(x *Exchange, family stop.Family) result {
	if r := refusal(x); r != "" {
		return sameIf(x.Failure.Family == family, "%s", r)
	}
	if r, ok := unanswered(x); !ok {
		return r
	}
	return different("%d, taken", x.Status)
}

// follow observes the desktop until it is Stopped or the time is up.
func (p *Probe) follow(ctx context.Context, desktopID string, sent time.Time, t Timing, s *Stopped) {
	for ; time.Since(sent) <= t.Wait && ctx.Err() == nil; Sleep(ctx, t.Every) {
		p.extra++
		x := p.once(ctx, "DescribeDesktopInfo", map[string]string{"DesktopId.1": desktopID})
		after := max(time.Since(sent), 1)
		state := x.state(desktopID)
		if s.ToStopping == 0 && (state == "Stopping" || state == "Stopped") {
			s.ToStopping = after
		}
		if state == "Stopped" {
			s.ToDone = after
			return
		}
	}
}

// state of a desktop in the response; "" if it has no row.
func (x *Exchange) state(desktopID string) string {
	for _, r := range x.rows() {
		if r.text("DesktopId") == desktopID {
			return r.text("DesktopStatus")
		}
	}
	return ""
}
