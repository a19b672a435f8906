//go:build clients

package clients

import (
	"strconv"
	"testing"
	"time"
)

// TestClients lets the libraries send to the built function and check what it sends. make test-clients installs the
// libraries and runs it.
func TestClients(t *testing.T) {
	s := startStage(t)
	s.run(t, "signed", s.testSigned)
	s.run(t, "cloudevents", s.testCloudEvents)
	s.run(t, "callbacks", s.testCallbacks)
	for _, violation := range s.world.EDS.Violations() {
		t.Error(violation)
	}
}

// message is an HTTP request as a sender makes it. A header with several values is sent several times.
type message struct {
	header map[string]any
	body   string
}

// send a message to a path.
func (s *stage) send(path string, m message) {
	s.t.Helper()
	must[any](s.node, "send", map[string]any{"url": s.url + path, "headers": m.header, "body": m.body})
}

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
