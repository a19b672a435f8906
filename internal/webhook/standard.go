package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/secret"
)

// The headers of Standard Webhooks.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// Window is how far the signed time of a request may be from ours, either way.
const Window = 5 * time.Minute

// maxSignatures that one header may hold: a sender signs with the secrets of a rotation, not more.
const maxSignatures = 10

// Key is the decoded secret of Standard Webhooks v1.
type Key struct{ bytes secret.String }

// Format hides the key from every verb of fmt.
func (Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("REDACTED")) }

// Keys decodes secrets of the form whsec_<base64 of 16 to 64 random bytes>. No secrets, no keys.
func Keys(secrets []secret.String) ([]Key, error) {
	if err := checkAll(secrets); err != nil {
		return nil, err
	}
	var keys []Key
	var faults []error
	for i, s := range secrets {
		text, prefixed := strings.CutPrefix(s.Reveal(), "whsec_")
		key, err := base64.StdEncoding.DecodeString(text)
		switch {
		case !prefixed || err != nil:
			faults = append(faults, fmt.Errorf("secret %d of %d is not of the form whsec_<base64>", i+1, len(secrets)))
		case len(key) < minSecret:
			faults = append(faults, fmt.Errorf("secret %d of %d has %d bytes behind whsec_; at least %d are needed", i+1, len(secrets), len(key), minSecret))
		case bytes.Count(key, key[:1]) == len(key):
			faults = append(faults, fmt.Errorf("secret %d of %d is one byte repeated", i+1, len(secrets)))
		}
		keys = append(keys, Key{secret.New(string(key))})
	}
	return keys, errors.Join(faults...)
}

// Sign returns the headers of Standard Webhooks for a body, signed with every key.
func Sign(keys []Key, id string, at time.Time, body []byte) http.Header {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, k := range keys {
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(k.sign(id, timestamp, body)))
	}
	header := http.Header{}
	header.Set(headerID, id)
	header.Set(headerTimestamp, timestamp)
	if len(signatures) > 0 {
		header.Set(headerSignature, strings.Join(signatures, " "))
	}
	return header
}

func (k Key) sign(id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(k.bytes.Reveal()))
	mac.Write([]byte(id))
	mac.Write([]byte{'.'})
	mac.Write([]byte(timestamp))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return mac.Sum(nil)
}

// standard verifies Standard Webhooks v1.
type standard struct{ keys []Key }

func (s standard) verify(q *events.HTTPRequest, now time.Time) (handler.Proof, error) {
	id, timestamp := q.Get(headerID), q.Get(headerTimestamp)
	for _, name := range []string{headerID, headerTimestamp, headerSignature} {
		if q.Get(name) == "" {
			return handler.Proof{}, handler.Unauthenticated("the header "+strings.ToLower(name)+" is missing", "")
		}
	}
	// Function Compute joins repeated headers with commas.
	if strings.Contains(id, ",") || strings.Contains(timestamp, ",") || len(id) > 256 {
		return handler.Proof{}, handler.Unauthenticated("a webhook header is repeated or too long", "")
	}
	if !s.match(q, id, timestamp) {
		return handler.Proof{}, handler.Unauthenticated("the signature does not match: check the secret, and that nothing between changes the body", "")
	}
	// The time is worth looking at only now: before, anybody could have written it.
	seconds, err := strconv.ParseUint(timestamp, 10, 63) // takes no sign
	at := time.Unix(int64(seconds), 0).UTC()
	if err != nil || at.Before(now.Add(-Window)) || at.After(now.Add(Window)) {
		return handler.Proof{}, handler.Unauthenticated("the signed time is more than 5 minutes from ours: check the sender's clock, and do not send a request again later", "")
	}
	return handler.Proof{ID: id, Time: at}, nil
}

// match says whether any signature of the request is that of any key.
func (s standard) match(q *events.HTTPRequest, id, timestamp string) bool {
	signatures := strings.Fields(q.Get(headerSignature))
	if len(signatures) > maxSignatures {
		return false
	}
	for _, text := range signatures {
		encoded, ok := strings.CutPrefix(text, "v1,")
		given, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil {
			continue // another version, or not a signature at all
		}
		for _, k := range s.keys {
			if hmac.Equal(given, k.sign(id, timestamp, q.Body)) {
				return true
			}
		}
	}
	return false
}
