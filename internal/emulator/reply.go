package emulator

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"time"
)

const jsonType = "application/json;charset=utf-8"

// redirectedPath is where the redirect faults lead to unless told otherwise.
// Who arrives there is answered 200, the trap that a client falls into which
// follows redirects, and noted as a violation.
const redirectedPath = "/redirected"

// A reply is what is sent back, once the effect is complete.
type reply struct {
	requestId   string
	host        string // as the client named it
	status      int    // 0: 200
	header      http.Header
	body        any    // encoded as JSON
	emptyList   string // how lists of nothing in it are answered
	raw         []byte // instead of body
	contentType string // of raw
	location    string
	delay       time.Duration // before anything is sent
	overrides   http.Header   // instead of the headers that describe the response

	fault Kind
	stall time.Duration // of FaultStall and FaultStallBody; 0: for ever
}

// deliver sends the reply, or fails to, as its fault says. It panics with
// http.ErrAbortHandler to drop the connection.
func (r *reply) deliver(w http.ResponseWriter, req *http.Request) {
	if !sleep(req.Context(), r.delay) {
		panic(http.ErrAbortHandler)
	}
	switch r.fault {
	case FaultDropBefore, FaultDropAfter:
		panic(http.ErrAbortHandler)
	case FaultStall:
		r.wait(req.Context())
	}
	body := r.encode(w.Header())
	if r.fault == FaultRedirect || r.fault == FaultRedirect307 {
		w.Header().Set("Location", r.redirectTo(req))
	}
	for name, values := range r.overrides {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.status == 0 {
		r.status = http.StatusOK
	}
	w.WriteHeader(r.status)
	if r.fault != FaultCutBody && r.fault != FaultStallBody {
		w.Write(body)
		return
	}
	w.Write(body[:len(body)/2])
	http.NewResponseController(w).Flush()
	if r.fault == FaultCutBody {
		panic(http.ErrAbortHandler)
	}
	r.wait(req.Context())
	w.Write(body[len(body)/2:])
}

// encode sets the headers that describe the body and returns it.
func (r *reply) encode(h http.Header) []byte {
	for name, values := range r.header {
		h[name] = values
	}
	h.Set("X-Acs-Request-Id", r.requestId)
	if r.body == nil {
		if r.contentType != "" {
			h.Set("Content-Type", r.contentType)
		}
		return r.raw
	}
	h.Set("Content-Type", jsonType)
	body, err := json.Marshal(r.body)
	if err != nil {
		panic(err) // the bodies are structs of this package
	}
	return reshape(body, r.emptyList, r.fault)
}

// headersOf returns the headers that DateOffset and Headers set.
func headersOf(e *EDS, now time.Time) http.Header {
	h := http.Header{}
	if e.DateOffset != 0 {
		h.Set("Date", now.Add(e.DateOffset).UTC().Format(http.TimeFormat))
	}
	for name, value := range e.Headers {
		h.Set(name, value)
	}
	return h
}

// wait lets the stall pass, or the client lose its patience.
func (r *reply) wait(ctx context.Context) {
	if r.stall == 0 {
		<-ctx.Done()
	}
	if !sleep(ctx, r.stall) {
		panic(http.ErrAbortHandler)
	}
}

// redirectTo is the same port under the other name of the loopback interface:
// for an HTTP client another host.
func (r *reply) redirectTo(req *http.Request) string {
	if r.location != "" {
		return r.location
	}
	host, port, err := net.SplitHostPort(req.Host)
	if err != nil {
		host, port = req.Host, "80"
	}
	other := "localhost"
	if host == other {
		other = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(other, port) + redirectedPath + "?" + req.URL.RawQuery
}

// sleep waits and reports whether the time passed before ctx was done.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
