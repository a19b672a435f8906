package stop

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pass makes one call, taking a second, and reports how many were within at most.
type crowd struct {
	mu           sync.Mutex
	within, most int
}

func (c *crowd) pass(g *pace, throttled bool) {
	epoch, err := g.enter(context.Background())
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	c.within++
	c.most = max(c.most, c.within)
	c.mu.Unlock()
	time.Sleep(time.Second)
	c.mu.Lock()
	c.within--
	c.mu.Unlock()
	g.leave(epoch, paceOf(throttled))
}

func paceOf(throttled bool) hint {
	if throttled {
		return tooFast
	}
	return served
}

// rush sends n through at once and returns how many were within at most.
func rush(g *pace, n int) int {
	var c crowd
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { c.pass(g, false) })
	}
	wg.Wait()
	return c.most
}

func TestPaceLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if most := rush(newPace(8), 100); most != 8 {
			t.Errorf("%d at once, want 8", most)
		}
	})
}

// TestPaceHalvesAndRecovers: one throttled call halves the limit; eight that were under way together
// halve it once, not to nothing; calls that go well bring it back.
func TestPaceHalvesAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPace(8)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { new(crowd).pass(g, true) })
		}
		wg.Wait()
		if most := rush(g, 3); most != 3 || g.limit != 4 {
			t.Errorf("%d at once after throttling, limit %d, want 4", most, g.limit)
		}
		new(crowd).pass(g, true)
		if g.limit != 2 {
			t.Errorf("limit %d after a second throttling, want 2", g.limit)
		}
		rush(g, 200)
		if g.limit != 8 {
			t.Errorf("limit %d after 200 good calls, want 8", g.limit)
		}
	})
}

// TestPaceFindsTheLimit: it begins with 8 at once. Of a service that throttles what is above 12, it
// comes to take about as much as there is; fewer calls than the limit do not raise it. The calls of one moment may
// raise it several times before the first throttled one counts.
func TestPaceFindsTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPace(32)
		for range 20 {
			rush(g, 7)
		}
		if g.limit != 8 {
			t.Errorf("limit %d after 140 calls, 7 at once, want 8 still", g.limit)
		}
		const takes = 12
		var c crowd
		var wg sync.WaitGroup
		throttled := 0
		for range 2000 {
			wg.Go(func() {
				epoch, _ := g.enter(context.Background())
				c.mu.Lock()
				c.within++
				c.most = max(c.most, c.within)
				tooMany := c.within > takes
				if tooMany {
					throttled++
				}
				c.mu.Unlock()
				time.Sleep(time.Second)
				c.mu.Lock()
				c.within--
				c.mu.Unlock()
				g.leave(epoch, paceOf(tooMany))
			})
		}
		begin := time.Now()
		wg.Wait()
		perSecond := 2000 / time.Since(begin).Seconds()
		if c.most <= takes || c.most > 3*takes/2 || perSecond < 0.7*takes || throttled > 100 {
			t.Errorf("%d at once at most, %.1f of %d a second, %d throttled", c.most, perSecond, takes, throttled)
		}
	})
}

func TestPaceNeverCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPace(2)
		for range 10 {
			new(crowd).pass(g, true)
		}
		if g.limit != 1 {
			t.Errorf("limit %d, want 1", g.limit)
		}
	})
}

// TestPaceGivesUp: a call that stops waiting takes no place, also if one comes free at that moment.
func TestPaceGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPace(1)
		var wg sync.WaitGroup
		wg.Go(func() { new(crowd).pass(g, false) })
		synctest.Wait()
		for _, patience := range []time.Duration{500 * time.Millisecond, time.Second} {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			wg.Go(func() {
				if epoch, err := g.enter(ctx); err == nil {
					g.leave(epoch, served)
				}
			})
		}
		wg.Wait()
		if most := rush(g, 3); most != 1 || g.running != 0 || len(g.waiting) != 0 {
			t.Errorf("%d at once, %d running, %d waiting", most, g.running, len(g.waiting))
		}
	})
}

// TestPaceKnowsAQuota: while all calls of an action are throttled, the limit is halved once and not for
// each of them: fewer calls at once do not help, and other actions need the places. One call that is
// served shows that it was no quota, or that its window is over.
func TestPaceKnowsAQuota(t *testing.T) {
	g := newPace(8)
	call := func(action string, throttled bool) {
		epoch, _ := g.enter(context.Background())
		g.leave(epoch, g.note(action, throttled))
	}
	for _, c := range []struct {
		action    string
		throttled bool
		limit     int
	}{
		{"StopDesktops", true, 4},
		{"StopDesktops", true, 4},
		{"DescribeDesktopInfo", false, 4},
		{"StopDesktops", true, 4},
		{"DescribeDesktopInfo", true, 2},
		{"StopDesktops", true, 2},
		{"StopDesktops", false, 2},
		{"StopDesktops", true, 1},
	} {
		if call(c.action, c.throttled); g.limit != c.limit {
			t.Errorf("%s throttled %v: limit %d, want %d", c.action, c.throttled, g.limit, c.limit)
		}
	}
}

// TestPaceReenter: a slot that comes back waits for a place like all others, but is the first of them.
// After the end of its context it takes one at once, and the count of places stays right.
func TestPaceReenter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newPace(1)
		var order []string
		var mu sync.Mutex
		pass := func(name string, enter func() int) {
			epoch := enter()
			mu.Lock()
			order = append(order, name)
			if g.running > 1 {
				t.Errorf("%s: %d at once", name, g.running)
			}
			mu.Unlock()
			time.Sleep(time.Second)
			g.leave(epoch, served)
		}
		fresh := func() int { epoch, _ := g.enter(context.Background()); return epoch }
		again := func() int { return g.reenter(context.Background()) }
		var wg sync.WaitGroup
		for _, c := range []struct {
			name  string
			enter func() int
		}{{"first", fresh}, {"second", fresh}, {"third", fresh}, {"back", again}} {
			wg.Go(func() { pass(c.name, c.enter) })
			synctest.Wait()
		}
		wg.Wait()
		if got := strings.Join(order, " "); got != "first back second third" {
			t.Error(got)
		}
		over, cancel := context.WithCancel(context.Background())
		cancel()
		holder := fresh()
		g.leave(g.reenter(over), noHint)
		g.leave(holder, served)
		if g.running != 0 {
			t.Errorf("%d running", g.running)
		}
	})
}
