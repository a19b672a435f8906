package events

import "strings"

// httpSourceType begins the type of the events of EventBridge's HTTP source.
const httpSourceType = "eventbridge:Events:HTTPEvent"

// scheduleType begins the type of the events of EventBridge's scheduled event source.
const scheduleType = "eventbridge:Events:ScheduledEvent"

// cloudEvent reads an event as EventBridge delivers it. It returns the value that holds the request, and tells
// the operator where a request belongs.
func (e *Event) cloudEvent(o object) (data value, hint string, err *Error) {
	if data, err = e.readAttributes(o); err != nil {
		return data, "", err
	}
	for _, s := range messageSources {
		if !strings.HasPrefix(e.Type, s.typePrefix) {
			continue
		}
		if data.kind == 0 {
			return data, s.hint, nil
		}
		envelope, err := readEnvelope(data)
		return envelope.get(s.member), s.hint, err
	}
	return data, "the event's data must be the request", nil
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

// readAttributes reads the attributes of an event that are used, and returns its data.
func (e *Event) readAttributes(o object) (data value, err *Error) {
	if e.Source, err = o.identifier("source"); err != nil {
		return data, err
	}
	if e.ID, err = o.identifier("id"); err != nil {
		return data, err
	}
	if unfilled(e.ID) {
		return data, o.get("id").fault(InvalidValue, unfilledID)
	}
	e.Suffix = "" // the event has an ID
	if e.Type, err = o.identifier("type"); err != nil {
		return data, err
	}
	e.Unauthenticated = strings.HasPrefix(e.Type, httpSourceType)
	e.Scheduled = strings.HasPrefix(e.Type, scheduleType)
	if e.Time, err = o.time("time"); err != nil {
		return data, err
	}
	if e.Time.IsZero() {
		e.Time, _ = o.time("aliyunpublishtime")
	}
	e.Traceparent = Traceparent(o.text("traceparent"))
	return cloudEventData(o)
}

// cloudEventData returns the event's data; CloudEvents forbids to send both forms.
func cloudEventData(o object) (value, *Error) {
	data, encoded := o.get("data"), o.get("data_base64")
	switch {
	case encoded.kind == 0:
		return data, nil
	case data.kind != 0:
		return encoded, encoded.fault(Conflict, "is there beside data")
	case encoded.kind != '"':
		return encoded, encoded.fault(WrongType, "must be a string")
	}
	b, err := decode64(encoded.text())
	switch {
	case err != nil:
		return encoded, encoded.fault(InvalidValue, "is not base64")
	case len(b) == 0:
		return value{at: encoded.at}, nil
	}
	return read(b, encoded.at, "")
}
