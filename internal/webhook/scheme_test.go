package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/webhook"
)

const (
	githubSecret  = "It's a Secret to Everybody"
	zendeskSecret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
	plainSecret   = "fake-secret-for-tests"
)

// mac is HMAC-SHA256, made here once more.
func mac(secret, text string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(text))
	return h.Sum(nil)
}

// sender signs a body as the system behind a scheme does. It knows nothing of package webhook.
type sender struct {
	scheme, header, secret string
	sign                   func(secret, body string, at time.Time) map[string]string
}

func hub(header string) func(secret, body string, _ time.Time) map[string]string {
	return func(secret, body string, _ time.Time) map[string]string {
		return map[string]string{header: "sha256=" + hex.EncodeToString(mac(secret, body))}
	}
}

var senders = map[string]sender{
	"standard": {webhook.Standard, "", vectorSecret, func(secret, body string, at time.Time) map[string]string {
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		timestamp := strconv.FormatInt(at.Unix(), 10)
		return map[string]string{"Webhook-Id": "msg_1", "Webhook-Timestamp": timestamp,
			"Webhook-Signature": "v1," + base64.StdEncoding.EncodeToString(mac(string(key), "msg_1."+timestamp+"."+body))}
	}},
	"hub-sha256":         {webhook.HubSHA256, "", githubSecret, hub("X-Hub-Signature-256")},
	"hub-sha256 of Jira": {webhook.HubSHA256, "X-Hub-Signature", githubSecret, hub("X-Hub-Signature")},
	"zendesk": {webhook.Zendesk, "", zendeskSecret, func(secret, body string, at time.Time) map[string]string {
		timestamp := at.Format(time.RFC3339)
		return map[string]string{"X-Zendesk-Webhook-Signature-Timestamp": timestamp,
			"X-Zendesk-Webhook-Signature": base64.StdEncoding.EncodeToString(mac(secret, timestamp+body))}
	}},
	"pagerduty": {webhook.PagerDuty, "", plainSecret, func(secret, body string, _ time.Time) map[string]string {
		return map[string]string{"X-PagerDuty-Signature": "v1=" + hex.EncodeToString(mac(secret, body))}
	}},
	"token": {webhook.Token, "", plainSecret, func(secret, _ string, _ time.Time) map[string]string {
		return map[string]string{"Authorization": "Bearer " + secret}
	}},
}

// verify a body with these headers at a time.
func (s sender) verify(t *testing.T, body string, header map[string]string, at time.Time, secrets ...string) (events.Proof, error) {
	t.Helper()
	if secrets == nil {
		secrets = []string{s.secret}
	}
	q := &events.HTTPRequest{Header: header, Body: []byte(body)}
	return verifier(t, s.scheme, s.header, secrets...).Verify(q, at)
}

