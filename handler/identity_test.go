package handler

import (
	"reflect"
	"testing"

	"stopdesktops/events"
)

// TestIdentify holds the table of identify: what names an event, and that nothing else makes two events the same.
func TestIdentify(t *testing.T) {
	key := events.Request{IdempotencyKey: "k"}
	bus := events.Event{Kind: events.EventBridge, Source: "s", ID: "1"}
	over := events.Event{Kind: events.HTTP}
	third := func(e events.Event) events.Event { e.Suffix = "#2"; return e }
	for _, c := range []struct {
		name    string
		event   events.Event
		proof   events.Proof
		request events.Request
		shown   string
		ids     []eventID
		part    string
	}{
		{"an envelope", bus, events.Proof{}, events.Request{}, "s|1", []eventID{{"eventbridge", "s", byEnvelope, "1", ""}}, ""},
		{"the third of an envelope", third(bus), events.Proof{}, events.Request{}, "s|1#2", []eventID{{"eventbridge", "s", byEnvelope, "1", "#2"}}, ""},
		{"an envelope and a key", third(bus), events.Proof{}, key, "s|1#2", []eventID{{"eventbridge", "s", byEnvelope, "1", "#2"}, {"eventbridge", "s", byKey, "k", ""}}, ""},
		{"a timer and a key", events.Event{Kind: events.Timer, Source: "n", ID: "t", Scheduled: true}, events.Proof{}, key, "n|t", []eventID{{"timer", "n", byEnvelope, "t", ""}}, ""},
		{"an envelope in a signed request", events.Event{Kind: events.HTTP, Source: "s", ID: "1"}, events.Proof{ID: "p", BodyHash: "h"}, events.Request{}, "s|1", []eventID{{"http", "s", byEnvelope, "1", ""}}, ""},
		{"a signed ID", third(over), events.Proof{ID: "p", BodyHash: "h"}, events.Request{}, "p#2", []eventID{{"http", "", bySignature, "p", "#2"}}, ""},
		{"a signed ID and a key", over, events.Proof{ID: "p"}, key, "p", []eventID{{"http", "", bySignature, "p", ""}, {"http", "", byKey, "k", ""}}, ""},
		{"a key", third(over), events.Proof{BodyHash: "h"}, key, "k", []eventID{{"http", "", byKey, "k", ""}}, ""},
		{"a signed body", third(over), events.Proof{BodyHash: "h"}, events.Request{}, "h#2", []eventID{{"http", "", byBody, "h", "#2"}}, ""},
		{"nothing", third(events.Event{Kind: events.Direct}), events.Proof{}, events.Request{}, "r#2", []eventID{{"direct", "", byInvocation, "r", "#2"}}, ""},
		{"a part of an envelope and a key", third(bus), events.Proof{}, key, "s|1#2#cn-beijing", []eventID{{"eventbridge", "s", byEnvelope, "1", "#2#cn-beijing"}, {"eventbridge", "s", byKey, "k", "#cn-beijing"}}, "#cn-beijing"},
		{"a part of a key", over, events.Proof{BodyHash: "h"}, key, "k#prod", []eventID{{"http", "", byKey, "k", "#prod"}}, "#prod"},
		{"a part of a signed body", over, events.Proof{BodyHash: "h"}, events.Request{}, "h#prod", []eventID{{"http", "", byBody, "h", "#prod"}}, "#prod"},
	} {
		got := identify(c.event, c.proof, c.request, c.part, "r")
		if got.shown != c.shown || !reflect.DeepEqual(got.ids, c.ids) {
			t.Errorf("%s: %+v, want %s %+v", c.name, got, c.shown, c.ids)
		}
	}
}

