package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/webhook"
)

// The vector that Standard Webhooks publishes.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTimestamp = "1614265330"
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

	otherSecret = "whsec_ZmFrZS1zZWNyZXQtb2YtYW5vdGhlci1zZW5kZXI="
)

var vectorTime = time.Unix(1614265330, 0).UTC()

func secrets(texts ...string) []secret.String {
	var all []secret.String
	for _, text := range texts {
		all = append(all, secret.New(text))
	}
	return all
}

func verifier(t testing.TB, scheme, header string, texts ...string) *webhook.Verifier {
	t.Helper()
	v, err := webhook.New(webhook.Options{Scheme: scheme, Secrets: secrets(texts...), Header: header})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// request with "name", "value" headers.
func request(body string, header ...string) *events.HTTPRequest {
	q := &events.HTTPRequest{Header: map[string]string{}, Body: []byte(body)}
	for i := 0; i+1 < len(header); i += 2 {
		q.Header[header[i]] = header[i+1]
	}
	return q
}

// vector is the published request, changed by "name", "value" headers; "-" takes one away.
func vector(header ...string) *events.HTTPRequest {
	q := request(vectorBody, append([]string{
		"webhook-id", vectorID, "webhook-timestamp", vectorTimestamp, "webhook-signature", vectorSignature,
	}, header...)...)
	for name, value := range q.Header {
		if value == "-" {
			delete(q.Header, name)
		}
	}
	return q
}

// refused checks that an error is the refusal that handler wants, and shows none of the secrets.
func refused(t *testing.T, proof events.Proof, err error, hidden ...string) {
	t.Helper()
	var p *report.Problem
	if !errors.As(err, &p) || p.Code != report.CodeUnauthenticated || p.Message == "" {
		t.Fatalf("%+v, error %T %v; want a refusal", proof, err, err)
	}
	if proof != (events.Proof{}) {
		t.Errorf("refused, and yet with the proof %+v", proof)
	}
	hides(t, err, hidden...)
}

// hides fails if v, printed in any way, shows a text, or its bytes in one of fmt's spellings.
func hides(t *testing.T, v any, hidden ...string) {
	t.Helper()
	printed := fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v)
	for _, text := range hidden {
		raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
		for _, leak := range []string{text, strings.TrimPrefix(text, "whsec_"), string(raw), fmt.Sprintf("%x", raw), strings.Trim(fmt.Sprint(raw), "[]"), strings.Trim(fmt.Sprintf("%#v", raw), "[]byte{}")} {
			if leak != "" && strings.Contains(printed, leak) {
				t.Errorf("a secret is shown by %T: %.200s", v, printed)
				break
			}
		}
	}
}

// TestPublishedVector: what other implementations sign, we accept; what we sign, they accept.
func TestPublishedVector(t *testing.T) {
	proof, err := verifier(t, webhook.Standard, "", vectorSecret).Verify(vector(), vectorTime)
	if want := (events.Proof{ID: vectorID, Time: vectorTime}); err != nil || proof != want {
		t.Errorf("verified: %+v, %v; want %+v", proof, err, want)
	}
	keys, err := webhook.Keys(secrets(vectorSecret, otherSecret))
	if err != nil {
		t.Fatal(err)
	}
	header := webhook.Sign(keys[:1], vectorID, vectorTime.Add(999*time.Millisecond), []byte(vectorBody))
	for name, want := range map[string]string{"webhook-id": vectorID, "webhook-timestamp": vectorTimestamp, "webhook-signature": vectorSignature} {
		if got := header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("signed: %s %q, want %q", name, got, want)
		}
	}
	both := webhook.Sign(keys, vectorID, vectorTime, []byte(vectorBody)).Get("webhook-signature")
	if first, second, _ := strings.Cut(both, " "); first != vectorSignature || !strings.HasPrefix(second, "v1,") || strings.Contains(second, " ") {
		t.Errorf("signed with two keys: %q", both)
	}
	if none := webhook.Sign(nil, vectorID, vectorTime, nil); len(none.Values("webhook-signature")) != 0 {
		t.Errorf("signed with no key: %v", none)
	}
}

