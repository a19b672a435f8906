package stop

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

func tag(key string) events.Tag { return events.Tag{Key: key} }

func seconds(n int) *int { return &n }

var forbidden = &CallError{Family: Denied, Code: "Forbidden", Message: "no"}

// TestSlowNeighbours puts a fast order beside a slow one, for each kind of knowledge that an order can
// need. The fast one's call is made as early as when it is alone, and its result is there as early.
func TestSlowNeighbours(t *testing.T) {
	slowly := func(action, about string, d time.Duration, err error) func(call) (time.Duration, error) {
		return func(c call) (time.Duration, error) {
			if c.action == action && strings.HasPrefix(c.about, about) {
				return d, err
			}
			return 100 * time.Millisecond, nil
		}
	}
	throttled := &CallError{Family: Throttled, Code: "Throttling"}
	month := ordered("ecd-slow").with(func(q *events.Request) { q.IdleMinutes = 30 * 24 * 60 })
	minute := ordered("ecd-fast").with(func(q *events.Request) { q.IdleMinutes = 1 })
	office := Order{Request: events.Request{Select: &events.Select{OfficeSiteId: "site-slow"}}}
	byTag := Order{Request: events.Request{Select: &events.Select{Tag: []events.Tag{tag("slow")}}}}
	all := Order{Request: events.Request{DesktopId: []string{"ecd-slow"}, Select: &events.Select{All: true}}}
	noTag := ordered("ecd-slow").with(func(q *events.Request) { q.Exclude = &events.Exclude{Tag: []events.Tag{tag("night")}} })
	noUser := ordered("ecd-slow").with(func(q *events.Request) { q.Exclude = &events.Exclude{EndUserId: []string{"li"}} })
	noDesktop := ordered("ecd-slow").with(func(q *events.Request) { q.Exclude = &events.Exclude{DesktopId: []string{"ecd-nosuch"}} })
	const accepted, late = "accepted, ecd-slow accepted", "failed, ecd-slow not_attempted deadline"
	for name, c := range map[string]struct {
		slow   Order
		fast   Order // none: one that needs nothing
		pages  map[string]int
		behave func(call) (time.Duration, error)
		want   string
		action string // that the slow order waits for
		calls  int    // of it
	}{
		"a month of uses and a minute":  {month, minute, map[string]int{"720h0m0s": 1500}, nil, accepted, "DescribeClientEvents", 1500},
		"a month of uses":               {month, Order{}, map[string]int{"720h0m0s": 1500}, nil, accepted, "DescribeClientEvents", 1500},
		"more uses than time":           {month, Order{}, map[string]int{"720h0m0s": 4000}, nil, late, "DescribeClientEvents", 1800},
		"a tag listing that hangs":      {noTag, Order{}, nil, slowly("ListTagResources", "night", forever, nil), late, "ListTagResources", 1},
		"a tag listing of 20 s":         {noTag, Order{}, nil, slowly("ListTagResources", "night", 20*time.Second, nil), accepted, "ListTagResources", 1},
		"a throttled tag listing":       {noTag, Order{}, nil, slowly("ListTagResources", "night", time.Second, throttled), "failed, ecd-slow failed Throttling", "ListTagResources", 14},
		"a denied tag listing":          {noTag, Order{}, nil, slowly("ListTagResources", "night", 20*time.Second, forbidden), "failed, ecd-slow failed Forbidden", "ListTagResources", 1},
		"tags that hang":                {noTag, Order{}, nil, slowly("ListTagResourcesByID", "ecd-slow", forever, nil), late, "ListTagResourcesByID", 1},
		"tags of 20 s":                  {noTag, Order{}, nil, slowly("ListTagResourcesByID", "ecd-slow", 20*time.Second, nil), accepted, "ListTagResourcesByID", 1},
		"throttled tags":                {noTag, Order{}, nil, slowly("ListTagResourcesByID", "ecd-slow", time.Second, throttled), "failed, ecd-slow failed Throttling", "ListTagResourcesByID", 14},
		"denied tags":                   {noTag, Order{}, nil, slowly("ListTagResourcesByID", "ecd-slow", 20*time.Second, forbidden), "failed, ecd-slow failed Forbidden", "ListTagResourcesByID", 1},
		"tags of many pages":            {noTag, Order{}, map[string]int{"ecd-slow": 50}, nil, accepted, "ListTagResourcesByID", 50},
		"a slow office":                 {office, Order{}, map[string]int{"office site-slow": 5}, slowly("DescribeDesktops", "office", 4*time.Second, nil), accepted, "DescribeDesktops", 5},
		"an office that hangs":          {office, Order{}, nil, slowly("DescribeDesktops", "office", forever, nil), "failed", "DescribeDesktops", 1},
		"a slow selection by tag":       {byTag, Order{}, map[string]int{"slow": 5}, slowly("ListTagResources", "slow", 4*time.Second, nil), accepted, "ListTagResources", 5},
		"a slow selection of all":       {all, Order{}, map[string]int{"all": 5}, slowly("DescribeDesktops", "all", 4*time.Second, nil), accepted, "DescribeDesktops", 5},
		"a slow listing of a user":      {noUser, Order{}, map[string]int{"users li": 5}, slowly("DescribeDesktops", "users", 4*time.Second, nil), accepted, "DescribeDesktops", 5},
		"users that hang":               {noUser, Order{}, nil, slowly("DescribeDesktopsByID", "", forever, nil), late, "DescribeDesktopsByID", 1},
		"slow users of a desktop":       {noUser, Order{}, nil, slowly("DescribeDesktopsByID", "", 2*time.Second, nil), accepted, "DescribeDesktopsByID", 1},
		"a check of Exclude that hangs": {noDesktop, Order{}, nil, slowly("DescribeDesktopInfo", "ecd-nosuch", forever, nil), accepted, "StopDesktops", 1},
	} {
		for _, first := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/first=%t", name, first), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					inWorld := func(orders ...Order) (*world, []done) {
						w := newWorld(t, "ecd-fast", "ecd-slow")
						w.find("ecd-slow", regionA).office, w.find("ecd-slow", regionA).tags["slow"] = "site-slow", ""
						w.pages, w.behave = c.pages, c.behave
						e := testEngine(Policy{ProtectTag: tag("protect")})
						if c.action == "ListTagResources" {
							e.few = 0
						}
						return w, w.do(e, orders...)
					}
					fast := c.fast
					if fast.Request.DesktopId == nil {
						fast = ordered("ecd-fast")
					}
					aloneWorld, alone := inWorld(fast)
					orders, i := []Order{fast, c.slow}, 0
					if first {
						orders, i = []Order{c.slow, fast}, 1
					}
					w, got := inWorld(orders...)
					if at, earliest := w.stoppedAt("ecd-fast"), aloneWorld.stoppedAt("ecd-fast"); earliest == 0 || at > earliest+4*arrivalTime {
						t.Errorf("the fast order's call came after %v; alone after %v", at, earliest)
					}
					if got[i].String() != alone[0].String() || got[i].at > alone[0].at+4*arrivalTime {
						t.Errorf("the fast order: %s after %v; alone %s after %v", got[i], got[i].at, alone[0], alone[0].at)
					}
					if got[1-i].String() != c.want {
						t.Errorf("the slow order: %s, want %s", got[1-i], c.want)
					}
					calls := slices.DeleteFunc(w.seen(c.action), func(about string) bool { return about == "protect" || about == "ecd-fast" })
					if n := len(calls); n < c.calls || n > c.calls+c.calls/2 {
						t.Errorf("%d calls of %s, want %d: %.200q", n, c.action, c.calls, calls)
					}
				})
			})
		}
	}
}

