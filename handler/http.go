package handler

import (
	"cmp"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// maxHTTPRequests in one body, unless a route says otherwise. Each costs a report and a callback,
// and 30 KB could hold ten thousand.
const maxHTTPRequests = 100

// readHTTP refuses what is not a POST of JSON of a bearable size, has it authenticated over its raw
// bytes, and only then splits it into the events of its body.
func (r *run) readHTTP(e events.Event) reading {
	o := origin{overHTTP: true}
	whole := received{event: e, arrived: r.started}
	if e.Err != nil {
		return reading{o, []received{whole}}
	}
	var p *report.Problem
	whole.route, p = httpRoute(r.Routes, e.HTTP.Path)
	async := whole.route != nil && whole.route.Async
	if r.Fault != nil {
		// Nobody waits for the 503: without a function error the event would be lost without a trace.
		o.async = async && !r.Policy.Disabled
		return reading{o, []received{whole}}
	}
	whole.arrived = arrival(e.HTTP, async, r.started)
	var proof events.Proof
	if p == nil {
		proof, p = r.authenticate(e.HTTP, whole.route, whole.arrived)
	}
	if p != nil {
		// No function error, on an async route either: the platform would repeat what strangers send.
		whole.conclusion = rejected(p)
		return reading{o, []received{whole}}
	}
	o.authenticated, o.async = true, async
	mode, p := eventMode(e.HTTP, whole.route)
	o.cloudEvents = mode != ""
	parts := split(whole, mode, p, proof)
	o.batch = len(parts) != 1 || parts[0].event.Suffix != ""
	return reading{o, parts}
}

// split an authenticated request into its events, unless p refuses it.
func split(whole received, mode events.CloudEventMode, p *report.Problem, proof events.Proof) []received {
	var list []events.Event
	if p == nil {
		list, p = requests(whole.event.HTTP, mode, whole.route, proof)
	}
	switch {
	case p != nil:
		whole.conclusion = rejected(p)
		return []received{whole}
	case len(list) == 0:
		whole.conclusion = conclusion{report.StatusIgnored, &report.Problem{Code: "Ignored", Path: "$", Message: "the batch holds no event. Nothing was stopped."}}
		return []received{whole}
	}
	parts := make([]received, len(list))
	// An event without a time, which CloudEvents may have, has the time that its signature covers. Where it covers
	// none, the time is that of its arrival at the gateway.
	signed := proof.Time
	if signed.IsZero() {
		signed = whole.event.HTTP.Time
	}
	traceparent := events.Traceparent(whole.event.HTTP.Get("traceparent"))
	for i, e := range list {
		e.Traceparent = cmp.Or(e.Traceparent, traceparent)
		if e.Time.IsZero() {
			e.Time = signed
		}
		parts[i] = whole
		parts[i].event, parts[i].proof = e, proof
	}
	return parts
}

// eventMode returns how the request carries CloudEvents; "": it carries none. A route says whether it
// takes CloudEvents. Without routes the headers may tell: neither reading of a body is ever taken for the
// other.
func eventMode(q *events.HTTPRequest, route *Route) (events.CloudEventMode, *report.Problem) {
	mode := q.CloudEventMode()
	switch {
	case route == nil:
	case route.CloudEvents && mode == "":
		return "", &report.Problem{Code: "UnsupportedMediaType", Message: "this route takes CloudEvents, structured or binary", HTTPStatus: http.StatusUnsupportedMediaType}
	case !route.CloudEvents && (mode == events.Structured || mode == events.Batched):
		return "", &report.Problem{Code: "UnsupportedMediaType", Message: "this route takes no CloudEvents", HTTPStatus: http.StatusUnsupportedMediaType}
	case !route.CloudEvents:
		return "", nil // headers that nobody asked for
	}
	return mode, nil
}

// requests in the body of an authenticated request. What a route maps is one document, whatever it is; else it is a
// request or an array of them. Only a batch of CloudEvents may hold none. Headers that no signature covers name nothing
// where the body's is known: a replay could have others.
func requests(q *events.HTTPRequest, mode events.CloudEventMode, route *Route, proof events.Proof) ([]events.Event, *report.Problem) {
	var list []events.Event
	var err error
	switch {
	case mode != "":
		list, err = events.DecodeCloudEvents(q, mode)
	case route == nil || route.Mapping == nil:
		list, err = events.DecodeBody(q.Body)
	default:
		list = []events.Event{{Kind: events.HTTP, Path: "$"}}
		list[0].Payload, err = events.OpenBody(q.Body)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	if mode == events.Binary && proof != (events.Proof{}) {
		for i := range list {
			list[i].ID, list[i].Source, list[i].Type, list[i].Time = "", "", "", time.Time{}
		}
	}
	return list, route.tooMany(len(list), maxHTTPRequests)
}

// arrival returns the time to compare the sender's clock with. It is now. On an async route it is when the
// platform took the event: the event may have waited in a queue, or for a retry.
func arrival(q *events.HTTPRequest, async bool, now time.Time) time.Time {
	if async && !q.Time.IsZero() && q.Time.Before(now) {
		return q.Time
	}
	return now
}

// transport refuses a request that needs no authentication to be refused.
func transport(q *events.HTTPRequest) *report.Problem {
	encoded, contentType := notPlain(q), q.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(contentType)
	switch {
	case q.Method != http.MethodPost:
		return &report.Problem{Code: "MethodNotAllowed", Message: "send a POST", HTTPStatus: http.StatusMethodNotAllowed, HTTPHeader: map[string]string{"Allow": "POST"}}
	case q.TooLarge:
		return &report.Problem{Code: events.TooLarge, Message: fmt.Sprintf("the body is larger than %d KiB: split it", events.MaxHTTPBody>>10), HTTPStatus: http.StatusRequestEntityTooLarge}
	case encoded != nil:
		return encoded
	case err != nil && strings.Contains(contentType, ","):
		return &report.Problem{Code: "UnsupportedMediaType", Message: "the header content-type is there twice, or cannot be read: send application/json once", HTTPStatus: http.StatusUnsupportedMediaType}
	case err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json"):
		return &report.Problem{Code: "UnsupportedMediaType", Message: "send the body as application/json", HTTPStatus: http.StatusUnsupportedMediaType}
	}
	return nil
}

// authenticate the sender of a request, unless the request is refused before. arrived is as in received.
func (r *run) authenticate(q *events.HTTPRequest, route *Route, arrived time.Time) (events.Proof, *report.Problem) {
	if p := r.Policy.admitKind(events.HTTP, ""); p != nil {
		return events.Proof{}, p
	}
	if p := transport(q); p != nil {
		return events.Proof{}, p
	}
	authenticator := r.Authenticator
	if route != nil {
		authenticator = route.Authenticator
	}
	if authenticator == nil {
		return events.Proof{}, report.Unauthenticated("this function takes no HTTP events: WEBHOOK_AUTH is not set", "")
	}
	proof, err := authenticator.Verify(q, arrived)
	var p *report.Problem
	if err != nil && !errors.As(err, &p) {
		p = report.Unauthenticated("the request could not be authenticated", "")
	}
	return proof, p
}
