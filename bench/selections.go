package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"stopdesktops/internal/emulator"
)

// selection is a fleet that an event selects instead of naming its desktops, or that has others beside it. Only the
// function can select, and protect desktops by a tag.
type selection struct {
	by       string
	desktops int
	choice   map[string]any // the Select of the event; nil: it names its desktops
	beside   int            // so many more desktops of the region are protected
}

// The office and the tag that every desktop of a selected fleet has.
const (
	office = "cn-hangzhou+dir-1234567890"
	tagKey = "team"
)

var selections = []selection{
	{by: "protected", desktops: 1, beside: 5_000},
	{by: "office", desktops: 10_000, choice: map[string]any{"OfficeSiteId": office}},
	{by: "tag", desktops: 10_000, choice: map[string]any{"Tag": map[string]string{"Key": tagKey}}},
	{by: "all", desktops: 100_000, choice: map[string]any{"All": true}},
}

// protectTag is the default of PROTECT_TAG.
const protectTag = "stop-desktops:protected"

// selections measures how long selected fleets take.
func (b *bench) selections(ctx context.Context) error {
	function := b.programs[slices.IndexFunc(b.programs, func(p *program) bool { return p.name == "function" })]
	for _, s := range b.selected {
		rounds := 3
		if s.desktops > 10_000 {
			rounds = 1
		}
		var list []Fleet
		for round := range rounds {
			b.say("%d desktops, %s: round %d of %d", s.desktops, s.by, round+1, rounds)
			f, err := b.fleet(ctx, function, s.desktops, &s)
			if err != nil {
				return err
			}
			list = append(list, f)
		}
		slices.SortFunc(list, func(a, b Fleet) int { return int(1e6 * (a.Seconds - b.Seconds)) })
		b.result.Fleets = append(b.result.Fleets, list[len(list)/2])
	}
	return nil
}

// event that selects the fleet.
func (s *selection) event() ([]byte, error) {
	return json.Marshal(map[string]any{"RegionId": emulator.DefaultRegion, "Select": s.choice})
}

// selectionTargets, as far as the selections that they are about were measured.
func (r *Result) selectionTargets(one *Figures) {
	if without, beside := r.fleet("function", 1), r.selected("protected", 1); without != nil && beside != nil {
		most := 1.1 * without.Seconds // a tenth for what a busy machine adds
		r.add("one desktop beside 5,000 protected ones, 50 ms a call", fmt.Sprintf("%.2f s", beside.Seconds),
			fmt.Sprintf("as without: at most %.2f s", most), beside.Seconds <= most)
	}
	for _, t := range []struct {
		by       string
		desktops int
		seconds  float64
	}{{"office", 10_000, 1.6}, {"all", 100_000, 10}} {
		f := r.selected(t.by, t.desktops)
		if f == nil {
			continue
		}
		what := fmt.Sprintf("%s desktops by %s at 50 ms a call", thousands(t.desktops), t.by)
		r.add(what, fmt.Sprintf("%.2f s", f.Seconds), fmt.Sprintf("at most %.1f s", t.seconds), f.Seconds <= t.seconds)
		if t.desktops == 100_000 {
			each := float64(f.PeakBytes-one.PeakBytes) / float64(t.desktops)
			r.add("memory for each of 100,000 desktops by "+t.by, fmt.Sprintf("%.0f bytes", each), "at most 1024 bytes above the base", each <= 1024)
		}
	}
}

func (r *Result) selected(by string, desktops int) *Fleet {
	for i := range r.Fleets {
		if f := &r.Fleets[i]; f.By == by && f.Desktops == desktops {
			return f
		}
	}
	return nil
}

// parseSelections reads the names of the selections to measure.
func parseSelections(list []string) ([]selection, error) {
	var chosen []selection
	for _, by := range list {
		i := slices.IndexFunc(selections, func(s selection) bool { return s.by == by })
		if i < 0 {
			return nil, fmt.Errorf("-selections are protected, office, tag and all, not %q", by)
		}
		chosen = append(chosen, selections[i])
	}
	return chosen, nil
}
