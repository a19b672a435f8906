//go:build clients

package clients

import (
	"maps"
	"testing"
	"time"
)

// eventCase is a CloudEvent, or several, as the library sends them.
type eventCase struct {
	name   string
	mode   string         // binary, structured or batch
	change map[string]any // of the event's attributes
	events int            // of a batch; 1 elsewhere
	header map[string]any // added to the library's, or in their place
	want   int            // status
	report string         // status in the callback of each; empty: there is none
}

const (
	accepted  = "accepted"
	duplicate = "duplicate"
)

var eventCases = []eventCase{
	{name: "binary", mode: "binary", events: 1, want: 202, report: accepted},
	{name: "structured", mode: "structured", events: 1, want: 202, report: accepted},
	{name: "batch", mode: "batch", events: 2, want: 202, report: accepted},
	{name: "empty batch", mode: "batch", events: 0, want: 200},
	{name: "extensions, and a subject", mode: "binary", events: 1, want: 202, report: accepted,
		change: map[string]any{"subject": `"disk", 95%ff`, "partitionkey": "a,b", "dataschema": "https://example.com/schema"}},
	{name: "a raw per cent sign", mode: "binary", events: 1, want: 202, report: accepted, change: map[string]any{"id": "disk 95% full"}},
	{name: "any text, structured", mode: "structured", events: 1, want: 202, report: accepted, change: map[string]any{"id": `"a, b" 审批`}},
	{name: "raw UTF-8", mode: "binary", events: 1, want: 202, report: accepted, change: map[string]any{"id": "é"}}, // node:http sends it so
	{name: "not UTF-8", mode: "binary", events: 1, want: 400, change: map[string]any{"id": "%C0%A0"}},
	{name: "half a pair of quotes", mode: "binary", events: 1, want: 422, change: map[string]any{"id": `"42`}},
	{name: "a comma", mode: "binary", events: 1, want: 422, change: map[string]any{"id": "1,2"}},
	{name: "an ID twice", mode: "binary", events: 1, want: 422, header: map[string]any{"ce-id": []string{"1", "2"}}},
	{name: "a time twice", mode: "binary", events: 1, want: 422, header: map[string]any{"ce-time": []string{"2026-11-22T20:00:00Z", "2026-11-22T20:00:00Z"}}},
	{name: "no ID", mode: "binary", events: 1, want: 422, header: map[string]any{"ce-id": ""}},
	{name: "old, binary", mode: "binary", events: 1, want: 200, report: "stale", change: map[string]any{"time": ago(2 * time.Hour)}},
	{name: "old, structured", mode: "structured", events: 1, want: 200, report: "stale", change: map[string]any{"time": ago(2 * time.Hour)}},
	{name: "ahead, structured", mode: "structured", events: 1, want: 422, report: "rejected", change: map[string]any{"time": ago(-time.Hour)}},
	{name: "wrong token, binary", mode: "binary", events: 1, want: 401, header: map[string]any{"Authorization": "Bearer fake-token-that-is-wrong"}},
	{name: "wrong token, batch", mode: "batch", events: 2, want: 401, header: map[string]any{"Authorization": "Bearer fake-token-that-is-wrong"}},
	{name: "token twice", mode: "structured", events: 1, want: 401, header: map[string]any{"Authorization": []string{"Bearer " + token, "Bearer " + token}}},
	{name: "content type twice", mode: "structured", events: 1, want: 415, header: map[string]any{"content-type": []string{"application/cloudevents+json", "application/cloudevents+json"}}},
}

func ago(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339Nano) }

