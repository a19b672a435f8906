package emulator_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

const (
	secret      = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // published with the vector
	otherSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	goodEvent   = `{"specversion":"1.0","id":"1","source":"/stop-desktops","type":"stopdesktops.report","time":"2026-11-22T20:59:51.5Z","datacontenttype":"application/json","retry":2,"data":{"Status":"done"}}`
)

// TestPublishedVector: the delivery that the specification publishes is
// authentic. That its body is no CloudEvent is another matter.
func TestPublishedVector(t *testing.T) {
	for _, tt := range []struct {
		name, signature, body string
		ok                    bool
	}{
		{"published", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", `{"test": 2432232314}`, true},
		{"among others", "v1a,xyz v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", `{"test": 2432232314}`, true},
		{"another body", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", `{"test": 2432232315}`, false},
		{"another version", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", `{"test": 2432232314}`, false},
		{"no version", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", `{"test": 2432232314}`, false},
	} {
		rc := &emulator.Receiver{Secrets: []string{otherSecret, secret}, Now: func() time.Time { return time.Unix(1614265330, 0) }}
		w := fetch(rc, "POST", "/", tt.body, "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp", "1614265330", "webhook-signature", tt.signature)
		d := rc.Deliveries()[0]
		if d.SignatureOK != tt.ok || tt.ok && w.Code != 400 || !tt.ok && w.Code != 401 {
			t.Errorf("%s: %d %+v", tt.name, w.Code, d)
		}
	}
}

// deliver sends a signed event.
func deliver(rc *emulator.Receiver, key, id string, at time.Time, body string, spoil func(h http.Header)) int {
	decoded, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(key, "whsec_"))
	mac := hmac.New(sha256.New, decoded)
	fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
	h := http.Header{"Content-Type": {"application/cloudevents+json; charset=utf-8"}, "Webhook-Id": {id}, "Webhook-Timestamp": {fmt.Sprint(at.Unix())},
		"Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
	if spoil != nil {
		spoil(h)
	}
	var pairs []string
	for name, values := range h {
		pairs = append(pairs, name, values[0])
	}
	return fetch(rc, "POST", "/callback", body, pairs...).Code
}

func TestReceiver(t *testing.T) {
	now := time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)
	rc := &emulator.Receiver{Secrets: []string{secret, otherSecret}, Now: func() time.Time { return now }, Types: []string{"stopdesktops.report"}}
	for i, tt := range []struct {
		name   string
		key    string
		at     time.Time
		body   string
		spoil  func(http.Header)
		status int
		err    string
	}{
		{"good", secret, now, goodEvent, nil, 200, ""},
		{"the other secret", otherSecret, now, strings.Replace(goodEvent, `"1"`, `"2"`, 1), nil, 200, ""},
		{"an unknown secret", "whsec_" + strings.Repeat("B", 32), now, goodEvent, nil, 401, "no signature"},
		{"six minutes ago", secret, now.Add(-6 * time.Minute), goodEvent, nil, 401, "webhook-timestamp"},
		{"in six minutes", secret, now.Add(6 * time.Minute), goodEvent, nil, 401, "webhook-timestamp"},
		{"no id", secret, now, goodEvent, func(h http.Header) { h.Del("Webhook-Id") }, 401, "webhook-id"},
		{"no signature", secret, now, goodEvent, func(h http.Header) { h.Del("Webhook-Signature") }, 401, "webhook-signature"},
		{"another id", secret, now, goodEvent, func(h http.Header) { h.Set("Webhook-Id", "x") }, 401, "no signature"},
		{"another time", secret, now, goodEvent, func(h http.Header) { h.Set("Webhook-Timestamp", "1795381199") }, 401, "no signature"},
		{"content type", secret, now, goodEvent, func(h http.Header) { h.Set("Content-Type", "application/json") }, 400, "content type"},
		{"not JSON", secret, now, "x", nil, 400, "not a JSON object"},
		{"cut", secret, now, goodEvent[:50], nil, 400, "EOF"},
		{"trailing", secret, now, goodEvent + "{}", nil, 400, "follows"},
		{"twice", secret, now, strings.Replace(goodEvent, `"id"`, `"id":"0","id"`, 1), nil, 400, "twice"},
		{"no source", secret, now, strings.Replace(goodEvent, `"/stop-desktops"`, "null", 1), nil, 400, "source is missing"},
		{"id is a number", secret, now, strings.Replace(goodEvent, `"1"`, "1", 1), nil, 400, "id is not a string"},
		{"specversion", secret, now, strings.Replace(goodEvent, `"1.0"`, `"0.3"`, 1), nil, 400, "specversion"},
		{"time", secret, now, strings.Replace(goodEvent, "T20", " 20", 1), nil, 400, "RFC 3339"},
		{"unknown type", secret, now, strings.Replace(goodEvent, ".report", ".other", 1), nil, 400, "unknown"},
		{"attribute name", secret, now, strings.Replace(goodEvent, `"retry"`, `"Retry"`, 1), nil, 400, "Retry"},
		{"attribute type", secret, now, strings.Replace(goodEvent, `"retry":2`, `"retry":{}`, 1), nil, 400, "type"},
		{"attribute number", secret, now, strings.Replace(goodEvent, `"retry":2`, `"retry":2.5`, 1), nil, 400, "integer"},
		{"both data", secret, now, strings.Replace(goodEvent, `"retry"`, `"data_base64":"AA==","retry"`, 1), nil, 400, "both"},
	} {
		got := deliver(rc, tt.key, fmt.Sprint("msg_", i), tt.at, tt.body, tt.spoil)
		d := rc.Deliveries()[i]
		if got != tt.status || d.Status != tt.status || d.SignatureOK != (tt.status != 401) || !strings.Contains(d.Err, tt.err) || (tt.err == "") != (d.Err == "") {
			t.Errorf("%s: %d %+v", tt.name, got, d)
		}
	}
	ev := rc.Deliveries()[0].Event
	if ev.ID != "1" || ev.Time.Year() != 2026 || string(ev.Data) != `{"Status":"done"}` || ev.Extensions["retry"] != 2.0 {
		t.Errorf("%+v", ev)
	}
}

// TestReceiverNeedsASecret: without one it says so, and an empty one is none.
func TestReceiverNeedsASecret(t *testing.T) {
	var rc emulator.Receiver
	if got := deliver(&rc, secret, "m", time.Now(), goodEvent, nil); got != 200 {
		t.Errorf("zero value: %d", got)
	}
	if d := rc.Deliveries()[0]; d.SignatureOK || !strings.Contains(d.Err, "not checked") || d.Event == nil {
		t.Errorf("%+v", d)
	}
	for _, bad := range []string{"", "whsec_", "whsec_AAAA", "plain"} {
		rc := &emulator.Receiver{Secrets: []string{bad}}
		if got := deliver(rc, bad, "m", time.Now(), goodEvent, nil); got != 401 {
			t.Errorf("secret %q: %d", bad, got)
		}
	}
}

func TestReceiverAnswers(t *testing.T) {
	rc := &emulator.Receiver{Secrets: []string{secret}, Answers: []emulator.Answer{
		{Status: 503, Header: http.Header{"retry-after": {"7"}}, Body: "later"},
		{Drop: true},
		{Delay: time.Minute},
		{Status: 302, Header: http.Header{"Location": {"/elsewhere"}}},
		{BodySize: 100_000},
	}}
	base := serve(t, rc)
	send := func() answer {
		r, _ := http.NewRequest("POST", base, strings.NewReader(goodEvent))
		stamp := fmt.Sprint(time.Now().Unix())
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("m." + stamp + "." + goodEvent))
		r.Header = http.Header{"Content-Type": {"application/cloudevents+json"}, "Webhook-Id": {"m"}, "Webhook-Timestamp": {stamp},
			"Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
		return call{timeout: 300 * time.Millisecond}.do(r)
	}
	for i, ok := range []func(a answer) bool{
		func(a answer) bool { return a.status == 503 && a.header.Get("Retry-After") == "7" && a.body == "later" },
		func(a answer) bool { return a.err != nil },
		func(a answer) bool { return a.err != nil },
		func(a answer) bool { return a.status == 302 },
		func(a answer) bool { return a.status == 200 && len(a.body) == 100_000 },
		func(a answer) bool { return a.status == 200 && a.body == "" },
	} {
		if a := send(); !ok(a) {
			t.Errorf("%d: %d %v %.50q %v", i, a.status, a.header, a.body, a.err)
		}
	}
	for i, d := range rc.Deliveries() {
		if d.Duplicate != (i > 0) || !d.SignatureOK {
			t.Errorf("%d: %+v", i, d)
		}
	}
	rc.RedirectTo = "http://example.com/"
	if a := send(); a.status != 307 || a.header.Get("Location") != "http://example.com/" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestEmulator(t *testing.T) {
	em := emulator.New(nil)
	if err := em.Start(); err != nil {
		t.Fatal(err)
	}
	defer em.Close()
	if a := stop(t, em.EDSEndpoint(), "ecd-running1", "ecd-running4"); a.status != 200 {
		t.Error(a.body)
	}
	res, err := http.Post(em.CallbackURL(), "application/cloudevents+json", strings.NewReader(goodEvent))
	if err != nil || res.StatusCode != 200 || len(em.Receiver.Deliveries()) != 1 {
		t.Error(err, res)
	}
	if (&emulator.Emulator{EDSAddr: "0.0.0.0:0", EDS: em.EDS}).Start() == nil {
		t.Error("listens to the world")
	}
	if em.Start() == nil {
		t.Error("started twice")
	}
	noViolations(t, em.EDS)
}
