//go:build clients

package clients

import (
	"strings"
	"testing"
	"time"
)

// scheme is a way to sign, with a library that knows it.
type scheme struct {
	library, path string
	header        string // of the signature
	timed         bool   // an ID and a time are signed
	// Secrets: the new one, the old one, which the function still accepts, and one that it does not know.
	recent, old, unknown string
}

var schemes = []scheme{
	{"standardwebhooks", "/standard", "webhook-signature", true, standardNew, standardOld, standardBad},
	{"svix", "/standard", "webhook-signature", true, standardNew, standardOld, standardBad},
	{"octokit", "/hub", "X-Hub-Signature-256", false, hubNew, hubOld, hubBad},
}

// signedCase is a message that a library signs, and what happens to it on its way.
type signedCase struct {
	name   string
	secret string
	age    time.Duration
	alter  func(m *message)
	good   bool
	lax    bool // the library accepts it, the function does not
}

func casesOf(sc scheme, s *stage) []signedCase {
	signature := func(m *message) string { return m.header[sc.header].(string) }
	cases := []signedCase{
		{name: "good", secret: sc.recent, good: true},
		{name: "the old secret", secret: sc.old, good: true},
		{name: "wrongly signed", secret: sc.unknown},
		{name: "altered body", secret: sc.recent, alter: func(m *message) { m.body = strings.Replace(m.body, "✓", "✗", 1) }},
		{name: "a space more", secret: sc.recent, alter: func(m *message) { m.body += " " }},
		{name: "altered signature", secret: sc.recent, alter: func(m *message) { m.header[sc.header] = reversed(signature(m)) }},
		{name: "another message's signature", secret: sc.recent, alter: func(m *message) {
			m.header[sc.header] = signature(s.sign(sc, sc.recent, "msg_other", "ecd-other", time.Now()))
		}},
		{name: "no signature", secret: sc.recent, alter: func(m *message) { delete(m.header, sc.header) }},
		{name: "signature twice", secret: sc.recent, lax: sc.timed, alter: func(m *message) {
			m.header[sc.header] = []string{signature(m), signature(m)}
		}},
	}
	if !sc.timed {
		return cases
	}
	return append(cases,
		signedCase{name: "4 minutes old", secret: sc.recent, age: 4 * time.Minute, good: true},
		signedCase{name: "6 minutes old", secret: sc.recent, age: 6 * time.Minute},
		signedCase{name: "6 minutes ahead", secret: sc.recent, age: -6 * time.Minute},
		signedCase{name: "old, with a new timestamp", secret: sc.recent, age: 6 * time.Minute, alter: func(m *message) { m.header["webhook-timestamp"] = unix(time.Now()) }},
		signedCase{name: "altered ID", secret: sc.recent, alter: func(m *message) { m.header["webhook-id"] = "msg_other" }},
		signedCase{name: "no ID", secret: sc.recent, alter: func(m *message) { delete(m.header, "webhook-id") }},
		signedCase{name: "ID twice", secret: sc.recent, alter: func(m *message) { m.header["webhook-id"] = []string{"msg_1", "msg_2"} }},
		signedCase{name: "signed with an unknown secret too", secret: sc.recent, good: true, alter: func(m *message) {
			id := m.header["webhook-id"].(string)
			m.header[sc.header] = signature(s.sign(sc, sc.unknown, id, "ecd-other", time.Now())) + " " + signature(m)
		}})
}

// reversed is a signature of the same form that is wrong.
func reversed(signature string) string {
	b := []byte(signature)
	for i, j := len("sha256="), len(b)-2; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// sign returns a message about a desktop, signed by the library. Its text is not ASCII and not compact, so that a
// signature over anything but the raw bytes fails.
func (s *stage) sign(sc scheme, secret, id, desktop string, at time.Time) *message {
	s.t.Helper()
	body := `{ "DesktopId": ["` + desktop + `"],  "Reason": "审批 ✓ é" }`
	header := must[map[string]any](s.node, "sign", map[string]any{"library": sc.library, "secret": secret, "id": id, "at": at.UnixMilli(), "body": body})
	header["Content-Type"] = "application/json"
	return &message{header, body}
}

// accepted says whether the library itself accepts a message now.
func (s *stage) accepted(sc scheme, m *message) bool {
	s.t.Helper()
	header := map[string]string{}
	for name, value := range m.header {
		if list, ok := value.([]string); ok { // as servers in Node.js join them
			value = strings.Join(list, ", ")
		}
		header[name] = value.(string)
	}
	accepted, thrown := do[bool](s.node, "verify", map[string]any{"library": sc.library, "secrets": []string{sc.recent, sc.old},
		"at": time.Now().UnixMilli(), "headers": header, "body": m.body})
	if thrown != "" && header[sc.header] != "" {
		s.t.Errorf("%s: %s", sc.library, thrown)
	}
	return accepted
}

// testSigned sends what each library signs, as it is, altered and replayed. The function stops nothing for a message
// that the library itself would not accept.
func (s *stage) testSigned(t *testing.T) {
	for _, sc := range schemes {
		for _, c := range casesOf(sc, s) {
			s.run(t, sc.library+"/"+c.name, func(t *testing.T) {
				desktop := s.desktop()
				m := s.sign(sc, c.secret, "msg_"+desktop, desktop, time.Now().Add(-c.age))
				if c.alter != nil {
					c.alter(m)
				}
				if accepted := s.accepted(sc, m); accepted != (c.good || c.lax) {
					t.Errorf("the library accepts it: %v", accepted)
				}
				want := effect{status: 401}
				if c.good {
					want = effect{202, []string{desktop}, []string{"accepted"}}
				}
				same(t, s.watch(func() { s.send(sc.path, *m) }), want)
			})
		}
		s.run(t, sc.library+"/replayed", func(t *testing.T) {
			desktop := s.desktop()
			m := s.sign(sc, sc.recent, "msg_"+desktop, desktop, time.Now())
			same(t, s.watch(func() { s.send(sc.path, *m) }), effect{202, []string{desktop}, []string{"accepted"}})
			s.start(desktop)
			same(t, s.watch(func() { s.send(sc.path, *m) }), effect{200, nil, []string{"duplicate"}})
		})
		s.run(t, sc.library+"/retried by its sender", func(t *testing.T) {
			desktop := s.desktop()
			retry := func(secret string, age time.Duration) effect {
				m := s.sign(sc, secret, "msg_"+desktop, desktop, time.Now().Add(-age))
				return s.watch(func() { s.send(sc.path, *m) })
			}
			same(t, retry(sc.old, time.Minute), effect{202, []string{desktop}, []string{"accepted"}})
			s.start(desktop)
			same(t, retry(sc.recent, 0), effect{200, nil, []string{"duplicate"}}) // with the new secret meanwhile
		})
	}
}
