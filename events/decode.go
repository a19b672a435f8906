package events

// decoder collects the events of one invocation.
type decoder struct {
	events []Event
	spare  int // events that payloads holding several requests may still add
}

func (d *decoder) invocation(raw []byte) ([]Event, *Error) {
	doc, err := receive(raw)
	if err != nil {
		return nil, err
	}
	items, err := doc.items("the invocation is empty: send a request")
	switch {
	case err != nil && err.Code == InvalidUTF8 && doc.garbledHTTP():
		return []Event{{Kind: HTTP, Path: root, Err: err}}, nil
	case err != nil:
		return nil, err
	case doc.kind != '{' && doc.kind != '[':
		return nil, doc.fault(WrongType, "must be an object or an array")
	}
	d.spare = MaxBatch - len(items)
	d.events = make([]Event, 0, len(items))
	for i, it := range items {
		d.item(it, i, !doc.opened)
	}
	return d.events, nil
}

// garbledHTTP reports whether a document that is JSON, but not UTF-8, is an HTTP request. A stranger can write
// such a path: that is a faulty HTTP event, which gets a response like any other, and no fault of the invocation.
func (doc document) garbledHTTP() bool {
	if doc.kind != '{' {
		return false
	}
	o, err := readObject(doc.value)
	return err == nil && o.isHTTP()
}

// item reads the event, or the events, of the item at an index. A string is opened unless the document was a string itself.
func (d *decoder) item(it item, index int, openString bool) {
	n := len(d.events)
	d.events = append(d.events, Event{Kind: Direct, Suffix: it.suffix, Path: it.path, Envelope: index})
	v := it.value
	err := it.err
	if err == nil && v.kind == '"' && openString {
		if v, err = open(v); err != nil {
			err = err.inString()
		}
	}
	if err == nil && v.kind != '{' {
		err = noObject(v)
	}
	if err == nil {
		err = d.object(&d.events[n], v, it.whole)
	}
	if err != nil {
		d.events[n].Err = err
	}
}

// object completes e with an event of the kind that its shape tells.
func (d *decoder) object(e *Event, v value, whole bool) *Error {
	o, err := readObject(v)
	if err != nil {
		return err
	}
	s := shapeOf(o, whole)
	e.Kind, e.Scheduled = s.kind, s.kind == Timer
	var payload value
	var hint string
	switch {
	case s.trigger != "":
		return o.at.fault(Unsupported, "is an event of %s, which carries no request: use EventBridge, a timer, HTTP or a direct invocation", s.trigger)
	case s.kind == Direct && s.member == "":
		e.Payload = v.json
		return nil
	case o.twice != nil:
		return o.twice
	case s.kind == HTTP:
		e.HTTP, err = readHTTP(o)
		return err
	case s.kind == EventBridge:
		payload, hint, err = e.cloudEvent(o)
	case s.kind == Timer:
		payload, hint, err = e.timer(o)
	default: // a repeated delivery repeats no ID, source or time for certain
		payload, hint = o.get(s.member), "put the request into the message"
	}
	if err != nil {
		return err
	}
	return d.payload(e, payload, hint)
}

// noObject is the fault of an element that is none. What senders encode once too often is named.
func noObject(v value) *Error {
	if v.kind == '"' {
		return v.fault(WrongType, "must be an object, and is a string: send the object itself, not its JSON in a string")
	}
	return v.fault(WrongType, "must be an object")
}
