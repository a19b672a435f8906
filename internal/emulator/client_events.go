package emulator

import (
	"slices"
	"strconv"
	"time"
)

// A ClientEvent is an act of a user that DescribeClientEvents tells.
type ClientEvent struct {
	DesktopId string
	EndUserId string
	EventType string    // one of EventTypes
	EventTime time.Time // UTC, told in seconds; zero: Ago before the emulator's first use
	Ago       time.Duration
}

// EventTypes are the types of client events.
var EventTypes = []string{"DESKTOP_START", "DESKTOP_STOP", "DESKTOP_REBOOT", "DESKTOP_CONNECT", "DESKTOP_DISCONNECT",
	"CLIENT_LOGIN", "GET_CONNECTION_TICKET", "GET_LITE_CONNECTION_TICKET"}

// AddClientEvent adds an event while the emulator runs. ClientEventDelay
// counts from its EventTime.
func (e *EDS) AddClientEvent(ev ClientEvent) {
	e.load()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.events.add(ev, e.now())
}

// An eventLog holds the events in the order of the response: newest first.
type eventLog []ClientEvent

func (l *eventLog) add(ev ClientEvent, now time.Time) {
	if ev.EventTime.IsZero() {
		ev.EventTime = now.Add(-ev.Ago)
	}
	i, _ := slices.BinarySearchFunc(*l, ev, newestFirst)
	*l = slices.Insert(*l, i, ev)
}

// newEventLog makes a log of many events at once.
func newEventLog(events []ClientEvent, now time.Time) eventLog {
	l := slices.Clone(events)
	for i := range l {
		if ev := &l[i]; ev.EventTime.IsZero() {
			ev.EventTime = now.Add(-ev.Ago)
		}
	}
	slices.SortStableFunc(l, newestFirst)
	return l
}

func newestFirst(a, b ClientEvent) int { return b.EventTime.Compare(a.EventTime) }

// addSession notes that a user connected to or left d.
func (l *eventLog) addSession(d *desktop, connection string, now time.Time) {
	types := map[string]string{"Connected": "DESKTOP_CONNECT", "Disconnected": "DESKTOP_DISCONNECT"}
	if types[connection] == "" {
		return
	}
	ev := ClientEvent{DesktopId: d.DesktopId, EventType: types[connection], EventTime: now}
	if len(d.EndUserIds) > 0 {
		ev.EndUserId = d.EndUserIds[0]
	}
	l.add(ev, now)
}

// describeEvents is DescribeClientEvents: pages of events, newest first.
type describeEvents struct {
	region, desktop, user string
	types                 []string
	from, to              time.Time
	max                   int
	cursor                cursor
}

func parseEvents(p *params) operation {
	op := &describeEvents{
		region: p.required("RegionId"), desktop: p.text("DesktopId"), user: p.text("EndUserId"),
		types: p.list("EventTypes", len(EventTypes)),
		from:  p.instant("StartTime"), to: p.instant("EndTime"),
		max: p.number("MaxResults", 100, 100),
	}
	for _, t := range op.types {
		p.check("EventTypes", t, EventTypes)
	}
	if t := p.oneOf("EventType", EventTypes...); t != "" {
		if op.types != nil {
			p.fail(errParameter("EventType and EventTypes exclude each other"))
		}
		op.types = []string{t}
	}
	if !op.from.IsZero() && !op.to.IsZero() && op.to.Before(op.from) {
		p.fail(errParameter("EndTime is before StartTime"))
	}
	op.cursor, _ = p.cursor()
	return op
}

type eventsAnswer struct {
	Events    []eventRow
	NextToken string
	RequestId string
}

type eventRow struct {
	EventId, EventType, EventTime, DesktopId, DesktopName, EndUserId, RegionId, OfficeSiteId string
	AliUid, ClientOS, ClientVersion, ClientIp, Status                                        string
}

func (op *describeEvents) run(e *EDS, c *Call, now time.Time) (any, *apiError) {
	a := eventsAnswer{Events: []eventRow{}, RequestId: c.RequestId}
	if op.cursor.Total == 0 { // events that come meanwhile must not shift the pages
		op.cursor.Total = len(e.events)
	}
	newer := max(0, len(e.events)-op.cursor.Total)
	for i := op.cursor.Next + newer; i < len(e.events); i++ {
		ev := e.events[i]
		d := e.store.byId[ev.DesktopId]
		if !op.matches(ev, d) || now.Before(ev.EventTime.Add(e.ClientEventDelay)) {
			continue
		}
		if len(a.Events) == op.max {
			op.cursor.Next = i - newer
			a.NextToken = op.cursor.token()
			break
		}
		a.Events = append(a.Events, eventRow{
			EventId: "event-" + strconv.Itoa(len(e.events)-i), EventType: ev.EventType,
			EventTime: ev.EventTime.UTC().Format("2006-01-02T15:04:05Z"), DesktopId: ev.DesktopId, DesktopName: d.DesktopName,
			EndUserId: ev.EndUserId, RegionId: d.RegionId, OfficeSiteId: d.OfficeSiteId,
			AliUid: "1000000000000000", ClientOS: "Windows 11", ClientVersion: "7.8.0", ClientIp: "203.0.113.7", Status: "200",
		})
	}
	return a, nil
}

// matches reports whether the event is asked for; d is nil for a desktop the
// fleet does not have, whose events belong to no region.
func (op *describeEvents) matches(ev ClientEvent, d *desktop) bool {
	t := ev.EventTime.Truncate(time.Second)
	return d != nil && d.RegionId == op.region &&
		(op.desktop == "" || op.desktop == ev.DesktopId) &&
		(op.user == "" || op.user == ev.EndUserId) &&
		(op.types == nil || slices.Contains(op.types, ev.EventType)) &&
		(op.from.IsZero() || !t.Before(op.from)) &&
		(op.to.IsZero() || !t.After(op.to))
}
