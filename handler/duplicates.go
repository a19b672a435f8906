package handler

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Done events are remembered for so long, and at most so many of their IDs. Another instance knows none of
// them: there the state of the desktops, and who has used them since, keep a repeated event from doing harm.
const (
	rememberFor  = time.Hour
	rememberMost = 10_000
)

// dedup knows the events that this instance has done, and those that it is doing. It is safe for
// concurrent use.
type dedup struct {
	mu    sync.Mutex
	done  map[eventKey]doneEvent
	order []eventKey // of done, oldest first
	doing map[eventKey]*attempt
}

// doneEvent is when an event was done, and what it did.
type doneEvent struct {
	at      time.Time
	request requestDigest
}

// attempt is one invocation's work on an event, before it is known whether the event will be done.
type attempt struct {
	run     *run // the invocation
	keys    []eventKey
	request requestDigest
	over    chan struct{} // closed when the attempt has ended
}

// verdict on an event that is to begin.
type verdict int

const (
	isNew       verdict = iota
	isDuplicate         // it was done, or this invocation has it already
	isConflict          // another request had its ID
	isUnderWay          // another invocation works on it
)

// begin registers an attempt, unless the event needs none. It returns the attempt that was registered or,
// if the event is under way, the one to wait for.
func (d *dedup) begin(a *attempt) (verdict, *attempt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var other *attempt
	conflict := false
	for _, k := range a.keys {
		if e, ok := d.done[k]; ok && age(e.at, time.Now()) < rememberFor {
			if e.request == a.request {
				return isDuplicate, nil
			}
			conflict = true
		}
		switch b := d.doing[k]; {
		case b == nil:
		case b.request != a.request:
			conflict = true
		case b.run == a.run:
			return isDuplicate, nil
		default:
			other = b
		}
	}
	switch {
	case conflict:
		return isConflict, nil
	case other != nil:
		return isUnderWay, other
	}
	if d.doing == nil {
		d.doing = map[eventKey]*attempt{}
	}
	for _, k := range a.keys {
		d.doing[k] = a
	}
	return isNew, a
}

// end the attempt. Those who wait for it go on. It may end twice, and may be nil.
func (d *dedup) end(a *attempt, done bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a == nil || len(a.keys) == 0 || d.doing[a.keys[0]] != a {
		return
	}
	for _, k := range a.keys {
		delete(d.doing, k)
		if done {
			d.add(k, a.request)
		}
	}
	close(a.over)
}

// add an event that is done.
func (d *dedup) add(k eventKey, request requestDigest) {
	if d.done == nil {
		d.done = map[eventKey]doneEvent{}
	}
	if _, again := d.done[k]; !again {
		d.order = append(d.order, k)
	}
	d.done[k] = doneEvent{time.Now(), request}
	for len(d.order) > rememberMost {
		delete(d.done, d.order[0])
		d.order = d.order[1:]
	}
}

// age of what happened at a time: the longer one of the two clocks. The monotonic clock may stop
// while the platform freezes the instance, and the wall clock may be set back. An event that is forgotten
// too early is done again, which does no harm; one that is known too long would be lost.
func age(at, now time.Time) time.Duration {
	return max(now.Sub(at), now.Round(0).Sub(at.Round(0)))
}

// dropDuplicate ends the job if its event was done before, or comes twice in this invocation. One that
// another invocation works on waits: see startable. A job that asks for a dry run neither is a duplicate
// nor makes one.
func (j *job) dropDuplicate(r *run) {
	if j.dryRun {
		return
	}
	j.attempt = &attempt{run: r, keys: j.identity.keys(j.route), request: digest(j.request), over: make(chan struct{})}
	verdict, _ := r.dedup.begin(j.attempt)
	j.drop(verdict)
	j.waits = verdict == isUnderWay
}

// drop the job if the verdict says so. An ID that comes again with another request is a mistake of the
// sender: taken for a duplicate, the second request would be lost.
func (j *job) drop(v verdict) {
	switch v {
	case isDuplicate:
		j.status = report.StatusDuplicate
	case isConflict:
		j.conclusion = conclusion{report.StatusRejected, &report.Problem{Code: events.Conflict, Path: j.event.Path, HTTPStatus: http.StatusUnprocessableEntity,
			Message: "another request came with the same event ID: give each its own"}}
	}
}

// startable waits until no other invocation works on the event of j, and reports whether it is still to be
// done. It is not called a duplicate before: the other invocation may fail, and the event would be lost.
// When ctx ends, the order goes on, and says that its time is up.
func (j *job) startable(ctx context.Context, d *dedup) bool {
	for {
		verdict, other := d.begin(j.attempt)
		j.drop(verdict)
		if verdict != isUnderWay {
			return verdict == isNew
		}
		select {
		case <-other.over:
		case <-ctx.Done():
			return true
		}
	}
}

// final reports whether to remember the event as done. It is not remembered if it failed, or if one of its
// desktops was skipped as a conflict: then it may be sent again.
func (j *job) final() bool {
	done := j.report.Status == report.StatusDone || j.report.Status == report.StatusAccepted
	return done && !slices.ContainsFunc(j.report.Desktops, func(d report.DesktopReport) bool { return d.Reason == report.ReasonConflict })
}