// TestLimitOfNeighbours: an order that does not fit beside its neighbours is blocked, names them, and is
// done when it comes again.
func TestLimitOfNeighbours(t *testing.T) {
	office := Order{Request: events.Request{Select: &events.Select{OfficeSiteId: "site-slow"}}}
	fleet := func(t *testing.T) *world {
		w := newWorld(t, "ecd-a", "ecd-b", "ecd-c", "ecd-d")
		for _, id := range []string{"ecd-c", "ecd-d"} {
			w.find(id, regionA).office = "site-slow"
		}
		w.behave = func(c call) (time.Duration, error) {
			if strings.HasPrefix(c.about, "office") {
				return 10 * time.Second, nil
			}
			return 100 * time.Millisecond, nil
		}
		return w
	}
	synctest.Test(t, func(t *testing.T) {
		w, e := fleet(t), testEngine(Policy{MaxDesktops: 3})
		got := w.do(e, office, ordered("ecd-a", "ecd-b"))
		if s := got[1].String(); s != "accepted, ecd-a accepted, ecd-b accepted" {
			t.Error(s)
		}
		p := got[0].Problem
		if s := got[0].String(); s != "blocked, ecd-c not_attempted max_desktops, ecd-d not_attempted max_desktops" || !p.Retryable || !strings.Contains(p.Message, "event-1") {
			t.Errorf("%s: %+v", s, p)
		}
		if again := w.do(e, office)[0]; again.String() != "accepted, ecd-c accepted, ecd-d accepted" {
			t.Errorf("again: %s", again)
		}
	})
	// What would be blocked alone is blocked beside others too, and no redelivery helps.
	for name, max := range map[string]struct{ all, route int }{"MAX_DESKTOPS": {3, 0}, "of a route": {100, 3}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := fleet(t)
				big := ordered("ecd-a", "ecd-b", "ecd-c", "ecd-d").with(func(q *events.Request) { q.Exclude = &events.Exclude{Tag: []events.Tag{tag("late")}} })
				big.Route, big.RouteMax = "r", max.route
				behave := w.behave
				w.behave = func(c call) (time.Duration, error) {
					if c.about == "late" {
						return 10 * time.Second, nil
					}
					return behave(c)
				}
				got := w.do(testEngine(Policy{MaxDesktops: max.all}), ordered("ecd-a", "ecd-b"), big)
				if p := got[1].Problem; got[1].Status != report.StatusBlocked || p.Retryable || !strings.Contains(p.Message, "would stop 4 desktops") {
					t.Errorf("%s: %+v", got[1], p)
				}
				if w.stoppedAt("ecd-c") != 0 {
					t.Error("a blocked order stops a desktop")
				}
			})
		})
	}
}

