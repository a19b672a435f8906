package handler

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"stopdesktops/events"
)

// maxHTTPBody is the largest body of an HTTP event, in bytes.
const maxHTTPBody = 256 << 10

// takeHTTP admits an event that came over HTTP: refuses what is not a POST of JSON of a bearable
// size, has it authenticated over its raw bytes, and only then reads the body.
func (r *run) takeHTTP(e events.Event) {
	r.overHTTP, r.http = true, e.HTTP
	whole := r.newJob(e)
	if r.h.Fault != nil || e.Err != nil {
		r.jobs = []*job{whole.accept(r)}
		return
	}
	if p := transport(r.http); p != nil {
		r.jobs = []*job{whole.reject(p)}
		return
	}
	proof, p := r.authenticate()
	if p != nil {
		r.jobs = []*job{whole.reject(p)}
		return
	}
	list, err := events.DecodeBody(r.http.Body)
	if err != nil {
		r.jobs = []*job{whole.reject(unreadable(err))}
		return
	}
	for _, e := range list {
		r.jobs = append(r.jobs, r.newJob(proven(e, r.http, proof)).accept(r).named(proof))
	}
}

// transport refuses what is not worth authenticating.
func transport(q *events.HTTPRequest) *Problem {
	kind, _, err := mime.ParseMediaType(q.Get("Content-Type"))
	switch {
	case q.Method != http.MethodPost:
		return &Problem{Code: "MethodNotAllowed", Message: "send a POST", status: http.StatusMethodNotAllowed, header: map[string]string{"Allow": "POST"}}
	case len(q.Body) > maxHTTPBody:
		return &Problem{Code: events.TooLarge, Message: fmt.Sprintf("the body may have %d bytes", maxHTTPBody), status: http.StatusRequestEntityTooLarge}
	case err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json"):
		return &Problem{Code: "UnsupportedMediaType", Message: "send the body as application/json", status: http.StatusUnsupportedMediaType}
	}
	return nil
}

func (r *run) authenticate() (Proof, *Problem) {
	if r.h.Authenticator == nil {
		return Proof{}, Unauthenticated("this function takes no HTTP events: WEBHOOK_AUTH is not set", "")
	}
	proof, err := r.h.Authenticator.Verify(r.http, r.started)
	var p *Problem
	if err != nil && !errors.As(err, &p) {
		p = Unauthenticated("the request could not be authenticated", "")
	}
	return proof, p
}

// proven gives an event the ID and the time that its signature covers; where it covers none, the
// time is that of its arrival at the gateway.
func proven(e events.Event, q *events.HTTPRequest, proof Proof) events.Event {
	e.ID, e.Time = proof.ID, proof.Time
	if e.Time.IsZero() {
		e.Time = q.Time
	}
	return e
}

// named gives an event without an ID of its own the hash of its signed body.
func (j *job) named(proof Proof) *job {
	if j.event.ID == "" && j.request.IdempotencyKey == "" && proof.BodyHash != "" {
		j.id = proof.BodyHash + j.event.Suffix
	}
	return j
}

// HTTPResponse is the shape in which Function Compute wants the answer to an HTTP event.
type HTTPResponse struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Body            string            `json:"body"`
}
