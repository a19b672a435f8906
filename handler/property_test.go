package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// TestNeverTheWrongDesktop feeds generated events to the handler, over generated fleets that change
// meanwhile and a service that lies down in every way it can. It holds each StopDesktops call
// against what the service had told before it: see world.StopDesktops. And it holds each report
// against what was asked.
func TestNeverTheWrongDesktop(t *testing.T) {
	cases := casesOf(12_000)
	var stopped, calls, spared int
	for seed := range cases {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, uint64(seed))
			w.invoke()
			stopped += w.stopped
			calls += w.stopCalls
			spared += w.spared
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d cases: %d StopDesktops calls, %d desktops stopped, %d spared", cases, calls, stopped, spared)
	if stopped < cases || spared < cases {
		t.Error("the cases are too tame: they hardly stop or spare anything")
	}
}

// TestNeverTheWrongDesktopInWaves is the same with fleets of several waves, of which the next is looked
// at while one is stopped.
func TestNeverTheWrongDesktopInWaves(t *testing.T) {
	cases := 150
	var stopped int
	for seed := range cases {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, uint64(seed))
			for i := len(w.machines); i < 350; i++ {
				w.add(i)
			}
			w.policy.MaxDesktops, w.policy.APIConcurrency = 1000, 1+seed%2
			w.trouble /= 2 // several waves make more calls: with more trouble hardly one of them ends well
			w.makeRequest()
			w.invoke()
			stopped += w.stopped
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d cases: %d desktops stopped", cases, stopped)
	if stopped < 5*cases {
		t.Error("the cases are too tame: they hardly stop anything")
	}
}

// TestNeverTheWrongDesktopInPages is the same with selections of so many pages that they are read side by side, and
// stopped while they are read. Rows come twice and are missing.
func TestNeverTheWrongDesktopInPages(t *testing.T) {
	cases := casesOf(300)
	var stopped int
	statuses := map[report.Status]int{}
	for seed := range cases {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, uint64(seed))
			w.quick, w.counted, w.moving = true, seed%4 > 0, seed%4 > 1
			w.silent = w.silent && !w.moving // a listing of a user's desktops may lack one that moved, and no row would tell
			for i := len(w.machines); i < 700; i++ {
				w.add(i)
			}
			w.policy.MaxDesktops, w.policy.APIConcurrency = pick(w.rng, 1000, 1000, 1000, 250), 1+seed%8
			w.trouble /= 5 // of many pages one fails soon
			w.makeRequest()
			q := w.requests[0]
			delete(q, "DesktopId")
			q["Select"] = pick(w.rng, map[string]any{"All": true}, map[string]any{"All": true}, map[string]any{"OfficeSiteId": "site-1"})
			w.invoke()
			stopped += w.stopped
			for _, rep := range w.logged() {
				statuses[rep.Status]++
				if asked := w.asked(q); !w.moving && rep.Status != report.StatusFailed && rep.Status != report.StatusPartial && len(rep.Desktops) != asked {
					t.Errorf("%s: %d desktops are in the report, %d were asked for", rep.Status, len(rep.Desktops), asked)
				}
			}
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d cases: %d desktops stopped, %v", cases, stopped, statuses)
	if stopped < 20*cases || statuses[report.StatusPartial] < cases/60 {
		t.Error("the cases are too tame: they hardly stop anything, or hardly break")
	}
}

// TestNeverTheWrongDesktopInBatches is the same with batches of 2 to 6 events, over two regions, of which
// one listing is slow. Each call must be right for one of the events that asked for the desktop.
func TestNeverTheWrongDesktopInBatches(t *testing.T) {
	cases := casesOf(4000)
	var stopped, conflicts int
	for seed := range cases {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, uint64(seed))
			for i := len(w.machines); seed%20 == 0 && i < 200; i++ { // so many that their tags are listed by region
				w.add(i)
			}
			w.makeBatch(2 + seed%5)
			w.invoke()
			stopped += w.stopped
			conflicts += w.conflicts
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d cases: %d desktops stopped, %d conflicts", cases, stopped, conflicts)
	if stopped < cases || conflicts < cases/10 {
		t.Error("the cases are too tame: they hardly stop anything, or hardly collide")
	}
}

// casesOf returns how many of all generated cases a test tries: all, or with -short the first quarter of them.
func casesOf(all int) int {
	if testing.Short() {
		return all / 4
	}
	return all
}

