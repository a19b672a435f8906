package handler

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stopdesktops/events"
)

// Limits of what is spent on warnings about Exclude.
const (
	maxItemWarnings = 20              // of one list in Exclude
	maxIDsToCheck   = 1000            // of a region: 10 calls, and 10 more where nothing is found
	checkTime       = 3 * time.Second // a warning is worth no longer wait
)

// warnExclusions warns of each item of an Exclude that matches no desktop of the account: it spares
// nobody, which is hardly what its sender meant. For tags and users the listings tell. Desktops that
// no event asks for are looked at, after everything is done, so that no stop waits for a warning.
func (r *run) warnExclusions(ctx context.Context) {
	if !r.h.Policy.Preflight {
		return
	}
	for _, g := range r.regions {
		missing := r.missing(ctx, g)
		for _, j := range g.jobs {
			if j.excludes() {
				r.warnOfTags(j)
				r.warnOfUsers(j)
				r.warnOfDesktops(j, missing)
			}
		}
	}
}

// excludes says whether j has an Exclude that had its effect. One that is blocked may be so because
// an item of it matches nothing.
func (j *job) excludes() bool {
	return j.request.Exclude != nil && (j.status == "" || j.status == StatusBlocked)
}

func (r *run) warnOfTags(j *job) {
	var found []Warning
	for i, tag := range j.request.Exclude.Tag {
		if j.excludedTags[i].empty() {
			text := tag.Key
			if tag.Value != nil {
				text += "=" + *tag.Value
			}
			found = append(found, matchesNothing(j, "Tag", i, "no desktop in %s carries the tag %s", shown(text)))
		}
	}
	r.warnAll(j, "Tag", found)
}

func (r *run) warnOfUsers(j *job) {
	ids := j.request.Exclude.EndUserId
	if len(ids) == 0 {
		return
	}
	owners := map[string]bool{} // of the desktops that j asks for
	for _, it := range j.items {
		for _, id := range it.desktop.users {
			owners[foldUser(id)] = true
		}
	}
	o := r.ownership(j.region, ids)
	var found []Warning
	for i, id := range ids {
		if o.ownsNothing(id) && !owners[foldUser(id)] {
			found = append(found, matchesNothing(j, "EndUserId", i, "no desktop in %s belongs to the user %s", shown(id)))
		}
	}
	r.warnAll(j, "EndUserId", found)
}

func (r *run) warnOfDesktops(j *job, missing map[string]bool) {
	var found []Warning
	for i, id := range j.request.Exclude.DesktopId {
		if missing[strings.ToLower(id)] {
			found = append(found, matchesNothing(j, "DesktopId", i, "there is no desktop in %s with the ID %s", id))
		}
	}
	r.warnAll(j, "DesktopId", found)
}

func matchesNothing(j *job, list string, i int, format, item string) Warning {
	return Warning{
		Code:    WarnExclusionMatchesNothing,
		Path:    j.where(fmt.Sprintf(".Exclude.%s[%d]", list, i)),
		Message: fmt.Sprintf(format, j.request.RegionId, item),
	}
}

// shown is foreign text in a warning.
func shown(text string) string { return fmt.Sprintf("%q", events.Clean(text, 64)) }

// warnAll adds the warnings about a list, and says how many there are beyond the limit.
func (r *run) warnAll(j *job, list string, found []Warning) {
	for i, w := range found {
		if more := len(found) - i; i == maxItemWarnings && more > 1 {
			r.warn(j, Warning{Code: w.Code, Path: j.where(".Exclude." + list), Message: fmt.Sprintf("%d more items match no desktop", more)})
			return
		}
		r.warn(j, w)
	}
}

// missing are the excluded IDs, folded, that EDS does not know in the region. What could not be found
// out is not among them.
func (r *run) missing(ctx context.Context, g *region) map[string]bool {
	known := map[string]bool{}
	for _, d := range g.desktops {
		if d.seen != nil {
			known[strings.ToLower(d.desktopID)] = true
		}
	}
	var asked []*desktop
	for _, j := range g.jobs {
		if !j.excludes() {
			continue
		}
		for _, id := range j.request.Exclude.DesktopId {
			if folded := strings.ToLower(id); !known[folded] {
				known[folded] = true // ask once
				asked = append(asked, &desktop{regionID: g.id, desktopID: id, fate: undecided})
			}
		}
	}
	if len(asked) == 0 || len(asked) > maxIDsToCheck {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	r.look(ctx, asked)
	missing := map[string]bool{}
	for _, d := range asked {
		if d.looked && d.seen == nil {
			missing[strings.ToLower(d.desktopID)] = true
		}
	}
	return missing
}
