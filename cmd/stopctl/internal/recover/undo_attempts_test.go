package recover

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/pipes"
	"stopdesktops/internal/secret"
)

// started starts n desktops that are Stopped, in an account on a clock that jumps.
func started(t *testing.T, e *emulator.EDS, n int, wait time.Duration) (running int, took time.Duration, s *starter) {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("ecd-%03d", i))
		e.Desktops = append(e.Desktops, emulator.Desktop{DesktopId: ids[i], DesktopStatus: "Stopped"})
	}
	e.StartTime = time.Hour
	listener := pipes.Listen()
	server := &http.Server{Handler: e}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	client, err := eds.New(eds.Options{Regions: []string{"cn-hangzhou"}, Endpoint: "http://localhost", Concurrency: 1, Dial: listener.Dial})
	if err != nil {
		t.Fatal(err)
	}
	key := emulator.OperatorCredential
	session, err := client.ConnectOperator(secret.Credentials{AccessKeyID: key.AccessKeyId, AccessKeySecret: secret.New(key.AccessKeySecret), SecurityToken: secret.New(key.SecurityToken)})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	s = &starter{session: session, region: "cn-hangzhou", deadline: begin.Add(wait), screen: &terminal.Screen{Err: io.Discard}, far: &startProgress{}}
	s.start(t.Context(), ids)
	took = time.Since(begin)
	for _, d := range s.desktops {
		if d.runs() {
			running++
		}
	}
	return running, took, s
}

// TestUndoThrottled: the quotas of EDS are by the minute, so a throttled call is tried again for longer.
func TestUndoThrottled(t *testing.T) {
	for _, c := range []struct {
		name              string
		fault             emulator.Fault
		wait, least, most time.Duration
		running           int
	}{
		{"for most of a minute", emulator.Fault{Kind: emulator.FaultThrottle, Times: 12}, 2 * time.Minute, 40 * time.Second, 70 * time.Second, 1},
		{"for a minute, and nothing else is waited for", emulator.Fault{Kind: emulator.FaultThrottle, Times: 14}, 0, 60 * time.Second, 70 * time.Second, 1},
		{"for ever", emulator.Fault{Kind: emulator.FaultThrottle}, 0, 70 * time.Second, 72 * time.Second, 0},
		{"for ever, and -wait is longer", emulator.Fault{Kind: emulator.FaultThrottle}, 2 * time.Minute, 2 * time.Minute, 122 * time.Second, 0},
		{"EDS says for how long", emulator.Fault{Kind: emulator.FaultThrottle, Times: 1, TimeLeft: 55 * time.Second}, 0, 55 * time.Second, 57 * time.Second, 1},
		{"EDS asks for longer than -wait", emulator.Fault{Kind: emulator.FaultThrottle, Times: 1, TimeLeft: 5 * time.Minute}, 2 * time.Minute, 0, 2 * time.Second, 0},
		{"EDS asks for less than -wait", emulator.Fault{Kind: emulator.FaultThrottle, Times: 1, TimeLeft: 5 * time.Minute}, 10 * time.Minute, 5 * time.Minute, 302 * time.Second, 1},
		{"not served", emulator.Fault{Kind: emulator.FaultUnavailable}, 2 * time.Minute, 10 * time.Second, 15 * time.Second, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.fault.Action = "StartDesktops"
				running, took, s := started(t, &emulator.EDS{Faults: []emulator.Fault{c.fault}}, 1, c.wait)
				if running != c.running || took < c.least || took > c.most {
					t.Errorf("%d running after %v: %s", running, took, s.desktops[0].became())
				}
			})
		})
	}
}

// TestUndoRefused: one bad desktop of 100 does not keep the others down, whatever code it is refused with. Where
// EDS refuses everything, undo soon ends.
func TestUndoRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   emulator.Fault
		running int
		most    int // calls of StartDesktops
		became  string
	}{
		{"one, bare Forbidden", emulator.Fault{DesktopId: "ecd-042", Status: 403, Code: "Forbidden"}, 99, 15, "not started: Forbidden: "},
		{"one, an invalid parameter", emulator.Fault{DesktopId: "ecd-042", Code: "InvalidParameter"}, 99, 15, "not started: StartDesktops: InvalidParameter: "},
		{"one, an invalid parameter by name", emulator.Fault{DesktopId: "ecd-042", Code: "InvalidParameter.DesktopId"}, 99, 15, "not started: StartDesktops: InvalidParameter.DesktopId: "},
		{"one, unknown", emulator.Fault{DesktopId: "ecd-042", Code: "InvalidDesktopId.NotFound"}, 99, 15, "not started: StartDesktops: InvalidDesktopId.NotFound: "},
		{"all", emulator.Fault{Code: "IncorrectDesktopStatus"}, 0, 40, "not started: refused together with others: "},
		{"all, bare Forbidden", emulator.Fault{Status: 403, Code: "Forbidden"}, 0, 40, "not started: refused together with others: "},
		{"the call by RAM", emulator.Fault{Status: 403, Code: "Forbidden.RAM"}, 0, 1, "not started: Forbidden.RAM: "},
		{"the call, without a region", emulator.Fault{Code: "MissingRegionId"}, 0, 1, "not started: StartDesktops: MissingRegionId: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.fault.Action, c.fault.Kind = "StartDesktops", emulator.FaultError
				e := &emulator.EDS{Faults: []emulator.Fault{c.fault}}
				running, _, s := started(t, e, 100, 0)
				if calls := e.Count("StartDesktops"); running != c.running || calls > c.most {
					t.Errorf("%d running, want %d; %d calls, at most %d", running, c.running, calls, c.most)
				}
				if became := s.desktops[42].became(); len(became) < len(c.became) || became[:len(c.became)] != c.became {
					t.Error(became)
				}
			})
		})
	}
}
