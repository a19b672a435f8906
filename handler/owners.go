package handler

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"stopdesktops/events"
)

// ownership is what is known of the desktops that belong to some users.
//
// EDS compares user IDs exactly, but whoever excludes "Alice" means alice. Excluding therefore folds
// the case: it may spare more than was meant. Selecting stays exact: it must not stop more than was
// meant. So the desktops of these users are known twice: from EDS's own filter, and from the users in
// the row of each desktop that is looked at, compared folded. The filter stays, because a row may come
// without its users.
type ownership struct {
	*listing[bool] // of EDS's own filter, with the rows of desktops beside it
	users          []string
	folded         map[string]bool

	mu     sync.Mutex
	named  map[string]bool // users in the rows of the listing, folded
	silent bool            // a row of the listing did not say whose it is
}

// usersKey finds users quickly. Two lists of users may have the same key.
type usersKey struct {
	n           int
	first, last string
}

// owned lists the desktops of users, whatever the case of their IDs: one listing, whoever asks for
// the same users.
func (r *run) owned(g *region, endUserIDs []string) *listing[bool] {
	return r.ownership(g, endUserIDs).listing
}

func (r *run) ownership(g *region, endUserIDs []string) *ownership {
	key := usersKey{len(endUserIDs), endUserIDs[0], endUserIDs[len(endUserIDs)-1]}
	for _, o := range g.users[key] {
		if slices.Equal(o.users, endUserIDs) {
			return o
		}
	}
	o := &ownership{users: endUserIDs, folded: map[string]bool{}}
	for _, id := range endUserIDs {
		o.folded[foldUser(id)] = true
	}
	o.listing = newListing(func(ctx context.Context) (map[string]bool, error) {
		rows, err := r.described(ctx, g.id, events.Select{EndUserId: endUserIDs})
		return o.learn(rows), err
	})
	o.also = func(desktopID string) (bool, bool) {
		d := g.byID[desktopID]
		owned := d != nil && slices.ContainsFunc(d.users, func(id string) bool { return o.folded[foldUser(id)] })
		return owned, owned
	}
	g.users[key] = append(g.users[key], o)
	return o
}

// learn whose the rows of the listing are.
func (o *ownership) learn(rows []sighting) map[string]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	owned := make(map[string]bool, len(rows))
	o.named, o.silent = map[string]bool{}, false
	for _, row := range rows {
		owned[row.desktop.DesktopID] = true
		o.silent = o.silent || len(row.desktop.EndUserIDs) == 0
		for _, id := range row.desktop.EndUserIDs {
			o.named[foldUser(id)] = true
		}
	}
	return owned
}

// ownsNothing says whether it is known that no desktop belongs to a user, as far as the listing goes.
func (o *ownership) ownsNothing(endUserID string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.unknown() == nil && !o.silent && !o.named[foldUser(endUserID)]
}

// asksUsers says whether decisions of j rest on whose the desktops are.
func (g *region) asksUsers(j *job) bool {
	for _, list := range g.users {
		for _, o := range list {
			if slices.Contains(j.knowledge(), knowledge(o.listing)) {
				return true
			}
		}
	}
	return false
}

// foldUser maps user IDs that differ by case alone to the same text.
func foldUser(id string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, id)
}

// needsUsers says whether it is to be found out whose d is. What could not be found out once is not
// asked again: the events that rest on it leave the desktop alone.
func (d *desktop) needsUsers() bool { return d.asksUsers && d.seen != nil && d.usersErr == nil }

// usersUnknown is why it cannot be told whose d is, where a decision rests on it.
func (d *desktop) usersUnknown() error {
	if !d.usersAt.IsZero() {
		return nil
	}
	return cmp.Or(d.usersErr, errTimeUp)
}

// lookAtUsers finds out whose up to 100 desktops of one region are, as far as decisions rest on it:
// one call more beside the look at their state.
func (r *run) lookAtUsers(ctx context.Context, desktops []*desktop) {
	var asked []*desktop
	for _, d := range desktops {
		if d.looked && d.needsUsers() && d.fate == undecided {
			asked = append(asked, d)
		}
	}
	r.usersInParts(ctx, asked, newBisection())
}

// usersInParts asks for the halves where a call is refused because of one of the desktops.
func (r *run) usersInParts(ctx context.Context, desktops []*desktop, parts *bisection) {
	if len(desktops) == 0 {
		return
	}
	var at time.Time
	rows, err := pages(ctx, r, "DescribeDesktops", func(ctx context.Context, token string) (Page[Desktop], error) {
		if token == "" {
			at = time.Now()
		}
		return r.eds.DescribeDesktopsByID(ctx, desktops[0].regionID, desktopIDs(desktops), token)
	})
	if e := asCallError(err); e != nil && e.refused() && len(desktops) > 1 && parts.refuse() {
		half := len(desktops) / 2
		r.usersInParts(ctx, desktops[:half], parts)
		r.usersInParts(ctx, desktops[half:], parts)
		return
	}
	parts.succeeded = parts.succeeded || err == nil
	noteUsers(desktops, rows, at, err)
}

// errUnlisted is about a desktop whose state EDS tells but that it does not list.
var errUnlisted = &CallError{Action: "DescribeDesktops", Family: Temporary, Code: "UsersUnknown",
	Message: "DescribeDesktops does not list the desktop, so it cannot be told whose it is, and users are excluded"}

// noteUsers keeps whose these desktops are. The users of a desktop that is listed twice are those of
// both rows.
func noteUsers(desktops []*desktop, rows []Desktop, at time.Time, err error) {
	users := map[string][]string{}
	for _, row := range rows {
		if users[row.DesktopID] == nil {
			users[row.DesktopID] = []string{}
		}
		users[row.DesktopID] = append(users[row.DesktopID], row.EndUserIDs...)
	}
	for _, d := range desktops {
		owners, listed := users[d.desktopID]
		switch {
		case err != nil:
			d.users, d.usersAt, d.usersErr = nil, time.Time{}, err
		case !listed:
			d.users, d.usersAt, d.usersErr = nil, time.Time{}, errUnlisted
		default:
			d.users, d.usersAt, d.usersErr = owners, at, nil
		}
	}
}