// testCloudEvents sends what the library makes of events, in each mode, as it is, altered and again.
func (s *stage) testCloudEvents(t *testing.T) {
	for _, c := range eventCases {
		s.run(t, c.name, func(t *testing.T) {
			events, desktops := s.events(c.events, c.change)
			m := s.message(c.mode, events)
			maps.Copy(m.header, c.header)
			want := effect{status: c.want}
			for range c.events {
				if c.report != "" {
					want.reported = append(want.reported, c.report)
				}
			}
			if c.report == accepted {
				want.stopped = desktops
			}
			same(t, s.watch(func() { s.send("/events", m) }), want)
			if c.report != accepted {
				return
			}
			for i, desktop := range desktops {
				s.start(desktop)
				want.reported[i] = duplicate
			}
			same(t, s.watch(func() { s.send("/events", m) }), effect{200, nil, want.reported})
		})
	}
	for _, mode := range []string{"binary", "structured"} {
		s.run(t, "emitted, "+mode, func(t *testing.T) {
			events, desktops := s.events(1, nil)
			emit := func() {
				must[any](s.node, "emit", map[string]any{"mode": mode, "events": events, "url": s.url + "/events", "headers": map[string]string{"Authorization": "Bearer " + token}})
			}
			same(t, s.watch(emit), effect{202, desktops, []string{accepted}})
			s.start(desktops[0])
			same(t, s.watch(emit), effect{200, nil, []string{duplicate}})
		})
	}
	s.run(t, "one event in every mode", func(t *testing.T) {
		events, desktops := s.events(1, map[string]any{"id": `95% "full"`})
		want := effect{202, desktops, []string{accepted}}
		for _, mode := range []string{"binary", "structured", "batch"} {
			m := s.message(mode, events)
			same(t, s.watch(func() { s.send("/events", m) }), want)
			s.start(desktops[0])
			want = effect{200, nil, []string{duplicate}}
		}
	})
	s.run(t, "fetched", func(t *testing.T) { // fetch sends headers as Latin-1
		events, _ := s.events(1, map[string]any{"id": "é"})
		m := s.message("binary", events)
		same(t, s.watch(func() {
			must[any](s.node, "fetch", map[string]any{"url": s.url + "/events", "headers": m.header, "body": m.body})
		}), effect{status: 400})
	})
	s.run(t, "signed", s.testSignedEvents)
}

// testSignedEvents signs CloudEvents with Standard Webhooks. The signature does not cover the attributes in headers, so
// that an event with others is the same event.
func (s *stage) testSignedEvents(t *testing.T) {
	sign := func(m message, id string) message {
		header := must[map[string]any](s.node, "sign", map[string]any{"library": "standardwebhooks", "secret": standardNew, "id": id, "at": time.Now().UnixMilli(), "body": m.body})
		maps.Copy(m.header, header)
		delete(m.header, "Authorization")
		return m
	}
	for _, mode := range []string{"binary", "structured", "batch"} {
		s.run(t, mode, func(t *testing.T) {
			events, desktops := s.events(1, nil)
			m := sign(s.message(mode, events), "msg_"+mode)
			same(t, s.watch(func() { s.send("/signed-events", m) }), effect{202, desktops, []string{accepted}})
			s.start(desktops[0])
			m.header["ce-id"], m.header["ce-source"] = "other", "/other"
			same(t, s.watch(func() { s.send("/signed-events", m) }), effect{200, nil, []string{duplicate}})
			m.body += " "
			same(t, s.watch(func() { s.send("/signed-events", m) }), effect{status: 401})
		})
	}
}

// events makes n events, each for a desktop of its own.
func (s *stage) events(n int, change map[string]any) (events []map[string]any, desktops []string) {
	events = []map[string]any{}
	for range n {
		desktop := s.desktop()
		event := map[string]any{"id": "event-" + desktop, "source": "/monitoring/approvals", "type": "com.example.approved",
			"time": ago(0), "datacontenttype": "application/json", "data": map[string]any{"DesktopId": []string{desktop}, "Reason": "审批 ✓"}}
		maps.Copy(event, change)
		events, desktops = append(events, event), append(desktops, desktop)
	}
	return events, desktops
}

// message lets the library make a message of events, with the token of the route.
func (s *stage) message(mode string, events []map[string]any) message {
	s.t.Helper()
	m := must[struct {
		Headers map[string]any
		Body    string
	}](s.node, "message", map[string]any{"mode": mode, "events": events})
	m.Headers["Authorization"] = "Bearer " + token
	return message{m.Headers, m.Body}
}
