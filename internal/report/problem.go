package report

import (
	"net/http"
)

// Problem says why an event was not done, or not all of it.
type Problem struct {
	// Code is stable: that of EDS, or one of the function.
	Code string
	// Message is for people. It may change.
	Message string `json:",omitempty"`
	// Path is the JSON path of the fault in what came in.
	Path string `json:",omitempty"`
	// RequestId is that of the call to EDS that failed.
	RequestId string `json:",omitempty"`
	// Retryable says that the same event may succeed later without any change.
	Retryable bool `json:",omitempty"`

	// HTTPStatus of the response, if the event came over HTTP.
	HTTPStatus int `json:"-"`
	// HTTPHeader of that response (Allow, WWW-Authenticate, Retry-After).
	HTTPHeader map[string]string `json:"-"`
}

// Codes of this program.
const (
	CodeUnauthenticated = "Unauthenticated" // no or wrong signature or token
	CodeNotAllowed      = "NotAllowed"      // well-formed, but not permitted here
	CodeMisconfigured   = "Misconfigured"   // the function's own configuration is bad
	CodeCalendar        = "Calendar"        // the event is of another kind of day, or the calendar does not say of which
	CodeApprovalRefused = "ApprovalRefused" // the approval is not for this request, or not valid now
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

// Unauthenticated refuses an HTTP event whose sender is not proven. challenge is the value of the
// response's WWW-Authenticate header; it may be empty. The sender reads the message: it must not
// help to forge an event.
func Unauthenticated(message, challenge string) *Problem {
	p := &Problem{Code: CodeUnauthenticated, Message: message, HTTPStatus: http.StatusUnauthorized}
	if challenge != "" {
		p.HTTPHeader = map[string]string{"WWW-Authenticate": challenge}
	}
	return p
}

// TooManyRequests makes p one that an HTTP caller may repeat a little later.
func (p *Problem) TooManyRequests() {
	p.HTTPStatus = http.StatusTooManyRequests
	p.HTTPHeader = map[string]string{"Retry-After": "60"} // the window of the quotas of EDS
}
