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

// takeHTTP admits an event that came over HTTP: refuses what is not a POST of JSON of a bearable
// size, has it authenticated over its raw bytes, and only then reads the body.
func (r *run) takeHTTP(e events.Event) {
	r.overHTTP, r.http = true, e.HTTP
	whole := r.newJob(e, events.Proof{})
	r.jobs = []*job{whole}
	if e.Err != nil {
		whole.accept(r)
		return
	}
	var p *report.Problem
	whole.route, p = r.httpRoute()
	if r.h.Fault != nil {
		// Nobody waits for the 503: without a function error the event would be lost without a trace.
		r.async = whole.route != nil && whole.route.Async && !r.h.Policy.Disabled
		whole.accept(r)
		return
	}
	if p == nil {
		p = r.h.Policy.admitKind(events.HTTP, "")
	}
	if p == nil {
		p = transport(r.http)
	}
	var proof events.Proof
	if p == nil {
		proof, p = r.authenticate(whole.route)
	}
	if p != nil {
		// No function error, on an async route either: the platform would repeat what strangers send.
		whole.reject(p)
		return
	}
	r.known, r.async = true, whole.route != nil && whole.route.Async
	list, p := r.requests(whole.route, proof)
	if p != nil {
		whole.reject(p)
		return
	}
	if len(list) == 0 {
		whole.status, whole.problem = report.StatusIgnored, &report.Problem{Code: "Ignored", Path: "$", Message: "the batch holds no event. Nothing was stopped."}
		return
	}
	r.jobs = nil
	for _, e := range list {
		j := r.newJob(proven(e, r.http, proof), proof)
		j.route = whole.route
		r.jobs = append(r.jobs, j)
		r.begin(j)
	}
}

// requests in the body of an authenticated request. What a route maps is one document, whatever it is; else it is a
// request or an array of them. Only a batch of CloudEvents may hold none.
//
// A route says whether it takes CloudEvents. Without routes the headers may tell: neither reading of a
// body is ever taken for the other.
func (r *run) requests(route *Route, proof events.Proof) ([]events.Event, *report.Problem) {
	mode := r.http.CloudEventMode()
	switch {
	case route == nil:
	case route.CloudEvents && mode == "":
		return nil, &report.Problem{Code: "UnsupportedMediaType", Message: "this route takes CloudEvents, structured or binary", HTTPStatus: http.StatusUnsupportedMediaType}
	case !route.CloudEvents && (mode == events.Structured || mode == events.Batched):
		return nil, &report.Problem{Code: "UnsupportedMediaType", Message: "this route takes no CloudEvents", HTTPStatus: http.StatusUnsupportedMediaType}
	case !route.CloudEvents:
		mode = "" // headers that nobody asked for
	}
	if mode != "" {
		return r.cloudEvents(mode, route, proof)
	}
	if route != nil && route.Mapping != nil {
		body, err := events.OpenBody(r.http.Body)
		if err != nil {
			return nil, unreadable(err)
		}
		return []events.Event{{Kind: events.HTTP, Path: "$", Payload: body}}, nil
	}
	list, err := events.DecodeBody(r.http.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	return list, route.tooMany(len(list), maxHTTPRequests)
}

// cloudEvents in the body of an authenticated request. Headers that no signature covers name nothing
// where the body's is known: a replay could have others.
func (r *run) cloudEvents(mode events.CloudEventMode, route *Route, proof events.Proof) ([]events.Event, *report.Problem) {
	r.bodiless = true
	list, err := events.DecodeCloudEvents(r.http, mode)
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

// arrived returns the time to compare the sender's clock with. It is now. On an
// async route it is when the platform took the event: the event may have waited in a queue, or for a retry.
func (r *run) arrived(route *Route) time.Time {
	if route != nil && route.Async && !r.http.Time.IsZero() && r.http.Time.Before(r.started) {
		return r.http.Time
	}
	return r.started
}

// transport refuses what is not worth authenticating.
func transport(q *events.HTTPRequest) *report.Problem {
	kind, _, err := mime.ParseMediaType(q.Get("Content-Type"))
	switch {
	case q.Method != http.MethodPost:
		return &report.Problem{Code: "MethodNotAllowed", Message: "send a POST", HTTPStatus: http.StatusMethodNotAllowed, HTTPHeader: map[string]string{"Allow": "POST"}}
	case q.TooLarge:
		return &report.Problem{Code: events.TooLarge, Message: fmt.Sprintf("the body is larger than %d KiB: split it", events.MaxHTTPBody>>10), HTTPStatus: http.StatusRequestEntityTooLarge}
	case notPlain(q) != nil:
		return notPlain(q)
	case err != nil && strings.Contains(q.Get("Content-Type"), ","):
		return &report.Problem{Code: "UnsupportedMediaType", Message: "the header content-type is there twice, or cannot be read: send application/json once", HTTPStatus: http.StatusUnsupportedMediaType}
	case err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json"):
		return &report.Problem{Code: "UnsupportedMediaType", Message: "send the body as application/json", HTTPStatus: http.StatusUnsupportedMediaType}
	}
	return nil
}

func (r *run) authenticate(route *Route) (events.Proof, *report.Problem) {
	authenticator := r.h.Authenticator
	if route != nil {
		authenticator = route.Authenticator
	}
	if authenticator == nil {
		return events.Proof{}, report.Unauthenticated("this function takes no HTTP events: WEBHOOK_AUTH is not set", "")
	}
	proof, err := authenticator.Verify(r.http, r.arrived(route))
	var p *report.Problem
	if err != nil && !errors.As(err, &p) {
		p = report.Unauthenticated("the request could not be authenticated", "")
	}
	return proof, p
}

// proven gives an event without a time, which CloudEvents may have, the time that its signature covers.
// Where it covers none, the time is that of its arrival at the gateway.
func proven(e events.Event, q *events.HTTPRequest, proof events.Proof) events.Event {
	e.Traceparent = cmp.Or(e.Traceparent, events.Traceparent(q.Get("traceparent")))
	for _, at := range []time.Time{proof.Time, q.Time} {
		if e.Time.IsZero() {
			e.Time = at
		}
	}
	return e
}

// HTTPResponse is the shape in which Function Compute wants the answer to an HTTP event.
type HTTPResponse struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Body            string            `json:"body"`
}
