package stop

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
)

// TestAccountsApart puts orders of one account beside many of another whose calls go wrong. The first ones are
// done as when they are alone: as early, and as well. There are few slots, so that every one counts.
func TestAccountsApart(t *testing.T) {
	always := func(d time.Duration, err error) func(call) (time.Duration, error) {
		return func(call) (time.Duration, error) { return d, err }
	}
	for name, c := range map[string]struct {
		behave func(call) (time.Duration, error)
		want   string
	}{
		"well":      {nil, "accepted, ecd-0 accepted"},
		"denied":    {always(50*time.Millisecond, &CallError{Family: Denied, Code: "NoPermission"}), "failed, ecd-0 failed NoPermission"},
		"throttled": {always(50*time.Millisecond, &CallError{Family: Throttled, Code: "Throttling"}), "failed, ecd-0 failed Throttling"},
		"stalled":   {always(forever, nil), "failed, ecd-0 not_attempted deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				orders := func(account string, session EDS) (list []Order) {
					for i := range 20 {
						list = append(list, Order{Account: account, Session: session, Request: events.Request{
							DesktopId: []string{fmt.Sprintf("ecd-%d", i)}, Exclude: &events.Exclude{Tag: []events.Tag{tag("night")}}}})
					}
					return list
				}
				fleet := func() *world {
					w := newWorld(t)
					for i := range 20 {
						w.add(fmt.Sprintf("ecd-%d", i), regionA)
					}
					return w
				}
				const twoCalls = 200 * time.Millisecond // which of two orders has a slot first is left to chance
				policy := Policy{ProtectTag: tag("protect"), APIConcurrency: 2}
				alone := fleet()
				want := alone.do(testEngine(policy), orders("", alone)...)

				own, other := fleet(), fleet()
				other.behave = c.behave
				got := own.do(testEngine(policy), append(orders("prod", other), orders("", own)...)...)
				for i := range want {
					if g := got[20+i]; g.String() != want[i].String() {
						t.Errorf("order %d: %s; alone %s", i, g, want[i])
					}
				}
				for i, at := range times(got[20:]) {
					if earliest := times(want)[i]; at > earliest+twoCalls {
						t.Errorf("result %d is there after %v; alone after %v", i, at, earliest)
					}
				}
				if got[0].String() != c.want {
					t.Errorf("the other account: %s, want %s", got[0], c.want)
				}
			})
		})
	}
}

// times of the results, the earliest first.
func times(results []done) []time.Duration {
	var all []time.Duration
	for _, r := range results {
		all = append(all, r.at)
	}
	slices.Sort(all)
	return all
}

// TestKnowledgeOfAnAccount: the same ID is another desktop in another account. What protects the one, and that
// it was stopped, says nothing of the other.
func TestKnowledgeOfAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own, prod := newWorld(t, "ecd-a", "ecd-b"), newWorld(t, "ecd-a", "ecd-b")
		prod.find("ecd-a", regionA).tags["protect"] = ""
		own.find("ecd-b", regionA).ConnectionStatus = "Connected"
		both := ordered("ecd-a", "ecd-b")
		inProd := both
		inProd.Account, inProd.Session = "prod", prod
		got := own.do(testEngine(Policy{ProtectTag: tag("protect"), MaxDesktops: 2}), both, inProd)
		for i, want := range []string{"accepted, ecd-a accepted, ecd-b skipped connected", "accepted, ecd-a skipped protected, ecd-b accepted"} {
			if got[i].String() != want {
				t.Errorf("order %d: %s, want %s", i, got[i], want)
			}
		}
		if own.find("ecd-a", regionA).DesktopStatus != "Stopping" || prod.find("ecd-b", regionA).DesktopStatus != "Stopping" {
			t.Error("a call went to the wrong account")
		}
	})
	synctest.Test(t, func(t *testing.T) { // the limit counts over all accounts
		own, prod := newWorld(t, "ecd-a"), newWorld(t, "ecd-a")
		inProd := ordered("ecd-a")
		inProd.Account, inProd.Session = "prod", prod
		got := own.do(testEngine(Policy{MaxDesktops: 1}), ordered("ecd-a"), inProd)
		if got[0].Status != "accepted" || got[1].Status != "blocked" {
			t.Errorf("%s and %s", got[0], got[1])
		}
	})
}
