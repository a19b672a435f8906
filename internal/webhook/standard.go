package webhook

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"stopdesktops/internal/secret"
)

// The headers of Standard Webhooks.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// Key is what signatures are made with.
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
		mac := k.mac(standardSigned(id, timestamp), body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac))
	}
	header := http.Header{}
	header.Set(headerID, id)
	header.Set(headerTimestamp, timestamp)
	if len(signatures) > 0 {
		header.Set(headerSignature, strings.Join(signatures, " "))
	}
	return header
}

// standardSigned returns what is signed before the body.
func standardSigned(id, timestamp string) string { return id + "." + timestamp + "." }
