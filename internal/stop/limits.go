package stop

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"stopdesktops/internal/report"
)

// limits holds MAX_DESKTOPS, MAX_APPROVED_DESKTOPS and the limits of routes, over all orders of an invocation.
// An order reserves everything that it would stop before it stops anything: it is done as a whole or blocked.
type limits struct {
	policy   Policy
	counting bool // the orders could exceed a limit

	mu       sync.Mutex
	reserved map[reserved]bool
	count    map[limit]int // how many are reserved
	holders  []holder
}

// limit is what desktops are counted against: a route's, or one of the invocation.
type limit struct {
	setting string
	route   string // empty: it is one of the invocation
}

var (
	ordinary = limit{setting: "MAX_DESKTOPS"}
	approved = limit{setting: "MAX_APPROVED_DESKTOPS"}
)

// reserved is a desktop that counts against a limit.
type reserved struct {
	place *place
	id    string
	limit limit
}

type holder struct {
	eventID  string
	limit    limit
	desktops int
}

// newLimits for the orders of an invocation. Nothing is counted where even all desktops that they name
// are within every limit: then nothing has to be observed ahead of its wave either.
func newLimits(policy Policy, orders []*order) *limits {
	l := &limits{policy: policy, reserved: map[reserved]bool{}, count: map[limit]int{}}
	named, all, least := map[limit]int{}, 0, 0
	for _, o := range orders {
		of, most := l.ofInvocation(o)
		named[of] += len(o.targets)
		all += len(o.targets)
		if o.RouteMax > 0 && (least == 0 || o.RouteMax < least) {
			least = o.RouteMax
		}
		if o.Request.Select != nil && o.Request.DesktopId == nil && len(orders) > 1 || named[of] > most {
			l.counting = true
		}
	}
	l.counting = l.counting || least > 0 && all > least
	return l
}

// ofInvocation returns the limit of the invocation that an order counts against. Approved orders count apart:
// a big one takes nothing from the orders beside it.
func (l *limits) ofInvocation(o *order) (of limit, most int) {
	if o.Approved {
		return approved, l.policy.MaxApproved
	}
	return ordinary, l.policy.MaxDesktops
}

func ofRoute(o *order) limit { return limit{"MaxDesktops of its route", o.Route} }

// needsCount reports whether the would-stop desktops of an order must be counted before any is stopped,
// if it means so many.
func (l *limits) needsCount(o *order, targets int) bool {
	_, most := l.ofInvocation(o)
	return l.counting || targets > most || o.RouteMax > 0 && targets > o.RouteMax
}

// reserve the desktops that an order would stop. A problem blocks the order, and nothing is reserved.
// A dry run of the request itself is held to the limits, and takes nothing from the others.
func (l *limits) reserve(o *order, toStop []*target) *report.Problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	of, most := l.ofInvocation(o)
	inAll, onRoute := l.unreserved(of, toStop), l.unreserved(ofRoute(o), toStop)
	switch {
	case l.count[of]+len(inAll) > most:
		blockedBy(toStop, most)
		return l.blocked(of, len(toStop), most)
	case o.RouteMax > 0 && l.count[ofRoute(o)]+len(onRoute) > o.RouteMax:
		blockedBy(toStop, o.RouteMax)
		return l.blocked(ofRoute(o), len(toStop), o.RouteMax)
	case o.DryRun:
		return nil
	}
	l.take(o, of, inAll)
	if o.Route != "" {
		l.take(o, ofRoute(o), onRoute)
	}
	return nil
}

// reserveCount reserves n desktops of an order whose IDs are not known yet. It returns false, and reserves
// nothing, if a limit could be exceeded.
func (l *limits) reserveCount(o *order, n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	of, most := l.ofInvocation(o)
	if l.count[of]+n > most || o.RouteMax > 0 && l.count[ofRoute(o)]+n > o.RouteMax {
		return false
	}
	l.count[of] += n
	if o.Route != "" {
		l.count[ofRoute(o)] += n
	}
	return true
}

// unreserved are those of the targets that count against a limit for the first time.
func (l *limits) unreserved(of limit, targets []*target) []reserved {
	var more []reserved
	for _, t := range targets {
		if k := (reserved{t.order.place, t.id, of}); !l.reserved[k] {
			more = append(more, k)
		}
	}
	return more
}

func (l *limits) take(o *order, of limit, more []reserved) {
	for _, k := range more {
		l.reserved[k] = true
	}
	l.count[of] += len(more)
	l.holders = append(l.holders, holder{o.EventID, of, len(more)})
}

// blocked names the limit and, where others hold a part of it, these.
func (l *limits) blocked(by limit, n, most int) *report.Problem {
	p := &report.Problem{Code: report.CodeMaxDesktops, HTTPStatus: 422}
	p.Message = fmt.Sprintf("the event would stop %s; the limit is %d (%s)", desktops(n), most, by.setting)
	var names []string
	held := 0
	for _, h := range l.holders {
		if h.desktops > 0 && h.limit == by {
			held += h.desktops
			names = append(names, h.eventID)
		}
	}
	if held > 0 {
		p.Retryable = n <= most
		p.Message += fmt.Sprintf(", and other events of the invocation hold %d of it (%s)", held, list(names, 3))
	}
	switch {
	case p.Retryable:
		p.Message += ". Nothing of it was stopped: send it again."
	case by == ordinary && n <= l.policy.MaxApproved:
		p.Message += fmt.Sprintf(". Nothing of it was stopped: split the event, raise the limit, or have another person approve it. "+
			"For an approval, plan it (stopctl plan -by NAME -env MAX_DESKTOPS=%d -o json), and give the plan to that person (stopctl approve).", l.policy.MaxApproved)
	default:
		p.Message += ". Nothing of it was stopped: split the event, or raise the limit."
	}
	return p
}

// list the first few names.
func list(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(slices.Clone(names), ", ")
}

func desktops(n int) string {
	if n == 1 {
		return "1 desktop"
	}
	return fmt.Sprintf("%d desktops", n)
}
