package stop

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
// EDS compares user IDs exactly, but a sender that excludes "Alice" means alice. Excluding therefore
// folds the case: it may spare more than was meant. Selecting stays exact: it must not stop more than
// was meant. So the desktops of these users are known twice: from EDS's own filter, and from the users
// in the row of each observed desktop, compared folded. The filter stays, because a row may come
// without its users.
type ownership struct {
	*listing[bool] // of EDS's own filter
	users          []string
	folded         map[string]bool

	mu     sync.Mutex
	named  map[string]bool // users in the rows of the listing, folded
	silent bool            // a row of the listing did not say whose it is
}

// owned returns what is known of the desktops of users: one listing for the same users.
func (p *place) owned(endUserIDs []string) *ownership {
	for _, o := range p.users {
		if slices.Equal(o.users, endUserIDs) {
			return o
		}
	}
	o := &ownership{users: endUserIDs, folded: map[string]bool{}}
	for _, id := range endUserIDs {
		o.folded[foldUser(id)] = true
	}
	o.listing = newListing(func(ctx context.Context, s *slot) (map[string]bool, error) {
		rows, err := p.described(ctx, s, events.Select{EndUserId: endUserIDs})
		if err != nil {
			return nil, err
		}
		return o.learn(rows), nil
	})
	p.users = append(p.users, o)
	return o
}

// owns reports whether the target's desktop belongs to one of the users.
func (o *ownership) owns(t *target) bool {
	_, listed := o.get(t.id)
	return listed || slices.ContainsFunc(t.users, func(id string) bool { return o.folded[foldUser(id)] })
}

// learn whose the rows of the listing are.
func (o *ownership) learn(rows []row) map[string]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	owned := make(map[string]bool, len(rows))
	o.named, o.silent = map[string]bool{}, false
	for _, row := range rows {
		owned[foldID(row.desktop.DesktopID)] = true
		o.silent = o.silent || len(row.desktop.EndUserIDs) == 0
		for _, id := range row.desktop.EndUserIDs {
			o.named[foldUser(id)] = true
		}
	}
	return owned
}

// ownsNothing reports whether no desktop belongs to a user, as far as the listing went when it could last be made.
func (o *ownership) ownsNothing(endUserID string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.wasMade() && !o.silent && !o.named[foldUser(endUserID)]
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

// asksUsers reports whether decisions of the order need to know whose the desktops are.
func (o *order) asksUsers() bool { return o.excludedUsers != nil || o.place.denied != nil }

// needsUsers reports whether it is to be found out whose t is. What could not be found out once is not
// asked again: the orders that need it leave the desktop alone.
func (t *target) needsUsers() bool {
	return t.order.asksUsers() && t.seen != nil && t.owners.err == nil
}

// owners of a desktop, as its last row in DescribeDesktops said. Few targets have them.
type owners struct {
	users []string
	at    time.Time
	err   error // why that could not be found out
}

// usersUnknown is why it cannot be told whose t is, where a decision needs it.
func (t *target) usersUnknown() error {
	if !t.order.asksUsers() || t.seen == nil || !t.owners.at.IsZero() {
		return nil
	}
	return cmp.Or(t.owners.err, errTimeUp)
}

// observeUsers finds out whose up to 100 targets are, as far as decisions need it: one
// call more beside the observation of their state.
func (p *place) observeUsers(ctx context.Context, s *slot, targets []*target) {
	var asked []*target
	for _, t := range targets {
		if t.observed && t.needsUsers() && (t.open() || t.state == unconfirmed) {
			asked = append(asked, t)
		}
	}
	p.usersInParts(ctx, s, asked, refusalBudgets{})
}

// usersInParts asks for the halves where a call is refused because of one of the desktops.
func (p *place) usersInParts(ctx context.Context, s *slot, targets []*target, budgets refusalBudgets) {
	if len(targets) == 0 {
		return
	}
	var at time.Time
	rows, err := pages(ctx, p, s, "DescribeDesktops", func(ctx context.Context, token string) (Page[Desktop], error) {
		if token == "" {
			at = time.Now()
		}
		return p.session.DescribeDesktopsByID(ctx, p.regionID, ids(targets), token)
	})
	if e := asCallError(err); e != nil && e.refused() && len(targets) > 1 {
		rest, spent := budgets.refuse(targets)
		noteUsers(spent, nil, at, err)
		for _, part := range halves(rest, spent) {
			p.usersInParts(ctx, s, part, budgets)
		}
		return
	}
	if err == nil {
		budgets.succeed(targets)
	}
	noteUsers(targets, rows, at, err)
}

// errUnlisted is about a desktop whose state EDS tells but that it does not list.
var errUnlisted = &CallError{Action: "DescribeDesktops", Family: Temporary, Code: "UsersUnknown",
	Message: "DescribeDesktops does not list the desktop, so it cannot be told whose it is, and users are excluded"}

// noteUsers keeps whose these desktops are. The users of a desktop that is listed twice are those of
// both rows.
func noteUsers(targets []*target, rows []Desktop, at time.Time, err error) {
	users := map[string][]string{}
	for _, row := range rows {
		if users[row.DesktopID] == nil {
			users[row.DesktopID] = []string{}
		}
		users[row.DesktopID] = append(users[row.DesktopID], row.EndUserIDs...)
	}
	for _, t := range targets {
		found, listed := users[t.id]
		switch {
		case err != nil:
			t.owners = &owners{err: err}
		case !listed:
			t.owners = &owners{err: errUnlisted}
		default:
			t.owners = &owners{users: found, at: at}
		}
	}
}
