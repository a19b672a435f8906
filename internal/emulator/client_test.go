package emulator_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// serve puts e on the loopback interface until the test ends.
func serve(t *testing.T, e http.Handler) string {
	t.Helper()
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	return s.URL
}

// clock is a clock the test moves.
type clock struct{ offset atomic.Int64 }

var epoch = time.Date(2026, 11, 22, 20, 59, 51, 0, time.UTC)

func (c *clock) now() time.Time          { return epoch.Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

var nonces atomic.Int64

// call is a signed request that a test may spoil.
type call struct {
	action string
	query  url.Values
	cred   emulator.Credential
	now    time.Time
	nonce  string
	header map[string]string // more x-acs- headers, or others instead of the right ones

	unsigned []string                 // leave these out of the signature
	spoil    func(r *http.Request)    // after signing
	follow   bool                     // follow redirects
	timeout  time.Duration            // of the client; 0: 5 s
	auth     func(auth string) string // change the Authorization header
}

// query builds the parameters from "name", "value" pairs; "DesktopId" takes a
// list separated by spaces.
func query(pairs ...string) url.Values {
	q := url.Values{"RegionId": {"cn-hangzhou"}}
	for i := 0; i < len(pairs); i += 2 {
		if name := pairs[i]; name == "DesktopId" || name == "ResourceId" || name == "EventTypes" || name == "DesktopStatusList" || name == "EndUserId" {
			for n, v := range strings.Fields(pairs[i+1]) {
				q.Set(fmt.Sprintf("%s.%d", name, n+1), v)
			}
			continue
		}
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	err    error // of the connection
	Code   string
}

func (a answer) decode(t *testing.T, v any) {
	t.Helper()
	if a.status != 200 {
		t.Fatalf("status %d: %s (%v)", a.status, a.body, a.err)
	}
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// send signs and sends. This is a third implementation of the signature, by
// hand, so that it can be got wrong in every way.
func (c call) send(t *testing.T, base string) answer {
	t.Helper()
	if c.cred.AccessKeyId == "" {
		c.cred = emulator.DefaultCredential
	}
	if c.now.IsZero() {
		c.now = time.Now()
	}
	if c.nonce == "" {
		c.nonce = fmt.Sprint("nonce-", nonces.Add(1))
	}
	encoded := strings.ReplaceAll(c.query.Encode(), "+", "%20")
	r, err := http.NewRequest("POST", base+"/?"+encoded, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := map[string]string{
		"host": r.URL.Host, "x-acs-action": c.action, "x-acs-version": "2020-09-30", "x-acs-signature-nonce": c.nonce,
		"x-acs-date":           c.now.UTC().Format("2006-01-02T15:04:05Z"),
		"x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	}
	if c.cred.SecurityToken != "" {
		h["x-acs-security-token"], h["x-acs-accesskey-id"] = c.cred.SecurityToken, c.cred.AccessKeyId
	}
	maps.Copy(h, c.header)
	var names []string
	for name, value := range h {
		if value == "" {
			continue
		}
		if name != "host" {
			r.Header.Set(name, value)
		}
		if !slices.Contains(c.unsigned, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	canonical := "POST\n/\n" + encoded + "\n"
	for _, name := range names {
		canonical += name + ":" + h[name] + "\n"
	}
	canonical += "\n" + strings.Join(names, ";") + "\n" + h["x-acs-content-sha256"]
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(c.cred.AccessKeySecret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(sum[:])))
	auth := "ACS3-HMAC-SHA256 Credential=" + c.cred.AccessKeyId + ",SignedHeaders=" + strings.Join(names, ";") + ",Signature=" + hex.EncodeToString(mac.Sum(nil))
	if c.auth != nil {
		auth = c.auth(auth)
	}
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	if c.spoil != nil {
		c.spoil(r)
	}
	return c.do(r)
}

func (c call) do(r *http.Request) answer {
	client := &http.Client{Timeout: c.timeout, Transport: &http.Transport{DisableKeepAlives: true}}
	if c.timeout == 0 {
		client.Timeout = 5 * time.Second
	}
	if !c.follow {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	res, err := client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, header: res.Header, body: string(b), err: err}
	json.Unmarshal(b, &a)
	return a
}

// stop sends a StopDesktops of these IDs.
func stop(t *testing.T, base string, ids ...string) answer {
	t.Helper()
	return call{action: "StopDesktops", query: query("DesktopId", strings.Join(ids, " "))}.send(t, base)
}

// fleetOf is a fleet of desktops that are Running.
func fleetOf(ids ...string) (list []emulator.Desktop) {
	for _, id := range ids {
		list = append(list, emulator.Desktop{DesktopId: id})
	}
	return list
}

func status(e *emulator.EDS, id string) string {
	d, _ := e.Desktop(id)
	return d.DesktopStatus
}

func noViolations(t *testing.T, e *emulator.EDS) {
	t.Helper()
	if v := e.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}
