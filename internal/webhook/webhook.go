// Package webhook knows the ways in which HTTP events are authenticated, and signs our callbacks.
//
// The scheme is chosen by configuration, never by the headers that happen to arrive. A signature
// is checked over the raw bytes, before anything reads them, in constant time and against several
// secrets, so that they can be exchanged without a gap. An empty secret is never accepted.
// What each scheme can and cannot detect is a table in docs/webhooks.md, and a test.
package webhook

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/secret"
)

// The schemes.
const (
	Standard  = "standard"   // Standard Webhooks v1, also GitLab since 19.0
	HubSHA256 = "hub-sha256" // GitHub; with the header X-Hub-Signature: Jira, Bitbucket
	Zendesk   = "zendesk"    // Zendesk
	PagerDuty = "pagerduty"  // PagerDuty v3
	Token     = "token"      // a shared secret in a header
	Gateway   = "gateway"    // Function Compute's own signature or JWT check, in front of the function
)

// Schemes are all that New knows.
var Schemes = []string{Standard, HubSHA256, Zendesk, PagerDuty, Token, Gateway}

// Signs says whether a scheme proves that a body is unaltered.
func Signs(scheme string) bool {
	_, ok := signatures[scheme]
	return ok
}

// HeaderOf says whether the header of a scheme may be chosen, and which one it is by default.
func HeaderOf(scheme string) (name string, free bool) {
	switch scheme {
	case Token:
		return "Authorization", true
	case HubSHA256:
		return signatures[scheme].header, true
	}
	return "", false
}

// Verifier authenticates HTTP events by one scheme. It implements handler.Authenticator and is
// safe for concurrent use.
type Verifier struct {
	check func(q *events.HTTPRequest, now time.Time) (events.Proof, error)
}

// Verify checks a request as it came in. The error is one for the sender to read.
func (v *Verifier) Verify(q *events.HTTPRequest, now time.Time) (events.Proof, error) {
	return v.check(q, now)
}

// Options of a Verifier.
type Options struct {
	Scheme string
	// Secrets of which any one holds, so that they can be exchanged.
	Secrets []secret.String
	// Header that carries the token or the signature, where the scheme leaves that open; empty: the
	// scheme's own.
	Header string
}

// New makes a Verifier. Errors never show a secret, only which of them is meant.
func New(o Options) (*Verifier, error) {
	if o.Scheme != Gateway && len(o.Secrets) == 0 {
		return nil, errors.New("must hold at least one secret: without one nothing can be told from a forgery")
	}
	header, _ := HeaderOf(o.Scheme)
	header = cmp.Or(o.Header, header)
	switch o.Scheme {
	case Token:
		if err := errors.Join(checkAll(o.Secrets), checkTokens(o.Secrets, header)); err != nil {
			return nil, err
		}
		return &Verifier{newToken(o.Secrets, header).verify}, nil
	case Gateway:
		if len(o.Secrets) > 0 {
			return nil, errors.New("scheme gateway checks nothing itself and takes no secrets")
		}
		return &Verifier{func(*events.HTTPRequest, time.Time) (events.Proof, error) { return events.Proof{}, nil }}, nil
	}
	scheme, ok := signatures[o.Scheme]
	if !ok {
		return nil, fmt.Errorf("unknown scheme %q", o.Scheme)
	}
	keys, err := scheme.keys(o.Secrets)
	if err != nil {
		return nil, err
	}
	scheme.header = cmp.Or(header, scheme.header)
	return &Verifier{signed{scheme, keys}.verify}, nil
}

// minSecret is the length of the shortest secret, in bytes.
const minSecret = 16

// checkAll refuses secrets that protect nothing.
func checkAll(secrets []secret.String) error {
	var faults []error
	for i, s := range secrets {
		if fault := weakness(s.Reveal()); fault != "" {
			faults = append(faults, fmt.Errorf("secret %d of %d %s", i+1, len(secrets), fault))
		}
	}
	return errors.Join(faults...)
}

// pasted says what was pasted along with a secret. A list separates at commas, so that v1,whsec_… becomes two secrets.
func pasted(text string) string {
	switch {
	case text == "v1" || text == "v1a" || strings.HasPrefix(text, "v1,") || strings.HasPrefix(text, "v1a,"):
		return "is v1, the prefix of a signature: paste the secret without it, from whsec_ on"
	case strings.HasPrefix(text, "whsec_whsec_"):
		return "has the prefix whsec_ twice: paste the secret with one"
	case strings.HasPrefix(text, "sha256="):
		return "starts with sha256=, as a signature does: paste the secret that signs"
	}
	return ""
}

var placeholders = []string{"changeme", "change-me", "change_me", "placeholder", "replaceme", "replace-me", "your-secret", "yoursecret", "<", "${", "{{"}

func weakness(text string) string {
	if fault := pasted(text); fault != "" {
		return fault
	}
	switch {
	case len(text) < minSecret:
		return fmt.Sprintf("is shorter than %d bytes", minSecret)
	case strings.Count(text, text[:1]) == len(text):
		return "is one character repeated"
	}
	for _, p := range placeholders {
		if strings.Contains(strings.ToLower(text), p) {
			return "is a placeholder: put in a real one"
		}
	}
	return ""
}
