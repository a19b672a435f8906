package test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

var (
	soakTime = flag.Duration("soak", 3*time.Second, "how long TestSoak goes on")
	soakSeed = flag.Uint64("seed", 0, "of the faults and events of TestSoak; 0: another each time")
)

// Instances of the function, and the invocations at once in each: more than one is not what the
// platform does, and must do no harm.
const (
	soakInstances = 6
	soakAtOnce    = 3
	soakCalls     = 8 // at once, in each instance
)

// TestSoak sends event after event to some instances of the function, over the real SDK and real
// connections, to an EDS that fails at random: it throttles, breaks, drops, stalls, does what it is
// told and loses the answer, and lets connections expire. Some events have slow neighbours, receivers of
// callbacks die for a while, and senders send events again. The platform's retries come too. Nothing may
// be left over (goroutines, memory, connections), no desktop stopped twice, no report missing.
func TestSoak(t *testing.T) {
	seed := *soakSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	goroutines := runtime.NumGoroutine()
	s := &soak{t: t, rng: rand.New(rand.NewPCG(seed, 0)), dials: &dials{}}
	for range soakInstances {
		s.instances = append(s.instances, newSoakInstance(t, s.dials))
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("again with the same events and faults: go test -run '^TestSoak$' -soak %s -seed %d ./test", *soakTime, seed)
		}
	})
	s.part(0) // not measured: what is kept for good is made in the beginning
	before, from := heap(), s.invocations
	for end := time.Now().Add(*soakTime); time.Now().Before(end) && !t.Failed(); {
		s.part(time.Until(end))
	}
	grown, invocations := heap()-before, s.invocations-from
	made, _, most := s.dials.now()
	t.Logf("%d invocations, %d retries, %d redeliveries, %d calls, %d connections, at most %d at once; the heap has grown by %d bytes", s.invocations, s.retries, s.redeliveries, s.calls, made, most, grown)
	// Those of its calls, and those of its callbacks.
	if enough := soakInstances * (soakCalls + 4*soakAtOnce); most > enough {
		t.Errorf("%d connections at once; %d are enough for %d instances", most, enough, soakInstances)
	}
	// An event that is done is remembered, with some 200 bytes.
	if most := 512<<10 + 512*invocations; grown > most {
		t.Errorf("the heap has grown by %d bytes in %d invocations; %d may be", grown, invocations, most)
	}
	if n := settled(goroutines, runtime.NumGoroutine); n > goroutines {
		var stacks strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
		t.Errorf("%d goroutines, %d before:\n%s", n, goroutines, stacks.String())
	}
}

