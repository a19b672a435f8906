package test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"stopdesktops/handler"
	"stopdesktops/internal/emulator"
)

// httpRequest is a section http.yaml, http2.yaml, … of a scenario: what a system sends over HTTP, and
// what somebody between does to it.
type httpRequest struct {
	Wait    time.Duration     `yaml:"Wait"` // passes before it is sent
	Method  string            `yaml:"Method"`
	Path    string            `yaml:"Path"`
	Headers map[string]string `yaml:"Headers"`
	Body    string            `yaml:"Body"`
	File    string            `yaml:"File"`  // the body, below testdata/webhooks
	Edit    map[string]string `yaml:"Edit"`  // texts of the body, by the sender itself
	Async   int               `yaml:"Async"` // the platform's retry of the request before, counted from 1
	Sign    struct {
		Scheme string        `yaml:"Scheme"`
		Secret string        `yaml:"Secret"`
		Header string        `yaml:"Header"` // of token and hub-sha256
		At     time.Duration `yaml:"At"`     // the sender's clock is so far from ours
	} `yaml:"Sign"`
	// After it was signed:
	Again   bool              `yaml:"Again"`  // the bytes of the request before are sent once more
	Change  map[string]string `yaml:"Change"` // texts of the body
	Without []string          `yaml:"Without"`
	Twice   []string          `yaml:"Twice"` // headers
}

// request that a section describes: path, header and body as they arrive.
func (s *scenario) request(name, text string) (q httpRequest, header http.Header, body []byte) {
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&q); err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	time.Sleep(q.Wait)
	if q.Again || q.Async > 0 {
		return q, s.sent.header, s.sent.body
	}
	body = []byte(q.Body)
	if q.File != "" {
		var err error
		if body, err = os.ReadFile(filepath.Join("testdata/webhooks", q.File)); err != nil {
			s.t.Fatalf("%s: %v", name, err)
		}
	}
	body = s.replaced(name, []byte(s.withTokens(expand(string(body)))), q.Edit)
	header = http.Header{"Content-Type": {"application/json"}}
	q.sign(header, body)
	for name, value := range q.Headers {
		header.Set(name, expand(value))
	}
	body = s.replaced(name, body, q.Change)
	for _, name := range q.Without {
		header.Del(name)
	}
	for _, name := range q.Twice {
		header.Add(name, header.Get(name))
	}
	return q, header, body
}

// replaced are texts of a body.
func (s *scenario) replaced(name string, body []byte, texts map[string]string) []byte {
	for from, to := range texts {
		if !strings.Contains(string(body), from) {
			s.t.Fatalf("%s: the body has no %q", name, from)
		}
		body = []byte(strings.ReplaceAll(string(body), from, s.withTokens(to)))
	}
	return body
}

// sign as the systems do. It shares nothing with package webhook.
func (q *httpRequest) sign(header http.Header, body []byte) {
	at := time.Now().Add(q.Sign.At)
	mac := func(key, text string) []byte {
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(text))
		h.Write(body)
		return h.Sum(nil)
	}
	switch q.Sign.Scheme {
	case "standard":
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(q.Sign.Secret, "whsec_"))
		if err != nil {
			panic(err)
		}
		id, timestamp := "msg_"+strconv.Itoa(len(body)), strconv.FormatInt(at.Unix(), 10)
		header.Set("webhook-id", id)
		header.Set("webhook-timestamp", timestamp)
		header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac(string(key), id+"."+timestamp+".")))
	case "hub-sha256":
		name := q.Sign.Header
		if name == "" {
			name = "X-Hub-Signature-256"
		}
		header.Set(name, "sha256="+hex.EncodeToString(mac(q.Sign.Secret, "")))
	case "zendesk":
		timestamp := at.UTC().Format(time.RFC3339)
		header.Set("X-Zendesk-Webhook-Signature-Timestamp", timestamp)
		header.Set("X-Zendesk-Webhook-Signature", base64.StdEncoding.EncodeToString(mac(q.Sign.Secret, timestamp)))
	case "pagerduty":
		header.Set("X-PagerDuty-Signature", "v1="+hex.EncodeToString(mac("another-fake-secret-1", ""))+",v1="+hex.EncodeToString(mac(q.Sign.Secret, "")))
	case "token":
		if q.Sign.Header == "" {
			header.Set("Authorization", "Bearer "+q.Sign.Secret)
		} else {
			header.Set(q.Sign.Header, q.Sign.Secret)
		}
	}
}

// overHTTP sends the request of a section.
func (s *scenario) overHTTP(name, text string) []byte {
	q, header, body := s.request(name, text)
	if q.Async > 0 { // the event is that of the first try, with the time of its arrival
		s.retry = q.Async
		return s.sent.event
	}
	s.sent.header, s.sent.body = header, body
	method, path := q.Method, q.Path
	if method == "" {
		method = http.MethodPost
	}
	s.sent.event = emulator.HTTPEvent(method, path, header, body)
	return s.sent.event
}

// silent checks that nothing of a request that was refused is in the log, or in the answer.
func (s *scenario) silent(answer handler.HTTPResponse) {
	if !slices.Contains([]int{401, 404, 405, 413, 415}, answer.StatusCode) {
		return
	}
	var foreign []string
	for name, values := range s.sent.header {
		if name != "Content-Type" {
			foreign = append(foreign, values...)
		}
	}
	foreign = append(foreign, texts(s.t, s.sent.body)...)
	for _, text := range foreign {
		if len(text) < 4 || plainWord.MatchString(text) || strings.HasPrefix(text, time.Now().UTC().Format("2006-01-02T")) {
			continue
		}
		if strings.Contains(s.log.String(), text) {
			s.t.Errorf("the log shows %q of a refused request: %s", text, s.log.String())
		}
		if strings.Contains(answer.Body, text) {
			s.t.Errorf("the answer shows %q of a refused request: %s", text, answer.Body)
		}
	}
}

var plainWord = regexp.MustCompile(`^[a-z]*$`)

// texts of a JSON document: its strings and the names of its members.
func texts(t *testing.T, body []byte) []string {
	d := json.NewDecoder(strings.NewReader(string(body)))
	var all []string
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			return append(all, string(body))
		}
		// Plain words are in our own messages, too.
		if text, ok := token.(string); ok && !plainWord.MatchString(text) {
			all = append(all, text)
		}
	}
}