// TestKeysDiffer: no two of these IDs have the same key, however their fields could be joined.
func TestKeysDiffer(t *testing.T) {
	id := func(source, id, suffix string) identity {
		return identity{ids: []eventID{{events.EventBridge, source, byEnvelope, id, suffix}}}
	}
	other := id("a", "b", "")
	other.ids[0].form = byKey
	timer := id("a", "b", "")
	timer.ids[0].kind = events.Timer
	seen := map[eventKey]int{}
	for n, k := range []eventKey{
		id("a|b", "c", "").keys(nil)[0], id("a", "b|c", "").keys(nil)[0],
		id("a\x00", "b", "").keys(nil)[0], id("a", "\x00b", "").keys(nil)[0], id("a", "b", "").keys(nil)[0],
		id("s", "s|y\x00s\x00s|x", "").keys(nil)[0], id("s\x00s|y", "x", "").keys(nil)[0],
		id("a", "x#0", "").keys(nil)[0], id("a", "x", "#0").keys(nil)[0],
		other.keys(nil)[0], timer.keys(nil)[0], id("a", "b", "").keys(&Route{Name: "r"})[0], id("", "ab", "").keys(nil)[0],
	} {
		if first, again := seen[k]; again {
			t.Errorf("%d and %d have the same key", first, n)
		}
		seen[k] = n
	}
}

// TestDigest: each field of a request either changes what it does, or does not. A new field needs a line here.
func TestDigest(t *testing.T) {
	value, on, seconds := "v", true, 5
	base := func() events.Request {
		return events.Request{DesktopId: []string{"ecd-a", "ecd-b"}, Select: &events.Select{EndUserId: []string{"u", "v"}, Tag: []events.Tag{{Key: "a"}, {Key: "b"}}},
			Exclude: &events.Exclude{DesktopId: []string{"ecd-c", "ecd-d"}, EndUserId: []string{"w", "x"}, Tag: []events.Tag{{Key: "c"}, {Key: "d"}}}}
	}
	changes := map[string]struct {
		change func(*events.Request)
		same   bool
	}{
		"Account":        {change: func(q *events.Request) { q.Account = "prod" }},
		"RegionId":       {change: func(q *events.Request) { q.RegionId = "cn-shanghai" }},
		"DesktopId":      {change: func(q *events.Request) { q.DesktopId = append(q.DesktopId, "ecd-e") }},
		"StoppedMode":    {change: func(q *events.Request) { q.StoppedMode = "KeepCharging" }},
		"OsUpdate":       {change: func(q *events.Request) { q.OsUpdate = &on }},
		"Select":         {change: func(q *events.Request) { q.Select.OfficeSiteId = "o" }},
		"Exclude":        {change: func(q *events.Request) { q.Exclude.Tag[0].Value = &value }},
		"DryRun":         {change: func(q *events.Request) { q.DryRun = true }},
		"Force":          {change: func(q *events.Request) { q.Force = true }},
		"IdleMinutes":    {change: func(q *events.Request) { q.IdleMinutes = 1 }},
		"On":             {change: func(q *events.Request) { q.On = events.Workday }},
		"WaitSeconds":    {func(q *events.Request) { q.WaitSeconds = &seconds }, true},
		"CallbackUrl":    {func(q *events.Request) { q.CallbackUrl = "https://hooks.example.com/" }, true},
		"Reason":         {func(q *events.Request) { q.Reason = "again" }, true},
		"RequestedBy":    {func(q *events.Request) { q.RequestedBy = "somebody" }, true},
		"ApprovalToken":  {func(q *events.Request) { q.ApprovalToken = "t" }, true},
		"IdempotencyKey": {func(q *events.Request) { q.IdempotencyKey = "k" }, true},
		"order": {func(q *events.Request) {
			for _, list := range [][]string{q.DesktopId, q.Select.EndUserId, q.Exclude.DesktopId, q.Exclude.EndUserId} {
				list[0], list[1] = list[1], list[0]
			}
			for _, list := range [][]events.Tag{q.Select.Tag, q.Exclude.Tag} {
				list[0], list[1] = list[1], list[0]
			}
		}, true},
	}
	for name, c := range changes {
		q := base()
		c.change(&q)
		before := q.DesktopId[0]
		if same := digest(q) == digest(base()); same != c.same {
			t.Errorf("%s: the same request: %v, want %v", name, same, c.same)
		}
		if q.DesktopId[0] != before {
			t.Errorf("%s: digest has sorted the request itself", name)
		}
	}
	for field := range reflect.TypeFor[events.Request]().Fields() {
		if _, known := changes[field.Name]; !known {
			t.Errorf("%s: does it change what a request does?", field.Name)
		}
	}
}