// heap is what is in use after everything else was collected, in bytes.
func heap() int {
	runtime.GC()
	runtime.GC() // what had finalizers, and what pools kept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

// settled waits until a count is down to what it should be, or does not go down any more.
func settled(want int, count func() int) int {
	for range 300 {
		if count() <= want {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return count()
}

// soak is TestSoak under way.
type soak struct {
	t         *testing.T
	rng       *rand.Rand
	dials     *dials
	instances []*soakInstance
	parts     int

	mu                          sync.Mutex
	invocations, retries, calls int
	redeliveries                int
}

// part of the soak: a world, from its beginning to its end, at most for so long.
func (s *soak) part(d time.Duration) {
	// Connections expire under the function's feet in every other part; in the rest it keeps them.
	var idle time.Duration
	if s.parts++; s.parts%2 == 1 {
		idle = 30 * time.Millisecond
	}
	w := newSoakWorld(s.t, rand.New(rand.NewPCG(s.rng.Uint64(), 0)), idle)
	s.dials.lead(w.address)
	end := time.Now().Add(max(d, time.Second))
	var all sync.WaitGroup
	for n, in := range s.instances {
		for range soakAtOnce {
			all.Go(func() {
				for time.Now().Before(end) {
					s.mu.Lock()
					s.invocations++
					id := fmt.Sprintf("1-soak-%d", s.invocations)
					s.mu.Unlock()
					e := w.take(id)
					if e == nil {
						return
					}
					if !s.invoke(in, id, e, 0) { // the platform tries once more, on whatever instance it likes
						s.mu.Lock()
						s.retries++
						s.mu.Unlock()
						s.invoke(s.instances[(n+1)%len(s.instances)], id, e, 1)
					}
					if e.again { // on the instance that may remember it, or on another one
						s.mu.Lock()
						s.redeliveries++
						again := s.redeliveries%3 + n
						s.mu.Unlock()
						s.invoke(s.instances[again%len(s.instances)], id+"-again", e, 0)
					}
				}
			})
		}
	}
	all.Wait()
	w.check(s.t)
	for _, in := range s.instances {
		in.log.check(s.t, w)
		in.log.reset()
	}
	s.calls += w.eds.Count("")
	s.dials.lead(nil)
	w.close()
	if open := settled(0, func() int { _, open, _ := s.dials.now(); return open }); open > 0 {
		s.t.Errorf("%d connections are open, and nobody is at their other end", open)
	}
}

// soakInstance is an instance of the function with its log.
type soakInstance struct {
	handler *handler.Handler
	log     *soakLog
}

func newSoakInstance(t *testing.T, d *dials) *soakInstance {
	c, faults := config.Read([]string{
		"FC_REGION=cn-hangzhou", "FC_FUNCTION_NAME=stop-desktops", "EDS_ENDPOINT=http://localhost:1", "MAX_DESKTOPS=1000", "WEBHOOK_AUTH=gateway",
		fmt.Sprint("API_CONCURRENCY=", soakCalls),
		"CALLBACK_URL=http://localhost:2/callback", "CALLBACK_SECRET=" + callbackSecret, "CALLBACK_TIMEOUT=1s", "CALLBACK_MAX_DESKTOPS=1000",
	})
	log := &soakLog{t: t}
	log.reset()
	h := compose.Handler(c, faults, compose.Outside{Log: log, Dial: d.dial})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return &soakInstance{h, log}
}

// invoke once, and hold the answer against the log. It returns false if the platform would try again.
func (s *soak) invoke(in *soakInstance, id string, e *soakEvent, retry int) bool {
	ctx, cancel := context.WithTimeout(context.Background(), e.timeout)
	defer cancel()
	key := emulator.DefaultCredential
	answer, err := in.handler.Handle(ctx, handler.Invocation{RequestID: id, RetryCount: retry, Credentials: secret.Credentials{
		AccessKeyID: key.AccessKeyId, AccessKeySecret: secret.New(key.AccessKeySecret), SecurityToken: secret.New(key.SecurityToken),
	}}, e.payload)
	lines := in.log.of(id)
	logged := lines.reports
	if err := complete(e, logged); err != nil {
		s.t.Errorf("%s, retry %d, in the log: %v", id, retry, err)
	}
	if len(lines.callbacks) != len(logged) {
		s.t.Errorf("%s, retry %d: %d callbacks for %d reports", id, retry, len(lines.callbacks), len(logged))
	}
	var failure *handler.Failure
	switch {
	case errors.As(err, &failure):
		return false
	case err != nil:
		s.t.Errorf("%s: %v", id, err)
		return true
	}
	answered, err := reportsOf(answer)
	if err == nil {
		err = complete(e, answered)
	}
	statuses := map[string]report.Status{} // the log has the reports as they come
	for _, rep := range logged {
		statuses[rep.EventId] = rep.Status
	}
	for i := range answered {
		if status := statuses[answered[i].EventId]; err == nil && answered[i].Status != status {
			err = fmt.Errorf("%s is %s, and %s in the log", answered[i].EventId, answered[i].Status, status)
		}
		if err == nil && !e.http && !answered[i].Status.Succeeded() {
			err = fmt.Errorf("%s without a function error", answered[i].Status)
		}
	}
	if err != nil {
		s.t.Errorf("%s, retry %d, in the answer: %v", id, retry, err)
	}
	return true
}

// reportsOf an answer of whatever kind.
func reportsOf(answer any) ([]report.Report, error) {
	switch a := answer.(type) {
	case report.Report:
		return []report.Report{a}, nil
	case handler.Batch:
		return a.Reports, nil
	case handler.HTTPResponse:
		var rep report.Report
		if strings.Contains(a.Headers["Content-Type"], "problem") {
			return nil, fmt.Errorf("a refusal: %s", a.Body)
		}
		err := json.Unmarshal([]byte(a.Body), &rep)
		return []report.Report{rep}, err
	}
	return nil, fmt.Errorf("%T", answer)
}

// complete says what is missing in the reports of an event: each event has one, and each desktop that
// was asked for is in one, unless nothing could be found out at all.
func complete(e *soakEvent, reports []report.Report) error {
	events, desktops := map[string]int{}, map[string]bool{}
	whole := true
	for _, rep := range reports {
		events[rep.EventId]++
		for _, d := range rep.Desktops {
			desktops[d.DesktopId] = true
		}
		// A duplicate within the batch names none, nor does a selection that failed.
		if rep.Status == report.StatusDuplicate || rep.Select != nil && rep.Status == report.StatusFailed {
			whole = false
		}
	}
	for id, n := range e.events {
		if events[id] != n {
			return fmt.Errorf("%d reports of %s, want %d; there are %v", events[id], id, n, events)
		}
	}
	if len(reports) != len(e.events) {
		return fmt.Errorf("%d reports for %d events", len(reports), len(e.events))
	}
	for id := range e.asked {
		if whole && !desktops[id] {
			return fmt.Errorf("%s is in no report", id)
		}
	}
	return nil
}
