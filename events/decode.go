package events

import (
	"encoding/base64"
	"strings"
)

// decoder counts the events of one invocation.
type decoder struct {
	spare int // events that payloads holding several requests may still add
}

// place is where a value is in the invocation.
type place struct {
	path   string
	suffix string // for events without an ID
	whole  bool   // it is the whole invocation, the only place of trigger envelopes
}

func (d *decoder) invocation(raw []byte) ([]Event, *Error) {
	const path = "$"
	raw, err := inUTF8(raw, path)
	if err != nil {
		return nil, err
	}
	b := trim(raw)
	if len(b) == 0 {
		return nil, fault(Empty, path, "the invocation is empty: send a request")
	}
	if b[0] == '[' {
		return d.batch(raw, path, true)
	}
	if err := check(raw, path, 0); err != nil {
		if err.Code == InvalidUTF8 {
			return garbled(b, path, err)
		}
		return nil, err
	}
	switch b[0] {
	case '{':
		d.spare = MaxBatch - 1
		return d.object(b, place{path: path, whole: true}), nil
	case '"':
		return d.openedInvocation(text(b))
	}
	return nil, fault(WrongType, path, "must be an object or an array")
}

// garbled is an invocation that is JSON, but not UTF-8. A stranger can write such a path into an HTTP
// request: that is a faulty HTTP event, which gets a response like any other, and no fault of the invocation.
func garbled(b []byte, path string, err *Error) ([]Event, *Error) {
	if b[0] != '{' {
		return nil, err
	}
	if o, tooLarge := readObject(b, path); tooLarge == nil && isHTTP(o) {
		return []Event{{Kind: HTTP, Path: path, Err: err}}, nil
	}
	return nil, err
}

// openedInvocation reads an invocation that is a string, as EventBridge sends it
// when a target's form JSONPATH selects one.
func (d *decoder) openedInvocation(s string) ([]Event, *Error) {
	const path = "$"
	doc, err := open(s, path)
	if err != nil {
		return nil, err.inString()
	}
	if doc[0] == '[' {
		return d.batch(doc, path, false)
	}
	d.spare = MaxBatch - 1
	return d.object(doc, place{path: path}), nil
}

// batch reads an array of events. Their strings are opened unless the array was a
// string itself.
func (d *decoder) batch(raw []byte, path string, openStrings bool) ([]Event, *Error) {
	batch, err := readBatch(raw, path)
	if err != nil {
		return nil, err
	}
	d.spare = MaxBatch - len(batch)
	events := make([]Event, 0, len(batch))
	for i, element := range batch {
		for _, e := range d.element(element, openStrings) {
			e.Envelope = i
			events = append(events, e)
		}
	}
	return events, nil
}

func (d *decoder) element(e element, openStrings bool) []Event {
	if e.err != nil {
		return []Event{e.at.rejected(e.err)}
	}
	b := e.json
	if b[0] == '"' && openStrings {
		doc, err := open(text(b), e.at.path)
		if err != nil {
			return []Event{e.at.rejected(err.inString())}
		}
		b = doc
	}
	if b[0] != '{' {
		return []Event{e.at.rejected(e.at.noObject(b))}
	}
	return d.object(b, e.at)
}

// object tells by its shape what an object is.
func (d *decoder) object(b []byte, at place) []Event {
	o, err := readObject(b, at.path)
	if err != nil {
		return []Event{at.rejected(err)}
	}
	switch {
	case isCloudEvent(o):
		return d.cloudEvent(o, at)
	case at.whole && isTimer(o):
		return d.timer(o, at)
	case at.whole && isHTTP(o):
		return []Event{httpEvent(o, at)}
	}
	if name := unsupportedTrigger(o); name != "" {
		return []Event{at.rejected(fault(Unsupported, at.path,
			"is an event of %s, which carries no request: use EventBridge, a timer, HTTP or a direct invocation", name))}
	}
	if name := rawDataMember(o); name != "" {
		return d.rawData(o, name, at)
	}
	return []Event{{Kind: Direct, Suffix: at.suffix, Path: at.path, Payload: b}}
}

// noObject is the fault of an element that is none. What senders encode once too often is named.
func (at place) noObject(b []byte) *Error {
	if b[0] == '"' {
		return fault(WrongType, at.path, "must be an object, and is a string: send the object itself, not its JSON in a string")
	}
	return fault(WrongType, at.path, "must be an object")
}

func (at place) rejected(err *Error) Event {
	return Event{Kind: Direct, Suffix: at.suffix, Path: at.path, Err: err}
}

// open reads a string that holds a JSON object or array, or such JSON in base64. Senders that encode
// what is encoded already leave a string in the string: that one is opened, too, and no further one.
func open(s, path string) ([]byte, *Error) {
	doc, err := openOnce(s, path)
	if err == nil && doc[0] == '"' {
		doc, err = openOnce(text(doc), path)
	}
	switch {
	case err != nil:
		return nil, err
	case doc[0] == '"':
		return nil, fault(WrongType, path, "is encoded as JSON more than twice: send the JSON itself")
	case doc[0] != '{' && doc[0] != '[':
		return nil, fault(WrongType, path, "must be the JSON of an object or an array")
	}
	return doc, nil
}

// openOnce returns the JSON value in a string, without white space around it.
func openOnce(s, path string) ([]byte, *Error) {
	b := unmarked([]byte(s))
	doc := trim(b)
	if len(doc) == 0 {
		return nil, fault(Empty, path, "is empty: put a request there")
	}
	err := check(b, path, 0)
	if err != nil && err.Code == InvalidJSON {
		if decoded, ok := openBase64(s); ok {
			doc, err = decoded, check(decoded, path, 0)
		}
	}
	return doc, err
}

func openBase64(s string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	if err != nil {
		return nil, false
	}
	b = trim(unmarked(b))
	return b, len(b) > 0 && (b[0] == '{' || b[0] == '[')
}
