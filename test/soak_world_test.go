package test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// soakWorld is an account for a part of the soak: it does not last, so that what it remembers is not
// taken for a leak, and so that every connection to it expires.
type soakWorld struct {
	eds      *emulator.EDS
	receiver *emulator.Receiver
	servers  []*http.Server
	address  map[string]string // of what the function calls localhost:1 and localhost:2

	mu   sync.Mutex
	rng  *rand.Rand
	free []string // desktops that no event has asked for yet
}

const soakFleet = 8000

// newSoakWorld closes connections that are idle for so long; 0: none.
func newSoakWorld(t *testing.T, rng *rand.Rand, idle time.Duration) *soakWorld {
	fleet := &emulator.Fleet{
		Latency: time.Millisecond, Jitter: 4 * time.Millisecond, Seed: rng.Uint64(), StopTime: 20 * time.Millisecond,
		Generate: []emulator.Generator{{Count: soakFleet, Prefix: "ecd-s"}},
		Faults:   soakFaults(rng),
	}
	w := &soakWorld{
		eds: fleet.EDS(), rng: rng, address: map[string]string{},
		receiver: &emulator.Receiver{Secrets: []string{callbackSecret}, Answers: soakAnswers(rng)},
	}
	for n := range soakFleet {
		w.free = append(w.free, fmt.Sprintf("ecd-s%04d", n+1))
	}
	for name, h := range map[string]http.Handler{"localhost:1": w.eds, "localhost:2": w.receiver} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: h, IdleTimeout: idle}
		go func() { _ = server.Serve(listener) }()
		w.servers = append(w.servers, server)
		w.address[name] = listener.Addr().String()
	}
	return w
}

func (w *soakWorld) close() {
	for _, s := range w.servers {
		_ = s.Close()
	}
}

// soakFaults spoil one call in 25. Those that come after the effect are of kinds that do not say that
// there was none.
func soakFaults(rng *rand.Rand) []emulator.Fault {
	kinds := []emulator.Fault{
		{Kind: emulator.FaultThrottle}, {Kind: emulator.FaultThrottle, TimeLeft: 30 * time.Millisecond}, {Kind: emulator.FaultThrottle},
		{Kind: emulator.FaultUnavailable}, {Kind: emulator.FaultInternal}, {Kind: emulator.FaultInternal, AfterEffect: true},
		{Kind: emulator.FaultHTML502}, {Kind: emulator.FaultHTML502, AfterEffect: true}, {Kind: emulator.FaultEmpty500, AfterEffect: true},
		{Kind: emulator.FaultEmpty200, AfterEffect: true}, {Kind: emulator.FaultBadJSON, AfterEffect: true}, {Kind: emulator.FaultError200, AfterEffect: true},
		{Kind: emulator.FaultDropBefore}, {Kind: emulator.FaultDropAfter}, {Kind: emulator.FaultDropAfter}, {Kind: emulator.FaultCutBody},
		{Kind: emulator.FaultStall}, {Kind: emulator.FaultStall, Delay: time.Second}, {Kind: emulator.FaultStallBody}, {Kind: emulator.FaultRedirect},
	}
	var faults []emulator.Fault
	for call := 1; call < 20_000; call += 1 + rng.IntN(50) {
		f := kinds[rng.IntN(len(kinds))]
		f.Call = call
		faults = append(faults, f)
	}
	// Who asks when desktops were used waits: for a whole invocation, or for a part of it.
	return append(faults, emulator.Fault{Action: "DescribeClientEvents", Kind: emulator.FaultStall, Delay: time.Duration(1+rng.IntN(3)) * time.Second})
}

// soakAnswers of the receiver of callbacks: one in eight is none. In a third of the parts the receiver is
// dead for a long time.
func soakAnswers(rng *rand.Rand) []emulator.Answer {
	answers := make([]emulator.Answer, 4000)
	for i := range answers {
		switch rng.IntN(24) {
		case 0:
			answers[i].Status = http.StatusInternalServerError
		case 1:
			answers[i].Drop = true
		case 2:
			answers[i].Delay = 100 * time.Millisecond
		}
	}
	if rng.IntN(3) == 0 {
		for i := range answers[:40] {
			answers[i].Delay = 3 * time.Second
		}
	}
	return answers
}

