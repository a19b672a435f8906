package handler

import (
	"context"
	"slices"
	"sync"
)

// gate limits how many calls run at once. A throttled call halves the limit; a run of calls that
// were not throttled raises it again by one, up to its maximum. It is shared by all invocations of
// the process: throttling is per account, not per event. Who waits is served in turn.
type gate struct {
	mu      sync.Mutex
	max     int
	limit   int // now; 1 to max
	running int
	good    int // calls in a row that were not throttled
	epoch   int // counts the halvings
	waiting []chan struct{}
}

func newGate(limit int) *gate { return &gate{max: max(1, limit), limit: max(1, limit)} }

// enter waits for a turn. It returns what leave wants to know, or the context's error.
func (g *gate) enter(ctx context.Context) (epoch int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	g.mu.Lock()
	if g.running < g.limit && len(g.waiting) == 0 {
		g.running++
		defer g.mu.Unlock()
		return g.epoch, nil
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
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

// leave ends a turn. Calls that were under way when another was throttled do not halve the limit
// again: they were sent at the old pace.
func (g *gate) leave(epoch int, throttled bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	switch {
	case throttled && epoch == g.epoch:
		g.limit, g.good = max(1, g.limit/2), 0
		g.epoch++
	case !throttled:
		g.good++
		if g.good >= 2*g.limit && g.limit < g.max {
			g.limit, g.good = g.limit+1, 0
		}
	}
	g.admit()
}

func (g *gate) admit() {
	for g.running < g.limit && len(g.waiting) > 0 {
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
		g.running++
	}
}