// FuzzPlanner looks for a world in which the promise is broken: the fuzzer's bytes are its dice.
func FuzzPlanner(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, []byte("any bytes will do"))
	}
	// whose a desktop is, told by a selection after an observation could not find it out, and relied on for too long
	f.Add(uint64(22), []byte("100000x000000"))
	// a tag listing made anew by another batch, and not asked again before the call
	f.Add(uint64(4), []byte("0%X02Xx00\x10000000000000"))
	for events := range uint64(5) { // batches
		for seed := range uint64(4) {
			f.Add((events+1)<<32|seed, []byte("any bytes will do"))
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, dice []byte) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorldOf(t, &thrown{dice: dice, then: rand.NewPCG(seed, 7)})
			if more := int(seed >> 32 % 6); more > 0 {
				w.makeBatch(1 + more)
			}
			w.invoke()
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

const (
	regionA = "cn-hangzhou"
	regionB = "cn-beijing"
)

// machine is one desktop of a world, as it really is.
type machine struct {
	stop.Desktop
	region, office, user string
	tags                 map[string]string

	// What the handler was last told of it, and when it had asked.
	told   told
	before []told    // and all that it was told of it, for batches: each event relies on its own observation
	userAt time.Time // when it was asked whose it is
}

type told struct {
	stop.Desktop
	at, heard time.Time // when the handler had asked, and when it heard
}

// world is a fleet and its service. It implements stop.EDS.
type world struct {
	mu       sync.Mutex
	t        *testing.T
	rng      *rand.Rand
	policy   handler.Policy
	machines []*machine
	byID     map[string]*machine
	tagsRead readings
	reads    int // how many were begun by desktop
	uses     map[string][]stop.ClientEvent
	usesAt   map[string][]time.Time
	silent   bool    // rows do not tell whose they are
	trouble  float64 // how often a call goes wrong
	requests []map[string]any
	slow     string // the action that takes 8 seconds longer; empty: none
	retry    int
	quick    bool // calls take a tenth of the time
	counted  bool // pages tell the TotalCount, and those by number have rows twice or lack some
	moving   bool // desktops are made and released

	log  bytes.Buffer
	lost map[string]bool // desktops in a call whose response was lost
	made map[string]bool // desktops in a call

	stopped, stopCalls, spared, conflicts int
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return newWorldOf(t, rand.NewPCG(seed, 7))
}

func newWorldOf(t *testing.T, source rand.Source) *world {
	rng := rand.New(source)
	w := &world{
		t: t, rng: rng,
		byID:     map[string]*machine{},
		tagsRead: readings{complete: map[string][]*reading{}, pending: map[string]*reading{}},
		uses:     map[string][]stop.ClientEvent{},
		usesAt:   map[string][]time.Time{},
		lost:     map[string]bool{},
		made:     map[string]bool{},
	}
	w.silent = rng.IntN(4) == 0
	if rng.IntN(2) == 0 {
		w.trouble = rng.Float64() * 0.3
	}
	w.policy = handler.Policy{
		Regions:     []string{regionA},
		StoppedMode: "StopCharging",
		AllowForce:  rng.IntN(2) == 0,
		AllowDirect: true,
		MaxEventAge: time.Hour,
	}
	w.policy.Policy = stop.Policy{
		MaxDesktops:    []int{3, 50, 1000}[rng.IntN(3)],
		Deny:           map[string]bool{},
		ProtectTag:     events.Tag{Key: "protect"},
		KeepUntilTag:   "keep",
		Location:       time.UTC,
		Preflight:      true,
		APIConcurrency: 1 + rng.IntN(8),
	}
	if rng.IntN(4) == 0 {
		w.policy.DenyUsers = []string{"li"}
	}
	for i := range 1 + rng.IntN(12)*rng.IntN(12) {
		w.add(i)
		if rng.IntN(15) == 0 {
			w.policy.Deny[w.machines[i].DesktopID] = true
		}
	}
	w.makeRequest()
	return w
}

func pick[T any](rng *rand.Rand, all ...T) T { return all[rng.IntN(len(all))] }

func (w *world) add(i int) {
	m := &machine{region: regionA, office: pick(w.rng, "site-1", "site-2"), user: pick(w.rng, "li", "Li", "zhang"), tags: map[string]string{}}
	m.DesktopID = fmt.Sprintf("ecd-%d", i)
	if w.rng.IntN(10) == 0 {
		m.region = regionB
	}
	w.shuffle(m)
	w.machines = append(w.machines, m)
	w.byID[m.DesktopID] = m
}

// shuffle a desktop's state: mostly as it is at night.
func (w *world) shuffle(m *machine) {
	m.DesktopStatus = pick(w.rng, "Running", "Running", "Running", "Running", "Running", "Stopped", "Stopping", "Starting", "Weird", "")
	m.ConnectionStatus = pick(w.rng, "Disconnected", "Disconnected", "Disconnected", "Disconnected", "Connected", "Unknown", "")
	m.ManagementFlags = pick(w.rng, nil, nil, nil, nil, []string{"NoFlag"}, []string{"Migrating"})
	m.tags["team"] = "blue"
	for _, key := range []string{"protect", "keep", "night"} {
		delete(m.tags, key)
		if w.rng.IntN(12) == 0 {
			m.tags[key] = pick(w.rng, "", "1999-01-01", "2100-01-01", "garbage")
		}
	}
}

// makeRequest of some kind that the parser takes.
func (w *world) makeRequest() { w.requests = []map[string]any{w.newRequest(regionA)} }

// makeBatch of so many requests over both regions.
func (w *world) makeBatch(n int) {
	w.policy.Regions = []string{regionA, regionB}
	w.requests = nil
	for range n {
		region := pick(w.rng, regionA, regionA, regionA, regionB)
		q := w.newRequest(region)
		q["RegionId"] = region
		q["StoppedMode"] = pick(w.rng, "StopCharging", "StopCharging", "KeepCharging")
		w.requests = append(w.requests, q)
	}
	w.slow = pick(w.rng, "", "ListTagResources", "DescribeDesktops", "DescribeClientEvents")
}

func (w *world) newRequest(region string) map[string]any {
	q := map[string]any{}
	var ids []string
	for _, m := range w.machines {
		if m.region == region && w.rng.IntN(3) > 0 {
			ids = append(ids, m.DesktopID)
		}
	}
	ids = append(ids, "ecd-nosuch")
	switch w.rng.IntN(4) {
	case 0:
		q["Select"] = map[string]any{"OfficeSiteId": "site-1"}
	case 1:
		q["Select"] = map[string]any{"Tag": map[string]any{"Key": "team"}}
	case 2:
		q["Select"] = map[string]any{"All": true}
		q["DesktopId"] = ids
	default:
		q["DesktopId"] = ids
	}
	if w.rng.IntN(3) == 0 {
		q["Exclude"] = pick(w.rng,
			map[string]any{"DesktopId": "ecd-0"},
			map[string]any{"EndUserId": "li"},
			map[string]any{"Tag": map[string]any{"Key": "night"}})
	}
	if w.policy.AllowForce && w.rng.IntN(3) == 0 {
		q["Force"] = true
	} else if w.rng.IntN(4) == 0 {
		q["IdleMinutes"] = 30
	}
	if w.rng.IntN(6) == 0 {
		q["DryRun"] = true
	}
	if w.rng.IntN(4) == 0 {
		q["WaitSeconds"] = w.rng.IntN(20)
	}
	w.retry = w.rng.IntN(2)
	return q
}

func (w *world) invoke() {
	var event any = w.requests
	if len(w.requests) == 1 {
		event = w.requests[0]
	}
	raw, err := json.Marshal(event)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range w.machines {
		if w.rng.IntN(8) == 0 {
			w.use(m, time.Now().Add(-time.Duration(w.rng.IntN(120))*time.Minute))
		}
	}
	h := handler.New(handler.Options{
		Policy:  w.policy,
		Connect: func(secret.Credentials) (stop.EDS, error) { return service{w}, nil },
		Log:     slog.New(slog.NewJSONHandler(&w.log, nil)),
	})
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Duration(4+w.rng.IntN(60))*time.Second)
	defer cancel()
	response, failure := h.Handle(ctx, handler.Invocation{RequestID: "1", RetryCount: w.retry}, raw)
	if ctx.Err() != nil {
		w.t.Error("the response came after the deadline")
	}
	switch response.(type) {
	case report.Report, handler.Batch:
	default:
		if failure == nil {
			w.t.Errorf("response %T without a failure", response)
		}
	}
	reports := w.logged()
	for i, q := range w.requests {
		id := "1"
		if len(w.requests) > 1 {
			id = fmt.Sprintf("1#%d", i)
		}
		if reports[id] == nil {
			w.t.Fatalf("there is no report of %s", id)
		}
		w.checkReport(*reports[id], q)
	}
	w.checkLost(reports)
}

