package handler

import (
	"time"

	"stopdesktops/events"
)

// reading is what one invocation brought.
type reading struct {
	origin
	events []received
}

// origin is what the response depends on, beside the reports.
type origin struct {
	overHTTP      bool
	authenticated bool // the event came over HTTP, from a proven sender
	cloudEvents   bool // it brought CloudEvents: a broker would take a body in the response for one
	async         bool // nobody waits for the response
	batch         bool // it brought events in a list
}

func (o origin) kind() events.Kind {
	if o.overHTTP {
		return events.HTTP
	}
	return events.Direct
}

// received is one event as it came in, before its request is parsed.
type received struct {
	event   events.Event
	route   *Route // nil: none
	proof   events.Proof
	arrived time.Time // by the clock that the sender's is compared with
	conclusion
}

// read splits raw into its events, authenticates those that came over HTTP, and finds their routes.
func (r *run) read(raw []byte, got *reading) {
	list, err := events.Decode(raw)
	switch {
	case err != nil:
		unread := received{event: events.Event{Kind: events.Direct}}
		if r.Fault == nil {
			unread.conclusion = rejected(unreadable(err))
		}
		got.events = []received{unread}
	case len(list) == 1 && list[0].Kind == events.HTTP:
		got.overHTTP = true
		got.events = r.readHTTP(list[0], &got.origin)
	default:
		got.events = r.routed(list)
	}
	got.batch = len(got.events) != 1 || got.events[0].event.Suffix != ""
}

// routed gives each event of a bus its route, and rejects what may not come by it.
func (r *run) routed(list []events.Event) []received {
	together := map[int]int{} // requests in one envelope
	for _, e := range list {
		together[e.Envelope]++
	}
	routed := make([]received, len(list))
	for i, e := range list {
		route, p := eventRoute(r.Routes, e)
		if p == nil {
			p = route.tooMany(together[e.Envelope], 0)
		}
		routed[i] = received{event: e, route: route, arrived: r.started}
		if p != nil && e.Err == nil && r.Fault == nil {
			routed[i].conclusion = rejected(p)
		}
	}
	return routed
}
