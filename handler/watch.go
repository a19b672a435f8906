package handler

import (
	"context"
	"time"
)

// longestPoll is the pause between two looks of a long wait: desktops take tens of seconds to stop.
const longestPoll = 5 * time.Second

// watch looks at the desktops on their way until each is seen Stopped or the longest wait that a
// job asks for is over. What cannot be seen stays as it was last seen.
func (r *run) watch(ctx context.Context) {
	wait := r.longestWait()
	if wait <= 0 {
		return
	}
	deadline, limited := ctx.Deadline()
	tooShort := limited && time.Until(deadline) < wait
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for poll := time.Second; ; poll = min(poll+time.Second, longestPoll) {
		pending := r.pending()
		if len(pending) == 0 {
			return
		}
		if !pause(ctx, poll) {
			if tooShort {
				r.log.Warn("the wait ended before what was asked for: raise the function's timeout", "WaitSeconds", int(wait.Seconds()))
			}
			return
		}
		r.look(ctx, pending)
		for _, d := range pending {
			d.follow()
		}
	}
}

// pause waits for d, or until so shortly before the end of ctx that one more look has time. It
// returns false when there is no time for even that.
func pause(ctx context.Context, d time.Duration) bool {
	const lookTime = 500 * time.Millisecond
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		if left <= lookTime {
			return false
		}
		d = min(d, left-lookTime)
	}
	return sleep(ctx, d)
}

func (r *run) longestWait() (wait time.Duration) {
	for _, j := range r.live() {
		if !j.request.DryRun {
			wait = max(wait, j.wait())
		}
	}
	return wait
}

// wait is how long j asks to see its desktops Stopped.
func (j *job) wait() time.Duration {
	if j.request.WaitSeconds == nil {
		return 0
	}
	return time.Duration(*j.request.WaitSeconds) * time.Second
}

// pending are the desktops that may still be seen Stopped.
func (r *run) pending() []*desktop {
	var pending []*desktop
	for _, g := range r.regions {
		for _, d := range g.desktops {
			onTheirWay := d.fate.outcome == Accepted || d.fate.outcome == Stopping
			if onTheirWay || d.seen != nil && d.seen.DesktopStatus == "Stopping" {
				pending = append(pending, d)
			}
		}
	}
	return pending
}

// follow takes the last look into the fate of a desktop that was on its way.
func (d *desktop) follow() {
	if d.seen == nil {
		return
	}
	if d.fate.outcome != Accepted && d.fate.outcome != Stopping {
		return // was stopping without us: its items say so
	}
	switch d.seen.DesktopStatus {
	case "Stopped":
		d.fate = d.fate.with(Stopped)
	case "Stopping":
		d.fate = d.fate.with(Stopping)
	}
}

// with another outcome.
func (f fate) with(outcome Outcome) *fate {
	f.outcome = outcome
	return &f
}
