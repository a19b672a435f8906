package events

import (
	"encoding/base64"
	"strings"
	"time"
)

// httpSourceType begins the type of the events of EventBridge's HTTP source.
const httpSourceType = "eventbridge:Events:HTTPEvent"

// scheduleType begins the type of the events of EventBridge's scheduled event source.
const scheduleType = "eventbridge:Events:ScheduledEvent"

// isCloudEvent goes by specversion alone, which no request has: an object without
// one of the other required attributes is a CloudEvent with a clear fault.
func isCloudEvent(o object) bool { return o.has("specversion") }

// cloudEvent reads an event as EventBridge delivers it. Other attributes than these
// are not used.
func (d *decoder) cloudEvent(o object, at place) []Event {
	e := Event{Kind: EventBridge, Suffix: at.suffix, Path: at.path}
	if err := o.duplicateFault(); err != nil {
		return e.rejected(err)
	}
	if err := e.identify(o); err != nil {
		return e.rejected(err)
	}
	when, err := eventTime(o)
	if err != nil {
		return e.rejected(err)
	}
	e.Time = when
	e.Traceparent = Traceparent(o.text("traceparent"))
	data, err := cloudEventData(o)
	if err != nil {
		return e.rejected(err)
	}
	for _, s := range messageSources {
		if !strings.HasPrefix(e.Type, s.typePrefix) {
			continue
		}
		if data.json == nil {
			return d.payload(e, data, s.hint)
		}
		envelope, err := readEnvelope(data.json, data.path)
		if err != nil {
			return e.rejected(err)
		}
		return d.payload(e, envelope.get(s.member), s.hint)
	}
	return d.payload(e, data, "the event's data must be the request")
}

// messageSources are the event sources that wrap what a sender wrote into an
// further envelope inside data.
var messageSources = [...]struct{ typePrefix, member, hint string }{
	{"mns:", "messageBody", "put the request into the message body"},
	{"mq:", "body", "put the request into the message body"},
	{"amqp:", "body", "put the request into the message body"},
	{"alikafka:", "value", "put the request into the record's value"},
	{scheduleType, "UserData", "put the request into the UserData of the scheduled event source"},
	{httpSourceType, "body", "put the request into the HTTP body"},
}

// identify sets what names the event.
func (e *Event) identify(o object) *Error {
	var err *Error
	if e.Source, err = o.scalarField("source"); err != nil {
		return err
	}
	if e.ID, err = o.scalarField("id"); err != nil {
		return err
	}
	if unfilled(e.ID) {
		return o.fault("id", InvalidValue, unfilledID)
	}
	e.Suffix = "" // the event has an ID
	if e.Type, err = o.scalarField("type"); err != nil {
		return err
	}
	e.Unauthenticated = strings.HasPrefix(e.Type, httpSourceType)
	e.Scheduled = strings.HasPrefix(e.Type, scheduleType)
	return nil
}

// eventTime reads when the event happened. A time that is there but unreadable is a
// fault: nobody could tell how old the event is.
func eventTime(o object) (time.Time, *Error) {
	if v := o.get("time"); v.json != nil {
		when, ok := o.time("time")
		if !ok {
			return time.Time{}, timeFault(v.path)
		}
		return when, nil
	}
	published, _ := o.time("aliyunpublishtime")
	return published, nil
}

// cloudEventData returns the event's data; CloudEvents forbids to send both forms.
func cloudEventData(o object) (value, *Error) {
	data, encoded := o.get("data"), o.get("data_base64")
	if encoded.json == nil {
		return data, nil
	}
	none := value{path: encoded.path}
	if data.json != nil {
		return none, encoded.fault(Conflict, "is there beside data")
	}
	if kindOf(encoded.json) != '"' {
		return none, encoded.fault(WrongType, "must be a string")
	}
	b, err := base64.StdEncoding.DecodeString(text(encoded.json))
	if err != nil {
		return none, encoded.fault(InvalidValue, "is not base64")
	}
	if b = trim(unmarked(b)); len(b) == 0 {
		return none, nil
	}
	if err := check(b, encoded.path, 0); err != nil {
		return none, err
	}
	return value{b, encoded.path}, nil
}
