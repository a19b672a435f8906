package handler

import (
	"context"
	"errors"
	"time"

	"stopdesktops/events"
)

// region is one region of this invocation: the jobs about it, the desktops they ask for, and what is
// known of it beside the state of its desktops.
type region struct {
	id       string
	jobs     []*job              // live at the beginning
	desktops []*desktop          // each once, in the order of the events; within an event see rotate
	byID     map[string]*desktop // the same

	protected *listing[string] // carriers of the protect tag; nil: switched off
	held      *listing[hold]   // carriers of the keep-until tag; nil: switched off
	uses      *listing[use]    // nil: no job asks
	tags      map[string]*listing[string]
	users     map[string]*listing[bool]
	usesSince time.Time // the earliest that a job asks for
}

// desktop returns the one with this ID, and makes it at the first asking.
func (g *region) desktop(id string) *desktop {
	d := g.byID[id]
	if d == nil {
		d = &desktop{regionID: g.id, desktopID: id, fate: undecided}
		g.byID[id] = d
		g.desktops = append(g.desktops, d)
	}
	return d
}

// asked is how many desktops are asked for in all.
func (r *run) asked() int {
	n := 0
	for _, g := range r.regions {
		n += len(g.desktops)
	}
	return n
}

// hold is what a keep-until tag says.
type hold struct {
	until    time.Time
	readable bool
}

// region returns the one with this ID, and makes it at the first asking.
func (r *run) region(id string) *region {
	for _, g := range r.regions {
		if g.id == id {
			return g
		}
	}
	g := &region{id: id, byID: map[string]*desktop{}, tags: map[string]*listing[string]{}, users: map[string]*listing[bool]{}}
	r.regions = append(r.regions, g)
	if !r.h.Policy.Preflight {
		return g
	}
	if tag := r.h.Policy.ProtectTag; tag.Key != "" {
		g.protected = r.tagged(g, tag)
	}
	if key := r.h.Policy.KeepUntilTag; key != "" {
		g.held = r.heldBy(id, key)
	}
	return g
}

// heldBy lists the desktops that carry the keep-until tag, and warns of values nobody can read.
func (r *run) heldBy(regionID, key string) *listing[hold] {
	return newListing(func(ctx context.Context) (map[string]hold, error) {
		rows, err := r.carriers(ctx, regionID, events.Tag{Key: key})
		held := make(map[string]hold, len(rows))
		for _, row := range rows {
			until, ok := keepUntil(row.Value, r.h.Policy.Location)
			if !ok {
				r.log.Warn("unreadable keep-until tag: the desktop is kept", "RegionId", regionID, "DesktopId", row.DesktopID, "Value", events.Clean(row.Value, 64))
			}
			held[row.DesktopID] = hold{until, ok}
		}
		return held, err
	})
}

// keepUntilLayouts with a zone of their own, then those that are in the configured one.
var (
	zonedLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00"}
	localLayouts = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}
)

// keepUntil reads the value of a keep-until tag. A date lasts to its end.
func keepUntil(value string, location *time.Location) (until time.Time, ok bool) {
	for _, layout := range zonedLayouts {
		if t, err := time.Parse(layout, value); err == nil {
			return t, true
		}
	}
	for _, layout := range localLayouts {
		if t, err := time.ParseInLocation(layout, value, location); err == nil {
			return t, true
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, value, location); err == nil {
		return t.AddDate(0, 0, 1), true
	}
	return time.Time{}, false
}

// askUses makes sure that the uses of the region are known as far back as since.
func (g *region) askUses(since time.Time) {
	if !since.IsZero() && (g.usesSince.IsZero() || since.Before(g.usesSince)) {
		g.usesSince = since
	}
}

// knowledge that decisions of j rest on, and no more: what another job of the region asks for must
// not fail this one.
func (j *job) knowledge() []knowledge {
	var all []knowledge
	if j.region.protected != nil {
		all = append(all, j.region.protected)
	}
	if j.region.held != nil {
		all = append(all, j.region.held)
	}
	if !j.usedSince.IsZero() || !j.idleSince.IsZero() {
		all = append(all, j.region.uses)
	}
	for _, l := range j.excludedTags {
		all = append(all, l)
	}
	if j.excludedUsers != nil {
		all = append(all, j.excludedUsers)
	}
	return all
}

// unknown is why it cannot be decided about the desktops of j: nil if it can.
func (j *job) unknown() error {
	var faults []error
	for _, k := range j.knowledge() {
		faults = append(faults, k.unknown())
	}
	return errors.Join(faults...)
}