// logged are the reports by event as the log has them: also of an invocation that failed.
func (w *world) logged() map[string]*report.Report {
	reports := map[string]*report.Report{}
	for line := range bytes.Lines(w.log.Bytes()) {
		var l struct {
			Msg      string `json:"msg"`
			EventId  string
			Report   report.Report          `json:"report"`
			Desktops []report.DesktopReport `json:"Desktops"`
		}
		if err := json.Unmarshal(line, &l); err != nil {
			w.t.Fatal(err)
		}
		switch l.Msg {
		case "report":
			reports[l.Report.EventId] = &l.Report
		case "desktops":
			reports[l.EventId].Desktops = append(reports[l.EventId].Desktops, l.Desktops...)
		case "panic":
			w.t.Errorf("panic: %s", line)
		}
	}
	return reports
}

// checkLost: of a desktop in a call whose response was lost, one report at least says so, unless what came
// of it was seen.
func (w *world) checkLost(reports map[string]*report.Report) {
	for id := range w.lost {
		var outcomes []string
		known := !w.lost[id]
		for _, rep := range reports {
			for _, d := range rep.Desktops {
				if d.DesktopId != id {
					continue
				}
				outcomes = append(outcomes, string(d.Outcome)+" "+d.Reason+d.Code)
				known = known || d.Code == report.CodeUnconfirmed || d.Outcome == report.Stopped || d.Outcome == report.Stopping || d.Outcome == report.Accepted
			}
		}
		if !known {
			w.t.Errorf("a call for %s was sent and its response lost; it is reported %v", id, outcomes)
		}
	}
}

