package stop

import (
	"context"
	"fmt"
	"time"

	"stopdesktops/internal/report"
)

// Limits of what is spent on warnings about Exclude.
const (
	maxItemWarnings = 20              // of one list in Exclude
	maxIDsToCheck   = 1000            // of a region: 10 calls, and 10 more where nothing is found
	checkTime       = 3 * time.Second // a warning is worth no longer wait
)

// warnExclusions warns of each item of an Exclude that matches no desktop of the account: it spares
// nobody, which is hardly what its sender meant. The listings tell whether a user or a tag matches anything.
// What they do not tell is asked beside the stops or after them, so that no stop waits for a warning: the
// first page of carriers of a tag that was read by ID, and the state of desktops that the order does not ask for.
func (u *unit) warnExclusions(ctx context.Context, all []*order) {
	var orders []*order
	for _, o := range all {
		if u.policy.Preflight && o.excludes() {
			orders = append(orders, o)
		}
	}
	if len(orders) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	var missing map[string]bool
	u.sideBySide(2, 2, func(i int) error {
		if i == 0 {
			missing = u.place.missing(ctx, orders)
		} else {
			u.checkTags(ctx, orders)
		}
		return nil
	})
	for _, o := range orders {
		e := exclusions{o}
		e.warnOfTags()
		e.warnOfUsers()
		e.warnOfDesktops(missing)
	}
}

// excludes reports whether the order has an Exclude that had its effect. One that is blocked may be so
// because an item of it matches nothing.
func (o *order) excludes() bool {
	return o.Request.Exclude != nil && (o.status == "" || o.status == report.StatusBlocked)
}

// exclusions are the items of an order's Exclude.
type exclusions struct{ *order }

func (o exclusions) warnOfTags() {
	var found []report.Warning
	for i, tag := range o.Request.Exclude.Tag {
		if o.excludedTags[i].carriedByNone(o.order) {
			text := tag.Key
			if tag.Value != nil {
				text += "=" + *tag.Value
			}
			found = append(found, o.matchesNothing("Tag", i, "no desktop in %s carries the tag %s", quoted(text)))
		}
	}
	o.warnAll("Tag", found)
}

func (o exclusions) warnOfUsers() {
	owners := map[string]bool{} // of the desktops that the order asks for
	for _, t := range o.targets {
		for _, id := range t.users {
			owners[foldUser(id)] = true
		}
	}
	var found []report.Warning
	for i, id := range o.Request.Exclude.EndUserId {
		if o.excludedUsers.ownsNothing(id) && !owners[foldUser(id)] {
			found = append(found, o.matchesNothing("EndUserId", i, "no desktop in %s belongs to the user %s", quoted(id)))
		}
	}
	o.warnAll("EndUserId", found)
}

func (o exclusions) warnOfDesktops(missing map[string]bool) {
	var found []report.Warning
	for i, id := range o.Request.Exclude.DesktopId {
		if missing[foldID(id)] {
			found = append(found, o.matchesNothing("DesktopId", i, "there is no desktop in %s with the ID %s", id))
		}
	}
	o.warnAll("DesktopId", found)
}

func (o exclusions) matchesNothing(list string, i int, format, item string) report.Warning {
	return report.Warning{
		Code:    report.WarnExclusionMatchesNothing,
		Path:    o.Where(fmt.Sprintf(".Exclude.%s[%d]", list, i)),
		Message: fmt.Sprintf(format, o.Request.RegionId, item),
	}
}

// warnAll adds the warnings about a list, and says how many there are beyond the limit.
func (o exclusions) warnAll(list string, found []report.Warning) {
	for i, w := range found {
		if more := len(found) - i; i == maxItemWarnings && more > 1 {
			o.warn(report.Warning{Code: w.Code, Path: o.Where(".Exclude." + list), Message: fmt.Sprintf("%d more items match no desktop", more)})
			return
		}
		o.warn(w)
	}
}

// missing are the IDs that the orders exclude, folded, that EDS does not know in the region: one
// question for all orders. What could not be found out is not among them.
func (p *place) missing(ctx context.Context, orders []*order) map[string]bool {
	known := map[string]bool{}
	for _, o := range orders {
		for _, t := range o.targets {
			if t.seen != nil {
				known[foldID(t.id)] = true
			}
		}
	}
	var asked []*target
	for _, o := range orders {
		for _, id := range o.Request.Exclude.DesktopId {
			if folded := foldID(id); !known[folded] {
				known[folded] = true // ask once
				asked = append(asked, newTarget(o, id))
			}
		}
	}
	if len(asked) == 0 || len(asked) > maxIDsToCheck {
		return nil
	}
	p.observeState(ctx, asked)
	missing := map[string]bool{}
	for _, t := range asked {
		if t.observed && t.seen == nil {
			missing[foldID(t.id)] = true
		}
	}
	return missing
}
