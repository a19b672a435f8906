package handler

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"stopdesktops/events"
)

// resolve finds out which desktops the jobs of these regions mean, and all that decisions about them
// rest on: everything at once, as far as the gate lets it.
func (r *run) resolve(ctx context.Context, regions []*region) {
	var tasks []func()
	for _, g := range regions {
		for _, j := range g.jobs {
			if j.request.Select != nil {
				j.chosenErr = errPanicked // until it is known better
				tasks = append(tasks, func() { j.chosen, j.chosenErr = r.choose(ctx, j) })
			}
		}
		for _, k := range r.allKnowledge(g) {
			tasks = append(tasks, func() { k.refresh(ctx) })
		}
		if r.h.Policy.Preflight {
			first, _ := r.nextWave(g.desktops)
			tasks = append(tasks, func() { r.look(ctx, first) })
		}
	}
	r.parallel(len(tasks), func(i int) { tasks[i]() }, func(int) {}) // each keeps its own failure
	for _, g := range regions {
		for _, j := range g.jobs {
			r.own(j)
		}
		g.claims()
	}
}

// prepare the desktops that j names, and what it wants to know of its region.
func (r *run) prepare(j *job) {
	q := j.request
	j.region = r.region(q.RegionId)
	j.region.jobs = append(j.region.jobs, j)
	j.region.askUses(j.usedSince)
	if q.IdleMinutes > 0 {
		j.idleSince = r.started.Add(-time.Duration(q.IdleMinutes) * time.Minute)
		j.region.askUses(j.idleSince)
	}
	if x := q.Exclude; x != nil {
		j.excludedIDs = FoldIDs(x.DesktopId)
		for _, tag := range x.Tag {
			j.excludedTags = append(j.excludedTags, r.tagged(j.region, tag))
		}
		if len(x.EndUserId) > 0 {
			j.excludedUsers = r.owned(j.region, x.EndUserId)
		}
	}
	j.asksUsers = j.region.asksUsers(j)
	before := len(j.region.desktops)
	for _, id := range q.DesktopId {
		j.ask(j.region.desktop(id))
	}
	r.rotate(j.region.desktops[before:])
}

// allKnowledge that the jobs of a region ask for, each listing once.
func (r *run) allKnowledge(g *region) []knowledge {
	if !g.usesSince.IsZero() {
		g.uses = r.used(g.id, g.usesSince)
	}
	var all []knowledge
	for _, j := range g.jobs {
		for _, k := range j.knowledge() {
			if !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	return all
}

// own makes the chosen desktops those of j.
func (r *run) own(j *job) {
	switch {
	case j.request.Select == nil || j.status != "":
	case j.chosenErr != nil:
		j.fail(j.chosenErr)
	case j.request.DesktopId != nil:
		r.warnOfSelection(j)
		j.selected = map[string]bool{}
		for _, s := range j.chosen {
			j.selected[s.desktop.DesktopID] = true
			if d := j.region.byID[s.desktop.DesktopID]; d != nil {
				d.sight(s)
			}
		}
	default:
		r.warnOfSelection(j)
		before := len(j.region.desktops)
		for _, s := range j.chosen {
			d := j.region.desktop(s.desktop.DesktopID)
			j.ask(d)
			d.sight(s)
		}
		r.rotate(j.region.desktops[before:])
	}
	j.chosen = nil
}

func (r *run) warnOfSelection(j *job) {
	if len(j.chosen) == 0 {
		r.warn(j, Warning{Code: WarnSelectionMatchesNothing, Path: j.where(".Select"), Message: "the selection matches no desktop"})
	}
}

// ask for a desktop.
func (j *job) ask(d *desktop) {
	j.items = append(j.items, &item{desktop: d, fate: undecided})
	d.asksUsers = d.asksUsers || j.asksUsers
}

// sight takes a row of a listing for a look, if it tells the state and is newer than the last look.
func (d *desktop) sight(s sighting) {
	users := s.desktop.EndUserIDs
	s.desktop.EndUserIDs = nil // kept once, and only where a decision rests on it
	if d.asksUsers && users != nil && s.at.After(d.usersAt) {
		d.users, d.usersAt, d.usersErr = users, s.at, nil
	}
	if s.at.After(d.seenAt) {
		d.looked, d.lookErr, d.seen, d.seenAt = true, nil, &s.desktop, s.at
	}
}

// choose the desktops that match every filter of j's Select. Where it names nothing but several tags,
// their state is not known yet.
func (r *run) choose(ctx context.Context, j *job) ([]sighting, error) {
	q := *j.request.Select
	if len(q.Tag) == 1 && onlyTags(q) {
		seen, err := r.carriersSeen(ctx, j.request.RegionId, q.Tag[0], j.asksUsers)
		return carryingAll(seen, nil), err
	}
	carriers := make([][]Tagged, len(q.Tag))
	errs := make([]error, len(q.Tag)+1)
	var matching []sighting
	tagsOnly := len(q.Tag) > 0 && onlyTags(q)
	r.parallel(len(errs), func(i int) {
		switch {
		case i < len(q.Tag):
			carriers[i], errs[i] = r.carriers(ctx, j.request.RegionId, q.Tag[i])
		case !tagsOnly:
			matching, errs[i] = r.described(ctx, j.request.RegionId, q)
		}
	}, func(i int) { errs[i] = errPanicked })
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	if tagsOnly {
		matching = unseen(carriers[0])
	}
	return carryingAll(matching, carriers), nil
}

func onlyTags(q events.Select) bool {
	return q.OfficeSiteId == "" && q.DesktopGroupId == "" && len(q.EndUserId) == 0 && q.PolicyGroupId == "" &&
		q.ResourceGroupId == "" && q.ChargeType == "" && q.SubPayType == "" && q.DesktopName == ""
}

func unseen(carriers []Tagged) []sighting {
	seen := make([]sighting, len(carriers))
	for i, c := range carriers {
		seen[i].desktop.DesktopID = c.DesktopID
	}
	return seen
}

// carryingAll keeps, each once, the desktops that are in every list of carriers.
func carryingAll(matching []sighting, carriers [][]Tagged) []sighting {
	count := map[string]int{}
	for _, list := range carriers {
		once := map[string]bool{}
		for _, c := range list {
			if !once[c.DesktopID] {
				once[c.DesktopID] = true
				count[c.DesktopID]++
			}
		}
	}
	kept, taken := matching[:0], map[string]int{}
	for _, s := range matching {
		id := s.desktop.DesktopID
		if count[id] != len(carriers) || !events.ValidDesktopId(id) {
			continue
		}
		if at, again := taken[id]; again {
			kept[at] = sighting{desktop: Desktop{DesktopID: id}} // listed twice: believe neither
			continue
		}
		taken[id] = len(kept)
		kept = append(kept, s)
	}
	return kept
}

// fail j as a whole: it cannot be known which desktops it means, or nothing can be done about any.
func (j *job) fail(err error) {
	j.status = StatusFailed
	if e := asCallError(err); e != nil {
		j.problem = callProblem(e)
	} else {
		j.problem = &Problem{Code: CodeDeadline, Message: "the time was up before it was known which desktops are meant; nothing was stopped", Retryable: true, status: http.StatusGatewayTimeout}
	}
	for _, it := range j.items {
		it.fate = blind(err)
	}
}

// FoldIDs is a set of desktop IDs to hold others against, whatever their case: whether EDS tells
// ecd-a from ecd-A is not known, and who is spared under one name is spared under the other.
func FoldIDs(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[strings.ToLower(id)] = true
	}
	return set
}