// signed with any secret at any time, by this package; the vector vouches for it.
func signed(t testing.TB, key, id string, at time.Time, body string) (timestamp, signature string) {
	t.Helper()
	keys, err := webhook.Keys(secrets(key))
	if err != nil {
		t.Fatal(err)
	}
	header := webhook.Sign(keys, id, at, []byte(body))
	return header.Get("webhook-timestamp"), header.Get("webhook-signature")
}

// TestStandard: everything about a request that a forger could change, one by one.
func TestStandard(t *testing.T) {
	_, wrong := signed(t, otherSecret, vectorID, vectorTime, vectorBody)
	at := func(d time.Duration) []string {
		timestamp, signature := signed(t, vectorSecret, vectorID, vectorTime.Add(d), vectorBody)
		return []string{"webhook-timestamp", timestamp, "webhook-signature", signature}
	}
	as := func(timestamp string) []string {
		return []string{"webhook-timestamp", timestamp, "webhook-signature", sign(vectorID + "." + timestamp + "." + vectorBody)}
	}
	many := func(n int) string { return strings.Repeat(wrong+" ", n-1) + vectorSignature }
	long := strings.Repeat("i", 257)
	_, longSignature := signed(t, vectorSecret, long, vectorTime, vectorBody)

	for _, c := range []struct {
		name   string
		header []string
		body   string // if not the vector's
		ok     bool
	}{
		{"as published", nil, "", true},
		{"headers in any case", []string{"webhook-id", "-", "WEBHOOK-ID", vectorID}, "", true},
		{"the second signature is right", []string{"webhook-signature", wrong + " " + vectorSignature}, "", true},
		{"a signature of another version beside", []string{"webhook-signature", "v1a," + strings.TrimPrefix(vectorSignature, "v1,") + " v2,xxxx garbage " + vectorSignature}, "", true},
		{"ten signatures, the last is right", []string{"webhook-signature", many(10)}, "", true},
		{"5 minutes old", at(-5 * time.Minute), "", true},
		{"5 minutes ahead", at(5 * time.Minute), "", true},

		{"another secret", []string{"webhook-signature", wrong}, "", false},
		{"another body", nil, `{"test": 2432232315}`, false},
		{"more body", nil, vectorBody + " ", false},
		{"no body", nil, "-", false},
		{"another ID", []string{"webhook-id", "msg_other"}, "", false},
		{"another time, though within the window", []string{"webhook-timestamp", "1614265331"}, "", false},
		{"the same time, written otherwise", []string{"webhook-timestamp", "01614265330"}, "", false},
		{"one second too old", at(-5*time.Minute - time.Second), "", false},
		{"one second too far ahead", at(5*time.Minute + time.Second), "", false},
		{"of 1970", at(-vectorTime.Sub(time.Unix(0, 0))), "", false},
		{"eleven signatures", []string{"webhook-signature", many(11)}, "", false},
		{"no ID", []string{"webhook-id", "-"}, "", false},
		{"no timestamp", []string{"webhook-timestamp", "-"}, "", false},
		{"no signature", []string{"webhook-signature", "-"}, "", false},
		{"empty ID", []string{"webhook-id", "", "webhook-signature", sign("." + vectorTimestamp + "." + vectorBody)}, "", false},
		{"empty timestamp", []string{"webhook-timestamp", "", "webhook-signature", sign(vectorID + ".." + vectorBody)}, "", false},
		{"empty signature", []string{"webhook-signature", ""}, "", false},
		{"blank signature", []string{"webhook-signature", "  "}, "", false},
		{"a signature without its bytes", []string{"webhook-signature", "v1,"}, "", false},
		{"ID twice", []string{"webhook-id", vectorID + "," + vectorID, "webhook-signature", sign(vectorID + "," + vectorID + "." + vectorTimestamp + "." + vectorBody)}, "", false},
		{"timestamp twice", []string{"webhook-timestamp", vectorTimestamp + "," + vectorTimestamp}, "", false},
		{"signature twice", []string{"webhook-signature", vectorSignature + "," + vectorSignature}, "", false},
		{"ID too long", []string{"webhook-id", long, "webhook-signature", longSignature}, "", false},
		{"version v1a", []string{"webhook-signature", strings.Replace(vectorSignature, "v1,", "v1a,", 1)}, "", false},
		{"version v2", []string{"webhook-signature", strings.Replace(vectorSignature, "v1,", "v2,", 1)}, "", false},
		{"version V1", []string{"webhook-signature", strings.Replace(vectorSignature, "v1,", "V1,", 1)}, "", false},
		{"no version", []string{"webhook-signature", strings.TrimPrefix(vectorSignature, "v1,")}, "", false},
		{"a signature that is cut", []string{"webhook-signature", vectorSignature[:len(vectorSignature)-4]}, "", false},
		{"a signature in hex", []string{"webhook-signature", "v1," + strings.Repeat("0f", 32)}, "", false},
		{"a time in milliseconds", as("1614265330000"), "", false},
		{"a time with a fraction", as("1614265330.5"), "", false},
		{"a time with a sign", as("+1614265330"), "", false},
		{"a negative time", as("-1614265330"), "", false},
		{"a time in words", as("2021-02-25T15:02:10Z"), "", false},
		{"a time in hex", as("0x60379bb2"), "", false},
		{"a time beyond 64 bits", as("99999999999999999999"), "", false},
		{"the largest time", as("9223372036854775807"), "", false},
		{"a time in other digits", as("١٦١٤٢٦٥٣٣٠"), "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := vector(c.header...)
			if c.body != "" {
				q.Body = []byte(strings.TrimPrefix(c.body, "-"))
			}
			proof, err := verifier(t, webhook.Standard, "", vectorSecret).Verify(q, vectorTime)
			if !c.ok {
				refused(t, proof, err, vectorSecret, strings.TrimPrefix(vectorSignature, "v1,"))
			} else if err != nil || proof.ID != vectorID {
				t.Errorf("%+v, %v", proof, err)
			}
		})
	}
}

