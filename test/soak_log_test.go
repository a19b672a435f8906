package test

import (
	"encoding/json"
	"sync"
	"testing"

	"stopdesktops/internal/report"
)

// soakLog is the log of one instance, read as it is written.
type soakLog struct {
	t *testing.T

	mu          sync.Mutex
	invocations map[string]*soakLines
}

// soakLines are those of one invocation.
type soakLines struct {
	reports   []report.Report // with their desktops
	callbacks []soakCallback
}

type soakCallback struct{ eventID, status string }

func (l *soakLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.invocations = map[string]*soakLines{}
}

// Write takes one line.
func (l *soakLog) Write(line []byte) (int, error) {
	var r struct {
		Msg          string `json:"msg"`
		InvocationId string
		EventId      string
		Report       report.Report `json:"report"`
		Desktops     []report.DesktopReport
		Callback     report.CallbackResult
	}
	if err := json.Unmarshal(line, &r); err != nil {
		l.t.Errorf("a line of the log is not JSON: %s", line)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.invocations[r.InvocationId]
	if lines == nil {
		lines = &soakLines{}
		l.invocations[r.InvocationId] = lines
	}
	switch r.Msg {
	case "report":
		lines.reports = append(lines.reports, r.Report)
	case "desktops":
		last := &lines.reports[len(lines.reports)-1]
		last.Desktops = append(last.Desktops, r.Desktops...)
	case "callback":
		lines.callbacks = append(lines.callbacks, soakCallback{r.EventId, r.Callback.Status})
	case "panic":
		l.t.Errorf("%s", line)
	}
	return len(line), nil
}

// of one invocation: what the log has.
func (l *soakLog) of(invocation string) soakLines {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lines := l.invocations[invocation]; lines != nil {
		return *lines
	}
	return soakLines{}
}

// check that the callbacks have arrived which the log says were delivered.
func (l *soakLog) check(t *testing.T, w *soakWorld) {
	type key struct{ invocation, event string }
	arrived := map[key]bool{}
	for _, d := range w.receiver.Deliveries() {
		var data report.Report
		if d.Event == nil || d.Err != "" || json.Unmarshal(d.Event.Data, &data) != nil {
			t.Errorf("a callback is no report: %s", d.Err)
			continue
		}
		arrived[key{data.InvocationId, data.EventId}] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for invocation, lines := range l.invocations {
		for _, c := range lines.callbacks {
			if c.status == report.CallbackDelivered && !arrived[key{invocation, c.eventID}] {
				t.Errorf("%s: the report of %s was delivered, says the log; it has not arrived", invocation, c.eventID)
			}
		}
	}
}
