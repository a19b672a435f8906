package eds

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/alibabacloud-go/tea/dara"

	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"

	"stopdesktops/events"
	"stopdesktops/handler"
)

// envelope is what every answer of the API has, or may have.
type envelope struct {
	RequestId string
	Code      string
	Message   string
}

// call makes one call and reads its answer into out. build makes its request with the SDK. The error
// is nil or a *handler.CallError.
func (s *Session) call(ctx context.Context, action, regionID string, out any, build func(context.Context, *sdk.Client, *dara.RuntimeOptions) error) (requestID string, err error) {
	client, err := s.sdkClient(regionID)
	if err != nil {
		return "", named(action, toCallError(err))
	}
	request := sign(ctx, client, build)
	if request == nil {
		return "", named(action, notSigned())
	}
	x := s.client.exchange(request)
	if !x.connected && ctx.Err() != nil {
		return "", named(action, &handler.CallError{Family: handler.Temporary, Code: codeTimeout, Message: "the time was up before the call was sent"})
	}
	requestID, e := x.read(out)
	if e != nil {
		return "", s.caller.explain(named(action, e), x.body)
	}
	return requestID, nil
}

func named(action string, e *handler.CallError) *handler.CallError {
	e.Action = action
	return e
}

func toCallError(err error) *handler.CallError {
	if e, ok := err.(*handler.CallError); ok {
		return e
	}
	return notSigned()
}

// notSigned is the error of a call that the SDK did not build. The SDK's own text may show the
// request, its token included.
func notSigned() *handler.CallError {
	return &handler.CallError{Family: handler.Invalid, Code: "NotSent", Message: "the SDK could not build the request"}
}

// read takes the answer apart. Only a 2xx with a RequestId, without an error's code and with what
// out wants is a success.
func (x *exchange) read(out any) (requestID string, failed *handler.CallError) {
	if !x.answered || x.err != nil {
		return "", unanswered(x)
	}
	var e envelope
	unreadable := json.Unmarshal(x.body, &e)
	e.RequestId, e.Code = events.Clean(e.RequestId, 64), events.Clean(e.Code, 64)
	switch ok := x.status >= 200 && x.status < 300; {
	case !ok && (unreadable != nil || e.Code == ""):
		return "", x.codeless(e.RequestId)
	case e.Code != "" && (!ok || e.failed()):
		return "", &handler.CallError{
			Family:     familyOf(x.status, e.Code),
			Code:       e.Code,
			Message:    e.explanation(),
			RequestID:  e.RequestId,
			RetryAfter: pauseAsked(x.header, time.Now()),
		}
	case unreadable != nil || e.RequestId == "" || out != nil && json.Unmarshal(x.body, out) != nil:
		return "", &handler.CallError{Family: handler.Ambiguous, Code: codeUnreadable, RequestID: e.RequestId,
			Message: "EDS answered with something that is not the answer of this call"}
	}
	return e.RequestId, nil
}

// failed says whether the code in a 2xx is an error's.
func (e envelope) failed() bool {
	switch e.Code {
	case "200", "OK", "Success", "success":
		return false
	}
	return true
}

// explanation of an error, in the service's words. Not of a wrong signature: it would repeat the
// request as the service saw it, host and security token included. See caller.explain for those.
func (e envelope) explanation() string {
	if denialOf(e.Code) == handler.DenialSignature {
		return "the signature does not match"
	}
	return events.Clean(e.Message, 256)
}

// codeless is the error of an answer that is not a success and has no code: a gateway's page, an
// empty body, a redirect.
func (x *exchange) codeless(requestID string) *handler.CallError {
	status := strconv.Itoa(x.status)
	e := &handler.CallError{
		Family:     familyOfStatus(x.status, handler.Invalid),
		Code:       "HTTP" + status,
		Message:    "EDS, or something between, answered " + status + " " + http.StatusText(x.status) + " without a code",
		RequestID:  requestID,
		RetryAfter: pauseAsked(x.header, time.Now()),
	}
	if x.status >= 300 && x.status < 400 {
		e.Code, e.Message = codeRedirected, "EDS, or something between, answered with a redirect; it was not followed"
	}
	return e
}
