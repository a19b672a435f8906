//go:build clients

package clients

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// Secrets of these tests. The function accepts both of a pair, as while they are exchanged.
const (
	standardNew = "whsec_ZmFrZS1zdGFuZGFyZC1zZWNyZXQtbmV3"
	standardOld = "whsec_ZmFrZS1zdGFuZGFyZC1zZWNyZXQtb2xk"
	standardBad = "whsec_ZmFrZS1zdGFuZGFyZC1zZWNyZXQtYmFk"
	hubNew      = "fake-hub-secret-new"
	hubOld      = "fake-hub-secret-old"
	hubBad      = "fake-hub-secret-bad"
	token       = "fake-token-for-tests"
	callbackNew = "whsec_ZmFrZS1jYWxsYmFjay1zZWNyZXQtbmV3"
	callbackOld = "whsec_ZmFrZS1jYWxsYmFjay1zZWNyZXQtb2xk"
)

const routes = `
http:
  - path: /standard
    auth: {scheme: standard, secrets: [STANDARD]}
  - path: /hub
    auth: {scheme: hub-sha256, secrets: [HUB]}
  - path: /events
    auth: {scheme: token, secrets: [TOKEN]}
    cloudevents: true
  - path: /signed-events
    auth: {scheme: standard, secrets: [STANDARD]}
    cloudevents: true
`

// stage is the built function behind an HTTP trigger, with an emulated account and a receiver of callbacks.
type stage struct {
	*node
	world    *emulator.Emulator
	url      string
	status   int // of the last answer
	desktops int // that cases have taken
}

// startStage builds the function and starts it.
func startStage(t *testing.T) *stage {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "main")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, ".")
	build.Dir = filepath.Join("..", "..")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	file := filepath.Join(dir, "routes.yaml")
	if err := os.WriteFile(file, []byte(routes), 0o600); err != nil {
		t.Fatal(err)
	}
	fleet := &emulator.Fleet{Generate: []emulator.Generator{{Count: 99, Prefix: "ecd-client",
		Desktop: emulator.Desktop{RegionId: emulator.DefaultRegion, DesktopStatus: "Running", ConnectionStatus: "Disconnected"}}}}
	s := &stage{node: startNode(t), world: emulator.New(fleet)}
	s.world.Receiver.Secrets = []string{callbackOld}
	s.world.Receiver.Answers = []emulator.Answer{{Status: http.StatusServiceUnavailable}}
	if err := s.world.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.world.Close)
	process, err := emulator.Start(t.Context(), binary, emulator.Options{Env: map[string]string{
		"ROUTES_FILE": file, "EDS_ENDPOINT": s.world.EDSEndpoint(),
		"STANDARD": standardNew + "," + standardOld, "HUB": hubNew + "," + hubOld, "TOKEN": token,
		"CALLBACK_URL": s.world.CallbackURL(), "CALLBACK_SECRET": callbackNew + "," + callbackOld,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		process.Stop()
		if t.Failed() {
			t.Log(strings.Join(process.Stdout(), "\n"), strings.Join(process.Stderr(), "\n"))
		}
	})
	trigger := &emulator.HTTPTrigger{Function: process, Invocation: emulator.Invocation{Timeout: 30 * time.Second}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := &statusRecorder{w, http.StatusOK}
		trigger.ServeHTTP(recorder, r)
		s.status = recorder.status
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// statusRecorder keeps the status of an answer: an emitter of CloudEvents does not tell it.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// desktop is one that no case had before.
func (s *stage) desktop() string {
	s.desktops++
	return fmt.Sprintf("ecd-client%02d", s.desktops)
}

// start lets a desktop run again, so that a repeated event has something to stop.
func (s *stage) start(id string) {
	running := "Running"
	if !s.world.EDS.Set(id, emulator.State{DesktopStatus: &running}) {
		s.t.Fatalf("there is no %s", id)
	}
}

// run runs a subtest: faults of the libraries and of the script are its faults.
func (s *stage) run(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) {
		parent := s.t
		defer func() { s.t = parent }()
		s.t = t
		test(t)
	})
}

// effect is what a message led to.
type effect struct {
	status   int
	stopped  []string // by EDS
	reported []string // statuses that the callbacks report
}

// watch returns what the function does in act.
func (s *stage) watch(act func()) effect {
	s.t.Helper()
	calls, deliveries := len(s.world.EDS.Calls()), len(s.world.Receiver.Deliveries())
	s.status = 0
	act()
	e := effect{status: s.status}
	for _, call := range s.world.EDS.Calls()[calls:] {
		e.stopped = append(e.stopped, call.Stopped...)
	}
	for _, d := range s.world.Receiver.Deliveries()[deliveries:] {
		if d.Duplicate { // tried again
			continue
		}
		var event struct{ Data struct{ Status string } }
		if err := json.Unmarshal(d.Body, &event); err != nil {
			s.t.Errorf("callback: %v", err)
		}
		e.reported = append(e.reported, event.Data.Status)
	}
	slices.Sort(e.stopped)
	slices.Sort(e.reported)
	return e
}

// same compares what a message led to with what it should.
func same(t *testing.T, got, want effect) {
	t.Helper()
	if got.status != want.status {
		t.Errorf("status %d, want %d", got.status, want.status)
	}
	if !slices.Equal(got.stopped, want.stopped) {
		t.Errorf("stopped %v, want %v", got.stopped, want.stopped)
	}
	if !slices.Equal(got.reported, want.reported) {
		t.Errorf("callbacks %v, want %v", got.reported, want.reported)
	}
}
