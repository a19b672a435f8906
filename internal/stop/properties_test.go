package stop

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// TestOrdersAreIndependent generates batches of orders and does each batch together, and each of its
// orders alone in the same world. See generated.compare for what must hold.
func TestOrdersAreIndependent(t *testing.T) {
	cases := uint64(1500)
	if testing.Short() { // the first third
		cases /= 3
	}
	seen := map[string]int{}
	for seed := range cases {
		synctest.Test(t, func(t *testing.T) { newGenerated(t, rand.NewPCG(seed, 11)).compare(seen) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%v", seen)
	for _, kind := range []string{"the same", "named", "conflict", "blocked by neighbours", "on time"} {
		if seen[kind] < int(cases/30) {
			t.Errorf("the batches are too tame: %q was seen %d times", kind, seen[kind])
		}
	}
}

// FuzzBatch looks for a batch in which one order harms another: the fuzzer's bytes are its dice.
func FuzzBatch(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, []byte("any bytes will do"))
	}
	// two orders with the same desktops in one refused call, of which each got a half
	f.Add(uint64(75), []byte("01001\xbb0\xbf00"))
	// a desktop that another order stops and that this one excludes, counted against its limit
	f.Add(uint64(125), []byte("00000X"))
	f.Fuzz(func(t *testing.T, seed uint64, dice []byte) {
		synctest.Test(t, func(t *testing.T) {
			newGenerated(t, &thrown{dice: dice, then: rand.NewPCG(seed, 11)}).compare(map[string]int{})
		})
	})
}

// thrown dice come first, then others.
type thrown struct {
	dice []byte
	then rand.Source
}

func (d *thrown) Uint64() uint64 {
	if len(d.dice) == 0 {
		return d.then.Uint64()
	}
	v := uint64(d.dice[0]) * 0x0101010101010101
	d.dice = d.dice[1:]
	return v
}

func pick[T any](rng *rand.Rand, all ...T) T { return all[rng.IntN(len(all))] }

// generated is a batch of orders and the world that they are done in. The world answers by the desktop,
// the question and the time alone, so that the orders can be done in it together and alone.
type generated struct {
	t        *testing.T
	desktops []fakeDesktop
	policy   Policy
	orders   []Order
	salt     uint64
	slow     map[string]time.Duration // by region: its one slow listing takes so long
	slowOne  map[string]string        // and is this one
	refused  map[string]bool          // desktops that StopDesktops refuses, with their region
	stopping time.Duration            // what StopDesktops takes
	throttle map[string]time.Duration // until when it is throttled, by region
	few      int                      // desktops whose tags are read by ID
	untagged map[string]bool          // desktops whose tags EDS refuses to list by ID, with their region
}

func newGenerated(t *testing.T, source rand.Source) *generated {
	rng := rand.New(source)
	g := &generated{
		t: t, salt: rng.Uint64(), slow: map[string]time.Duration{}, slowOne: map[string]string{},
		refused: map[string]bool{}, untagged: map[string]bool{}, few: pick(rng, 0, 2, fewDesktops), throttle: map[string]time.Duration{}, stopping: pick(rng, 100*time.Millisecond, 3*time.Second),
		policy: Policy{MaxDesktops: pick(rng, 2, 4, 1000, 1000)},
	}
	if rng.IntN(2) == 0 {
		g.policy.ProtectTag = tag("protect")
	}
	if rng.IntN(4) == 0 {
		g.policy.DenyUsers = []string{"li"}
	}
	for _, region := range []string{regionA, regionB} {
		for i := range 1 + rng.IntN(6) {
			g.add(rng, fmt.Sprintf("ecd-%d", i), region)
		}
		g.slow[region] = pick(rng, time.Second, 8*time.Second, 20*time.Second, forever)
		g.slowOne[region] = pick(rng, "protect", "night", "env", "env=prod", "users li", "office site-1", "all", "30m0s", "720h0m0s", "by ID")
		if rng.IntN(6) == 0 {
			g.throttle[region] = 20 * time.Second
		}
	}
	for i := range 2 + rng.IntN(5) {
		g.orders = append(g.orders, g.order(rng, i))
	}
	return g
}

func (g *generated) add(rng *rand.Rand, id, region string) {
	d := fakeDesktop{region: region, office: pick(rng, "site-1", "site-2"), tags: map[string]string{}}
	d.DesktopID = id
	d.DesktopStatus = pick(rng, "Running", "Running", "Running", "Running", "Running", "Stopped", "Starting")
	d.ConnectionStatus = pick(rng, "Disconnected", "Disconnected", "Disconnected", "Connected")
	d.EndUserIDs = []string{pick(rng, "li", "Li", "zhang")}
	for _, key := range []string{"protect", "night", "env", "env=prod"} {
		if rng.IntN(6) == 0 {
			d.tags[key] = pick(rng, "prod", "test")
		}
	}
	g.desktops = append(g.desktops, d)
	g.refused[region+id] = rng.IntN(10) == 0
	g.untagged[region+id] = rng.IntN(12) == 0
}

func (g *generated) order(rng *rand.Rand, i int) Order {
	q := events.Request{RegionId: pick(rng, regionA, regionA, regionB), StoppedMode: pick(rng, "StopCharging", "StopCharging", "KeepCharging")}
	if rng.IntN(3) > 0 {
		for n := range 6 {
			if rng.IntN(3) == 0 {
				q.DesktopId = append(q.DesktopId, fmt.Sprintf("ecd-%d", n))
			}
		}
	}
	if q.DesktopId == nil || rng.IntN(5) == 0 {
		q.Select = pick(rng, &events.Select{OfficeSiteId: "site-1"}, &events.Select{Tag: []events.Tag{tag("env")}}, &events.Select{All: true}, &events.Select{EndUserId: []string{"li"}})
	}
	prod := "prod"
	if rng.IntN(2) == 0 {
		q.Exclude = pick(rng,
			&events.Exclude{Tag: []events.Tag{tag("night")}}, &events.Exclude{Tag: []events.Tag{tag("env=prod")}},
			&events.Exclude{Tag: []events.Tag{{Key: "env", Value: &prod}}}, &events.Exclude{EndUserId: []string{"li"}},
			&events.Exclude{DesktopId: []string{"ecd-0", "ecd-77"}})
	}
	switch rng.IntN(6) {
	case 0:
		q.IdleMinutes = pick(rng, 30, 30*24*60)
	case 1:
		q.Force = true
	case 2:
		q.WaitSeconds = seconds(rng.IntN(10))
	}
	o := Order{EventID: fmt.Sprintf("event-%d", i), Request: q}
	if rng.IntN(8) == 0 {
		o.DryRun, o.Request.DryRun = true, true
	}
	if rng.IntN(6) == 0 {
		o.Route, o.RouteMax = "route", 1+rng.IntN(3)
	}
	return o
}

// run some of the orders in a new world.
func (g *generated) run(orders ...Order) (*world, []done) {
	w := newWorld(g.t)
	for _, d := range g.desktops {
		w.desktops = append(w.desktops, &d)
	}
	w.behave = g.behave
	e := testEngine(g.policy)
	e.few = g.few
	return w, w.do(e, slices.Clone(orders)...)
}

// behave is the same for the same call at the same time.
func (g *generated) behave(c call) (time.Duration, error) {
	const quick = 100 * time.Millisecond
	switch c.action {
	case "DescribeDesktopInfo", "DescribeDesktopsByID":
		return quick, nil
	case "ListTagResourcesByID":
		for _, id := range c.ids {
			if g.untagged[c.region+id] {
				return quick, &CallError{Family: NotFound, Code: "Unlisted"}
			}
		}
		c.about = "by ID" // not the IDs: which of them are asked together must not matter
	case "StopDesktops":
		for _, id := range c.ids {
			if g.refused[c.region+id] {
				return g.stopping, &CallError{Family: WrongState, Code: "Refused"}
			}
		}
		if c.at < g.throttle[c.region] {
			return quick, &CallError{Family: Throttled, Code: "Throttling"}
		}
		return g.stopping, nil
	}
	if g.slowOne[c.region] == c.about {
		return g.slow[c.region], nil
	}
	h := fnv.New64()
	_, _ = fmt.Fprint(h, g.salt, c.action, c.region, c.about)
	switch h.Sum64() % 12 {
	case 0:
		return quick, forbidden
	case 1:
		if c.at < throttledFor {
			return quick, &CallError{Family: Throttled, Code: "Throttling"}
		}
	}
	return quick, nil
}

// throttledFor is how long a throttled action stays throttled.
const throttledFor = 15 * time.Second

// compare what comes of each order together and alone:
//
//   - the outcome for each desktop is the same, or its report names the order whose call was made for the
//     desktop, or the order is blocked by a limit that it says others hold a part of;
//   - an order that shares no desktop with another is done as early as alone;
//   - a conflict names an order whose call was made for the desktop, with other options.
func (g *generated) compare(seen map[string]int) {
	w, together := g.run(g.orders...)
	for i, o := range g.orders {
		_, results := g.run(o)
		alone := results[0]
		if len(alone.Desktops) != len(together[i].Desktops) {
			g.t.Errorf("%s: %d desktops, alone %d", o.EventID, len(together[i].Desktops), len(alone.Desktops))
		}
		for _, d := range together[i].Desktops {
			g.compareDesktop(w, o, together[i], d, alone.of(d.DesktopId), seen)
		}
		if alone.Status == report.StatusBlocked && together[i].Status != report.StatusBlocked {
			g.t.Errorf("%s is %s, alone blocked", o.EventID, together[i])
		}
		g.compareTime(w, i, together, alone, seen)
	}
	if g.t.Failed() {
		g.show(w, together)
	}
}

func (g *generated) compareDesktop(w *world, o Order, order done, d, alone report.DesktopReport, seen map[string]int) {
	by := g.named(d.Message, o)
	if d.Reason == report.ReasonConflict {
		seen["conflict"]++
		if by == nil || by.Request.StoppedMode == o.Request.StoppedMode || !w.called(*by, d.DesktopId) {
			g.t.Errorf("%s: %s: a conflict with no call: %q", o.EventID, d.DesktopId, d.Message)
		}
	}
	switch {
	case d.Outcome == alone.Outcome && d.Reason == alone.Reason && d.Code == alone.Code:
		seen["the same"]++
	case by != nil && w.called(*by, d.DesktopId):
		seen["named"]++
	case d.Reason == report.ReasonDeadline && slices.ContainsFunc(g.orders, func(other Order) bool { return other.EventID != o.EventID && g.shareRefused(o, other) }):
		seen["shares a refused call"]++
	case d.Reason == report.ReasonMaxDesktops && g.named(order.Problem.Message, o) != nil:
		seen["blocked by neighbours"]++
	default:
		g.t.Errorf("%s: %s: %s %s%s %q, alone %s %s%s", o.EventID, d.DesktopId, d.Outcome, d.Reason, d.Code, d.Message, alone.Outcome, alone.Reason, alone.Code)
	}
}

// named is the order that a message names; nil: none but o.
func (g *generated) named(message string, o Order) *Order {
	for i := range g.orders {
		if g.orders[i].EventID != o.EventID && strings.Contains(message, g.orders[i].EventID) {
			return &g.orders[i]
		}
	}
	return nil
}

// called reports whether a call with the order's options was made for the desktop.
func (w *world) called(o Order, id string) bool {
	return slices.ContainsFunc(w.calls, func(c call) bool {
		return c.action == "StopDesktops" && c.region == o.Request.RegionId && c.options == o.Request.StoppedMode && slices.Contains(c.ids, id)
	})
}

// compareTime of an order that shares neither a desktop nor a call with another: then its time is that of
// its own calls.
func (g *generated) compareTime(w *world, i int, together []done, alone done, seen map[string]int) {
	o := g.orders[i]
	tolerance := time.Duration(len(g.orders)) * 4 * arrivalTime
	if w.throttled[o.Request.RegionId] { // all calls of the action wait; the pauses have jitter, and what grows old in them is found out again
		tolerance += throttledFor + 2*longestPause + 3*min(20*time.Second, g.slow[o.Request.RegionId])
	}
	for j, other := range g.orders {
		if j == i || other.Request.RegionId != o.Request.RegionId {
			continue
		}
		if g.plain(o) && g.plain(other) {
			tolerance += 300 * time.Millisecond // they share calls, and one may need one that the other does not
		}
		if g.shareRefused(o, other) {
			return
		}
		for _, d := range together[i].Desktops {
			if together[j].of(d.DesktopId).Outcome != "" {
				return
			}
		}
	}
	if together[i].Status == report.StatusBlocked {
		return
	}
	seen["on time"]++
	if together[i].at > alone.at+tolerance {
		g.t.Errorf("%s was done after %v, alone after %v", o.EventID, together[i].at, alone.at)
	}
}

// shareRefused reports whether a call that two orders share is refused and made again in parts. Both wait for all
// parts, also for one that EDS responds to late.
func (g *generated) shareRefused(o, other Order) bool {
	return g.plain(o) && g.plain(other) && o.Request.RegionId == other.Request.RegionId &&
		slices.ContainsFunc(slices.Concat(o.Request.DesktopId, other.Request.DesktopId), func(id string) bool {
			return g.refused[o.Request.RegionId+id] || g.untagged[o.Request.RegionId+id]
		})
}

func (g *generated) plain(o Order) bool { return o.Request.Select == nil }

// show the batch that failed.
func (g *generated) show(w *world, together []done) {
	g.t.Logf("policy %+v, slow %v %v, throttled %v, refused %v", g.policy, g.slowOne, g.slow, g.throttle, g.refused)
	for _, d := range g.desktops {
		g.t.Logf("%s %s %s %v: %+v", d.region, d.DesktopID, d.office, d.tags, d.Desktop)
	}
	for i, o := range g.orders {
		g.t.Logf("%s: %+v route %s %d: %s after %v %+v", o.EventID, o.Request, o.Route, o.RouteMax, together[i], together[i].at, together[i].Problem)
	}
	for _, c := range w.calls {
		g.t.Logf("call at %v: %s %s %s %s", c.at, c.action, c.region, c.about, c.options)
	}
}
