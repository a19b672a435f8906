package handler

import (
	"context"
	"math"
	"slices"
	"sync"
)

// firstLimit is how many calls run at once before anything is known of the service.
const firstLimit = 8

// gate limits how many calls run at once, and finds out how many the service takes: a throttled call
// halves the limit; a run of calls that were not throttled raises it by one, up to its maximum, if as
// many at once as it allows were among them: fewer say nothing about it. It is shared by all
// invocations of the process: throttling is per account, not per event. Who waits is served in turn.
type gate struct {
	mu      sync.Mutex
	max     int
	limit   int // now; 1 to max
	running int
	good    int  // calls in a row that were not throttled
	filled  bool // among them were as many at once as the limit allows
	epoch   int  // counts the halvings
	waiting []chan struct{}
	// exhausted are the actions whose calls were all throttled since the limit was halved for one of
	// them. That is how a quota for a minute shows. Fewer calls at once would not help, and would delay
	// the calls of other actions.
	exhausted map[string]bool
}

// pace is what the calls made in one place show about the limit.
type pace int

const (
	unknownPace pace = iota // nothing
	goodPace                // a call was served
	tooFast                 // a call was throttled
)

func newGate(most int) *gate {
	most = max(1, most)
	return &gate{max: most, limit: min(most, firstLimit), exhausted: map[string]bool{}}
}

// width is how many calls may run at once now.
func (g *gate) width() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.limit
}

// enter waits for a turn. It returns what leave wants to know, or the context's error.
func (g *gate) enter(ctx context.Context) (epoch int, err error) {
	return g.queue(ctx, math.MaxInt)
}

// queue is enter, at most so far behind the head of the queue.
func (g *gate) queue(ctx context.Context, behind int) (epoch int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	g.mu.Lock()
	if g.running < g.limit && len(g.waiting) == 0 {
		g.run()
		defer g.mu.Unlock()
		return g.epoch, nil
	}
	turn := make(chan struct{})
	g.waiting = slices.Insert(g.waiting, min(behind, len(g.waiting)), turn)
	g.mu.Unlock()

	select {
	case <-turn:
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.epoch, nil
	case <-ctx.Done():
		g.giveUp(turn)
		return 0, ctx.Err()
	}
}

// giveUp leaves the queue, or gives back a turn that came at the same moment.
func (g *gate) giveUp(turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, turn); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
		return
	}
	g.running--
	g.admit()
}

// reenter is enter for a caller that gave its place back while it waited. It comes before callers that
// had no place yet. If ctx ends before, it takes the place without waiting.
func (g *gate) reenter(ctx context.Context) (epoch int) {
	epoch, err := g.queue(ctx, 0)
	if err == nil {
		return epoch
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.run()
	return g.epoch
}

// note records whether a call was throttled, and returns what that shows of the limit.
func (g *gate) note(action string, throttled bool) pace {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !throttled:
		delete(g.exhausted, action)
		return goodPace
	case g.exhausted[action]:
		return unknownPace
	}
	g.exhausted[action] = true
	return tooFast
}

// leave ends a turn. Calls that were under way when another was throttled do not halve the limit
// again: they were sent at the old pace.
func (g *gate) leave(epoch int, p pace) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	switch {
	case p == tooFast && epoch == g.epoch:
		g.limit, g.good, g.filled = max(1, g.limit/2), 0, false
		g.epoch++
	case p == goodPace:
		g.good++
		if g.good >= g.patience() && g.filled && g.limit < g.max {
			g.limit, g.good, g.filled = g.limit+1, 0, false
		}
	}
	g.admit()
}

func (g *gate) admit() {
	for g.running < g.limit && len(g.waiting) > 0 {
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
		g.run()
	}
}

// patience is how many calls must go well before one more is tried. Once the service has throttled,
// its limit is near: every try at it costs throttled calls.
func (g *gate) patience() int {
	if g.epoch == 0 {
		return g.limit
	}
	return 4 * g.limit
}

// run counts a call that begins.
func (g *gate) run() {
	g.running++
	g.filled = g.filled || g.running >= g.limit
}