// TestVectors are those that the vendors publish.
func TestVectors(t *testing.T) {
	for _, v := range []struct {
		scheme, header, secret, body string
		at                           time.Time
		headers                      map[string]string
	}{
		{webhook.HubSHA256, "", githubSecret, "Hello, World!", vectorTime, map[string]string{
			"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}},
		{webhook.HubSHA256, "X-Hub-Signature", githubSecret, "Hello World!", vectorTime, map[string]string{
			"X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"}},
		{webhook.Zendesk, "", zendeskSecret, `{"event":"ticket.updated","id":123}`, time.Date(2021, 3, 25, 5, 9, 27, 0, time.UTC), map[string]string{
			"X-Zendesk-Webhook-Signature-Timestamp": "2021-03-25T05:09:27Z", "X-Zendesk-Webhook-Signature": "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM="}},
	} {
		s := sender{scheme: v.scheme, header: v.header, secret: v.secret}
		if proof, err := s.verify(t, v.body, v.headers, v.at); err != nil || proof.BodyHash == "" {
			t.Errorf("%s: %+v, %v", v.scheme, proof, err)
		}
		proof, err := s.verify(t, v.body+" ", v.headers, v.at)
		refused(t, proof, err, v.secret)
	}
}

// TestSchemes: for every scheme, what its sender sends is good, and nothing near it.
func TestSchemes(t *testing.T) {
	const body = `{"DesktopId":["ecd-a"]}`
	for name, s := range senders {
		good := s.sign(s.secret, body, vectorTime)
		with := func(change func(map[string]string)) map[string]string {
			header := maps.Clone(good)
			change(header)
			return header
		}
		proof, err := s.verify(t, body, good, vectorTime)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if signs := webhook.Signs(s.scheme); signs != (proof != events.Proof{}) {
			t.Errorf("%s: signs %v, proof %+v", name, signs, proof)
		}
		if proof.ID != "" && proof.BodyHash != "" {
			t.Errorf("%s: two identities: %+v", name, proof)
		}
		other := "another-fake-secret-1"
		if s.scheme == webhook.Standard {
			other = otherSecret
		}
		if _, err := s.verify(t, body, good, vectorTime, other, s.secret); err != nil {
			t.Errorf("%s: refused while secrets are exchanged: %v", name, err)
		}
		bad := map[string]map[string]string{
			"another secret": s.sign(other, body, vectorTime),
			"no header":      {},
		}
		for header, value := range good {
			bad["without "+header] = with(func(h map[string]string) { delete(h, header) })
			bad["blank "+header] = with(func(h map[string]string) { h[header] = " " })
			bad[header+" doubled in its value"] = with(func(h map[string]string) { h[header] = value + value })
			if s.scheme != webhook.PagerDuty {
				bad["twice "+header] = with(func(h map[string]string) { h[header] = value + "," + value })
				bad["twice with a space "+header] = with(func(h map[string]string) { h[header] = value + ", " + value })
			}
			bad[header+" too long"] = with(func(h map[string]string) { h[header] = value + strings.Repeat(" ", 5000) + "x" })
			bad[header+" cut"] = with(func(h map[string]string) { h[header] = value[:len(value)-2] })
		}
		for otherName, o := range senders {
			if o.scheme != s.scheme || o.header != s.header {
				bad["as "+otherName] = o.sign(s.secret, body, vectorTime)
			}
		}
		for what, header := range bad {
			t.Run(name+"/"+what, func(t *testing.T) {
				proof, err := s.verify(t, body, header, vectorTime)
				refused(t, proof, err, s.secret)
			})
		}
	}
}

// TestSignatureList: PagerDuty lists one signature for each of its secrets, up to ten.
func TestSignatureList(t *testing.T) {
	s := senders["pagerduty"]
	const header = "X-PagerDuty-Signature"
	right, wrong := s.sign(s.secret, "{}", vectorTime)[header], s.sign("another-fake-secret-1", "{}", vectorTime)[header]
	for value, ok := range map[string]bool{
		wrong + "," + right:                         true,
		right + ", " + wrong:                        true,
		strings.Repeat(wrong+",", 9) + right:        true,
		strings.Repeat(wrong+",", 10) + right:       false,
		strings.Replace(right, "v1=", "v2=", 1):     false,
		strings.TrimPrefix(right, "v1="):            false,
		wrong + "," + wrong:                         false,
		"v1=," + "v1=":                              false,
		strings.Replace(right, "v1=", "sha256=", 1): false,
	} {
		if _, err := s.verify(t, "{}", map[string]string{header: value}, vectorTime); (err == nil) != ok {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// TestZendeskSecretIsText: it looks like base64 and is not to be decoded.
func TestZendeskSecretIsText(t *testing.T) {
	decoded, _ := base64.StdEncoding.DecodeString(zendeskSecret)
	s := senders["zendesk"]
	proof, err := s.verify(t, "{}", s.sign(string(decoded), "{}", vectorTime), vectorTime)
	refused(t, proof, err)
}

// TestZendeskTime: the header's own text is signed, so only its window is left to be checked.
func TestZendeskTime(t *testing.T) {
	s := senders["zendesk"]
	for _, c := range []struct {
		sent time.Time
		ok   bool
	}{
		{vectorTime.Add(-5 * time.Minute), true}, {vectorTime.Add(5 * time.Minute), true},
		{vectorTime.Add(-5*time.Minute - time.Second), false}, {vectorTime.Add(5*time.Minute + time.Second), false},
	} {
		proof, err := s.verify(t, "{}", s.sign(s.secret, "{}", c.sent), vectorTime)
		if !c.ok {
			refused(t, proof, err)
		} else if err != nil || !proof.Time.Equal(c.sent) {
			t.Errorf("%s: %+v %v", c.sent, proof, err)
		}
	}
	for _, text := range []string{"1614265330", "2021-02-25", "yesterday", "2021-02-25T15:02:10"} {
		header := map[string]string{"X-Zendesk-Webhook-Signature-Timestamp": text,
			"X-Zendesk-Webhook-Signature": base64.StdEncoding.EncodeToString(mac(s.secret, text+"{}"))}
		proof, err := s.verify(t, "{}", header, vectorTime)
		refused(t, proof, err)
	}
}

// TestWhatSchemesDetect holds the table of docs/webhooks.md against what is done: those who choose a
// scheme by it must not be promised too much.
func TestWhatSchemesDetect(t *testing.T) {
	documented := table(t, "../../docs/webhooks.md", "<!-- what schemes detect -->")
	const body = `{"DesktopId":["ecd-a"]}`
	yes := func(b bool) string {
		if b {
			return "yes"
		}
		return "no"
	}
	rows := map[string]bool{}
	for _, s := range senders {
		header := s.sign(s.secret, body, vectorTime)
		first, err := s.verify(t, body, header, vectorTime)
		if err != nil {
			t.Fatal(err)
		}
		_, stranger := s.verify(t, body, s.sign(otherSecret, body, vectorTime), vectorTime)
		_, altered := s.verify(t, strings.Replace(body, "ecd-a", "ecd-b", 1), header, vectorTime)
		_, old := s.verify(t, body, header, vectorTime.Add(10*time.Minute))
		again, err := s.verify(t, body, header, vectorTime.Add(time.Minute))
		replay := err != nil || again == first && (first.ID != "" || first.BodyHash != "")
		row := documented["`"+s.scheme+"`"]
		if len(row) < 4 {
			t.Fatalf("%s is not in the table", s.scheme)
		}
		rows["`"+s.scheme+"`"] = true
		for i, got := range []bool{stranger != nil, altered != nil, old != nil, replay} {
			if word, _, _ := strings.Cut(row[i], ","); word != yes(got) {
				t.Errorf("%s, column %d: the table says %q, it is %s", s.scheme, i+1, row[i], yes(got))
			}
		}
	}
	rows["`"+webhook.Gateway+"`"] = true
	for _, scheme := range webhook.Schemes {
		if !rows["`"+scheme+"`"] {
			t.Errorf("%s was not tried", scheme)
		}
	}
	if got, want := slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(rows)); !slices.Equal(got, want) {
		t.Errorf("the table has %q, want %q", got, want)
	}
}

// table behind a marker of a Markdown file: its rows by their first cell.
func table(t *testing.T, file, marker string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), marker)
	if !ok {
		t.Fatalf("%s has no %s", file, marker)
	}
	rows := map[string][]string{}
	for i, line := range strings.Split(strings.TrimSpace(rest), "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for c := range cells {
			cells[c] = strings.TrimSpace(cells[c])
		}
		if i >= 2 {
			rows[cells[0]] = cells[1:]
		}
	}
	return rows
}

// FuzzSignature: whatever headers come, no scheme panics, and none is content without the secret.
func FuzzSignature(f *testing.F) {
	for _, s := range senders {
		for _, value := range s.sign(s.secret, "{}", vectorTime) {
			f.Add(value, value, []byte("{}"))
		}
	}
	f.Add("v1=,v1=,", "2021-02-25T15:02:10Z", []byte{})
	f.Add("sha256=", "2021-02-25T15:02:10+24:00", []byte("\x00"))
	schemes := map[string]*webhook.Verifier{}
	for _, s := range senders {
		if s.scheme != webhook.Token && s.scheme != webhook.Standard {
			schemes[s.scheme+s.header] = verifier(f, s.scheme, s.header, "fake-secret-nobody-knows")
		}
	}
	f.Fuzz(func(t *testing.T, signature, timestamp string, body []byte) {
		q := &events.HTTPRequest{Body: body, Header: map[string]string{
			"X-Hub-Signature": signature, "X-Hub-Signature-256": signature, "X-PagerDuty-Signature": signature,
			"X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
		}}
		for name, v := range schemes {
			if proof, err := v.Verify(q, vectorTime); err == nil || proof != (events.Proof{}) {
				t.Fatalf("%s accepted %q %q %q", name, signature, timestamp, body)
			}
		}
	})
}
