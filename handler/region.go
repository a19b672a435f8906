package handler

import (
	"errors"
	"time"
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
	denied    *listing[bool]   // desktops of the users on the deny list; nil: there are none
	uses      *listing[use]    // nil: no job asks
	tags      map[tagKey]*listing[string]
	users     map[usersKey][]*ownership
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

// region returns the one with this ID, and makes it at the first asking.
func (r *run) region(id string) *region {
	for _, g := range r.regions {
		if g.id == id {
			return g
		}
	}
	g := &region{id: id, byID: map[string]*desktop{}, tags: map[tagKey]*listing[string]{}, users: map[usersKey][]*ownership{}}
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
	if users := r.h.Policy.DenyUsers; len(users) > 0 {
		g.denied = r.owned(g, users)
	}
	return g
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
	if j.region.denied != nil {
		all = append(all, j.region.denied)
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
