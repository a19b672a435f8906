// Package approval makes and checks the tokens that prove that a second person approved what an event stops.
//
// A token is for one request: its account, region, options and desktops, as they are with every default filled
// in. It names who planned and who approved, when the plan was made, and when the approval expires. A token of the
// function (APPROVAL_MINT) names the route of the plan, and nobody who approved: its use does.
//
//	base64url(JSON) "." base64url(HMAC-SHA256(secret, "stop-desktops.approval/1." base64url(JSON)))
//
// The package knows no clock, file or network.
package approval

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Longest is how long after its plan an approval may last.
const Longest = 7 * 24 * time.Hour

// clockSkew is how far ahead of our clock a plan's time may be.
const clockSkew = 5 * time.Minute

// maxName is the length of the longest name of a person, in characters.
const maxName = 128

// format begins what is signed. A later format is another text, so that no token is good for both.
const format = "stop-desktops.approval/1."

// payload is what a token says. Desktops and Options are digests.
type payload struct {
	Key        string // the name of the secret
	Account    string `json:",omitempty"`
	RegionId   string
	Desktops   string // of the desktops
	Count      int    // how many desktops there are
	Options    string // of the rest of the request
	PlannedBy  string
	ApprovedBy string `json:",omitempty"`
	Route      string `json:",omitempty"` // of the plan, if the function signed it
	PlannedAt  time.Time
	Expires    time.Time
}

// Mint returns a token for a request with its defaults filled in. It signs with the first key. With a Route the
// token is that of a plan which nobody has approved yet. The error says what an approval must have and this one
// has not.
func (k *Keys) Mint(q events.Request, a report.Approval) (string, error) {
	a.PlannedBy, a.ApprovedBy = events.Clean(a.PlannedBy, 4*maxName), events.Clean(a.ApprovedBy, 4*maxName)
	a.PlannedAt, a.Expires = a.PlannedAt.UTC().Truncate(time.Second), a.Expires.UTC().Truncate(time.Second)
	err := checkPlan(a)
	if a.Route == "" {
		err = check(a)
	}
	if err != nil {
		return "", err
	}
	p := describe(q)
	p.Key, p.PlannedBy, p.ApprovedBy, p.Route, p.PlannedAt, p.Expires = k.list[0].name, a.PlannedBy, a.ApprovedBy, a.Route, a.PlannedAt, a.Expires
	text, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString(text)
	return signed + "." + base64.RawURLEncoding.EncodeToString(k.list[0].mac(signed)), nil
}

// Verify returns the approval of a request with its defaults filled in, at the time now. approves are the routes
// whose plans the sender of the request approves: RequestedBy is then the person who approved. The error is for the
// sender. It says why the token is refused, and shows nothing of it.
func (k *Keys) Verify(token string, q events.Request, approves []string, now time.Time) (report.Approval, error) {
	p, err := k.open(token)
	if err != nil {
		return report.Approval{}, err
	}
	a := report.Approval{PlannedBy: p.PlannedBy, ApprovedBy: p.ApprovedBy, Route: p.Route, PlannedAt: p.PlannedAt, Expires: p.Expires}
	if a.Route != "" {
		if !slices.Contains(approves, a.Route) {
			return report.Approval{}, fmt.Errorf("nobody has approved the plan yet: only a route that approves plans of %s may use its token", a.Route)
		}
		a.ApprovedBy = events.Clean(q.RequestedBy, 4*maxName)
	}
	if err := check(a); err != nil {
		return report.Approval{}, err
	}
	is := describe(q)
	switch {
	case !now.Before(a.Expires):
		return report.Approval{}, fmt.Errorf("the approval expired at %s: plan and approve again", a.Expires.Format(time.RFC3339))
	case a.PlannedAt.After(now.Add(clockSkew)):
		return report.Approval{}, errors.New("the plan's time is ahead of our clock: check the clock of the machine that made the plan")
	case is.Account != p.Account:
		return report.Approval{}, fmt.Errorf("the approval is for %s, and the request is for %s", account(p.Account), account(is.Account))
	case is.RegionId != p.RegionId:
		return report.Approval{}, fmt.Errorf("the approval is for the region %s, and the request is for %s", p.RegionId, is.RegionId)
	case is.Desktops != p.Desktops:
		return report.Approval{}, fmt.Errorf("the request does not name the approved desktops: %d were approved, %d are named, and the lists differ. Send exactly the approved request", p.Count, is.Count)
	case is.Options != p.Options:
		return report.Approval{}, errors.New("an option of the request (Select, Exclude, StoppedMode, OsUpdate, Force, IdleMinutes or On) is not as approved. Send exactly the approved request")
	}
	return a, nil
}

// open returns what a token says, once its signature is right.
func (k *Keys) open(token string) (payload, error) {
	var p payload
	signed, signature, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.Strict().DecodeString(signed)
	mac, bad := base64.RawURLEncoding.Strict().DecodeString(signature)
	if errors.Join(err, bad) != nil || json.Unmarshal(text, &p) != nil || !keyName().MatchString(p.Key) {
		return p, errors.New("it is not a token of stopctl approve or of the function: copy it whole")
	}
	for _, key := range k.list {
		if key.name != p.Key {
			continue
		}
		if hmac.Equal(mac, key.mac(signed)) {
			return p, nil
		}
		return p, fmt.Errorf("its signature is wrong: it was altered, or the key %s has another secret here", p.Key)
	}
	return p, fmt.Errorf("the key %s that signed it is not among APPROVAL_SECRETS", p.Key)
}

// check what holds for every approval.
func check(a report.Approval) error {
	switch {
	case a.PlannedBy == "" || a.ApprovedBy == "":
		return errors.New("an approval names who planned and who approved" + namedBy(a))
	case utf8.RuneCountInString(a.ApprovedBy) > maxName:
		return tooLong()
	case strings.EqualFold(a.PlannedBy, a.ApprovedBy):
		return errors.New("who planned must not approve: ask another person" + namedBy(a))
	}
	return checkPlan(a)
}

// namedBy says where the request names a person, if the function signed the plan.
func namedBy(a report.Approval) string {
	if a.Route == "" {
		return ""
	}
	return " (RequestedBy of the plan, and RequestedBy of the request that uses the token)"
}

func tooLong() error { return fmt.Errorf("a name is longer than %d characters", maxName) }

// checkPlan checks what holds for every plan that somebody is to approve.
func checkPlan(a report.Approval) error {
	switch {
	case a.PlannedBy == "":
		return errors.New("an approval names who planned: send RequestedBy")
	case utf8.RuneCountInString(a.PlannedBy) > maxName:
		return tooLong()
	case a.PlannedAt.IsZero():
		return errors.New("the plan has no time")
	case !a.Expires.After(a.PlannedAt) || a.Expires.After(a.PlannedAt.Add(Longest)):
		return fmt.Errorf("an approval expires within %d days after its plan", Longest/(24*time.Hour))
	}
	return nil
}

// describe the request of a token: whether it is only planned is no part of it, as a plan stops nothing.
func describe(q events.Request) payload {
	q = q.Effect()
	ids := q.DesktopId
	q.DesktopId, q.DryRun = nil, false
	return payload{Account: q.Account, RegionId: q.RegionId, Desktops: digest(ids), Count: len(ids), Options: digest(q)}
}

// digest of a value, as text.
func digest(v any) string {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(v) // nothing in a request fails to encode, and a hash takes everything
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func account(name string) string {
	if name == "" {
		return "the function's own account"
	}
	return "the account " + name
}
