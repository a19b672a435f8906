package handler

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"sync"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// The memory for duplicates: so long, and so many at most. Beyond a warm instance it is the state of
// the desktops, and who has used them since, that keeps a repeated event from doing harm.
const (
	rememberFor  = time.Hour
	rememberMost = 10_000
)

// memory of the events that this instance has done. Safe for concurrent use.
type memory struct {
	mu    sync.Mutex
	done  map[eventKey]doneEvent
	order []eventKey // oldest first
}

// doneEvent is when an event was done, and what it asked for.
type doneEvent struct {
	at      time.Time
	payload [sha256.Size]byte
}

// eventKey identifies an event: a digest, because IDs are foreign text of any length.
type eventKey [sha256.Size]byte

// key of the event of j. Kind, route and source are part of it, so that nobody's choice of an ID can make
// the event of another sender look like a duplicate.
func (j *job) key() eventKey {
	h, route := sha256.New(), ""
	if j.route != nil {
		route = j.route.Name
	}
	for _, part := range []string{string(j.event.Kind), route, j.event.Source, j.id} {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return eventKey(h.Sum(nil))
}

// find the event, if it was done within the last hour.
func (m *memory) find(k eventKey) (doneEvent, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.done[k]
	return e, ok && time.Since(e.at) < rememberFor
}

// add an event that is done.
func (m *memory) add(k eventKey, payload []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done == nil {
		m.done = map[eventKey]doneEvent{}
	}
	if _, again := m.done[k]; !again {
		m.order = append(m.order, k)
	}
	m.done[k] = doneEvent{time.Now(), sha256.Sum256(payload)}
	for len(m.order) > rememberMost {
		delete(m.done, m.order[0])
		m.order = m.order[1:]
	}
}

// dropDuplicates ends the jobs whose event was done before, or comes twice in this invocation. One
// that asks for a dry run neither is a duplicate nor makes one. An ID that comes again with another
// request is a mistake of the sender: taken for a duplicate, the second request would be lost.
func (r *run) dropDuplicates() {
	here := map[eventKey][sha256.Size]byte{}
	for _, j := range r.live() {
		if j.dryRun {
			continue
		}
		k, payload := j.key(), sha256.Sum256(j.event.Payload)
		first, again := here[k]
		if before, ok := r.h.memory.find(k); ok {
			first, again = before.payload, true
		}
		switch {
		case !again:
			here[k] = payload
		case first == payload:
			j.status = report.StatusDuplicate
		default:
			j.reject(&report.Problem{Code: events.Conflict, Path: j.event.Path, HTTPStatus: http.StatusUnprocessableEntity,
				Message: "another request came with the same event ID: give each its own"})
		}
	}
}

// remember a job that went well. One that did not may come again, to be continued. So may one that left
// a desktop to another event of its invocation: that event's stop is not what it asked for.
func (r *run) remember(j *job) {
	done := j.report.Status == report.StatusDone || j.report.Status == report.StatusAccepted
	conflict := slices.ContainsFunc(j.report.Desktops, func(d report.DesktopReport) bool { return d.Reason == report.ReasonConflict })
	if done && !conflict {
		r.h.memory.add(j.key(), j.event.Payload)
	}
}
