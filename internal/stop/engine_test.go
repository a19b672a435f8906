package stop

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// inWorld runs a test in a world of its own, on a clock that jumps.
func inWorld(t *testing.T, name string, f func(t *testing.T, w *world)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { f(t, newWorld(t)) })
	})
}

func (w *world) want(got fmt.Stringer, want string) {
	w.t.Helper()
	if got.String() != want {
		w.t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestTagsByTheirParts: {Key: "env=prod"} and {Key: "env", Value: "prod"} are two tags.
func TestTagsByTheirParts(t *testing.T) {
	prod := "prod"
	exclude := func(id string, tag events.Tag) Order {
		return ordered(id).with(func(q *events.Request) { q.Exclude = &events.Exclude{Tag: []events.Tag{tag}} })
	}
	joined, parts := exclude("ecd-a", tag("env=prod")), exclude("ecd-b", events.Tag{Key: "env", Value: &prod})
	for i, orders := range [][]Order{{joined, parts}, {parts, joined}} {
		inWorld(t, fmt.Sprint(i), func(t *testing.T, w *world) {
			w.add("ecd-a", regionA)
			w.add("ecd-b", regionA).tags["env"] = "prod"
			for _, d := range w.do(testEngine(Policy{}), orders...) {
				if d.of("ecd-b").Outcome == "" {
					w.want(d, "accepted, ecd-a accepted")
				} else {
					w.want(d, "done, ecd-b skipped excluded")
				}
			}
		})
	}
}

// TestOtherCase: what spares a desktop compares IDs folded, what stops it compares them exactly.
func TestOtherCase(t *testing.T) {
	prot := Policy{ProtectTag: tag("protect"), KeepUntilTag: "keep"}
	for name, c := range map[string]struct {
		real   string // the ID that EDS answers with
		asked  string
		change func(*fakeDesktop)
		order  func(*events.Request)
		want   string
	}{
		"the protect tag":  {"ecd-vip1", "ecd-vip1", func(d *fakeDesktop) { d.tags["protect"] = "" }, nil, "done, ecd-vip1 skipped protected"},
		"another case":     {"ecd-vip1", "ecd-VIP1", nil, nil, "failed, ecd-VIP1 failed OtherCase"},
		"the other way":    {"ecd-VIP1", "ecd-vip1", nil, nil, "failed, ecd-vip1 failed OtherCase"},
		"with Force":       {"ecd-vip1", "ecd-VIP1", nil, func(q *events.Request) { q.Force = true }, "failed, ecd-VIP1 failed OtherCase"},
		"selected as well": {"ecd-vip1", "ecd-VIP1", nil, func(q *events.Request) { q.Select = &events.Select{All: true} }, "failed, ecd-VIP1 failed OtherCase"},
	} {
		inWorld(t, name, func(t *testing.T, w *world) {
			d := w.add(c.real, regionA)
			if c.change != nil {
				c.change(d)
			}
			o := ordered(c.asked)
			if c.order != nil {
				o = o.with(c.order)
			}
			w.want(w.do(testEngine(prot), o)[0], c.want)
			if calls := w.seen("StopDesktops"); len(calls) > 0 {
				t.Errorf("calls: %v", calls)
			}
		})
	}
	for name, c := range map[string]struct {
		policy  Policy
		exclude *events.Exclude
		reason  string
	}{
		"deny users":    {Policy{DenyUsers: []string{"LI"}}, nil, "protected"},
		"exclude users": {Policy{}, &events.Exclude{EndUserId: []string{"LI"}}, "excluded"},
	} {
		inWorld(t, name, func(t *testing.T, w *world) { // EDS compares users exactly
			w.add("ecd-vip1", regionA).EndUserIDs = []string{"li"}
			o := ordered("ecd-vip1").with(func(q *events.Request) { q.Exclude = c.exclude })
			w.want(w.do(testEngine(c.policy), o)[0], "done, ecd-vip1 skipped "+c.reason)
		})
	}
	// Where EDS knows both, what is said of the one spares the other.
	for name, c := range map[string]struct {
		policy Policy
		order  func(*events.Request)
		reason string
	}{
		"protect tag":    {Policy{ProtectTag: tag("mark")}, nil, "protected"},
		"keep-until tag": {Policy{KeepUntilTag: "mark"}, nil, "keep_until_unreadable"},
		"deny list":      {Policy{Deny: map[string]bool{"ecd-vip1": true}}, nil, "protected"},
		"deny users":     {Policy{DenyUsers: []string{"LI"}}, nil, "protected"},
		"exclude by tag": {Policy{}, func(q *events.Request) { q.Exclude = &events.Exclude{Tag: []events.Tag{tag("mark")}} }, "excluded"},
		"exclude by ID":  {Policy{}, func(q *events.Request) { q.Exclude = &events.Exclude{DesktopId: []string{"ECD-vip1"}} }, "excluded"},
		"exclude users":  {Policy{}, func(q *events.Request) { q.Exclude = &events.Exclude{EndUserId: []string{"LI"}} }, "excluded"},
	} {
		inWorld(t, "both/"+name, func(t *testing.T, w *world) {
			lower, upper := w.add("ecd-vip1", regionA), w.add("ecd-VIP1", regionA)
			lower.tags["mark"] = "x"
			lower.EndUserIDs, upper.EndUserIDs = []string{"LI"}, []string{"li"}
			o := ordered("ecd-VIP1")
			if c.order != nil {
				o = o.with(c.order)
			}
			w.want(w.do(testEngine(c.policy), o)[0], "done, ecd-VIP1 skipped "+c.reason)
		})
	}
}

// TestUnusableRows: rows of a selection that name no desktop are a warning; a selection of nothing else
// fails.
func TestUnusableRows(t *testing.T) {
	all := Order{Request: events.Request{Select: &events.Select{All: true}}}
	byTag := Order{Request: events.Request{Select: &events.Select{Tag: []events.Tag{tag("night")}}}}
	for name, o := range map[string]Order{"all": all, "tag": byTag} {
		for _, bad := range []string{"", "not an ID", "i-123"} {
			inWorld(t, name+"/"+bad, func(t *testing.T, w *world) {
				w.add("ecd-a", regionA).tags["night"] = ""
				w.add(bad, regionA).tags["night"] = ""
				got := w.do(testEngine(Policy{}), o)[0]
				w.want(got, "accepted, ecd-a accepted")
				if len(got.Warnings) != 1 || got.Warnings[0].Code != report.WarnUnusableRows || !strings.Contains(got.Warnings[0].Message, "1 rows") {
					t.Errorf("warnings: %+v", got.Warnings)
				}
			})
			inWorld(t, name+"/nothing but "+bad, func(t *testing.T, w *world) {
				w.add(bad, regionA).tags["night"] = ""
				got := w.do(testEngine(Policy{}), o)[0]
				w.want(got, "failed")
				if got.Problem == nil || got.Problem.Code != "UnreadableAnswer" {
					t.Errorf("problem: %+v", got.Problem)
				}
			})
		}
	}
}

// TestTwiceInAListing: a desktop that is listed twice with different states is observed before anything
// is decided about it.
func TestTwiceInAListing(t *testing.T) {
	inWorld(t, "", func(t *testing.T, w *world) {
		w.add("ecd-a", regionA)
		w.add("ecd-a", regionA).ConnectionStatus = "Connected" // an observation has both rows, too
		w.add("ecd-b", regionA)
		got := w.do(testEngine(Policy{}), Order{Request: events.Request{Select: &events.Select{All: true}}})[0]
		w.want(got, "accepted, ecd-a skipped state:unknown, ecd-b accepted")
		if calls := w.seen("DescribeDesktopInfo"); len(calls) != 1 || calls[0] != "ecd-a" {
			t.Errorf("observed %v", calls)
		}
	})
}

// TestPanics: a fault of this program is the failure of its own desktops, and nobody waits for them.
func TestPanics(t *testing.T) {
	for name, c := range map[string]struct{ action, about, one, two string }{
		"in StopDesktops":        {"StopDesktops", "ecd-a ecd-b", "failed, ecd-a failed Unconfirmed, ecd-b failed Unconfirmed", "accepted, ecd-a accepted"},
		"in DescribeDesktopInfo": {"DescribeDesktopInfo", "ecd-a ecd-b", "failed, ecd-a failed InternalError, ecd-b failed InternalError", "accepted, ecd-a accepted"},
		"in the tags by ID":      {"ListTagResourcesByID", "ecd-a ecd-b", "failed, ecd-a failed InternalError, ecd-b failed InternalError", "accepted, ecd-a accepted"},
		"in a tag listing":       {"ListTagResources", "night", "failed, ecd-a failed InternalError, ecd-b failed InternalError", "accepted, ecd-a accepted"},
		"in whose they are":      {"DescribeDesktopsByID", "ecd-a", "failed, ecd-a failed InternalError, ecd-b failed InternalError", "accepted, ecd-a accepted"},
	} {
		inWorld(t, name, func(t *testing.T, w *world) {
			w.add("ecd-a", regionA)
			w.add("ecd-b", regionA)
			var panicked atomic.Bool
			w.behave = func(call call) (time.Duration, error) {
				if call.action == c.action && strings.HasPrefix(call.about, c.about) && panicked.CompareAndSwap(false, true) {
					panic("a bug")
				}
				if call.about == "slow" || call.action == "ListTagResourcesByID" && call.about == "ecd-a" {
					return 3 * time.Second, nil
				}
				return 100 * time.Millisecond, nil
			}
			one := ordered("ecd-a", "ecd-b").with(func(q *events.Request) {
				q.Exclude = &events.Exclude{Tag: []events.Tag{tag("night")}, EndUserId: []string{"li"}}
			})
			two := ordered("ecd-a").with(func(q *events.Request) {
				q.StoppedMode = "KeepCharging"
				q.Exclude = &events.Exclude{Tag: []events.Tag{tag("slow")}}
			})
			e := testEngine(Policy{})
			if c.action == "ListTagResources" {
				e.few = 0
			}
			got := w.do(e, one, two)
			if !panicked.Load() {
				t.Fatal("nothing panicked")
			}
			w.want(got[0], c.one)
			w.want(got[1], c.two)
		})
	}
	inWorld(t, "in a selection", func(t *testing.T, w *world) {
		w.add("ecd-a", regionA)
		w.behave = func(call call) (time.Duration, error) {
			if call.action == "DescribeDesktops" {
				panic("a bug")
			}
			return 100 * time.Millisecond, nil
		}
		got := w.do(testEngine(Policy{}), Order{Request: events.Request{Select: &events.Select{All: true}}}, ordered("ecd-a"))
		w.want(got[0], "failed")
		w.want(got[1], "accepted, ecd-a accepted")
	})
}

// TestManyUsersThrottled: the parts of a long listing of users are made anew before a call, and throttled
// meanwhile. No slot may be lost: world.do checks that.
func TestManyUsersThrottled(t *testing.T) {
	inWorld(t, "", func(t *testing.T, w *world) {
		w.add("ecd-a", regionA)
		var users []string
		for i := range 2*MaxUsersPerCall + 1 {
			users = append(users, fmt.Sprint("user", i))
		}
		w.behave = func(c call) (time.Duration, error) {
			switch {
			case c.action == "ListTagResourcesByID" && c.at < time.Second:
				return 10 * time.Second, nil // the users' listing is old then
			case c.action == "DescribeDesktops" && c.at > time.Second && c.nth == 2:
				return 100 * time.Millisecond, &CallError{Family: Throttled, Code: "Throttling"}
			}
			return 100 * time.Millisecond, nil
		}
		o := ordered("ecd-a").with(func(q *events.Request) { q.Exclude = &events.Exclude{EndUserId: users} })
		w.want(w.do(testEngine(Policy{APIConcurrency: 2, ProtectTag: tag("protect")}), o)[0], "accepted, ecd-a accepted")
		if n := len(w.seen("DescribeDesktops")); n < 9 {
			t.Errorf("%d calls: the listing was not made again and throttled", n)
		}
	})
}

// TestDryRunOfWhatAnotherStops: a dry run that comes to a desktop after the call of another order still
// ends as a plan.
func TestDryRunOfWhatAnotherStops(t *testing.T) {
	for name, c := range map[string]struct{ mode, want string }{
		"same options":  {"", "planned, ecd-a would_stop"},
		"other options": {"KeepCharging", "planned, ecd-a skipped conflict"},
	} {
		inWorld(t, name, func(t *testing.T, w *world) {
			w.add("ecd-a", regionA)
			w.behave = func(c call) (time.Duration, error) {
				if c.action == "DescribeDesktops" {
					return 5 * time.Second, nil
				}
				return 100 * time.Millisecond, nil
			}
			dry := Order{DryRun: true, Request: events.Request{DryRun: true, StoppedMode: c.mode, Select: &events.Select{All: true}}}
			got := w.do(testEngine(Policy{}), dry, ordered("ecd-a"))
			w.want(got[0], c.want)
			w.want(got[1], "accepted, ecd-a accepted")
			if m := got[0].of("ecd-a").Message; !strings.Contains(m, "event-1") {
				t.Errorf("message %q", m)
			}
		})
	}
}

// TestEffectBeforeResponse: an order that sees Stopping while another order's call is under way says whose
// call it was.
func TestEffectBeforeResponse(t *testing.T) {
	lost := &CallError{Family: Ambiguous, Code: "Lost"}
	for name, c := range map[string]struct {
		mode string
		lost error
		want string
	}{
		"same options":  {"", nil, "accepted, ecd-a stopping"},
		"other options": {"KeepCharging", nil, "done, ecd-a skipped conflict"},
		"same, lost":    {"", lost, "accepted, ecd-a stopping"},
		"other, lost":   {"KeepCharging", lost, "done, ecd-a skipped conflict"},
	} {
		for _, later := range []time.Duration{2 * time.Second, 9 * time.Second} { // while the call is under way, and after it
			if later > 5*time.Second && c.lost == nil {
				continue // then it is accepted: see TestSameDesktop
			}
			inWorld(t, name+"/"+later.String(), func(t *testing.T, w *world) {
				d := w.add("ecd-a", regionA)
				w.behave = func(call call) (time.Duration, error) {
					switch {
					case call.action == "StopDesktops":
						w.change(func() { d.DesktopStatus = "Stopping" })
						return 5 * time.Second, c.lost
					case call.action == "DescribeDesktops":
						return later, nil
					}
					return 100 * time.Millisecond, nil
				}
				slow := Order{Request: events.Request{StoppedMode: c.mode, Select: &events.Select{All: true}}}
				got := w.do(testEngine(Policy{}), slow, ordered("ecd-a"))
				w.want(got[0], c.want)
				if m := got[0].of("ecd-a").Message; !strings.Contains(m, "event-1") {
					t.Errorf("message %q", m)
				}
			})
		}
	}
}

// TestSharedUnit: plain orders share calls; what befalls one leaves the others alone.
func TestSharedUnit(t *testing.T) {
	refused := &CallError{Family: WrongState, Code: "Refused"}
	inWorld(t, "one is refused", func(t *testing.T, w *world) {
		var orders []Order
		for i := range 8 {
			w.add(fmt.Sprint("ecd-", i), regionA)
			orders = append(orders, ordered(fmt.Sprint("ecd-", i)))
		}
		w.behave = func(c call) (time.Duration, error) {
			if c.action == "StopDesktops" && strings.Contains(c.about+" ", "ecd-3 ") {
				return 100 * time.Millisecond, refused
			}
			return 100 * time.Millisecond, nil
		}
		for i, d := range w.do(testEngine(Policy{}), orders...) {
			if i == 3 {
				w.want(d, "failed, ecd-3 failed Refused")
				continue
			}
			w.want(d, fmt.Sprintf("accepted, ecd-%d accepted", i))
		}
	})
	inWorld(t, "the same desktop twice", func(t *testing.T, w *world) {
		w.add("ecd-a", regionA)
		w.add("ecd-b", regionA)
		got := w.do(testEngine(Policy{}), ordered("ecd-a"), ordered("ecd-b", "ecd-a"), ordered("ecd-a"))
		w.want(got[0], "accepted, ecd-a accepted")
		w.want(got[1], "accepted, ecd-a accepted, ecd-b accepted")
		w.want(got[2], "accepted, ecd-a accepted")
		if calls := counted(w.seen("StopDesktops")); calls != "ecd-a ecd-b" {
			t.Errorf("calls %s", calls)
		}
		if one, two := got[0].of("ecd-a").RequestId, got[1].of("ecd-a").RequestId; one == "" || one != two {
			t.Errorf("requests %q and %q", one, two)
		}
	})
	inWorld(t, "the same desktops twice, one is refused", func(t *testing.T, w *world) {
		w.add("ecd-a", regionA)
		w.add("ecd-b", regionA)
		w.behave = func(c call) (time.Duration, error) {
			switch {
			case c.action == "StopDesktops" && strings.Contains(c.about, "ecd-a"):
				return 100 * time.Millisecond, refused
			case c.about == "slow":
				return 20 * time.Second, nil
			}
			return 100 * time.Millisecond, nil
		}
		both := ordered("ecd-a", "ecd-b")
		later := ordered("ecd-b").with(func(q *events.Request) {
			q.StoppedMode = "KeepCharging"
			q.Exclude = &events.Exclude{Tag: []events.Tag{tag("slow")}}
		})
		got := w.do(testEngine(Policy{}), both, both, later)
		w.want(got[0], "partial, ecd-a failed Refused, ecd-b accepted")
		w.want(got[1], "partial, ecd-a failed Refused, ecd-b accepted")
		w.want(got[2], "done, ecd-b skipped conflict")
		if calls := counted(w.seen("StopDesktops")); calls != "ecd-a, ecd-a ecd-b, ecd-b" {
			t.Errorf("calls %s", calls)
		}
	})
	// The call is refused once; then the first order spares the desktop, and the second does not. A third
	// order, of another unit, learns what came of the call.
	inWorld(t, "one spares it", func(t *testing.T, w *world) {
		d := w.add("ecd-a", regionA)
		w.behave = func(c call) (time.Duration, error) {
			if c.action == "StopDesktops" && c.nth == 1 {
				w.change(func() { d.ConnectionStatus = "Connected" })
				return 100 * time.Millisecond, refused
			}
			return 100 * time.Millisecond, nil
		}
		forced := ordered("ecd-a").with(func(q *events.Request) { q.Force = true })
		other := forced.with(func(q *events.Request) { q.StoppedMode = "KeepCharging" })
		got := w.do(testEngine(Policy{}), ordered("ecd-a"), forced, other)
		w.want(got[0], "done, ecd-a skipped connected")
		w.want(got[1], "accepted, ecd-a accepted")
		w.want(got[2], "done, ecd-a skipped conflict")
		if m := got[2].of("ecd-a").Message; !strings.Contains(m, "event-1") {
			t.Errorf("message %q", m)
		}
	})
}

// TestWaitForAnothersCall: an order that shares the call of another is not partial because of what was
// observed before that call.
func TestWaitForAnothersCall(t *testing.T) {
	inWorld(t, "", func(t *testing.T, w *world) {
		w.add("ecd-a", regionA)
		w.behave = func(c call) (time.Duration, error) {
			switch { // no time is left to observe
			case c.action == "ListTagResourcesByID":
				return invocationTime - 1500*time.Millisecond, nil
			case c.action == "StopDesktops":
				return time.Second, nil
			}
			return 100 * time.Millisecond, nil
		}
		waits := ordered("ecd-a").with(func(q *events.Request) {
			q.WaitSeconds = seconds(60)
			q.Exclude = &events.Exclude{Tag: []events.Tag{tag("none")}}
		})
		w.want(w.do(testEngine(Policy{ProtectTag: tag("protect")}), ordered("ecd-a"), waits)[1], "accepted, ecd-a accepted")
	})
}

// TestAfterALostCall: who waited for a call whose response was lost observes the desktop again before it
// makes a second one.
func TestAfterALostCall(t *testing.T) {
	inWorld(t, "", func(t *testing.T, w *world) {
		d := w.add("ecd-a", regionA)
		w.add("ecd-b", regionA)
		w.behave = func(c call) (time.Duration, error) {
			switch {
			case c.action == "StopDesktops":
				w.change(func() { d.DesktopStatus = "Stopping" })
				return 100 * time.Millisecond, &CallError{Family: Ambiguous, Code: "Lost"}
			case c.about == "ecd-a ecd-b" && c.nth > 1:
				return 100 * time.Millisecond, forbidden
			}
			return 100 * time.Millisecond, nil
		}
		other := ordered("ecd-a").with(func(q *events.Request) { q.StoppedMode = "KeepCharging" })
		got := w.do(testEngine(Policy{}), ordered("ecd-a", "ecd-b"), other)
		w.want(got[0], "failed, ecd-a failed Unconfirmed, ecd-b failed Unconfirmed")
		w.want(got[1], "accepted, ecd-a stopping")
		if calls := counted(w.seen("StopDesktops")); calls != "ecd-a ecd-b" {
			t.Errorf("calls %s", calls)
		}
	})
}

// TestSparedIsReleased: a desktop that an order has claimed and then spares is free for the other at once,
// although the rest of its call is still throttled.
func TestSparedIsReleased(t *testing.T) {
	inWorld(t, "", func(t *testing.T, w *world) {
		d := w.add("ecd-a", regionA)
		w.add("ecd-b", regionA)
		w.behave = func(c call) (time.Duration, error) {
			if c.action == "StopDesktops" && c.options == "" && c.at < 50*time.Second {
				w.change(func() { d.ConnectionStatus = "Connected" })
				return 100 * time.Millisecond, &CallError{Family: Throttled, Code: "Throttling", RetryAfter: 6 * time.Second}
			}
			return 100 * time.Millisecond, nil
		}
		other := ordered("ecd-a").with(func(q *events.Request) { q.StoppedMode, q.Force = "KeepCharging", true })
		got := w.do(testEngine(Policy{}), ordered("ecd-a", "ecd-b"), other)
		w.want(got[0], "accepted, ecd-a skipped connected, ecd-b accepted")
		w.want(got[1], "accepted, ecd-a accepted")
		if got[1].at > 10*time.Second {
			t.Errorf("the other order was done after %v", got[1].at)
		}
	})
}
