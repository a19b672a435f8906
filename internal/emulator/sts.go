package emulator

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// stsVersion is the only version of STS that is emulated.
const stsVersion = "2015-04-01"

// DefaultAccountId is the account of an [EDS] that has no AccountId.
const DefaultAccountId = "1000000000000000"

// A Role of an emulated account, to be assumed by AssumeRole of [EDS.STS].
type Role struct {
	RoleName string `yaml:"RoleName"`
	// Trusts are the IDs of the accounts whose identities the trust policy names.
	Trusts []string `yaml:"Trusts"`
	// ExternalId that the trust policy asks for; "": none.
	ExternalId string `yaml:"ExternalId"`
	// MaxSessionDuration is the longest session; 0: an hour.
	MaxSessionDuration time.Duration `yaml:"MaxSessionDuration"`
	// SessionTime is how long a session is really valid; 0: as it was asked for.
	SessionTime time.Duration `yaml:"SessionTime"`
	// Revoked is how long after it was issued a session is not accepted any
	// more, whatever its Expiration says; 0: it is.
	Revoked time.Duration `yaml:"Revoked"`
	// Deny and ExplicitDeny are those of each [Credential] of the role.
	Deny         []string `yaml:"Deny"`
	ExplicitDeny bool     `yaml:"ExplicitDeny"`
	// Latency delays every answer about the role.
	Latency time.Duration `yaml:"Latency"`
	// Faults of the AssumeRole calls for this role. Action and DesktopId stay
	// empty.
	Faults []Fault `yaml:"Faults"`
}

// All is this account and those in Accounts.
func (e *EDS) All() []*EDS { return append([]*EDS{e}, e.Accounts...) }

func accountOf(e *EDS) string { return cmp.Or(e.AccountId, DefaultAccountId) }

// ownerOf a request is the account that knows the key that signed it; the
// account itself where none does.
func ownerOf(e *EDS, r *http.Request) *EDS {
	if len(e.Accounts) == 0 {
		return e
	}
	a, err := parseAuthorization(r.Header.Get("Authorization"))
	for _, account := range e.All() {
		if err == nil && knows(account, a.accessKeyId) {
			return account
		}
	}
	return e
}

func knows(e *EDS, accessKeyId string) bool {
	e.load()
	e.mu.Lock()
	defer e.mu.Unlock()
	return keysOf(e).credential(accessKeyId) != nil
}

// Issued are the sessions of the roles of an account so far.
func Issued(e *EDS) []Credential {
	e.load()
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []Credential
	for _, s := range e.issued {
		all = append(all, s.Credential)
	}
	return all
}

// STS is the endpoint of the Security Token Service. It answers AssumeRole for
// the roles of this account and of those in Accounts, to identities of this
// account. Its calls are among [EDS.Calls] of this account. The trust policy of
// the role, and the Deny of the identity, are checked.
func (e *EDS) STS() http.Handler { return &sts{e} }

// sts is the Security Token Service of the identities of an account.
type sts struct{ home *EDS }

func (s *sts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, account := range s.home.All() {
		account.load()
	}
	serve(s.home, w, r, s.handle)
}

// handle does what a request asks for.
func (s *sts) handle(r *http.Request) (*Call, *reply) {
	body, readErr := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	e := s.home
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	c, rep := newCall(e, r, now)
	if r.URL.Path == redirectedPath {
		arrived(e, c, rep, r)
		return c, rep
	}
	var ask assumeRole
	var cred *Credential
	err := checkRequest(r, body, readErr, cmp.Or(e.MaxURI, 16<<10))
	if err == nil {
		cred, err = identify(e, c, r, body, now)
	}
	if err == nil {
		ask, err = parseAssume(r, c)
	}
	if err == nil && cred.denies(c.Action) {
		err = errNotAuthorized()
	}
	if err == nil {
		err = s.assume(c, rep, ask, now)
	}
	if err != nil {
		e.refuse(c, rep, err)
	}
	return c, rep
}

// assume issues a session, unless the trust policy of its role or a fault comes
// before.
func (s *sts) assume(c *Call, rep *reply, ask assumeRole, now time.Time) *apiError {
	account, role := s.role(ask.arn)
	if role == nil {
		return &apiError{Status: 404, Code: "EntityNotExist.Role", Message: "The role not exists: " + ask.arn + " ."}
	}
	rep.delay = role.Latency
	fault := role.fault(c)
	if fault == nil || fault.afterEffect() {
		if err := role.refuses(accountOf(s.home), ask); err != nil {
			return err
		}
		issued := role.issue(now, ask)
		if account != s.home {
			account.mu.Lock()
			defer account.mu.Unlock()
		}
		account.issued[issued.AccessKeyId] = issued
		c.Status, rep.body = http.StatusOK, issued.answer(c.RequestId, accountOf(account), role.RoleName, ask)
	}
	if fault != nil {
		fault.apply(c, rep)
	}
	return nil
}

// role finds the role of an ARN, and its account.
func (s *sts) role(arn string) (*EDS, *assumable) {
	for _, account := range s.home.All() {
		for _, role := range account.roles {
			if arn == "acs:ram::"+accountOf(account)+":role/"+role.RoleName {
				return account, role
			}
		}
	}
	return nil, nil
}