// soakEvent is what one invocation gets, and what must come of it.
type soakEvent struct {
	payload []byte
	events  map[string]int // how many reports, by the event's ID; empty: the invocation's
	asked   map[string]bool
	timeout time.Duration
	http    bool
	// again says that its sender sends it once more, whatever came of it.
	again bool
}

// take gives an event for desktops that no other has asked for; nil when they are used up.
func (w *soakWorld) take(requestID string) *soakEvent {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &soakEvent{events: map[string]int{}, asked: map[string]bool{}, timeout: time.Duration(2500+w.rng.IntN(2500)) * time.Millisecond}
	var payload any
	switch w.rng.IntN(9) {
	case 0: // more than one call
		payload = w.request(e, 150)
		e.events[requestID] = 1
	case 1: // a batch, of which two ask for the same desktop
		first := w.request(e, 1+w.rng.IntN(3))
		payload = []any{first, w.request(e, 2), first}
		for i := range 3 {
			e.events[fmt.Sprintf("%s#%d", requestID, i)] = 1
		}
	case 2:
		var batch []any
		for i := range 4 {
			id := fmt.Sprintf("%s-%d", requestID, i)
			batch = append(batch, map[string]any{
				"id": id, "source": "soak", "specversion": "1.0", "type": "soak", "time": time.Now().UTC().Format(time.RFC3339), "data": w.request(e, 1),
			})
			e.events["soak|"+id] = 1
		}
		payload, e.again = batch, true
	case 5: // a slow event beside a fast one
		idle := w.request(e, 1)
		idle["IdleMinutes"] = 30 * 24 * 60
		payload = []any{idle, w.request(e, 1)}
		for i := range 2 {
			e.events[fmt.Sprintf("%s#%d", requestID, i)] = 1
		}
	case 3:
		body, _ := json.Marshal(w.request(e, 2))
		e.payload = emulator.HTTPEvent("POST", "/", http.Header{"Content-Type": {"application/json"}}, body)
		e.events[requestID], e.http = 1, true
	case 4: // found by a listing
		request := w.request(e, 1)
		for id := range e.asked {
			request = map[string]any{"Select": map[string]any{"DesktopName": id}}
		}
		payload, e.events[requestID] = request, 1
	default:
		payload, e.events[requestID] = w.request(e, 1), 1
	}
	if len(w.free) == 0 {
		return nil
	}
	if e.payload == nil {
		e.payload, _ = json.Marshal(payload)
	}
	return e
}

// request for so many desktops.
func (w *soakWorld) request(e *soakEvent, desktops int) map[string]any {
	n := min(desktops, len(w.free))
	ids := w.free[:n]
	w.free = w.free[n:]
	for _, id := range ids {
		e.asked[id] = true
	}
	return map[string]any{"DesktopId": ids}
}

// check what EDS has seen: no desktop is named in a call after one that has stopped it.
func (w *soakWorld) check(t *testing.T) {
	for _, v := range w.eds.Violations() {
		t.Error(v)
	}
	stoppedBy := map[string]emulator.Call{}
	for _, c := range w.eds.Calls() {
		if c.Action != "StopDesktops" {
			continue
		}
		for _, id := range c.DesktopIds {
			if before, ok := stoppedBy[id]; ok {
				t.Errorf("%s was stopped by call %d (%s), and named again in call %d", id, before.Seq, before.Fault, c.Seq)
			}
		}
		for _, id := range c.Stopped {
			stoppedBy[id] = c
		}
	}
}

// dials are the connections of the function, counted.
type dials struct {
	mu         sync.Mutex
	to         map[string]string // whom the function calls by which address
	made, open int
	most       int // open at once
}

// lead the function to other servers from now on.
func (d *dials) lead(to map[string]string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.to = to
}

func (d *dials) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	to := d.to[address]
	d.mu.Unlock()
	c, err := (&net.Dialer{}).DialContext(ctx, network, to)
	if err != nil {
		return nil, err
	}
	d.count(1)
	return &countedConn{Conn: c, closed: sync.OnceFunc(func() { d.count(-1) })}, nil
}

func (d *dials) count(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open += n
	d.made += max(n, 0)
	d.most = max(d.most, d.open)
}

func (d *dials) now() (made, open, most int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.made, d.open, d.most
}

type countedConn struct {
	net.Conn
	closed func()
}

func (c *countedConn) Close() error {
	c.closed()
	return c.Conn.Close()
}
