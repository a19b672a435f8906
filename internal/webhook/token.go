package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

// token compares a header with shared secrets. It proves nothing about body or age: everybody who has
// seen one request can send another, so it is for HTTPS and for senders that can do no better.
type token struct {
	header  string
	bearer  bool
	digests [][sha256.Size]byte
}

// checkTokens refuses tokens that no header can carry as they are written.
func checkTokens(secrets []secret.String, header string) error {
	var faults []error
	for i, s := range secrets {
		text := s.Reveal()
		scheme, _, several := strings.Cut(text, " ")
		switch {
		case several && strings.EqualFold(header, "Authorization") && strings.EqualFold(scheme, "Bearer"):
			faults = append(faults, fmt.Errorf("secret %d of %d starts with Bearer: write the token alone, without it", i+1, len(secrets)))
		case strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) >= 0:
			faults = append(faults, fmt.Errorf("secret %d of %d holds a character that is not ASCII: no header carries it", i+1, len(secrets)))
		}
	}
	return errors.Join(faults...)
}

func newToken(secrets []secret.String, header string) token {
	t := token{header: header, bearer: strings.EqualFold(header, "Authorization")}
	for _, s := range secrets {
		t.digests = append(t.digests, sha256.Sum256([]byte(s.Reveal())))
	}
	return t
}

func (t token) verify(q *events.HTTPRequest, _ time.Time) (events.Proof, error) {
	given := q.Get(t.header)
	if t.bearer {
		scheme, rest, ok := strings.Cut(given, " ")
		if !ok || !strings.EqualFold(scheme, "Bearer") {
			return events.Proof{}, report.Unauthenticated("send the header Authorization: Bearer <token>", "Bearer")
		}
		given = strings.TrimSpace(rest)
	}
	if given == "" {
		return events.Proof{}, report.Unauthenticated("the header "+t.header+" is missing", "")
	}
	// Digests have one length, so the comparison tells nothing about that of a secret; every
	// secret is compared, so the time tells nothing about which one it was.
	digest, match := sha256.Sum256([]byte(given)), 0
	for _, d := range t.digests {
		match |= subtle.ConstantTimeCompare(digest[:], d[:])
	}
	switch {
	case match == 0 && strings.Contains(given, ","): // no secret holds a comma: a list of secrets has them between
		return events.Proof{}, report.Unauthenticated("the header "+t.header+" is there twice, or its token is not valid", "")
	case match == 0:
		return events.Proof{}, report.Unauthenticated("the token is not valid", "")
	}
	return events.Proof{}, nil
}