// checkReport: every desktop asked for by its ID is there exactly once, and nothing is claimed that
// is not so.
func (w *world) checkReport(rep report.Report, request map[string]any) {
	seen := map[string]report.DesktopReport{}
	for _, d := range rep.Desktops {
		if _, twice := seen[d.DesktopId]; twice {
			w.t.Errorf("%s is in the report twice", d.DesktopId)
		}
		seen[d.DesktopId] = d
		if d.Outcome == "" {
			w.t.Errorf("%s has no outcome", d.DesktopId)
		}
		if m := w.byID[d.DesktopId]; d.Outcome == report.Stopped && m.told.DesktopStatus != "Stopped" &&
			(len(w.requests) == 1 || !slices.ContainsFunc(m.before, func(b told) bool { return b.DesktopStatus == "Stopped" })) {
			w.t.Errorf("%s is called stopped, but was last seen %s", d.DesktopId, m.told.DesktopStatus)
		}
		if d.Outcome == report.Skipped {
			w.spared++
		}
		if d.Reason == report.ReasonConflict {
			if w.conflicts++; !w.made[d.DesktopId] {
				w.t.Errorf("a conflict about %s, and no call was made for it", d.DesktopId)
			}
		}
	}
	asked, _ := request["DesktopId"].([]string)
	for _, id := range asked {
		if _, ok := seen[id]; !ok {
			w.t.Errorf("%s was asked for and is not in the report", id)
		}
	}
	if len(asked) > 0 && len(asked) != len(seen) {
		w.t.Errorf("%d desktops were asked for, %d are in the report", len(asked), len(seen))
	}
}

