//go:build clients

package clients

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stopdesktops/internal/emulator"
)

// testCallbacks lets the libraries check what the function has sent to its receiver so far, and refuse it altered.
func (s *stage) testCallbacks(t *testing.T) {
	deliveries := s.world.Receiver.Deliveries()
	if len(deliveries) < 40 {
		t.Fatalf("%d callbacks", len(deliveries))
	}
	ids := map[string]bool{}
	for _, d := range deliveries {
		ids[d.ID] = true
		s.parsed(t, d)
		for _, library := range []string{"standardwebhooks", "svix"} {
			s.verified(t, library, d)
		}
	}
	// The receiver has refused the first try of one.
	if len(ids) != len(deliveries)-1 {
		t.Errorf("%d callbacks have %d IDs, want 2 of one", len(deliveries), len(ids))
	}
}

// verified checks the signature of a callback with a library: with each secret, and with something changed.
func (s *stage) verified(t *testing.T, library string, d emulator.Delivery) {
	t.Helper()
	headers := func(name, value string) map[string]string {
		all := plain(d.Header)
		if name != "" {
			all[name] = value
		}
		return all
	}
	body := string(d.Body)
	signatures := strings.Fields(headers("", "")["webhook-signature"])
	for _, c := range []struct {
		name    string
		secret  string
		later   time.Duration
		headers map[string]string
		body    string
		good    bool
	}{
		{"as it came", callbackNew, 0, headers("", ""), body, true},
		{"for a receiver with the old secret", callbackOld, 0, headers("", ""), body, true},
		{"4 minutes later", callbackNew, 4 * time.Minute, headers("", ""), body, true},
		{"with one of its signatures", callbackNew, 0, headers("webhook-signature", signatures[0]), body, true},
		{"another secret", standardNew, 0, headers("", ""), body, false},
		{"an altered body", callbackNew, 0, headers("", ""), strings.Replace(body, "ecd-client", "ecd-cliant", 1) + " ", false},
		{"another ID", callbackNew, 0, headers("webhook-id", "msg_other"), body, false},
		{"another timestamp", callbackNew, 0, headers("webhook-timestamp", unix(time.Now().Add(2*time.Minute))), body, false},
		{"10 minutes later", callbackNew, 10 * time.Minute, headers("", ""), body, false},
		{"10 minutes before", callbackNew, -10 * time.Minute, headers("", ""), body, false},
	} {
		got := must[bool](s.node, "verify", map[string]any{"library": library, "secrets": []string{c.secret},
			"at": d.Time.Add(c.later).UnixMilli(), "headers": c.headers, "body": c.body})
		if got != c.good {
			t.Errorf("%s, %s: accepted: %v\n%v\n%s", library, c.name, got, c.headers, c.body)
		}
	}
}

// parsed checks that the library for CloudEvents finds in a callback what is in it.
func (s *stage) parsed(t *testing.T, d emulator.Delivery) {
	t.Helper()
	event := must[map[string]any](s.node, "parse", map[string]any{"headers": plain(d.Header), "body": string(d.Body)})
	var sent map[string]any
	if err := json.Unmarshal(d.Body, &sent); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "source", "type", "subject", "specversion", "datacontenttype", "data"} {
		if diff := cmp.Diff(sent[name], event[name]); diff != "" || sent[name] == nil {
			t.Errorf("%s: - sent, + parsed\n%s", name, diff)
		}
	}
	parsed, err := time.Parse(time.RFC3339, event["time"].(string))
	if was, _ := time.Parse(time.RFC3339, sent["time"].(string)); err != nil || !parsed.Equal(was.Truncate(time.Millisecond)) {
		t.Errorf("time: sent %v, parsed %v", sent["time"], event["time"])
	}
	if prefix := "com.aliyun.ecd.desktops.stop."; !strings.HasPrefix(event["type"].(string), prefix) {
		t.Errorf("type %s", event["type"])
	}
}

// plain headers, with names in lower case as servers in Node.js give them.
func plain(header http.Header) map[string]string {
	all := map[string]string{}
	for name, values := range header {
		all[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return all
}
