package stop

import (
	"context"
	"math"
	"slices"
	"sync"
)

// firstLimit is how many calls run at once before anything is known of the service.
const firstLimit = 8

// pace limits how many calls run at once, and finds out how many the service takes: a throttled call
// halves the limit. A run of calls that were not throttled raises it by one, up to its maximum, if as
// many at once as it allows were among them: fewer say nothing about it. All invocations of the
// process share that of an account: EDS throttles the account, not the event. The longest waiting call goes first.
type pace struct {
	mu      sync.Mutex
	max     int
	limit   int // now; 1 to max
	running int
	good    int  // calls not throttled since the limit last changed
	filled  bool // among them were as many at once as the limit allows
	epoch   int  // counts the halvings
	waiting []chan struct{}
	later   []chan struct{} // calls that begin only when no other call waits
	// exhausted are the actions that were throttled and not served since. Further throttling of such an
	// action does not halve the limit again: its quota for a minute is used up. Fewer calls at once would not
	// help, and would delay the calls of other actions.
	exhausted map[string]bool
	quotas    map[quotaKey]*quota // of actions whose calls were throttled
}

// hint is what the calls of a slot show of the limit.
type hint int

const (
	noHint  hint = iota // nothing
	served              // a call was served
	tooFast             // a call was throttled
)

func newPace(most int) *pace {
	most = max(1, most)
	return &pace{max: most, limit: min(most, firstLimit), exhausted: map[string]bool{}, quotas: map[quotaKey]*quota{}}
}

// width is how many calls may run at once now.
func (p *pace) width() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}

// enter waits until a call may be made. It returns the epoch for leave, or the context's error.
func (p *pace) enter(ctx context.Context) (epoch int, err error) {
	return p.queue(ctx, inOrder)
}

// Places in the queue: behind all that wait, or behind all that wait now and later.
const (
	inOrder  = math.MaxInt
	afterAll = -1
)

// queue is enter, at most so far behind the head of the queue.
func (p *pace) queue(ctx context.Context, behind int) (epoch int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	p.mu.Lock()
	if p.running < p.limit && len(p.waiting)+len(p.later) == 0 {
		p.run()
		defer p.mu.Unlock()
		return p.epoch, nil
	}
	ready := make(chan struct{})
	if behind == afterAll {
		p.later = append(p.later, ready)
	} else {
		p.waiting = slices.Insert(p.waiting, min(behind, len(p.waiting)), ready)
		p.admit()
	}
	p.mu.Unlock()

	select {
	case <-ready:
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.epoch, nil
	case <-ctx.Done():
		p.giveUp(ready)
		return 0, ctx.Err()
	}
}

// giveUp leaves the queue, or gives back the place that came free at the same moment.
func (p *pace) giveUp(ready chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, queue := range []*[]chan struct{}{&p.waiting, &p.later} {
		if i := slices.Index(*queue, ready); i >= 0 {
			*queue = slices.Delete(*queue, i, i+1)
			return
		}
	}
	p.running--
	p.admit()
}

// reenter is enter for a slot that gave its place back while it waited: it comes before those that had
// none yet. If ctx ends before, the slot goes on all the same.
func (p *pace) reenter(ctx context.Context) (epoch int) {
	epoch, err := p.queue(ctx, 0)
	if err == nil {
		return epoch
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run()
	return p.epoch
}

// note records whether a call was throttled, and returns what that shows of the limit.
func (p *pace) note(action string, throttled bool) hint {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !throttled:
		delete(p.exhausted, action)
		return served
	case p.exhausted[action]:
		return noHint
	}
	p.exhausted[action] = true
	return tooFast
}

// leave ends what enter began. Calls that were under way when another was throttled do not halve the
// limit again: they were sent at the old pace.
func (p *pace) leave(epoch int, shown hint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	switch {
	case shown == tooFast && epoch == p.epoch:
		p.limit, p.good, p.filled = max(1, p.limit/2), 0, false
		p.epoch++
	case shown == served:
		p.good++
		if p.good >= p.patience() && p.filled && p.limit < p.max {
			p.limit, p.good, p.filled = p.limit+1, 0, false
		}
	}
	p.admit()
}

func (p *pace) admit() {
	for p.running < p.limit && len(p.waiting)+len(p.later) > 0 {
		next := &p.waiting
		if len(*next) == 0 {
			next = &p.later
		}
		close((*next)[0])
		*next = (*next)[1:]
		p.run()
	}
}

// patience is how many calls must go well before one more is tried. At first the limit grows by half in the time
// of a call. Once the service has throttled, its limit is near: every attempt to pass it costs throttled calls.
func (p *pace) patience() int {
	if p.epoch == 0 {
		return p.limit / 4
	}
	return 4 * p.limit
}

// run counts a call that begins.
func (p *pace) run() {
	p.running++
	p.filled = p.filled || p.running >= p.limit
}
