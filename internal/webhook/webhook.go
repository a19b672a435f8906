// Package webhook knows the ways in which HTTP events are authenticated, and signs our callbacks.
//
// The scheme is chosen by configuration, never by the headers that happen to arrive. A signature
// is checked over the raw bytes, before anything reads them, in constant time and against several
// secrets, so that they can be exchanged without a gap. An empty secret is never accepted.
//
//	scheme    proves the sender   the body is unaltered   it is not old   a replay is seen
//	standard  yes                 yes                     yes, 5 minutes  by the signed ID
//	token     yes                 no                      no              by IdempotencyKey
//	gateway   what stands in front of the function does all of it
package webhook

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/secret"
)

// The schemes.
const (
	Standard = "standard" // Standard Webhooks v1
	Token    = "token"    // a shared secret in a header
	Gateway  = "gateway"  // Function Compute's own signature or JWT check, in front of the function
)

// Schemes are all that New knows.
var Schemes = []string{Standard, Token, Gateway}

// Verifier authenticates HTTP events by one scheme. It implements handler.Authenticator and is
// safe for concurrent use.
type Verifier struct {
	check func(q *events.HTTPRequest, now time.Time) (handler.Proof, error)
}

// Verify checks a request as it came in. The error is one for the sender to read.
func (v *Verifier) Verify(q *events.HTTPRequest, now time.Time) (handler.Proof, error) {
	return v.check(q, now)
}

// New makes a Verifier. tokenHeader is for scheme token: the header that carries the secret.
// Errors never show a secret, only which of them is meant.
func New(scheme string, secrets []secret.String, tokenHeader string) (*Verifier, error) {
	if scheme != Gateway && len(secrets) == 0 {
		return nil, errors.New("must hold at least one secret: without one nothing can be told from a forgery")
	}
	switch scheme {
	case Standard:
		keys, err := Keys(secrets)
		if err != nil {
			return nil, err
		}
		return &Verifier{standard{keys}.verify}, nil
	case Token:
		if err := checkAll(secrets); err != nil {
			return nil, err
		}
		return &Verifier{newToken(secrets, tokenHeader).verify}, nil
	case Gateway:
		if len(secrets) > 0 {
			return nil, errors.New("scheme gateway checks nothing itself and takes no secrets")
		}
		return &Verifier{func(*events.HTTPRequest, time.Time) (handler.Proof, error) { return handler.Proof{}, nil }}, nil
	}
	return nil, fmt.Errorf("unknown scheme %q", scheme)
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

var placeholders = []string{"changeme", "change-me", "change_me", "placeholder", "replaceme", "replace-me", "your-secret", "yoursecret", "<", "${", "{{"}

func weakness(text string) string {
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
