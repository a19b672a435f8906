package eds

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// sessionTime is how long a role is assumed for. No role can be made that allows less than that.
const sessionTime = time.Hour

// assumed are the credentials of an assumed role.
type assumed struct {
	secret.Credentials
	expires time.Time
}

// assumeRole makes one AssumeRole call (STS, version 2015-04-01), signed with source. The error is nil or a
// *stop.CallError.
func (c *Client) assumeRole(ctx context.Context, source secret.Credentials, role Role, sessionName string) (assumed, error) {
	query := parameters{}
	query.set("RoleArn", role.ARN)
	query.set("RoleSessionName", sessionName)
	query.set("DurationSeconds", strconv.Itoa(int(sessionTime/time.Second)))
	query.set("ExternalId", role.ExternalID.Reveal())
	request := sign(ctx, source, c.sts.protocol, c.sts.host, rpc("AssumeRole", "2015-04-01"), query)
	if request == nil {
		return assumed{}, role.explain(notSigned())
	}
	x := c.exchange(request)
	var answer struct {
		Credentials struct {
			AccessKeyId, AccessKeySecret, SecurityToken secret.String
			Expiration                                  time.Time
		}
	}
	requestID, e := x.read(&answer)
	got := answer.Credentials
	switch {
	case e != nil:
		return assumed{}, role.explain(e)
	case got.AccessKeyId.Empty() || got.AccessKeySecret.Empty() || got.SecurityToken.Empty() || got.Expiration.IsZero():
		return assumed{}, role.explain(&stop.CallError{Family: stop.Ambiguous, Code: codeUnreadable, RequestID: requestID})
	}
	return assumed{
		Credentials: secret.Credentials{AccessKeyID: got.AccessKeyId.Reveal(), AccessKeySecret: got.AccessKeySecret, SecurityToken: got.SecurityToken},
		expires:     got.Expiration,
	}, nil
}

// The forms of what is shown of a failed AssumeRole call, compiled at their first use.
var (
	codeForm      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$`) })
	requestIDForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	})
)

// explain makes the error of a failed AssumeRole call. Of the response it takes the code and the request
// ID alone: the text may repeat the request, and with it the token that signed it. The call has changed
// nothing, so that a lost response is as good as a refused one.
func (r Role) explain(e *stop.CallError) *stop.CallError {
	out := &stop.CallError{Action: "AssumeRole", Family: stop.Denied, Code: e.Code, RetryAfter: e.RetryAfter}
	if !codeForm().MatchString(e.Code) {
		out.Code = codeUnreadable
	}
	if requestIDForm().MatchString(e.RequestID) {
		out.RequestID = e.RequestID
	}
	who := "the role of account " + r.Account
	switch e.Family {
	case stop.Throttled:
		out.Family, out.Message = stop.Throttled, "STS throttles the calls that assume "+who
		return out
	case stop.Temporary, stop.Ambiguous:
		out.Family, out.Message = stop.Temporary, "STS gave no usable response when the function was to assume "+who
		if e.Code == codeUnreachable {
			out.Message = "no connection to STS to assume " + who + ": check STS_ENDPOINT and the function's network"
		}
		return out
	}
	switch out.Denial = denialOf(e.Code); {
	case strings.HasPrefix(e.Code, "EntityNotExist"):
		out.Denial = stop.DenialPermission
		out.Message = who + " does not exist: check ACCOUNTS"
	case out.Denial == stop.DenialPermission:
		out.Message = who + " may not be assumed: the policy of the caller (the function's role) must allow sts:AssumeRole on it, and its trust policy must name the caller, and the external ID if there is one"
	case out.Denial == stop.DenialClock:
		out.Message = "STS refuses to assume " + who + " because of the time: the clock here is more than 15 minutes off, correct it"
	case out.Denial == stop.DenialExpired:
		out.Message = "the credentials that assume " + who + " have expired: send the event again, each invocation gets new ones"
	case out.Denial == stop.DenialSignature:
		out.Message = "STS computes another signature: the parts of the credentials that assume " + who + " do not belong together, or something between changes requests (check STS_ENDPOINT)"
	case out.Denial == stop.DenialCredentials:
		out.Message = "STS does not accept the credentials that assume " + who + ": check that the function's own role exists, then deploy again"
	default:
		out.Message = "STS refuses to assume " + who + ": its code says why"
	}
	return out
}

// forbiddenInName are the characters that a RoleSessionName cannot have.
var forbiddenInName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^A-Za-z0-9.@_-]`) })

// sessionName of an invocation, by which the other account's ActionTrail finds it: 2 to 64 characters.
func sessionName(requestID string) string {
	name := "stop-desktops-" + forbiddenInName().ReplaceAllString(requestID, "-")
	return name[:min(len(name), 64)]
}
