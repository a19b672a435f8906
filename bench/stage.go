package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strconv"
	"time"

	"stopdesktops/internal/emulator"
)

// memory of each, in MB: what s.yaml sets. The function is told it, and not held to it.
const memory = 128

// stage is one process of a program, and an account of its own with so many running desktops.
type stage struct {
	program *program
	world   *emulator.Emulator
	process *emulator.Process
	ids     []string
	by      *selection // how the next event says which desktops it means; nil: by their IDs
	stopped int        // how many it should have stopped
}

// open starts a program and its account. by says which desktops there are beside, and what events select; nil: none,
// and nothing.
func (b *bench) open(ctx context.Context, p *program, desktops int, latency time.Duration, by *selection) (*stage, error) {
	prefix, ids := desktopIDs(desktops)
	all := emulator.Desktop{OfficeSiteId: office, Tags: []emulator.Tag{{Key: tagKey, Value: "blue"}}}
	fleet := &emulator.Fleet{Latency: latency, Generate: []emulator.Generator{{Count: desktops, Prefix: prefix, Desktop: all}}}
	if by != nil && by.beside > 0 {
		others := emulator.Desktop{OfficeSiteId: office, Tags: []emulator.Tag{{Key: protectTag, Value: "true"}}}
		fleet.Generate = append(fleet.Generate, emulator.Generator{Count: by.beside, Prefix: "ecd-beside", Desktop: others})
	}
	s := &stage{program: p, world: emulator.New(fleet), ids: ids, by: by}
	if err := s.world.Start(); err != nil {
		s.world.Close()
		return nil, err
	}
	env := map[string]string{"EDS_ENDPOINT": s.world.EDSEndpoint()}
	maps.Copy(env, p.env)
	var err error
	start := func() (err error) {
		s.process, err = emulator.Start(ctx, p.binary, emulator.Options{Env: env, Function: emulator.Invocation{MemoryMB: memory}})
		return err
	}
	if b.begin != nil {
		err = b.begin(start)
	} else {
		err = start()
	}
	if err != nil {
		s.world.Close()
		return nil, fmt.Errorf("%s: %w", p.name, err)
	}
	return s, nil
}

// desktopIDs of a generated fleet, as long as real ones.
func desktopIDs(count int) (prefix string, ids []string) {
	width := len(strconv.Itoa(count))
	prefix = "ecd-7w78ozhjcwa3u0000"[:21-width]
	for n := range count {
		ids = append(ids, fmt.Sprintf("%s%0*d", prefix, width, n+1))
	}
	return prefix, ids
}

// event asks for so many desktops that were not asked for yet.
func (s *stage) event(desktops int) ([]byte, error) {
	if s.by != nil && s.by.choice != nil {
		return s.by.event()
	}
	ids := s.ids[:desktops]
	s.ids = s.ids[desktops:]
	return json.Marshal(map[string]any{"RegionId": emulator.DefaultRegion, "DesktopId": ids})
}

// stop invokes the program with an event for so many desktops, and checks its answer.
func (s *stage) stop(ctx context.Context, desktops int) (time.Duration, error) {
	event, err := s.event(desktops)
	if err != nil {
		return 0, err
	}
	r, err := s.process.Invoke(ctx, emulator.Invocation{Event: event, Timeout: time.Hour})
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s: %w", s.program.name, err)
	case r.FunctionError != nil:
		return 0, fmt.Errorf("%s: %s", s.program.name, r.FunctionError)
	}
	if err := s.program.check(r.Payload, desktops); err != nil {
		return 0, fmt.Errorf("%s: %w", s.program.name, err)
	}
	if s.program.name != "bare" {
		s.stopped += desktops
	}
	return r.Duration, nil
}

// close ends the process, and holds what EDS saw against what was answered. It returns what the
// process took in all.
func (s *stage) close() (peak int64, cpu time.Duration, err error) {
	s.process.Stop()
	s.world.Close()
	if v := s.world.EDS.Violations(); len(v) > 0 {
		return 0, 0, fmt.Errorf("%s did what no client may: %s", s.program.name, v[0])
	}
	stopped := 0
	for _, c := range s.world.EDS.Calls() {
		stopped += len(c.Stopped)
	}
	if stopped != s.stopped {
		return 0, 0, fmt.Errorf("%s: EDS stopped %d desktops, the answers say %d", s.program.name, stopped, s.stopped)
	}
	return s.process.PeakRSS(), s.process.CPUTime(), nil
}

// calls that EDS got, by action.
func (s *stage) calls() map[string]int {
	calls := map[string]int{}
	for _, c := range s.world.EDS.Calls() {
		calls[c.Action]++
	}
	return calls
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}
