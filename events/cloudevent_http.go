package events

import (
	"mime"
	"slices"
	"strings"
	"time"
)

// CloudEventMode is how an HTTP request carries CloudEvents.
type CloudEventMode string

// The modes of the HTTP protocol binding of CloudEvents 1.0. In Structured and Batched mode all about
// an event is in the body; in Binary mode its attributes are headers.
const (
	Structured CloudEventMode = "structured"
	Batched    CloudEventMode = "batched"
	Binary     CloudEventMode = "binary"
)

// attributeHeaders are the attributes that are read in binary mode. All but the last are required.
var attributeHeaders = []string{"specversion", "id", "source", "type", "time"}

// CloudEventMode returns the mode of a request, or "" if it carries no CloudEvent. By the HTTP protocol
// binding one without a media type of CloudEvents can only be in binary mode, and one attribute is enough
// to tell: taken for a plain request, an event without ce-specversion would lose its ID and its time.
func (r *HTTPRequest) CloudEventMode() CloudEventMode {
	kind, _, _ := mime.ParseMediaType(r.Get("Content-Type"))
	switch {
	case strings.HasPrefix(kind, "application/cloudevents-batch"):
		return Batched
	case strings.HasPrefix(kind, "application/cloudevents"):
		return Structured
	case slices.ContainsFunc(attributeHeaders, func(name string) bool { return r.Get("ce-"+name) != "" }):
		return Binary
	}
	return ""
}

// DecodeCloudEvents reads the body of an authenticated HTTP request that carries CloudEvents in JSON.
// The payload of an event is its data. A batch may hold no event. The error is an [*Error]; a fault of
// one element of a batch is in its Err.
func DecodeCloudEvents(r *HTTPRequest, mode CloudEventMode) ([]Event, error) {
	var list []Event
	var err *Error
	switch mode {
	case Binary:
		list, err = binaryEvent(r)
	case Batched:
		list, err = batchedEvents(r.Body)
	default:
		list, err = structuredEvents(r.Body)
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

func structuredEvents(body []byte) ([]Event, *Error) {
	const path = "$"
	body, err := openBody(body)
	if err != nil {
		return nil, err
	}
	b := trim(body)
	if len(b) == 0 {
		return nil, fault(Empty, path, "the body is empty: send a CloudEvent")
	}
	if err := check(body, path, 0); err != nil {
		return nil, err
	}
	return []Event{structuredEvent(b, place{path: path})}, nil
}

func batchedEvents(body []byte) ([]Event, *Error) {
	const path = "$"
	body, err := openBody(body)
	if err != nil {
		return nil, err
	}
	if kindOf(trim(body)) != '[' {
		return nil, fault(WrongType, path, "must be an array of CloudEvents")
	}
	batch, err := readBatch(body, path)
	switch {
	case err != nil && err.Code == Empty: // the JSON format of CloudEvents allows it (section 4)
		return nil, nil
	case err != nil:
		return nil, err
	}
	var list []Event
	for _, element := range batch {
		e := Event{Kind: HTTP, Suffix: element.at.suffix, Path: element.at.path, Err: element.err}
		if element.err == nil {
			e = structuredEvent(element.json, element.at)
		}
		list = append(list, e)
	}
	return list, nil
}

// structuredEvent reads one event from checked JSON.
func structuredEvent(b []byte, at place) Event {
	e := Event{Kind: HTTP, Suffix: at.suffix, Path: at.path}
	refused := func(err *Error) Event {
		return Event{Kind: HTTP, Suffix: at.suffix, Path: at.path, Err: err}
	}
	o, err := readEnvelope(b, at.path)
	if err != nil {
		return refused(err)
	}
	if version := o.text("specversion"); version != "1.0" {
		return refused(o.fault("specversion", InvalidValue, "must be 1.0"))
	}
	if err := e.identify(o); err != nil {
		return refused(err)
	}
	if e.Time, err = eventTime(o); err != nil {
		return refused(err)
	}
	e.Unauthenticated, e.Traceparent = false, Traceparent(o.text("traceparent"))
	// A string there is a string: CloudEvents forbids to look for JSON in it.
	data, err := cloudEventData(o)
	switch e.Path = data.path; {
	case err != nil:
		return refused(err)
	case data.json == nil:
		return refused(data.fault(Empty, "holds no request: the event's data must be the request"))
	case kindOf(data.json) != '{':
		return refused(data.fault(WrongType, "must be an object: the event's data must be the request"))
	}
	e.Payload = data.json
	return e
}

func binaryEvent(r *HTTPRequest) ([]Event, *Error) {
	attribute := map[string]string{}
	for _, name := range attributeHeaders[:4] {
		value, err := r.attribute(name)
		if err != nil {
			return nil, err
		}
		if value == "" {
			return nil, fault(MissingField, "$", "the header ce-%s is missing: a CloudEvent in binary mode needs it, and a plain request must not have the ce- headers of one", name)
		}
		attribute[name] = value
	}
	if unfilled(attribute["id"]) {
		return nil, fault(InvalidValue, "$", "the header ce-id %s", unfilledID)
	}
	if attribute["specversion"] != "1.0" {
		return nil, fault(InvalidValue, "$", "the header ce-specversion must be 1.0")
	}
	when, err := r.binaryTime()
	if err != nil {
		return nil, err
	}
	list, err := decodeBody(r.Body)
	for i := range list {
		e := &list[i]
		e.ID, e.Source, e.Type, e.Time = attribute["id"], attribute["source"], attribute["type"], when
		e.Traceparent = Traceparent(r.Get("ce-traceparent"))
	}
	return list, err
}

// binaryTime reads the header ce-time. It is zero if the header is missing.
func (r *HTTPRequest) binaryTime() (time.Time, *Error) {
	text, err := r.attribute("time")
	if err != nil || r.Get("ce-time") == "" {
		return time.Time{}, err
	}
	when, ok := parseTime(text)
	if !ok {
		return time.Time{}, fault(InvalidTime, "$", "the header ce-time is not a time with its zone, such as 2026-11-02T19:00:00+08:00")
	}
	return when, nil
}