// pass time, change the world a little, and let the call go wrong now and then. The world is locked
// by the caller, and free while the time passes.
func (w *world) pass(ctx context.Context, action string) error {
	takes := time.Duration(w.rng.IntN(1500)) * time.Millisecond
	if action == w.slow {
		takes += 8 * time.Second
	}
	if w.quick {
		takes /= 10
	}
	after := time.After(takes)
	w.mu.Unlock()
	defer w.mu.Lock()
	select {
	case <-after:
	case <-ctx.Done():
		return &stop.CallError{Action: action, Family: stop.Ambiguous, Code: "Timeout"}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.rng.IntN(4) == 0 {
		m := w.machines[w.rng.IntN(len(w.machines))]
		w.shuffle(m)
		if m.ConnectionStatus == "Connected" {
			w.use(m, time.Now())
		}
	}
	if w.moving && w.rng.IntN(15) == 0 {
		w.move()
	}
	if w.rng.Float64() >= w.trouble {
		return nil
	}
	family := pick(w.rng, stop.Throttled, stop.Throttled, stop.Temporary, stop.Ambiguous, stop.NotFound, stop.WrongState, stop.Denied, stop.Invalid)
	return &stop.CallError{Action: action, Family: family, Code: "Trouble", RetryAfter: time.Duration(w.rng.IntN(8)) * time.Second}
}

// move makes a desktop, or releases one: what follows it is on other pages then.
func (w *world) move() {
	if at := w.rng.IntN(len(w.machines)); w.rng.IntN(2) == 0 {
		w.machines = slices.Delete(w.machines, at, at+1)
		return
	}
	w.add(len(w.byID))
	m := w.machines[len(w.machines)-1]
	w.machines = slices.Insert(w.machines[:len(w.machines)-1], w.rng.IntN(len(w.machines)), m)
}

func (w *world) use(m *machine, at time.Time) {
	w.uses[m.region] = append(w.uses[m.region], stop.ClientEvent{DesktopID: m.DesktopID, Type: pick(w.rng, "DESKTOP_CONNECT", "DESKTOP_DISCONNECT"), Time: at})
}

// tell the state of m in response to a question asked at a time. Of two under way at once, the one
// asked later is the last observation; of two asked at the same instant, an observation of the desktop itself.
func (w *world) tell(m *machine, at time.Time, itself bool) stop.Desktop {
	now := told{m.Desktop, at, time.Now()}
	m.before = append(m.before, now)
	if at.After(m.told.at) || itself && at.Equal(m.told.at) {
		m.told = now
	}
	return m.Desktop
}

// service is what EDS is in a world.
type service struct{ *world }

func (w service) DescribeDesktopInfo(ctx context.Context, region string, ids []string) ([]stop.Desktop, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := time.Now()
	if err := w.pass(ctx, "DescribeDesktopInfo"); err != nil {
		return nil, err
	}
	if len(ids) < 1 || len(ids) > 100 {
		w.t.Errorf("an observation of %d desktops", len(ids))
	}
	var rows []stop.Desktop
	for _, id := range ids {
		if m := w.byID[id]; m != nil && m.region == region {
			rows = append(rows, w.tell(m, at, true))
		}
	}
	return rows, nil
}

// page cuts a listing into pages of 7, and a long one into pages of 100, as EDS does.
func page[T any](all []T, token string) stop.Page[T] {
	from := 0
	_, _ = fmt.Sscan(token, &from)
	size := 7
	if len(all) > 100 {
		size = 100
	}
	to := min(from+size, len(all))
	p := stop.Page[T]{Rows: all[min(from, to):to]}
	if to < len(all) {
		p.NextToken = fmt.Sprint(to)
	}
	return p
}

func (w service) DescribeDesktops(ctx context.Context, region string, choice events.Select, token string) (stop.Page[stop.Desktop], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := time.Now()
	if err := w.pass(ctx, "DescribeDesktops"); err != nil {
		return stop.Page[stop.Desktop]{}, err
	}
	matching := w.matching(region, choice)
	return w.described(page(matching, token), len(matching), choice, at), nil
}

func (w *world) matching(region string, choice events.Select) (matching []*machine) {
	for _, m := range w.machines {
		if m.region == region && (choice.OfficeSiteId == "" || choice.OfficeSiteId == m.office) &&
			(len(choice.EndUserId) == 0 || slices.Contains(choice.EndUserId, m.user)) {
			matching = append(matching, m)
		}
	}
	return matching
}

// described is a page with the rows of these machines.
func (w *world) described(p stop.Page[*machine], total int, choice events.Select, at time.Time) stop.Page[stop.Desktop] {
	rows := stop.Page[stop.Desktop]{NextToken: p.NextToken, Listed: len(p.Rows)}
	if w.counted {
		rows.TotalCount = total
	}
	for _, m := range p.Rows {
		if len(choice.EndUserId) > 0 { // asked for whose desktop it is, not for its state
			rows.Rows = append(rows.Rows, w.withUser(m, m.Desktop, at))
			continue
		}
		rows.Rows = append(rows.Rows, w.withUser(m, w.tell(m, at, false), at))
	}
	return rows
}

// DescribeDesktopsPage now and then answers with a row that comes twice, or is missing.
func (w service) DescribeDesktopsPage(ctx context.Context, region string, choice events.Select, number int) (stop.Page[stop.Desktop], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := time.Now()
	if err := w.pass(ctx, "DescribeDesktops"); err != nil {
		return stop.Page[stop.Desktop]{}, err
	}
	matching := w.matching(region, choice)
	from := min(100*(number-1), len(matching))
	list := slices.Clone(matching[from:min(from+100, len(matching))])
	if len(list) > 1 {
		switch w.rng.IntN(5) {
		case 0:
			list[0] = matching[w.rng.IntN(len(matching))]
		case 1:
			list = list[1:]
		}
	}
	return w.described(stop.Page[*machine]{Rows: list}, len(matching), choice, at), nil
}

// withUser adds to a row whose it is, which some services do not tell.
func (w *world) withUser(m *machine, row stop.Desktop, at time.Time) stop.Desktop {
	if !w.silent {
		row.EndUserIDs = []string{m.user}
		m.userAt = at
	}
	return row
}

func (w service) DescribeDesktopsByID(ctx context.Context, region string, ids []string, _ string) (stop.Page[stop.Desktop], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := time.Now()
	if err := w.pass(ctx, "DescribeDesktops"); err != nil {
		return stop.Page[stop.Desktop]{}, err
	}
	if len(ids) < 1 || len(ids) > 100 {
		w.t.Errorf("the users of %d desktops", len(ids))
	}
	var rows stop.Page[stop.Desktop]
	for _, id := range ids {
		if m := w.byID[id]; m != nil && m.region == region {
			row := w.withUser(m, stop.Desktop{DesktopID: id}, at)
			m.userAt = at
			rows.Rows = append(rows.Rows, row)
		}
	}
	return rows, nil
}

func (w service) ListTagResources(ctx context.Context, region string, tag events.Tag, token string) (stop.Page[stop.Tagged], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := time.Now()
	if err := w.pass(ctx, "ListTagResources"); err != nil {
		return stop.Page[stop.Tagged]{}, err
	}
	var carriers []stop.Tagged
	for _, m := range w.machines {
		if value, ok := m.tags[tag.Key]; ok && m.region == region {
			carriers = append(carriers, stop.Tagged{DesktopID: m.DesktopID, Value: value})
		}
	}
	p := page(carriers, token)
	w.tagsRead.note(region+" "+tag.Key, asked, token == "", p.NextToken == "", p.Rows, func(row stop.Tagged) string { return row.DesktopID })
	return p, nil
}

// ListTagResourcesByID tells all tags of the desktops. Pages may end within a desktop. The token names the
// reading, as several orders may ask for the same desktop at once.
func (w service) ListTagResourcesByID(ctx context.Context, region string, ids []string, token string) (stop.Page[stop.Tagged], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := time.Now()
	if err := w.pass(ctx, "ListTagResources"); err != nil {
		return stop.Page[stop.Tagged]{}, err
	}
	if len(ids) < 1 || len(ids) > 50 {
		w.t.Errorf("the tags of %d desktops", len(ids))
	}
	var all []stop.Tagged
	for _, id := range ids {
		if m := w.byID[id]; m != nil && m.region == region {
			for _, key := range slices.Sorted(maps.Keys(m.tags)) {
				all = append(all, stop.Tagged{DesktopID: id, Key: key, Value: m.tags[key]})
			}
		}
	}
	offset, number, _ := strings.Cut(token, " ")
	if token == "" {
		w.reads++
		number = fmt.Sprint(w.reads)
	}
	p := page(all, offset)
	for _, id := range ids {
		rows := slices.DeleteFunc(slices.Clone(p.Rows), func(row stop.Tagged) bool { return row.DesktopID != id })
		w.tagsRead.note(region+" "+id+" "+number, asked, token == "", p.NextToken == "", rows, func(row stop.Tagged) string { return row.Key })
	}
	if p.NextToken != "" {
		p.NextToken += " " + number
	}
	return p, nil
}

// reading is what a complete listing of tags told: of a tag, values by desktop; of a desktop, by tag.
type reading struct {
	asked, told time.Time
	values      map[string]string
}

// readings of tags.
type readings struct {
	complete map[string][]*reading // by region and tag, or region and desktop
	pending  map[string]*reading   // under way
}

// note what a page told. The last one completes the reading, which is named by its region, and its tag or
// its desktop.
func (all readings) note(name string, asked time.Time, first, last bool, rows []stop.Tagged, by func(stop.Tagged) string) {
	if first {
		all.pending[name] = &reading{asked: asked, values: map[string]string{}}
	}
	for _, row := range rows {
		all.pending[name].values[by(row)] = row.Value
	}
	if last {
		r := all.pending[name]
		r.told = time.Now()
		about := strings.Join(strings.Fields(name)[:2], " ")
		all.complete[about] = append(all.complete[about], r)
	}
}

// spare reports whether a tag spares a desktop, or may do so: whether no complete reading of the last 5
// seconds says that it does not. A reading counts no more when one is complete that began after its end.
func (all readings) spare(region, key, id string, old func(time.Time) bool, spares func(value string, carries bool) bool) bool {
	listed, byID := all.complete[region+" "+key], all.complete[region+" "+id]
	both := slices.Concat(listed, byID)
	for i, r := range both {
		of := id
		if i >= len(listed) {
			of = key
		}
		value, carries := r.values[of]
		if !old(r.told) && !spares(value, carries) && !slices.ContainsFunc(both, func(later *reading) bool { return !later.asked.Before(r.told) && later != r }) {
			return false
		}
	}
	return true
}

func (w service) DescribeClientEvents(ctx context.Context, region string, since time.Time, token string) (stop.Page[stop.ClientEvent], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.pass(ctx, "DescribeClientEvents"); err != nil {
		return stop.Page[stop.ClientEvent]{}, err
	}
	var happened []stop.ClientEvent
	for _, e := range w.uses[region] {
		if !e.Time.Before(since.Truncate(time.Second)) {
			happened = append(happened, e)
		}
	}
	p := page(happened, token)
	if p.NextToken == "" {
		w.usesAt[region] = append(w.usesAt[region], time.Now())
	}
	return p, nil
}

// StopDesktops is where the promise is kept or broken: it is held against what the service told,
// written down here once more and not taken from the handler.
func (w service) StopDesktops(ctx context.Context, call stop.StopCall) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopCalls++
	now := time.Now()
	if len(call.DesktopIDs) < 1 || len(call.DesktopIDs) > 100 {
		w.t.Errorf("a call for %d desktops", len(call.DesktopIDs))
	}
	once := map[string]bool{}
	for _, id := range call.DesktopIDs {
		if once[id] {
			w.t.Errorf("%s twice in one call", id)
		}
		once[id] = true
		w.made[id] = true
		w.checkStop(call, id, now)
	}
	err := w.pass(ctx, "StopDesktops")
	var lost *stop.CallError
	if err != nil {
		lost = err.(*stop.CallError)
	}
	for _, id := range call.DesktopIDs {
		w.lost[id] = w.lost[id] || lost != nil && lost.Family == stop.Ambiguous
	}
	if lost == nil || lost.Family == stop.Ambiguous && w.rng.IntN(2) == 0 {
		for _, id := range call.DesktopIDs {
			if m := w.byID[id]; m.DesktopStatus == "Running" {
				m.DesktopStatus = pick(w.rng, "Stopping", "Stopped")
				w.stopped++
			}
		}
	}
	return "request", err
}

