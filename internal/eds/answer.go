package eds

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// envelope is what every answer of the API has, or may have.
type envelope struct {
	RequestId      string
	Code           string
	Message        string
	Success        json.RawMessage // a boolean, also in quotes
	HttpStatusCode json.RawMessage // a number, also in quotes
}

// response is a success.
type response struct {
	action    string
	requestID string
	status    int
	body      []byte
}

// call makes one call and reads its answer into out. The error is nil or a *stop.CallError.
func (s *Session) call(ctx context.Context, action, regionID string, query parameters, out any) (response, error) {
	request, signedBy, err := s.sign(ctx, action, regionID, query)
	if err != nil {
		return response{}, named(action, toCallError(err))
	}
	x := s.client.exchange(request)
	if !x.connected && ctx.Err() != nil {
		return response{}, named(action, &stop.CallError{Family: stop.Temporary, Code: codeTimeout, Message: "the time was up before the call was sent"})
	}
	requestID, e := x.read(out)
	if e != nil {
		e = s.caller.explain(named(action, e), x.body)
		s.credentials.refused(signedBy, e.Denial)
		return response{}, e
	}
	return response{action: action, requestID: requestID, status: x.status, body: x.body}, nil
}

// named says which action failed, unless the error knows: a role that cannot be assumed fails every action.
func named(action string, e *stop.CallError) *stop.CallError {
	if e.Action == "" {
		e.Action = action
	}
	return e
}

func toCallError(err error) *stop.CallError {
	if e, ok := err.(*stop.CallError); ok {
		return e
	}
	return notSigned()
}

// notSigned is the error of a call whose request could not be built. It says nothing of the request, which
// has the token in it.
func notSigned() *stop.CallError {
	return &stop.CallError{Family: stop.Invalid, Code: "NotSent", Message: "the request could not be built"}
}

// read takes the answer apart. Only a 2xx with a RequestId, without a sign of an error inside and with
// what out wants is a success.
func (x *exchange) read(out any) (requestID string, failed *stop.CallError) {
	if !x.answered || x.err != nil {
		return "", unanswered(x)
	}
	var e envelope
	unreadable := json.Unmarshal(x.body, &e)
	e.RequestId, e.Code = events.Clean(e.RequestId, 64), events.Clean(e.Code, 64)
	status := e.status(x.status)
	switch ok := status >= 200 && status < 300; {
	case !ok && (unreadable != nil || !isErrorCode(e.Code)):
		return "", x.codeless(status, e.RequestId)
	case isErrorCode(e.Code):
		return "", &stop.CallError{
			Family:     familyOf(status, e.Code),
			Code:       e.Code,
			Message:    e.explanation(),
			RequestID:  e.RequestId,
			RetryAfter: pauseAsked(x.header, time.Now()),
			OneOfMany:  maybeOneOfMany(e.Code),
		}
	case unreadable == nil && unquoted(e.Success) == "false":
		return "", &stop.CallError{Family: stop.Ambiguous, Code: codeUnsuccessful, RequestID: e.RequestId,
			Message: "EDS answered that the call did not succeed, without a code"}
	case unreadable != nil || e.RequestId == "" || out != nil && json.Unmarshal(x.body, out) != nil:
		return "", &stop.CallError{Family: stop.Ambiguous, Code: codeUnreadable, RequestID: e.RequestId,
			Message: "EDS answered with something that is not the answer of this call"}
	}
	return e.RequestId, nil
}

// status returns the status that decides: that of HTTP, unless it is a success and the body says that
// the call failed.
func (e envelope) status(http int) int {
	inside, err := strconv.Atoi(unquoted(e.HttpStatusCode))
	if err == nil && http >= 200 && http < 300 && inside >= 400 && inside < 600 {
		return inside
	}
	return http
}

// isErrorCode reports whether a code is an error's. Some services put a code into a success, too.
func isErrorCode(code string) bool {
	switch code {
	case "", "200", "OK", "Success", "success":
		return false
	}
	return true
}

// explanation of an error, in the service's words. Not of a wrong signature: it would repeat the
// request as the service saw it, host and security token included. See caller.explain for those.
func (e envelope) explanation() string {
	if denialOf(e.Code) == stop.DenialSignature {
		return "the signature does not match"
	}
	return events.Clean(e.Message, 256)
}

// codeless is the error of an answer that is not a success and has no code: a gateway's page, an
// empty body, a redirect.
func (x *exchange) codeless(status int, requestID string) *stop.CallError {
	number := strconv.Itoa(status)
	e := &stop.CallError{
		Family:     familyOfStatus(status, stop.Invalid),
		Code:       "HTTP" + number,
		Message:    "EDS, or something between, answered " + number + " " + http.StatusText(status) + " without a code",
		RequestID:  requestID,
		RetryAfter: pauseAsked(x.header, time.Now()),
	}
	if status >= 300 && status < 400 {
		e.Code, e.Message = codeRedirected, "EDS, or something between, answered with a redirect; it was not followed"
	}
	return e
}
