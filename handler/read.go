package handler

import (
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
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

// received is one event as it came in, before its request is parsed.
type received struct {
	event   events.Event
	route   *Route // nil: none
	proof   events.Proof
	arrived time.Time // when the platform took the event; times in signatures are checked against it
	// where returns the JSON path, in what came in, of a field of the request such as ".Select". nil until it is read.
	where func(field string) string
	conclusion
}

// read splits raw into its events, authenticates those that came over HTTP, and finds their routes.
func (r *run) read(raw []byte) (got reading) {
	kind := events.Direct
	p := r.guard(func() {
		list, err := events.Decode(raw)
		switch {
		case err != nil && r.Fault != nil:
			got.events = []received{{event: events.Event{Kind: kind}}}
		case err != nil:
			got.events = []received{{event: events.Event{Kind: kind}, conclusion: rejected(unreadable(err))}}
		case len(list) == 1 && list[0].Kind == events.HTTP:
			kind = events.HTTP
			got = r.readHTTP(list[0])
		default:
			got = r.readBus(list)
		}
	})
	if p != nil {
		return failed(kind, p)
	}
	return got
}

// failed is the reading of an invocation that met a fault of this program.
func failed(kind events.Kind, p *report.Problem) reading {
	return reading{origin{overHTTP: kind == events.HTTP}, []received{{event: events.Event{Kind: kind}, conclusion: conclusion{report.StatusFailed, p}}}}
}

// readBus gives each event its route, and rejects what may not come by it.
func (r *run) readBus(list []events.Event) reading {
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
	return reading{origin{batch: len(list) != 1 || list[0].Suffix != ""}, routed}
}