// sign is a v1 signature of any text with the vector's secret, made here once more.
func sign(text string) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(vectorSecret, "whsec_"))
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// TestRotation: while secrets are exchanged, both hold; afterwards only the new one.
func TestRotation(t *testing.T) {
	timestamp, byOther := signed(t, otherSecret, vectorID, vectorTime, vectorBody)
	for _, c := range []struct {
		known     []string
		signature string
		ok        bool
	}{
		{[]string{vectorSecret, otherSecret}, vectorSignature, true},
		{[]string{vectorSecret, otherSecret}, byOther, true},
		{[]string{otherSecret, vectorSecret}, byOther + " " + vectorSignature, true},
		{[]string{otherSecret}, byOther + " " + vectorSignature, true},
		{[]string{otherSecret}, vectorSignature, false},
	} {
		q := vector("webhook-timestamp", timestamp, "webhook-signature", c.signature)
		if proof, err := verifier(t, webhook.Standard, "", c.known...).Verify(q, vectorTime); (err == nil) != c.ok {
			t.Errorf("known %q, signed %q: %+v, %v", c.known, c.signature, proof, err)
		}
	}
}

// TestRefusedSecrets: with one of these, anybody could sign. It must not even start.
func TestRefusedSecrets(t *testing.T) {
	whsec := func(key string) string { return "whsec_" + base64.StdEncoding.EncodeToString([]byte(key)) }
	for _, c := range []struct {
		name    string
		scheme  string
		secrets []string
		ok      bool
	}{
		{"of the vector", webhook.Standard, []string{vectorSecret}, true},
		{"16 bytes", webhook.Standard, []string{whsec("0123456789abcdef")}, true},
		{"none", webhook.Standard, nil, false},
		{"empty", webhook.Standard, []string{""}, false},
		{"one of two empty", webhook.Standard, []string{vectorSecret, ""}, false},
		{"nothing behind the prefix", webhook.Standard, []string{"whsec_"}, false},
		{"15 bytes", webhook.Standard, []string{whsec("0123456789abcde")}, false},
		{"no prefix", webhook.Standard, []string{strings.TrimPrefix(vectorSecret, "whsec_")}, false},
		{"prefix in another case", webhook.Standard, []string{strings.Replace(vectorSecret, "whsec_", "WHSEC_", 1)}, false},
		{"a key of another scheme", webhook.Standard, []string{strings.Replace(vectorSecret, "whsec_", "whsk_", 1)}, false},
		{"not base64", webhook.Standard, []string{"whsec_this is not base64 at all!"}, false},
		{"base64 without its padding", webhook.Standard, []string{strings.TrimRight(whsec("0123456789abcdef"), "=")}, false},
		{"base64 for URLs", webhook.Standard, []string{"whsec_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_"}, false},
		{"zeros", webhook.Standard, []string{whsec(strings.Repeat("\x00", 32))}, false},
		{"one byte repeated", webhook.Standard, []string{whsec(strings.Repeat("k", 24))}, false},
		{"a placeholder", webhook.Standard, []string{"whsec_<your secret here>"}, false},
		{"a variable nobody filled in", webhook.Standard, []string{"${env(WEBHOOK_SECRETS)}"}, false},

		{"the prefix of a signature", webhook.Standard, []string{"v1," + vectorSecret}, false},
		{"the prefix of another signature", webhook.Standard, []string{"v1a," + vectorSecret}, false},
		{"its own prefix twice", webhook.Standard, []string{"whsec_" + vectorSecret}, false},
		{"the prefix of a signature", webhook.HubSHA256, []string{"sha256=0123456789abcdef0123456789abcdef"}, false},
		{"text before a token", webhook.Token, []string{"Bearer 0123456789abcdef"}, false},
		{"a letter that no header carries", webhook.Token, []string{"0123456789abcdefé"}, false},
		{"a letter that is not ASCII", webhook.HubSHA256, []string{"0123456789abcdefé"}, true},

		{"16 bytes", webhook.Token, []string{"0123456789abcdef"}, true},
		{"none", webhook.Token, nil, false},
		{"empty", webhook.Token, []string{""}, false},
		{"one of two empty", webhook.Token, []string{"0123456789abcdef", ""}, false},
		{"15 bytes", webhook.Token, []string{"0123456789abcde"}, false},
		{"one character repeated", webhook.Token, []string{strings.Repeat("x", 32)}, false},
		{"a placeholder", webhook.Token, []string{"CHANGEME-CHANGEME"}, false},
		{"a placeholder", webhook.Token, []string{"please-change-me-soon"}, false},
		{"a placeholder", webhook.Token, []string{"your-secret-goes-here"}, false},
		{"a placeholder", webhook.Token, []string{"<put the token here>"}, false},
		{"a variable nobody filled in", webhook.Token, []string{"${WEBHOOK_SECRETS}"}, false},
		{"a template nobody filled in", webhook.Token, []string{"{{ .WebhookSecrets }}"}, false},

		{"16 bytes", webhook.HubSHA256, []string{"0123456789abcdef"}, true},
		{"15 bytes", webhook.HubSHA256, []string{"0123456789abcde"}, false},
		{"none", webhook.HubSHA256, nil, false},
		{"one of two empty", webhook.HubSHA256, []string{"0123456789abcdef", ""}, false},
		{"16 bytes", webhook.Zendesk, []string{"0123456789abcdef"}, true},
		{"15 bytes", webhook.Zendesk, []string{"0123456789abcde"}, false},
		{"empty", webhook.Zendesk, []string{""}, false},
		{"a placeholder", webhook.Zendesk, []string{"<signing secret>"}, false},
		{"16 bytes", webhook.PagerDuty, []string{"0123456789abcdef"}, true},
		{"15 bytes", webhook.PagerDuty, []string{"0123456789abcde"}, false},
		{"none", webhook.PagerDuty, []string{}, false},

		{"none", webhook.Gateway, nil, true},
		{"one that would check nothing", webhook.Gateway, []string{"0123456789abcdef"}, false},

		{"a scheme that does not exist", "none", []string{"0123456789abcdef"}, false},
		{"no scheme", "", []string{"0123456789abcdef"}, false},
		{"a scheme in another case", "Standard", []string{vectorSecret}, false},
	} {
		v, err := webhook.New(webhook.Options{Scheme: c.scheme, Secrets: secrets(c.secrets...)})
		if (err == nil) != c.ok || (v != nil) != c.ok {
			t.Errorf("%s, %s: %v, %v", c.scheme, c.name, v, err)
		}
		if err != nil {
			hides(t, err, c.secrets...)
		}
	}
}

