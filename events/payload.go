package events

import (
	"strconv"
	"strings"
)

// payload completes e with the request, or the requests, that v holds. hint tells
// the operator where a request belongs if there is none.
func (d *decoder) payload(e Event, v value, hint string) []Event {
	b, path := v.json, v.path
	e.Path = path
	if kindOf(b) == '"' {
		s := text(b)
		if strings.TrimSpace(s) == "" {
			b = nil
		} else if doc, err := open(s, path); err != nil {
			err.Message = hint + ": " + err.Message
			return e.rejected(err)
		} else {
			b = doc
		}
	}
	switch kindOf(b) {
	case '{':
		e.Payload = b
		return []Event{e}
	case '[':
		return d.spread(e, b, path)
	case 0, 'n':
		return e.rejected(fault(Empty, path, "holds no request: %s", hint))
	}
	return e.rejected(fault(WrongType, path, "must be an object, an array of objects, or a string that holds one: %s", hint))
}

// spread makes one event of each element of a checked array of requests.
func (d *decoder) spread(e Event, b []byte, path string) []Event {
	var events []Event
	for i, element := range elements(b) {
		if i > d.spare {
			return e.rejected(fault(TooLarge, path, "makes more than %d events of one invocation", MaxBatch))
		}
		part := e
		part.Suffix += suffix(i)
		part.Path = elementPath(path, i)
		if kindOf(element) == '{' {
			part.Payload = element
		} else {
			part.Err = fault(WrongType, part.Path, "must be an object")
		}
		events = append(events, part)
	}
	if len(events) == 0 {
		return e.rejected(fault(Empty, path, "the array is empty: send at least one request"))
	}
	d.spare -= len(events) - 1
	return events
}

func (e Event) rejected(err *Error) []Event {
	e.Err = err
	return []Event{e}
}

func suffix(i int) string { return "#" + strconv.Itoa(i) }
