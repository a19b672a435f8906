package stop

import "time"

// What is done about a quota that is used up. Throttled calls are waste, and a fleet must leave room for the one
// desktop of a ticket in another instance.
const (
	// firstProbe and longestProbe are the shortest and the longest time between two calls that find out whether
	// the quota of an action is free again. All other calls of the action wait meanwhile.
	firstProbe, longestProbe = 200 * time.Millisecond, 3 * time.Second
	// usedUpTime is how long all calls of an action are throttled if it is a quota for a minute, and not one for
	// a second.
	usedUpTime = 5 * time.Second
	// quotaWindow is what the published quotas are for. For so long after a quota was used up, the calls of
	// the action are spaced. 1,000 calls then take 30 seconds: half of the time there is room for others.
	quotaWindow = time.Minute
	quotaSpace  = 30 * time.Millisecond
)

// quotaKey names a quota. Whether a quota is for one region or for all is unknown: calls of one region do not wait
// for those of another.
type quotaKey struct{ regionID, action string }

// quota is what is known of the quota of an action whose calls were throttled.
type quota struct {
	usedUp time.Time     // since when all calls were throttled; zero: the last one was served
	probe  time.Time     // when the next call may find out whether they still are
	pause  time.Duration // until the probe after that
	freed  chan struct{} // closed when a call is served
	spaced time.Time     // until when calls are spaced
	next   time.Time     // when the next spaced call may be made
}

// note what a call showed of the quota.
func (q *quota) note(throttled bool, now time.Time) {
	switch {
	case throttled && q.usedUp.IsZero():
		q.usedUp, q.pause, q.probe = now, firstProbe, now
		q.freed = make(chan struct{})
	case !throttled && !q.usedUp.IsZero():
		if now.Sub(q.usedUp) > usedUpTime {
			q.spaced, q.next = now.Add(quotaWindow), now
		}
		q.usedUp = time.Time{}
		close(q.freed)
	}
}

// take returns how long a call has to wait at most before it may ask again, and what ends the wait earlier; 0: it
// may be made.
func (q *quota) take(now time.Time) (wait time.Duration, freed <-chan struct{}) {
	switch {
	case q.usedUp.IsZero():
		return 0, nil
	case now.Before(q.probe):
		return q.probe.Sub(now), q.freed
	}
	q.probe, q.pause = now.Add(q.pause), min(2*q.pause, longestProbe)
	return 0, nil
}

// space returns how long a call has to wait for its place among the spaced calls.
func (q *quota) space(now time.Time) time.Duration {
	if now.After(q.spaced) {
		return 0
	}
	at := now
	if q.next.After(now) {
		at = q.next
	}
	q.next = at.Add(quotaSpace)
	return at.Sub(now)
}

// noteQuota records whether a call was throttled.
func (p *pace) noteQuota(key quotaKey, throttled bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quotas[key] == nil {
		if !throttled {
			return
		}
		p.quotas[key] = &quota{}
	}
	p.quotas[key].note(throttled, time.Now())
}

// askQuota returns how long a call has to wait: for its place among spaced calls, or, if freed is not nil, until it
// asks again.
func (p *pace) askQuota(key quotaKey, now time.Time) (wait time.Duration, freed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.quotas[key]
	if q == nil {
		return 0, nil
	}
	if wait, freed = q.take(now); freed == nil {
		wait = q.space(now)
	}
	return wait, freed
}
