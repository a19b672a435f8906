package handler

import (
	"errors"
	"net/http"

	"stopdesktops/events"
)

// Problem says why an event was not done, or not all of it.
type Problem struct {
	// Code is stable: the API's own, one of package events, or one of the constants here.
	Code    string
	Message string `json:",omitempty"`
	// Path is the JSON path of the fault in what came in.
	Path string `json:",omitempty"`
	// RequestId is that of the API call that failed.
	RequestId string `json:",omitempty"`
	// Retryable says that the same event may succeed later without any change.
	Retryable bool `json:",omitempty"`

	// status of the HTTP answer, if the event came over HTTP.
	status int
	// header of that answer (Allow, WWW-Authenticate, Retry-After).
	header map[string]string
}

// Codes of our own.
const (
	CodeUnauthenticated = "Unauthenticated" // no or wrong signature or token
	CodeNotAllowed      = "NotAllowed"      // well-formed, but not permitted here
	CodeMisconfigured   = "Misconfigured"   // the function's own configuration is bad
	CodeMaxDesktops     = "MaxDesktops"     // the event would stop more than MAX_DESKTOPS
	CodeInternal        = "InternalError"   // a fault of this program
	CodeDeadline        = "DeadlineExceeded"
	CodeUnconfirmed     = "Unconfirmed"  // the effect of a call could not be found out
	CodeStillRunning    = "StillRunning" // EDS took the call, and the desktop was seen Running when the wait ended
)

func (p *Problem) Error() string {
	if p.Path != "" {
		return p.Code + ": " + p.Path + ": " + p.Message
	}
	return p.Code + ": " + p.Message
}

// Unauthenticated is the refusal of an HTTP event by an Authenticator. challenge is the value of
// the answer's WWW-Authenticate header; it may be empty. The message is read by whoever sent the
// event: it says nothing that helps to forge one.
func Unauthenticated(message, challenge string) *Problem {
	p := &Problem{Code: CodeUnauthenticated, Message: message, status: http.StatusUnauthorized}
	if challenge != "" {
		p.header = map[string]string{"WWW-Authenticate": challenge}
	}
	return p
}

func notAllowed(path, message string) *Problem {
	return &Problem{Code: CodeNotAllowed, Message: message, Path: path, status: http.StatusForbidden}
}

// unreadable is the problem of input that package events refused: 400 where it is not even JSON,
// 422 where it is JSON but not a request.
func unreadable(err error) *Problem {
	var e *events.Error
	if !errors.As(err, &e) {
		return &Problem{Code: CodeInternal, Message: "the event could not be read", status: http.StatusInternalServerError}
	}
	p := &Problem{Code: e.Code, Message: e.Message, Path: e.Path, status: http.StatusUnprocessableEntity}
	switch e.Code {
	case events.InvalidJSON, events.InvalidUTF8, events.TooDeep, events.Empty:
		p.status = http.StatusBadRequest
	case events.TooLarge:
		p.status = http.StatusRequestEntityTooLarge
	}
	return p
}

// callProblem is the problem behind a failed call to EDS.
func callProblem(e *CallError) *Problem {
	p := &Problem{Code: e.Code, Message: e.Message, RequestId: e.RequestID, Retryable: e.passing(), status: http.StatusBadGateway}
	if e.Family == Throttled {
		p.throttled()
	}
	return p
}

// throttled makes p one that an HTTP caller should come back with a little later.
func (p *Problem) throttled() {
	p.status = http.StatusTooManyRequests
	p.header = map[string]string{"Retry-After": "60"} // the window of EDS's quotas
}
