package stop

import (
	"fmt"
	"testing"
)

func TestStartOf(t *testing.T) {
	for retry, want := range map[int]int{
		1: 0, 2: 1200, 3: 2400, 4: 3600, 5: 4800,
		6: 600, 7: 1800, 8: 3000, 9: 4200, 10: 5400,
		11: 300, 12: 1500, 16: 900, 21: 150,
	} {
		if got := startOf(Invocation{RequestID: "a", RetryCount: retry}, 6000); got != want {
			t.Errorf("retry %d begins at %d, want %d", retry, got, want)
		}
	}
	for _, n := range []int{1, 2, 801, 99_999} {
		for retry := range 1000 {
			if at := startOf(Invocation{RequestID: fmt.Sprint(retry), RetryCount: retry % 200}, n); at < 0 || at >= n {
				t.Fatalf("retry %d of %d begins at %d", retry, n, at)
			}
		}
	}
	if at := startOf(Invocation{RetryCount: 1 << 40}, 7); at < 0 || at >= 7 {
		t.Errorf("a huge count begins at %d", at)
	}
	parts := map[int]bool{}
	for i := range 10 {
		at := startOf(Invocation{RequestID: fmt.Sprintf("1-scenario-%d", i)}, 6000)
		if again := startOf(Invocation{RequestID: fmt.Sprintf("1-scenario-%d", i)}, 6000); again != at {
			t.Errorf("the same request ID begins at %d and at %d", at, again)
		}
		parts[at/1200] = true
	}
	if len(parts) < 4 {
		t.Errorf("ten request IDs begin in %d fifths", len(parts))
	}
}

// TestSmallEventsKeepTheirOrder: what fits into one wave is not rotated.
func TestSmallEventsKeepTheirOrder(t *testing.T) {
	r := &run{Engine: New(Policy{APIConcurrency: 32}), invocation: Invocation{RetryCount: 2}}
	for n, want := range map[int]int{0: 0, 1: 0, 100: 0, 800: 0, 801: 100, 1000: 200, 1_700: 300} {
		o := &order{}
		for i := range n {
			o.ask(fmt.Sprint(i))
		}
		targets := (&unit{run: r, place: &place{pace: r.paceOf("")}, orders: []*order{o}}).workList()
		seen := map[string]bool{}
		for i, d := range targets {
			if d.id != fmt.Sprint((want+i)%n) {
				t.Fatalf("%d desktops: place %d has %s, want the order to begin at %d", n, i, d.id, want)
			}
			seen[d.id] = true
		}
		if len(seen) != n {
			t.Errorf("%d of %d desktops", len(seen), n)
		}
	}
}
