package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

// Window is how far the time in a signed header may be from ours, either way.
const Window = 5 * time.Minute

// Limits of what one header may hold.
const (
	maxSignatures = 10  // a sender signs with the secrets of a rotation, not more
	maxID         = 256 // bytes
)

// signature says how a scheme signs: HMAC-SHA256 over a beginning of its own and the raw body.
type signature struct {
	header    string // carries the signatures
	separator string // of several in that header; empty: there is one
	prefix    string // of each
	decode    func(string) ([]byte, error)
	keys      func([]secret.String) ([]Key, error)

	id        string // header with an ID; empty: none is signed
	timestamp string // header with a time; empty: none is signed
	parseTime func(string) (time.Time, bool)
	signed    func(id, timestamp string) string // what is signed before the body
}

// signatures are the schemes that sign.
var signatures = map[string]signature{
	Standard: {
		header: headerSignature, separator: " ", prefix: "v1,", decode: base64.StdEncoding.DecodeString, keys: Keys,
		id: headerID, timestamp: headerTimestamp, parseTime: unixSeconds, signed: standardSigned,
	},
	HubSHA256: {
		header: "X-Hub-Signature-256", prefix: "sha256=", decode: hex.DecodeString, keys: literal, signed: nothing,
	},
	Zendesk: {
		header: "X-Zendesk-Webhook-Signature", decode: base64.StdEncoding.DecodeString, keys: literal,
		timestamp: "X-Zendesk-Webhook-Signature-Timestamp", parseTime: rfc3339, signed: func(_, timestamp string) string { return timestamp },
	},
	PagerDuty: {
		header: "X-PagerDuty-Signature", separator: ",", prefix: "v1=", decode: hex.DecodeString, keys: literal, signed: nothing,
	},
}

func nothing(_, _ string) string { return "" }

// literal secrets are their own text, whatever it looks like: Zendesk's look like base64 and are not
// decoded.
func literal(secrets []secret.String) ([]Key, error) {
	if err := checkAll(secrets); err != nil {
		return nil, err
	}
	keys := make([]Key, len(secrets))
	for i, s := range secrets {
		keys[i] = Key{s}
	}
	return keys, nil
}

// unixSeconds takes digits alone, no sign and no fraction.
func unixSeconds(text string) (time.Time, bool) {
	seconds, err := strconv.ParseUint(text, 10, 63)
	return time.Unix(int64(seconds), 0).UTC(), err == nil
}

func rfc3339(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, text)
	return at.UTC(), err == nil
}

func (k Key) mac(beginning string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(k.bytes.Reveal()))
	mac.Write([]byte(beginning))
	mac.Write(body)
	return mac.Sum(nil)
}

// signed verifies one scheme.
type signed struct {
	signature
	with []Key
}

func (s signed) verify(q *events.HTTPRequest, now time.Time) (events.Proof, error) {
	given, p := s.given(q)
	if p != nil {
		return events.Proof{}, p
	}
	id, timestamp := q.Get(s.id), q.Get(s.timestamp)
	if !s.match(given, s.signed(id, timestamp), q.Body) {
		return events.Proof{}, report.Unauthenticated("the signature does not match: check the secret, and that nothing between changes the body", "")
	}
	if s.timestamp == "" {
		return events.Proof{BodyHash: bodyHash(q.Body)}, nil
	}
	// The time is worth looking at only now: before, anybody could have written it.
	at, ok := s.parseTime(timestamp)
	if !ok || at.Before(now.Add(-Window)) || at.After(now.Add(Window)) {
		return events.Proof{}, report.Unauthenticated("the signed time is more than 5 minutes from ours: check the sender's clock, and do not send a request again later", "")
	}
	if s.id == "" {
		return events.Proof{Time: at, BodyHash: bodyHash(q.Body)}, nil
	}
	return events.Proof{ID: id, Time: at}, nil
}

// given are the signatures of a request whose headers are each there once. Function Compute joins
// repeated headers with commas: which of them the sender meant, nobody can tell.
func (s signed) given(q *events.HTTPRequest) ([][]byte, *report.Problem) {
	for _, name := range []string{s.id, s.timestamp, s.header} {
		switch value := q.Get(name); {
		case name == "":
		case strings.TrimSpace(value) == "":
			return nil, report.Unauthenticated("the header "+strings.ToLower(name)+" is missing", "")
		case name != s.header && (strings.Contains(value, ",") || len(value) > maxID):
			return nil, report.Unauthenticated("the header "+strings.ToLower(name)+" is repeated or too long", "")
		}
	}
	texts := []string{q.Get(s.header)}
	if s.separator != "" {
		texts = strings.SplitN(texts[0], s.separator, maxSignatures+1)
	}
	if len(texts) > maxSignatures {
		return nil, report.Unauthenticated("the header "+strings.ToLower(s.header)+" holds too many signatures", "")
	}
	var given [][]byte
	for _, text := range texts {
		if strings.Count(text, ",") > strings.Count(s.prefix, ",") {
			return nil, report.Unauthenticated("the header "+strings.ToLower(s.header)+" is repeated", "")
		}
		encoded, ok := strings.CutPrefix(strings.TrimSpace(text), s.prefix)
		if mac, err := s.decode(encoded); ok && err == nil {
			given = append(given, mac)
		} // else it is of another version, or not a signature at all
	}
	return given, nil
}

// match says whether any signature is that of any key. Every pair is compared: the time it takes
// tells nothing.
func (s signed) match(given [][]byte, beginning string, body []byte) bool {
	found := false
	for _, key := range s.with {
		if len(given) == 0 {
			break
		}
		want := key.mac(beginning, body)
		for _, mac := range given {
			found = hmac.Equal(mac, want) || found
		}
	}
	return found
}

// bodyHash identifies a body.
func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Timed says whether a scheme signs a time in a header.
func Timed(scheme string) bool { return signatures[scheme].timestamp != "" }
