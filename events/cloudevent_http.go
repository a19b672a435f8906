package events

import (
	"mime"
	"slices"
	"strings"
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
	if mode != Binary {
		list, err = structuredEvents(r.Body, mode)
	} else {
		list, err = binaryEvent(r)
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

// structuredEvents reads the events of a body: one, or those of a batch.
func structuredEvents(body []byte, mode CloudEventMode) ([]Event, *Error) {
	doc, err := receive(body)
	var items []item
	switch {
	case err != nil:
	case mode == Batched && doc.kind != '[':
		err = doc.fault(WrongType, "must be an array of CloudEvents")
	case mode == Batched:
		items, err = doc.items("")
		if err != nil && err.Code == Empty { // the JSON format of CloudEvents allows it (section 4)
			return nil, nil
		}
	default:
		items = []item{{path: root}}
		items[0].value, err = read(doc.text, doc.at, "the body is empty: send a CloudEvent")
	}
	if err != nil {
		return nil, err
	}
	events := make([]Event, len(items))
	for i, it := range items {
		events[i] = it.structuredEvent()
	}
	return events, nil
}

func (it item) structuredEvent() Event {
	e := Event{Kind: HTTP, Suffix: it.suffix, Path: it.path}
	refused := e
	if refused.Err = it.err; it.err == nil {
		refused.Err = e.readStructured(it.value)
	}
	if refused.Err != nil {
		return refused
	}
	return e
}

func (e *Event) readStructured(v value) *Error {
	o, err := readEnvelope(v)
	if err != nil {
		return err
	}
	if version := o.text("specversion"); version != "1.0" {
		return o.get("specversion").fault(InvalidValue, "must be 1.0")
	}
	// A string there is a string: CloudEvents forbids to look for JSON in it.
	data, err := e.readAttributes(o)
	switch {
	case err != nil:
		return err
	case data.kind == 0:
		return data.fault(Empty, "holds no request: the event's data must be the request")
	case data.kind != '{':
		return data.fault(WrongType, "must be an object: the event's data must be the request")
	}
	e.Path, e.Payload, e.Unauthenticated = data.at.jsonPath(), data.json, false
	return nil
}
