package eds

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"

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

// assumeRole makes one AssumeRole call (STS, version 2015-04-01), signed with source. The SDK only signs
// it: its own exchange would follow no context, and put the response into its errors. The error is nil or
// a *stop.CallError.
func (c *Client) assumeRole(ctx context.Context, source secret.Credentials, role Role, sessionName string) (assumed, error) {
	client, err := openapi.NewClient(config(source, c.sts.region, c.sts.protocol, c.sts.host))
	if err != nil {
		return assumed{}, role.explain(notSigned())
	}
	query := map[string]*string{
		"RoleArn":         &role.ARN,
		"RoleSessionName": &sessionName,
		"DurationSeconds": dara.String(strconv.Itoa(int(sessionTime / time.Second))),
	}
	if id := role.ExternalID.Reveal(); id != "" {
		query["ExternalId"] = &id
	}
	request := sign(ctx, client, func(ctx context.Context, client *openapi.Client, o *dara.RuntimeOptions) error {
		_, err := client.CallApiWithCtx(ctx, rpc("AssumeRole", "2015-04-01"), &openapiutil.OpenApiRequest{Query: query}, o)
		return err
	})
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

// rpc describes a call that the SDK has no method for.
func rpc(action, version string) *openapiutil.Params {
	return &openapiutil.Params{
		Action:      &action,
		Version:     &version,
		Protocol:    dara.String("HTTPS"),
		Pathname:    dara.String("/"),
		Method:      dara.String("POST"),
		AuthType:    dara.String("AK"),
		Style:       dara.String("RPC"),
		ReqBodyType: dara.String("formData"),
		BodyType:    dara.String("json"),
	}
}

// The forms of what is shown of a failed AssumeRole call.
var (
	codeForm      = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$`)
	requestIDForm = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

// explain makes the error of a failed AssumeRole call. Of the response it takes the code and the request
// ID alone: the text may repeat the request, and with it the token that signed it. The call has changed
// nothing, so that a lost response is as good as a refused one.
func (r Role) explain(e *stop.CallError) *stop.CallError {
	out := &stop.CallError{Action: "AssumeRole", Family: stop.Denied, Code: e.Code, RetryAfter: e.RetryAfter}
	if !codeForm.MatchString(e.Code) {
		out.Code = codeUnreadable
	}
	if requestIDForm.MatchString(e.RequestID) {
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
var forbiddenInName = regexp.MustCompile(`[^A-Za-z0-9.@_-]`)

// sessionName of an invocation, by which the other account's ActionTrail finds it: 2 to 64 characters.
func sessionName(requestID string) string {
	name := "stop-desktops-" + forbiddenInName.ReplaceAllString(requestID, "-")
	return name[:min(len(name), 64)]
}