// checkStop: the call is right for at least one of the events.
func (w *world) checkStop(call stop.StopCall, id string, now time.Time) {
	m := w.byID[id]
	if m == nil {
		w.t.Errorf("%s is stopped, but not there", id)
		return
	}
	observations := []told{m.told}
	if len(w.requests) > 1 {
		observations = append(observations, m.before...)
	}
	var faults []string
	for i, q := range w.requests {
		for _, seen := range observations {
			bad := w.faults(call, m, seen, q, now)
			if len(bad) == 0 {
				return
			}
			faults = append(faults, fmt.Sprintf("event %d: %s (told %+v, asked %s and heard %s before)", i, strings.Join(bad, ", "), seen.Desktop, now.Sub(seen.at), now.Sub(seen.heard)))
		}
	}
	w.t.Errorf("%s is stopped, but it is right for no event:\n%s", id, strings.Join(faults, "\n"))
}

// faults of a call for a desktop, had it been made for this request and by this observation.
func (w *world) faults(call stop.StopCall, m *machine, seen told, request map[string]any, now time.Time) (faults []string) {
	bad := func(why string) { faults = append(faults, why) }
	old := func(at time.Time) bool { return at.IsZero() || now.Sub(at) > 5*time.Second }
	region, mode := regionA, "StopCharging"
	if len(w.requests) > 1 {
		region, mode = request["RegionId"].(string), request["StoppedMode"].(string)
	}
	force := request["Force"] == true
	switch {
	case request["DryRun"] == true:
		bad("a dry run stops it")
	case call.RegionID != region || m.region != region:
		bad("in another region")
	case call.StoppedMode != mode:
		bad("with other options")
	case !asks(request, m):
		bad("was not asked for")
	case old(seen.at):
		bad("was not observed within 5 seconds")
	case seen.DesktopStatus != "Running":
		bad("was not running")
	case slices.Contains(seen.ManagementFlags, "Migrating"):
		bad("was under management")
	case !force && seen.ConnectionStatus != "Disconnected":
		bad("somebody was, or may have been, connected")
	case w.policy.Deny[m.DesktopID]:
		bad("is on the deny list")
	case slices.Contains(w.policy.DenyUsers, m.user):
		bad("its user is on the deny list")
	}
	if w.tagsRead.spare(region, "protect", m.DesktopID, old, carried) {
		bad("is protected, or it was not asked within 5 seconds whether it is")
	}
	if w.tagsRead.spare(region, "keep", m.DesktopID, old, func(until string, kept bool) bool { return kept && until != "1999-01-01" }) {
		bad("is to be kept, or it was not asked within 5 seconds whether it is")
	}
	if w.excluded(m, request, old) {
		bad("is excluded, or it was not asked within 5 seconds whether it is")
	}
	w.checkUse(m, request, now, bad, old)
	return faults
}

