package stop

import (
	"context"
	"errors"
)

// errTimeUp says that a call was not made: the time was up before it could be.
var errTimeUp = errors.New("the time was up before the call could be made")

// attempt makes one call. The error is a *CallError, or errTimeUp if the call was not made. It is the only place
// where a throttled call (429) slows others down: it tells the pace of the account, which halves how many calls run
// at once, and the quota of the action, whose other calls then wait in awaitQuota.
func attempt(ctx context.Context, p *place, s *slot, action string, call func(context.Context) error) error {
	return p.pace.inSlot(ctx, s, func(s *slot) error {
		p.run.count(action)
		err := call(ctx)
		e := asCallError(err)
		throttled := e != nil && e.Family == Throttled
		s.note(action, throttled)
		p.pace.noteQuota(quotaKey{p.regionID, action}, throttled)
		return err
	})
}

// read makes a call that changes nothing, and retries it while that may help. A call that the end of
// the time cut off has done no harm: it counts as not made, unless EDS had failed it before.
func read(ctx context.Context, p *place, s *slot, action string, call func(context.Context) error) error {
	var before error = errTimeUp
	for a := newAttempts(); ; {
		a.awaitQuota(ctx, p, s, action)
		err := attempt(ctx, p, s, action, call)
		if err != nil && ctx.Err() != nil {
			return before
		}
		e := asCallError(err)
		if e == nil || !e.Passing() || !a.again(ctx, s, e) {
			return err
		}
		before = err
	}
}

// asCallError returns the *CallError in err, or nil.
func asCallError(err error) *CallError {
	var e *CallError
	if errors.As(err, &e) {
		return e
	}
	return nil
}