// TestLimitLeavesOutTheSpared: a desktop that another order stops by Force, and that this one would spare
// as somebody is connected, does not count against this one's limit.
func TestLimitLeavesOutTheSpared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "ecd-a", "ecd-b")
		w.find("ecd-b", regionA).ConnectionStatus = "Connected"
		w.behave = func(c call) (time.Duration, error) {
			if c.action == "ListTagResourcesByID" && c.about == "ecd-a ecd-b" {
				return 8 * time.Second, nil
			}
			return 100 * time.Millisecond, nil
		}
		forced := ordered("ecd-b").with(func(q *events.Request) { q.Force = true })
		limited := ordered("ecd-a", "ecd-b").with(func(q *events.Request) { q.Exclude = &events.Exclude{Tag: []events.Tag{tag("slow")}} })
		limited.Route, limited.RouteMax = "r", 1
		w.want(w.do(testEngine(Policy{}), forced, limited)[1], "accepted, ecd-a accepted, ecd-b accepted")
	})
}

// TestWaitOfNeighbours: the WaitSeconds of one order neither hold back the results of the others nor
// make them partial.
func TestWaitOfNeighbours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "ecd-a", "ecd-b", "ecd-c", "ecd-d")
		waits := func(id string, n int) Order {
			return ordered(id).with(func(q *events.Request) { q.WaitSeconds = seconds(n) })
		}
		excludes := waits("ecd-d", 0).with(func(q *events.Request) { q.Exclude = &events.Exclude{DesktopId: []string{"ecd-nosuch"}} })
		w.behave = func(c call) (time.Duration, error) {
			if c.about == "ecd-nosuch" {
				return forever, nil
			}
			return 100 * time.Millisecond, nil
		}
		got := w.do(testEngine(Policy{}), waits("ecd-a", 60), waits("ecd-b", 4), waits("ecd-c", 0), excludes)
		for i, limit := range []time.Duration{61 * time.Second, 5 * time.Second, time.Second, 4 * time.Second} {
			if got[i].Status != report.StatusAccepted || got[i].at > limit {
				t.Errorf("order %d: %s after %v, want accepted within %v", i, got[i], got[i].at, limit)
			}
		}
		if n := len(w.seen("StopDesktops")); n != 1 {
			t.Errorf("%d calls; plain orders share one", n)
		}
	})
}

