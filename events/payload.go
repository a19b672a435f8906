package events

import (
	"strconv"
	"strings"
)

// payload completes e with the request, or the requests, that v holds. hint tells
// the operator where a request belongs if there is none.
func (d *decoder) payload(e *Event, v value, hint string) *Error {
	e.Path = v.at.jsonPath()
	if v.kind == '"' {
		opened, err := open(v)
		switch {
		case err == nil:
			v = opened
		case strings.TrimSpace(v.text()) == "":
			v.kind = 0
		default:
			err.Message = hint + ": " + err.Message
			return err
		}
	}
	switch v.kind {
	case '{':
		e.Payload = v.json
		return nil
	case '[':
		return d.spread(*e, v)
	case 0, 'n':
		return v.fault(Empty, "holds no request: %s", hint)
	}
	return v.fault(WrongType, "must be an object, an array of objects, or a string that holds one: %s", hint)
}

// spread makes one event of each element of an array of requests, instead of e, which was the last event.
func (d *decoder) spread(e Event, v value) *Error {
	var events []Event
	for i, element := range v.elements() {
		if i > d.spare {
			return v.fault(TooLarge, "makes more than %d events of one invocation", MaxBatch)
		}
		part := e
		part.Suffix += suffix(i)
		part.Path = element.at.jsonPath()
		if element.kind == '{' {
			part.Payload = element.json
		} else {
			part.Err = element.fault(WrongType, "must be an object")
		}
		events = append(events, part)
	}
	if len(events) == 0 {
		return v.fault(Empty, "the array is empty: send at least one request")
	}
	d.spare -= len(events) - 1
	d.events = append(d.events[:len(d.events)-1], events...)
	return nil
}

func suffix(i int) string { return "#" + strconv.Itoa(i) }