// TestWhichSecret: an operator with five of them needs to know which one to change.
func TestWhichSecret(t *testing.T) {
	for _, scheme := range []string{webhook.Standard, webhook.Token, webhook.HubSHA256, webhook.Zendesk, webhook.PagerDuty} {
		_, err := webhook.New(webhook.Options{Scheme: scheme, Secrets: secrets(vectorSecret, "short", vectorSecret, "changeme-changeme")})
		if err == nil || !strings.Contains(err.Error(), "secret 2 of 4") || !strings.Contains(err.Error(), "secret 4 of 4") || strings.Contains(err.Error(), "secret 1") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// TestKeysAreNotShown: a value that holds keys may be printed by mistake, in fields that fmt may not ask.
func TestKeysAreNotShown(t *testing.T) {
	keys, err := webhook.Keys(secrets(vectorSecret))
	if err != nil {
		t.Fatal(err)
	}
	type holder struct{ keys []webhook.Key }
	for _, v := range []any{keys, keys[0], &keys[0], holder{keys}, &holder{keys}, map[string]any{"k": holder{keys}}, verifier(t, webhook.Standard, "", vectorSecret)} {
		hides(t, v, vectorSecret)
	}
}

// TestToken: the token itself, in the header that was configured, and nothing near it.
func TestToken(t *testing.T) {
	const token, second = "tok-0123456789abcdef", "tok-fedcba9876543210"
	for _, c := range []struct {
		name   string
		header string // configured
		sent   []string
		ok     bool
	}{
		{"bearer", "Authorization", []string{"authorization", "Bearer " + token}, true},
		{"bearer in another case", "authorization", []string{"Authorization", "bEARER " + token}, true},
		{"bearer and spaces", "Authorization", []string{"Authorization", "Bearer   " + token + " "}, true},
		{"the second token, while they are exchanged", "Authorization", []string{"Authorization", "Bearer " + second}, true},
		{"header of a name of its own", "X-Gitlab-Token", []string{"x-gitlab-token", token}, true},

		{"no header", "Authorization", nil, false},
		{"empty header", "Authorization", []string{"Authorization", ""}, false},
		{"bearer of nothing", "Authorization", []string{"Authorization", "Bearer "}, false},
		{"bearer alone", "Authorization", []string{"Authorization", "Bearer"}, false},
		{"the token without Bearer", "Authorization", []string{"Authorization", token}, false},
		{"Basic", "Authorization", []string{"Authorization", "Basic " + token}, false},
		{"Basic of the token", "Authorization", []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(":"+token))}, false},
		{"a beginning of it", "Authorization", []string{"Authorization", "Bearer " + token[:len(token)-1]}, false},
		{"an end of it", "Authorization", []string{"Authorization", "Bearer " + token[1:]}, false},
		{"it and more", "Authorization", []string{"Authorization", "Bearer " + token + "x"}, false},
		{"in another case", "Authorization", []string{"Authorization", "Bearer " + strings.ToUpper(token)}, false},
		{"both tokens", "Authorization", []string{"Authorization", "Bearer " + token + "," + second}, false},
		{"both tokens with a space", "Authorization", []string{"Authorization", "Bearer " + token + " " + second}, false},
		{"the header twice", "Authorization", []string{"Authorization", "Bearer " + token + ",Bearer " + token}, false},
		{"in a header that was not configured", "Authorization", []string{"X-Gitlab-Token", token}, false},
		{"as a bearer where it was not configured", "X-Gitlab-Token", []string{"Authorization", "Bearer " + token}, false},
		{"bearer in a header of its own", "X-Gitlab-Token", []string{"X-Gitlab-Token", "Bearer " + token}, false},
		{"own header, empty", "X-Gitlab-Token", []string{"X-Gitlab-Token", ""}, false},
		{"own header, both tokens", "X-Gitlab-Token", []string{"X-Gitlab-Token", token + "," + second}, false},
	} {
		q := request("{}", c.sent...)
		proof, err := verifier(t, webhook.Token, c.header, token, second).Verify(q, vectorTime)
		if !c.ok {
			refused(t, proof, err, token, second)
			continue
		}
		// A token signs neither an ID nor a time: a proof of them would be an invention.
		if err != nil || proof != (events.Proof{}) {
			t.Errorf("%s: %+v, %v", c.name, proof, err)
		}
	}
}