// TestSameDesktop: two orders ask for one desktop. Whose call is made first decides; an order that makes
// none leaves the desktop to the other.
func TestSameDesktop(t *testing.T) {
	const keep, charge = "KeepCharging", "StopCharging"
	force := func(q *events.Request) { q.Force = true }
	first := func(change func(*events.Request)) Order {
		return ordered("ecd-x").with(func(q *events.Request) { q.StoppedMode = keep }).with(change)
	}
	plain := func(*events.Request) {}
	second := ordered("ecd-x").with(func(q *events.Request) { q.StoppedMode = charge })
	same := ordered("ecd-x").with(func(q *events.Request) { q.StoppedMode = keep })
	fails := func(from, to int, e *CallError) func(call) (time.Duration, error) { // calls from a number to one
		return func(c call) (time.Duration, error) {
			if c.action == "StopDesktops" && c.options == keep && c.nth >= from && c.nth <= to {
				return 100 * time.Millisecond, e
			}
			return 100 * time.Millisecond, nil
		}
	}
	slowTag := func(err error, d time.Duration) func(call) (time.Duration, error) {
		return func(c call) (time.Duration, error) {
			if strings.HasPrefix(c.action, "ListTagResources") {
				return d, err
			}
			return 100 * time.Millisecond, nil
		}
	}
	byTag := func(key string) func(*events.Request) {
		return func(q *events.Request) { q.Exclude = &events.Exclude{Tag: []events.Tag{tag(key)}} }
	}
	conflict := "skipped conflict"
	for name, c := range map[string]struct {
		one, two Order
		change   func(*world)
		behave   func(call) (time.Duration, error)
		wantOne  string
		wantTwo  string
		calls    string
	}{
		"other options":        {first(plain), second, nil, nil, "accepted", conflict, "ecd-x KeepCharging"},
		"same options":         {first(byTag("none")), same, nil, nil, "accepted", "accepted", "ecd-x KeepCharging"},
		"excluded by ID":       {first(func(q *events.Request) { q.Exclude = &events.Exclude{DesktopId: []string{"ecd-X"}} }), second, nil, nil, "skipped excluded", "accepted", "ecd-x StopCharging"},
		"excluded by tag":      {first(byTag("night")), second, func(w *world) { w.find("ecd-x", regionA).tags["night"] = "" }, nil, "skipped excluded", "accepted", "ecd-x StopCharging"},
		"connected":            {first(plain), second.with(force), func(w *world) { w.find("ecd-x", regionA).ConnectionStatus = "Connected" }, nil, "skipped connected", "accepted", "ecd-x StopCharging"},
		"late":                 {first(byTag("none")), second, nil, slowTag(nil, forever), "not_attempted deadline", "accepted", "ecd-x StopCharging"},
		"slow":                 {first(byTag("none")), second, nil, slowTag(nil, 20*time.Second), conflict, "accepted", "ecd-x StopCharging"},
		"fails":                {first(byTag("none")), second, nil, slowTag(forbidden, time.Millisecond), "failed Forbidden", "accepted", "ecd-x StopCharging"},
		"blocked":              {first(func(q *events.Request) { q.DesktopId = []string{"ecd-x", "ecd-y", "ecd-z"} }), second, nil, nil, "not_attempted max_desktops", "accepted", "ecd-x StopCharging"},
		"a dry run":            {first(func(q *events.Request) { q.DryRun = true }), second, nil, nil, "would_stop", "accepted", "ecd-x StopCharging"},
		"its call is denied":   {first(plain), second, nil, fails(1, 99, forbidden), "failed Forbidden", "accepted", "ecd-x KeepCharging, ecd-x StopCharging"},
		"its call is refused":  {first(plain), second, nil, fails(1, 99, &CallError{Family: WrongState, Code: "Wrong"}), "failed Wrong", "accepted", "ecd-x KeepCharging, ecd-x StopCharging"},
		"throttled to the end": {first(plain), second, nil, fails(1, 99, &CallError{Family: Throttled, Code: "Slow", RetryAfter: 30 * time.Second}), "failed Slow", "accepted", "ecd-x KeepCharging × 4, ecd-x StopCharging"},
		"throttled once":       {first(plain), second, nil, fails(1, 1, &CallError{Family: Throttled, Code: "Slow"}), "accepted", conflict, "ecd-x KeepCharging × 2"},
		"its call is lost":     {first(plain), second, nil, fails(1, 99, &CallError{Family: Ambiguous, Code: "Lost"}), "failed Unconfirmed", "accepted", "ecd-x KeepCharging × 8, ecd-x StopCharging"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "ecd-x", "ecd-y", "ecd-z")
				if c.change != nil {
					c.change(w)
				}
				w.behave = c.behave
				e := testEngine(Policy{MaxDesktops: 2})
				c.one.DryRun = c.one.Request.DryRun
				got := w.do(e, c.one, c.two)
				for i, want := range []string{c.wantOne, c.wantTwo} {
					d := got[i].of("ecd-x")
					if text := strings.TrimSpace(string(d.Outcome) + " " + strings.TrimSpace(d.Reason+d.Code)); text != want {
						t.Errorf("order %d: %s %q, want %s", i, text, d.Message, want)
					}
					if want == conflict && !strings.Contains(d.Message, fmt.Sprint("event-", 1-i)) {
						t.Errorf("order %d: the conflict does not name its neighbour: %s", i, d.Message)
					}
				}
				if calls := counted(w.seen("StopDesktops")); calls != c.calls {
					t.Errorf("calls %s, want %s", calls, c.calls)
				}
			})
		})
	}
}

// counted shows repeated texts once, with their number.
func counted(sorted []string) string {
	var all []string
	for i := 0; i < len(sorted); {
		n := 1
		for i+n < len(sorted) && sorted[i+n] == sorted[i] {
			n++
		}
		text := sorted[i]
		if n > 1 {
			text += fmt.Sprint(" × ", n)
		}
		all, i = append(all, text), i+n
	}
	return strings.Join(all, ", ")
}
