package eds

import (
	"encoding/json"
	"strings"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// denials are the codes by which a denied call tells why, by their beginnings. The first row that
// matches decides.
var denials = []struct {
	denial   stop.Denial
	prefixes []string
}{
	{stop.DenialClock, []string{"InvalidTimeStamp"}},
	{stop.DenialExpired, []string{"InvalidSecurityToken.Expired"}},
	{stop.DenialSignature, []string{"SignatureDoesNotMatch", "IncompleteSignature"}},
	{stop.DenialCredentials, []string{"InvalidAccessKey", "InvalidSecurityToken", "InvalidCredentials", "MissingSecurityToken"}},
	{stop.DenialPermission, []string{"NoPermission", forbidden, "Unauthorized"}},
}

// forbidden is the code of a denial that may also be about one resource of the call.
const forbidden = "Forbidden"

func denialOf(code string) stop.Denial {
	for _, d := range denials {
		if matches(code, nil, d.prefixes, nil) {
			return d.denial
		}
	}
	return stop.DenialUnclassified
}

// caller has the words for the identity that makes the calls: how to mend a denial depends on it.
type caller struct {
	name string // that may not
	add  string // how an action is added to its policy
	all  string // where all actions that it needs are listed; may be empty

	credentials string // how to mend credentials that are not accepted
	expired     string // how to mend credentials that have expired
}

var (
	function = &caller{
		name:        "the function's role",
		add:         "add the action to its policy",
		all:         " (ram-policy.json has all of them)",
		credentials: "EDS does not accept the credentials of the function's role: check that the role exists and is the function's, then deploy again",
		expired:     "the credentials of this invocation have expired: send the event again, each invocation gets new ones",
	}
	operator = &caller{
		name:        "these credentials",
		add:         "add the action to their policy",
		credentials: "EDS does not accept these credentials: check the access key, or make a new one",
		expired:     "these credentials have expired: get new ones",
	}
)

// caller returns the words for the role of another account.
func (r Role) caller() *caller {
	return &caller{
		name:        "the role of account " + r.Account,
		add:         "add the action to its policy in that account",
		credentials: "EDS does not accept the credentials of the role of account " + r.Account + ", which is assumed anew for the next event: if that fails too, check that the role exists",
		expired:     "the credentials of the role of account " + r.Account + " have expired: send the event again, the role is assumed anew",
	}
}

// explain makes the message of a denied call say which action was denied and how to mend that. The
// service's own text seldom does.
func (c *caller) explain(e *stop.CallError, body []byte) *stop.CallError {
	if e.Family != stop.Denied && e.Code != forbidden {
		return e
	}
	detail := readDetail(body)
	action := detail.action("ecd:" + e.Action)
	switch e.Denial = denialOf(e.Code); {
	case e.Denial == stop.DenialClock:
		e.Message = "EDS refuses " + action + " because of its time: the clock here is more than 15 minutes off, correct it"
	case e.Denial == stop.DenialExpired:
		e.Message = action + ": " + c.expired
	case e.Denial == stop.DenialSignature:
		e.Message = "EDS computes another signature for " + action + ": the parts of the credentials do not belong together, or something between changes requests (check EDS_ENDPOINT)"
	case e.Denial == stop.DenialCredentials:
		e.Message = action + ": " + c.credentials
	case detail.NoPermissionType == "ExplicitDeny":
		e.Denial = stop.DenialExplicit
		e.Message = detail.policy("a policy") + " denies " + action + " to " + c.name + ": find its statement with Effect Deny and change that; adding the action to a policy does not help"
	case e.Code == forbidden:
		e.Message = c.forbids(e, action)
	case e.Denial == stop.DenialPermission:
		e.Message = c.missing(e, action, detail)
	default:
		e.Message = action + ": " + e.Message + "; check the policy of " + c.name
	}
	e.Message = events.Clean(e.Message, 256)
	return e
}

// missing says which permission is missing.
func (c *caller) missing(e *stop.CallError, action string, detail accessDeniedDetail) string {
	message := c.name + " may not call " + action
	switch policy := detail.policy(""); {
	case policy != "":
		return message + ": " + policy + " does not allow it, add the action there"
	case action == "ecd:"+e.Action:
		message += ": " + c.add + c.all
	default:
		message += ": " + c.add
	}
	return message
}

// forbids says what a bare Forbidden may mean: the action, or one desktop.
func (c *caller) forbids(e *stop.CallError, action string) string {
	message := "EDS forbids " + action + " for this desktop or to " + c.name + ": if others work, check the desktop, else " + c.add
	if e.Message != "" && !strings.Contains(e.Message, "acs:") {
		message += ". EDS says: " + events.Clean(e.Message, 60)
	}
	return message
}

// accessDeniedDetail is what RAM may add to a denial. Left out are the members that name who called,
// and the one that only the account's own support can decode.
type accessDeniedDetail struct {
	AuthAction       string
	NoPermissionType string
	PolicyType       string
}

// readDetail is empty if the answer has none that can be read.
func readDetail(body []byte) accessDeniedDetail {
	var envelope struct{ AccessDeniedDetail json.RawMessage }
	var detail accessDeniedDetail
	if json.Unmarshal(body, &envelope) != nil || json.Unmarshal(envelope.AccessDeniedDetail, &detail) != nil {
		return accessDeniedDetail{}
	}
	return detail
}

// action returns the action that a policy must allow: it may have another name than that of the API.
func (d accessDeniedDetail) action(otherwise string) string {
	name, ok := strings.CutPrefix(d.AuthAction, "ecd:")
	if !ok || name == "" || len(name) > 64 || strings.Trim(name, letters) != "" {
		return otherwise
	}
	return d.AuthAction
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// policy returns the kind of policy that denied the call, if it is another kind than the policies of
// the caller itself.
func (d accessDeniedDetail) policy(otherwise string) string {
	switch d.PolicyType {
	case "ControlPolicy":
		return "a control policy of the resource directory"
	case "SessionPolicy":
		return "the session policy"
	}
	return otherwise
}
