package eds

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"stopdesktops/internal/stop"
)

// No error code of StopDesktops or of the Describe calls is documented, so codes are matched by
// families: whole codes, prefixes and suffixes that the service uses elsewhere. Never by message.
// The first row that matches decides.
//
// Throttling is the exception: the part of the code that names it is at the beginning
// (Throttling.User), at the end (Rejected.Throttling) or between. See isThrottled.
var families = []struct {
	family                  stop.Family
	codes, prefixes, suffix []string
}{
	{stop.Temporary,
		nil, []string{"ServiceUnavailable"}, nil},
	// A fault inside the service, or a request that was seen before: it may have had its effect.
	{stop.Ambiguous,
		[]string{"SignatureNonceUsed"}, []string{"InternalError"}, nil},
	{stop.Denied,
		[]string{"SignatureDoesNotMatch", "IncompleteSignature", "InvalidCredentials", "MissingSecurityToken"},
		[]string{"NoPermission", "Forbidden", "Unauthorized", "InvalidAccessKey", "InvalidSecurityToken", "InvalidTimeStamp"}, nil},
	// Malformed as a whole: what the call carries is not to blame on one desktop.
	{stop.Invalid,
		nil, []string{"Missing", "InvalidParameter", "InvalidAction", "InvalidApi", "InvalidVersion", "InvalidRegion", "Unsupported", "InvalidStoppedMode"}, nil},
	// Of a desktop only. An unknown office site, or another thing that a desktop refers to, says nothing
	// about the desktop.
	{stop.NotFound,
		desktopNotFound, nil, nil},
	{stop.WrongState,
		nil, []string{"Incorrect", "OperationDenied"}, []string{"Status", ".NotFound"}},
}

// desktopNotFound are the codes that say that EDS does not know a desktop.
var desktopNotFound = []string{
	"InvalidDesktopId", "InvalidDesktopIds",
	"InvalidDesktop.NotFound", "InvalidDesktopId.NotFound", "InvalidDesktopIds.NotFound", "InvalidDesktopInstance.NotFound",
	"Desktop.NotFound", "DesktopId.NotFound", "DesktopIds.NotFound", "DesktopInstance.NotFound",
	"DesktopNotFound", "DesktopIdNotFound", "DesktopIdsNotFound", "DesktopInstanceNotFound",
}

// maybeOneOfMany reports whether a refusal as denied or as malformed may be about one of the desktops in
// the call. EDS answers a bare Forbidden about one resource, and InvalidParameter about a reference
// that it does not know (yet). A denial by RAM is about the whole call: it has another code.
func maybeOneOfMany(code string) bool {
	return code == "Forbidden" || strings.HasPrefix(code, "InvalidParameter")
}

// familyOf an answer that is an error with a code.
func familyOf(status int, code string) stop.Family {
	if isThrottled(code) {
		return stop.Throttled
	}
	for _, f := range families {
		if matches(code, f.codes, f.prefixes, f.suffix) {
			return f.family
		}
	}
	return familyOfStatus(status, stop.WrongState)
}

// throttlingWords name throttling wherever they are in a code, in any case: Alibaba Cloud's products
// write it in several ways.
var throttlingWords = []string{"throttling", "throttled", "toomanyrequest", "toofrequent", "flowcontrol", "ratelimit", "requestlimit", "qpslimit"}

func isThrottled(code string) bool {
	code = strings.ToLower(code)
	return slices.ContainsFunc(throttlingWords, func(word string) bool { return strings.Contains(code, word) })
}

// familyOfStatus decides where the code says nothing. unknown is the family of a refusal of the
// client's (4xx) that we have no name for. With a code it counts as one because of a desktop. The
// engine then observes the desktops again and splits the call, within a budget: one desktop whose code is
// new must not spoil 99 others.
func familyOfStatus(status int, unknown stop.Family) stop.Family {
	switch {
	case status == http.StatusTooManyRequests:
		return stop.Throttled
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return stop.Denied
	case status == http.StatusServiceUnavailable:
		return stop.Temporary
	case status == http.StatusRequestTimeout:
		return stop.Ambiguous
	case status >= 400 && status < 500:
		return unknown
	}
	// A redirect, a broken gateway, a lost back end: the request may have had its effect.
	return stop.Ambiguous
}

func matches(code string, codes, prefixes, suffixes []string) bool {
	for _, c := range codes {
		if code == c {
			return true
		}
	}
	for _, p := range prefixes {
		if strings.HasPrefix(code, p) {
			return true
		}
	}
	for _, s := range suffixes {
		if strings.HasSuffix(code, s) {
			return true
		}
	}
	return false
}

// Codes for answers that carry none.
const (
	codeUnreachable    = "Unreachable"
	codeConnectionLost = "ConnectionLost"
	codeTimeout        = "Timeout"
	codeUnreadable     = "UnreadableAnswer"
	codeRedirected     = "Redirected"
	codeUnsuccessful   = "Unsuccessful"
)

// unanswered is the error of an exchange without an answer. Its text is ours: the transport's own
// names hosts, addresses and every desktop of the call.
func unanswered(x *exchange) *stop.CallError {
	var timeout net.Error
	timedOut := errors.Is(x.err, context.DeadlineExceeded) || errors.Is(x.err, context.Canceled) || errors.As(x.err, &timeout) && timeout.Timeout()
	switch {
	case !x.connected:
		return &stop.CallError{Family: stop.Temporary, Code: codeUnreachable, Message: "no connection to EDS: check the region, the endpoint and the function's network"}
	case timedOut:
		return &stop.CallError{Family: stop.Ambiguous, Code: codeTimeout, Message: "EDS did not answer in time"}
	}
	return &stop.CallError{Family: stop.Ambiguous, Code: codeConnectionLost, Message: "the connection to EDS ended before its answer"}
}