// TestGateway: a gateway in front has checked already.
func TestGateway(t *testing.T) {
	proof, err := verifier(t, webhook.Gateway, "").Verify(vector("webhook-signature", "-"), vectorTime)
	if err != nil || proof != (events.Proof{}) {
		t.Errorf("%+v, %v: nothing was proved to us", proof, err)
	}
}

// FuzzVerify: whatever comes, no panic, and no success without the key.
func FuzzVerify(f *testing.F) {
	f.Add(vectorID, vectorTimestamp, vectorSignature, []byte(vectorBody), "Bearer tok-0123456789abcdef")
	f.Add(vectorID, vectorTimestamp, "v1,"+strings.Repeat("A", 43)+"= v1a,x v1,", []byte{}, "bearer ")
	f.Add("a.1614265330", "1614265330", "v1,g0hM", []byte(vectorBody), "Basic x")
	f.Add("", "-1", " ", []byte("\x00"), "")
	const token = "tok-0123456789abcdef"
	standard, bearer := verifier(f, webhook.Standard, "", vectorSecret), verifier(f, webhook.Token, "Authorization", token)
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte, authorization string) {
		q := request(string(body), "webhook-id", id, "webhook-timestamp", timestamp, "webhook-signature", signature, "authorization", authorization)
		if proof, err := standard.Verify(q, vectorTime); err == nil {
			if !containsSignature(signature, sign(id+"."+timestamp+"."+string(body))) {
				t.Fatalf("accepted %q %q %q %q", id, timestamp, signature, body)
			}
			if proof.ID != id || strconv.FormatInt(proof.Time.Unix(), 10) != strings.TrimLeft(timestamp, "0") {
				t.Fatalf("%q %q proved %+v", id, timestamp, proof)
			}
		}
		if _, err := bearer.Verify(q, vectorTime); err == nil && !strings.Contains(authorization, token) {
			t.Fatalf("accepted %q", authorization)
		}
	})
}

// containsSignature compares bytes: base64 has several spellings of the last character.
func containsSignature(header, want string) bool {
	wanted, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(want, "v1,"))
	for _, text := range strings.Fields(header) {
		given, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "v1,"))
		if err == nil && bytes.Equal(given, wanted) {
			return true
		}
	}
	return false
}

// BenchmarkVerify: what a request costs that is right, and one that is not.
func BenchmarkVerify(b *testing.B) {
	for name, size := range map[string]int{"1.5kB": 1500, "16KiB": 16 << 10, "256KiB": 256 << 10} {
		for _, good := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/%v", name, good), func(b *testing.B) {
				body := strings.Repeat("x", size)
				timestamp, signature := signed(b, vectorSecret, vectorID, vectorTime, body)
				if !good {
					body = strings.Repeat("y", size)
				}
				q := request(body, "webhook-id", vectorID, "webhook-timestamp", timestamp, "webhook-signature", signature)
				v := verifier(b, webhook.Standard, "", vectorSecret)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := v.Verify(q, vectorTime); (err == nil) != good {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
