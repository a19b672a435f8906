package handler

import (
	"crypto/sha256"
	"sync"
	"time"
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
	done  map[eventKey]time.Time
	order []eventKey // oldest first
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

// has says whether the event was done within the last hour.
func (m *memory) has(k eventKey) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.done[k]
	return ok && time.Since(at) < rememberFor
}

// add an event that is done.
func (m *memory) add(k eventKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done == nil {
		m.done = map[eventKey]time.Time{}
	}
	if _, again := m.done[k]; !again {
		m.order = append(m.order, k)
	}
	m.done[k] = time.Now()
	for len(m.order) > rememberMost {
		delete(m.done, m.order[0])
		m.order = m.order[1:]
	}
}

// dropDuplicates ends the jobs whose event was done before, or comes twice in this invocation. A dry
// run does nothing, so it neither is a duplicate nor makes one.
func (r *run) dropDuplicates() {
	here := map[eventKey]bool{}
	for _, j := range r.live() {
		if j.request.DryRun {
			continue
		}
		k := j.key()
		if here[k] || r.h.memory.has(k) {
			j.status = StatusDuplicate
		}
		here[k] = true
	}
}

// remember a job that went well. One that did not may come again, to be continued.
func (r *run) remember(j *job, status Status) {
	if status == StatusDone || status == StatusAccepted {
		r.h.memory.add(j.key())
	}
}
