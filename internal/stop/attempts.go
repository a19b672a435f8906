package stop

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"

	"stopdesktops/internal/clock"
)

// maxAttempts of one call, the first included. With the pauses below that is about 15 seconds. Throttled
// responses do not count.
const maxAttempts = 8

// longestPause between two attempts, unless the service asks for a longer one.
const longestPause = 5 * time.Second

// throttlingWindow is how long a throttled call is tried again: the published quotas of EDS are for
// 60 seconds, so after a whole window and a little more a call that waits for nothing else is served.
const throttlingWindow = 70 * time.Second

// lastCallTime is kept for the last try before the end of the time.
const lastCallTime = 500 * time.Millisecond

// attempts counts the attempts at one call and pauses between them.
type attempts struct {
	left    int // after failures other than throttling
	backoff *backoff.ExponentialBackOff

	// giveUpAt is when to give up if the call is still throttled; zero unless the last response was throttled.
	giveUpAt   time.Time
	throttling *backoff.ExponentialBackOff
}

func newAttempts() *attempts {
	return &attempts{left: maxAttempts - 1, backoff: newBackOff(), throttling: newBackOff()}
}

// newBackOff returns pauses with jitter that double from 200 ms and then stay at longestPause.
func newBackOff() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 200 * time.Millisecond
	b.Multiplier = 2
	b.MaxInterval = longestPause
	return b
}

// again pauses after a failure. It returns false if the call should be given up. Others use the
// caller's slot meanwhile.
func (a *attempts) again(ctx context.Context, s *slot, e *CallError) bool {
	d, ok := a.next(ctx, e)
	return ok && s.outside(ctx, func() bool { return clock.Sleep(ctx, d) })
}

// next returns the pause after a failure, or false if the call should be given up.
func (a *attempts) next(ctx context.Context, e *CallError) (time.Duration, bool) {
	if e.Family == Throttled {
		return a.throttled(ctx, e.RetryAfter)
	}
	a.giveUpAt = time.Time{}
	if a.left <= 0 {
		return 0, false
	}
	a.left--
	return max(a.backoff.NextBackOff(), min(e.RetryAfter, longestPause)), true
}

// throttled returns the pause after a throttled response. asked is how long the service asks to wait,
// or 0.
func (a *attempts) throttled(ctx context.Context, asked time.Duration) (time.Duration, bool) {
	now := time.Now()
	if a.giveUpAt.IsZero() {
		a.beginThrottling(now)
	}
	d := a.throttling.NextBackOff()
	if asked > 0 {
		// Calls that were asked to wait the same time should not all come back at once.
		d = max(d, asked+rand.N(time.Second))
	}
	d = min(d, a.giveUpAt.Sub(now))
	deadline, limited := ctx.Deadline()
	if left := deadline.Sub(now) - lastCallTime; limited && d > left {
		if asked > left {
			return 0, false // the service has said that a call within the time would be refused
		}
		d = left // one last attempt
	}
	return d, d > 0
}

// beginThrottling begins the time for which the call is tried again.
func (a *attempts) beginThrottling(now time.Time) {
	a.giveUpAt = now.Add(throttlingWindow)
	a.throttling.Reset()
}

// awaitQuota waits until a call of the action is worth while: while all of them are throttled, one after the other finds
// out whether they still are. The wait counts as time in which the call was throttled. Others use the caller's
// slot meanwhile. Nothing that the call relies on may be found out before, because it would grow old.
func (a *attempts) awaitQuota(ctx context.Context, p *place, s *slot, action string) {
	for ctx.Err() == nil {
		now := time.Now()
		wait, freed := p.pace.askQuota(quotaKey{p.regionID, action}, now)
		if freed == nil {
			if wait > 0 {
				s.outside(ctx, func() bool { return clock.Sleep(ctx, wait) })
			}
			return
		}
		if a.giveUpAt.IsZero() {
			a.beginThrottling(now)
		}
		left := a.giveUpAt.Sub(now)
		if deadline, limited := ctx.Deadline(); limited {
			left = min(left, deadline.Sub(now)-lastCallTime)
		}
		if left <= 0 {
			return // its last try
		}
		s.outside(ctx, func() bool { return sleepUntil(ctx, min(wait, left), freed) })
	}
}

// sleepUntil sleeps until something happens, but no longer than d.
func sleepUntil(ctx context.Context, d time.Duration, happens <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-happens:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}
