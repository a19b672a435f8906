package stop

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"stopdesktops/internal/report"
)

// limits holds MAX_DESKTOPS, and the limits of routes, over all orders of an invocation. An order
// reserves everything that it would stop before it stops anything: it is done as a whole or blocked.
type limits struct {
	max      int
	counting bool // the orders could exceed a limit

	mu       sync.Mutex
	reserved map[reserved]bool
	byRoute  map[string]int // how many are reserved for a route
	holders  []holder
}

// reserved is a desktop that an order of a route would stop; an empty route is that of the invocation.
type reserved struct {
	place *place
	id    string
	route string
}

type holder struct {
	eventID, route    string
	desktops, onRoute int
}

// newLimits for the orders of an invocation. Nothing is counted where even all desktops that they name
// are within every limit: then nothing has to be observed ahead of its wave either.
func newLimits(most int, orders []*order) *limits {
	l := &limits{max: most, reserved: map[reserved]bool{}, byRoute: map[string]int{}}
	named, least := 0, most
	for _, o := range orders {
		named += len(o.targets)
		if o.RouteMax > 0 {
			least = min(least, o.RouteMax)
		}
		if o.Request.Select != nil && o.Request.DesktopId == nil && len(orders) > 1 {
			l.counting = true
		}
	}
	l.counting = l.counting || named > least
	return l
}

// needsCount reports whether the would-stop desktops of an order must be counted before any is stopped,
// if it means so many.
func (l *limits) needsCount(o *order, targets int) bool {
	return l.counting || targets > l.max || o.RouteMax > 0 && targets > o.RouteMax
}

// reserve the desktops that an order would stop. A problem blocks the order, and nothing is reserved.
// A dry run of the request itself is held to the limits, and takes nothing from the others.
func (l *limits) reserve(o *order, toStop []*target) *report.Problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	inAll, onRoute := l.unreserved("", toStop), l.unreserved(o.Route, toStop)
	switch {
	case l.byRoute[""]+len(inAll) > l.max:
		blockedBy(toStop, l.max)
		return l.blocked("MAX_DESKTOPS", len(toStop), l.max, "")
	case o.RouteMax > 0 && l.byRoute[o.Route]+len(onRoute) > o.RouteMax:
		blockedBy(toStop, o.RouteMax)
		return l.blocked("MaxDesktops of its route", len(toStop), o.RouteMax, o.Route)
	case o.DryRun:
		return nil
	}
	l.take("", inAll)
	if o.Route != "" {
		l.take(o.Route, onRoute)
	}
	l.holders = append(l.holders, holder{o.EventID, o.Route, len(inAll), len(onRoute)})
	return nil
}

// reserveCount reserves n desktops of an order whose IDs are not known yet. It returns false, and reserves
// nothing, if a limit could be exceeded.
func (l *limits) reserveCount(o *order, n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byRoute[""]+n > l.max || o.RouteMax > 0 && l.byRoute[o.Route]+n > o.RouteMax {
		return false
	}
	l.byRoute[""] += n
	if o.Route != "" {
		l.byRoute[o.Route] += n
	}
	return true
}

// unreserved are those of the targets that count against the limit of a route for the first time.
func (l *limits) unreserved(route string, targets []*target) []reserved {
	var more []reserved
	for _, t := range targets {
		if k := (reserved{t.order.place, t.id, route}); !l.reserved[k] {
			more = append(more, k)
		}
	}
	return more
}

func (l *limits) take(route string, more []reserved) {
	for _, k := range more {
		l.reserved[k] = true
	}
	l.byRoute[route] += len(more)
}

// blocked names the limit and, where others hold a part of it, these.
func (l *limits) blocked(setting string, n, limit int, route string) *report.Problem {
	p := &report.Problem{Code: report.CodeMaxDesktops, HTTPStatus: 422}
	p.Message = fmt.Sprintf("the event would stop %s; the limit is %d (%s)", desktops(n), limit, setting)
	var names []string
	held := 0
	for _, h := range l.holders {
		holds := h.desktops
		if route != "" {
			holds = h.onRoute
		}
		if holds > 0 && (route == "" || h.route == route) {
			held += holds
			names = append(names, h.eventID)
		}
	}
	if held > 0 {
		p.Retryable = n <= limit
		p.Message += fmt.Sprintf(", and other events of the invocation hold %d of it (%s)", held, list(names, 3))
	}
	if p.Retryable {
		p.Message += ". Nothing of it was stopped: send it again."
	} else {
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
