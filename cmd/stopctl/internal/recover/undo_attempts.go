package recover

import (
	"errors"
	"time"

	"stopdesktops/internal/stop"
)

// How often and how long one call is tried, as the function does it.
const (
	maxTries         = 5                // where the call is not served, or its answer is lost
	throttlingWindow = 70 * time.Second // the quotas of EDS are for 60 seconds
	longestPause     = 5 * time.Second  // between two attempts, unless EDS asks for a longer one
)

// attempts counts the attempts at one call.
type attempts struct {
	deadline  time.Time // of undo as a whole
	failed    int
	throttled int       // in a row
	givenUp   time.Time // when a call that is throttled is given up
}

// next returns the pause after a failure, or false if the call should be given up. The pause is no
// shorter than EDS asks.
func (t *attempts) next(e *stop.CallError, now time.Time) (time.Duration, bool) {
	if e.Family != stop.Throttled {
		t.throttled = 0
		t.failed++
		return max(growing(t.failed), e.RetryAfter), e.Passing() && t.failed < maxTries && !t.tooLong(e, now)
	}
	if t.throttled++; t.throttled == 1 {
		t.givenUp = now.Add(throttlingWindow)
		if t.deadline.After(t.givenUp) {
			t.givenUp = t.deadline
		}
	}
	pause := min(growing(t.throttled), t.givenUp.Sub(now))
	return max(pause, e.RetryAfter), pause > 0 && !t.tooLong(e, now)
}

// tooLong reports whether EDS asks for a pause that is longer than undo waits for anything.
func (t *attempts) tooLong(e *stop.CallError, now time.Time) bool {
	return e.RetryAfter > lookPause && e.RetryAfter > max(t.deadline.Sub(now), t.givenUp.Sub(now))
}

// growing returns the pause after the nth failure: it doubles up to longestPause.
func growing(n int) time.Duration { return min(lookPause<<min(n-1, 10), longestPause) }

// refused reports whether the call was refused as a whole, perhaps because of one desktop that it names.
func refused(e *stop.CallError) bool {
	return e.Family == stop.NotFound || e.Family == stop.WrongState || e.OneOfMany
}

// Calls that may be refused of what began as one call, as in the function.
const (
	refusalsInAll      = 96
	refusalsWithoutAny = 16 // as long as nothing has succeeded
)

// budget is what may still be spent on finding the bad ones among desktops that are refused together.
type budget struct {
	refusals  int
	succeeded bool // some part of them
}

// refuse counts a refusal. It returns false when no more calls should be spent.
func (b *budget) refuse() bool {
	b.refusals++
	return b.refusals <= refusalsInAll && (b.succeeded || b.refusals <= refusalsWithoutAny)
}

// errInterrupted is that of desktops for which no call was made before the interrupt.
var errInterrupted = errors.New("interrupted before it was called")
