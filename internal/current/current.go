// Package current makes an event of another time one that happens now: samples, and events that
// somebody has kept.
package current

import (
	"time"

	"stopdesktops/events"
)

// Event moves every time in an event by the same amount, so that the event happens now.
func Event(event []byte, now time.Time) []byte {
	happened := eventTime(event)
	if happened.IsZero() { // only the payload holds times, such as one that a route maps
		_ = eachTime(event, func(t time.Time) time.Time { happened = later(happened, t); return t })
	}
	if happened.IsZero() {
		return event
	}
	move := now.Sub(happened)
	return eachTime(event, func(t time.Time) time.Time { return t.Add(move) })
}

// eventTime returns the latest time at which the function takes the events of an invocation to have happened. It is
// zero if none has a time. Times of the payload do not count: a deadline lies ahead of its event.
func eventTime(event []byte) time.Time {
	var latest time.Time
	list, err := events.Decode(event)
	if err != nil {
		return latest
	}
	for _, e := range list {
		latest = later(latest, e.Time)
		if e.HTTP != nil {
			latest = later(latest, requestTime(e.HTTP))
		}
	}
	return latest
}

// timeHeaders are the request headers in which a time is signed.
var timeHeaders = []string{"Webhook-Timestamp", "X-Zendesk-Webhook-Signature-Timestamp"}

// requestTime returns the latest time of an HTTP request: of its arrival, its signature, and its CloudEvents.
func requestTime(q *events.HTTPRequest) time.Time {
	latest := q.Time
	for _, name := range timeHeaders {
		if t, ok := events.ParseTime(q.Get(name)); ok {
			latest = later(latest, t)
		}
	}
	mode := q.CloudEventMode()
	if mode == "" {
		return latest
	}
	list, err := events.DecodeCloudEvents(q, mode)
	if err != nil {
		return latest
	}
	for _, e := range list {
		latest = later(latest, e.Time)
	}
	return latest
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