func carried(_ string, carries bool) bool { return carries }

// asked counts the desktops that a request for no ID asks for.
func (w *world) asked(request map[string]any) (n int) {
	for _, m := range w.machines {
		if m.region == regionA && asks(request, m) {
			n++
		}
	}
	return n
}

// asks reports whether the request asks for the machine, as far as that does not change.
func asks(request map[string]any, m *machine) bool {
	if ids, named := request["DesktopId"].([]string); named && !slices.Contains(ids, m.DesktopID) {
		return false
	}
	chosen, _ := request["Select"].(map[string]any)
	return chosen["OfficeSiteId"] == nil || chosen["OfficeSiteId"] == m.office
}

func (w *world) excluded(m *machine, request map[string]any, old func(time.Time) bool) bool {
	exclude, _ := request["Exclude"].(map[string]any)
	if exclude["DesktopId"] == m.DesktopID {
		return true
	}
	if user, byUser := exclude["EndUserId"].(string); byUser {
		return user == m.user || !w.silent && strings.EqualFold(user, m.user) || old(m.userAt)
	}
	if _, byTag := exclude["Tag"]; byTag {
		return w.tagsRead.spare(m.region, "night", m.DesktopID, old, carried)
	}
	return false
}

// checkUse: for an idle stop, and for a retry, nobody may have used the desktop as far as was told. In a
// batch, events that ask for other times have separate listings.
func (w *world) checkUse(m *machine, request map[string]any, now time.Time, bad func(string), old func(time.Time) bool) {
	idle, retried := request["IdleMinutes"] != nil, w.retry > 0
	if !idle && !retried {
		return
	}
	listed := w.usesAt[m.region]
	if len(w.requests) == 1 && len(listed) > 0 {
		listed = listed[len(listed)-1:]
	}
	why := "who used it was not asked within 5 seconds"
	for _, at := range listed {
		if old(at) {
			continue
		}
		if why = w.used(m, at, now, idle, retried); why == "" {
			return
		}
	}
	bad(why)
}

// used says how the desktop was used, by a listing that was complete at a time; "": it was not.
func (w *world) used(m *machine, at, now time.Time, idle, retried bool) string {
	for _, e := range w.uses[m.region] {
		switch {
		case e.DesktopID != m.DesktopID || e.Time.After(at):
		case idle && now.Sub(e.Time) < 29*time.Minute:
			return "was used within 30 minutes"
		case retried && e.Type == "DESKTOP_CONNECT" && now.Sub(e.Time) < 58*time.Minute:
			return "was connected to since the event"
		}
	}
	return ""
}
