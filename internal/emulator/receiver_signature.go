package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// verify checks the three headers of Standard Webhooks. Without a secret it
// checks nothing.
func (rc *Receiver) verify(d *Delivery) error {
	if len(rc.Secrets) == 0 {
		return nil
	}
	for _, name := range []string{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"} {
		if n := len(d.Header.Values(name)); n != 1 || d.Header.Get(name) == "" {
			return fmt.Errorf("the header %s is there %d times, or empty", strings.ToLower(name), n)
		}
	}
	stamp := d.Header.Get("Webhook-Timestamp")
	if strings.Contains(d.ID, ".") || strings.Contains(stamp, ".") {
		return errors.New("webhook-id or webhook-timestamp contains a dot, which separates what is signed")
	}
	if err := rc.checkTimestamp(stamp, d.Time); err != nil {
		return err
	}
	signed := []byte(d.ID + "." + stamp + "." + string(d.Body))
	for _, secret := range rc.Secrets {
		key, err := webhookKey(secret)
		if err != nil {
			return err
		}
		if signatureMatches(d.Header.Get("Webhook-Signature"), key, signed) {
			return nil
		}
	}
	return errors.New("no signature in webhook-signature matches a secret")
}

func (rc *Receiver) checkTimestamp(stamp string, now time.Time) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errors.New("webhook-timestamp is not a number of seconds")
	}
	tolerance := rc.Tolerance
	if tolerance <= 0 {
		tolerance = 5 * time.Minute
	}
	if d := now.Sub(time.Unix(seconds, 0)); d > tolerance || d < -tolerance {
		return fmt.Errorf("webhook-timestamp is %s from now", d.Round(time.Second))
	}
	return nil
}

// webhookKey decodes a secret. An empty or short one is an error, never a key:
// anybody could sign with it.
func webhookKey(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return nil, errors.New("a secret of the receiver does not begin with whsec_")
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("a secret of the receiver is not base64 of 24 to 64 bytes")
	}
	return key, nil
}

// signatureMatches looks for one right v1 signature in the list of the header.
func signatureMatches(header string, key, signed []byte) bool {
	mac := hmac.New(sha256.New, key)
	mac.Write(signed)
	want := mac.Sum(nil)
	for _, one := range strings.Split(header, " ") {
		encoded, ok := strings.CutPrefix(one, "v1,")
		if !ok {
			continue
		}
		if got, err := base64.StdEncoding.DecodeString(encoded); err == nil && hmac.Equal(want, got) {
			return true
		}
	}
	return false
}