// assumable is a role and what its faults have counted.
type assumable struct {
	Role
	counters []counter
}

// fault of this call, if any.
func (r *assumable) fault(c *Call) *Fault {
	var found *Fault
	for i := range r.Faults {
		f := &r.Faults[i]
		if r.counters[i].matches(c, "", "", f.Call, f.Times) && found == nil {
			found = f
		}
	}
	return found
}

// refuses is what keeps an identity of an account from a session.
func (r *assumable) refuses(accountId string, ask assumeRole) *apiError {
	longest := r.MaxSessionDuration
	if longest == 0 {
		longest = time.Hour
	}
	switch {
	case !slices.Contains(r.Trusts, accountId) || r.ExternalId != "" && r.ExternalId != ask.externalId:
		return errNotAuthorized()
	case ask.duration > longest:
		return &apiError{Status: 400, Code: "InvalidParameter.DurationSeconds", Message: "The parameter DurationSeconds is longer than the MaxSessionDuration of the role.",
			violation: "DurationSeconds beyond MaxSessionDuration"}
	}
	return nil
}

// errNotAuthorized is the one answer to who may not call AssumeRole and to
// who is not trusted by the role.
func errNotAuthorized() *apiError {
	return &apiError{Status: 403, Code: "NoPermission", Message: "You are not authorized to do this action. You should be authorized by RAM."}
}

// issue makes a session.
func (r *assumable) issue(now time.Time, ask assumeRole) *stsSession {
	lasts := ask.duration
	if r.SessionTime > 0 {
		lasts = r.SessionTime
	}
	s := &stsSession{expiration: now.Add(lasts)}
	s.Credential = Credential{
		AccessKeyId:     "STS.EMULATOR-SESSION-" + randomText(12),
		AccessKeySecret: "emulator-session-secret-" + randomText(20),
		SecurityToken:   "emulator-session-token-" + randomText(40),
		Deny:            r.Deny,
		ExplicitDeny:    r.ExplicitDeny,
		Expires:         s.expiration.Truncate(time.Second),
	}
	if r.Revoked > 0 {
		s.Expires = now.Add(r.Revoked)
	}
	return s
}

func randomText(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// stsSession is a [Credential] that STS has issued.
type stsSession struct {
	Credential
	expiration time.Time
}

// answer is the body of AssumeRole.
func (s *stsSession) answer(requestId, accountId, role string, ask assumeRole) any {
	type user struct{ AssumedRoleId, Arn string }
	type credentials struct{ SecurityToken, AccessKeyId, AccessKeySecret, Expiration string }
	return struct {
		RequestId       string
		AssumedRoleUser user
		Credentials     credentials
	}{
		requestId,
		user{"300000000000000000:" + ask.name, fmt.Sprintf("acs:ram::%s:role/%s/%s", accountId, role, ask.name)},
		credentials{s.SecurityToken, s.AccessKeyId, s.AccessKeySecret, s.expiration.UTC().Format(time.RFC3339)},
	}
}

// assumeRole is a request that is understood.
type assumeRole struct {
	arn, name, externalId string
	duration              time.Duration
}

var (
	roleARNPattern     = regexp.MustCompile(`^acs:ram::[0-9]{16}:role/[A-Za-z0-9.-]{1,64}$`)
	sessionNamePattern = regexp.MustCompile(`^[A-Za-z0-9.@_-]{2,64}$`)
	externalIdPattern  = regexp.MustCompile(`^[A-Za-z0-9=,.@:/_-]{2,1000}$`) // regexp counts no further; STS takes 1224
)

// parseAssume reads the parameters. Policy and SourceIdentity are not
// emulated, and refused.
func parseAssume(r *http.Request, c *Call) (assumeRole, *apiError) {
	if v := r.Header.Get("x-acs-version"); v != stsVersion {
		return assumeRole{}, &apiError{Status: 400, Code: "InvalidVersion", Message: "Specified parameter Version is not valid.", violation: "version " + v}
	}
	if c.Action != "AssumeRole" {
		return assumeRole{}, &apiError{Status: 404, Code: "InvalidAction.NotFound", Message: "Specified api is not found.", violation: "unknown action"}
	}
	p := newParams(c.Params)
	ask := assumeRole{arn: p.required("RoleArn"), name: p.required("RoleSessionName"), externalId: p.text("ExternalId"), duration: time.Hour}
	for _, f := range []struct {
		name, value string
		form        *regexp.Regexp
	}{{"RoleArn", ask.arn, roleARNPattern}, {"RoleSessionName", ask.name, sessionNamePattern}, {"ExternalId", ask.externalId, externalIdPattern}} {
		if f.value != "" && !f.form.MatchString(f.value) {
			p.fail(&apiError{Status: 400, Code: "InvalidParameter." + f.name, Message: "The parameter " + f.name + " is wrongly formed.", violation: "malformed " + f.name})
		}
	}
	if text := p.text("DurationSeconds"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 900 {
			p.fail(&apiError{Status: 400, Code: "InvalidParameter.DurationSeconds", Message: "The Min/Max value of DurationSeconds is 15min/1hr.", violation: "DurationSeconds " + text})
		}
		ask.duration = time.Duration(seconds) * time.Second
	}
	return ask, p.finish()
}
