package events

// DecodeBody splits the body of an authenticated HTTP request: one request, or an
// array of them. The error is an [*Error]; a fault of one element is in its Err.
// Paths start at the body.
func DecodeBody(body []byte) ([]Event, error) {
	events, err := decodeBody(body)
	if err != nil {
		return nil, err
	}
	return events, nil
}

// OpenBody returns the JSON document that the body of an authenticated HTTP request is. A body that is
// a JSON string was encoded twice: the document is what the string holds. The error is an [*Error].
func OpenBody(body []byte) ([]byte, error) {
	doc, err := receive(body)
	if err != nil {
		return nil, err
	}
	return doc.text, nil
}

func decodeBody(body []byte) ([]Event, *Error) {
	doc, err := receive(body)
	if err != nil {
		return nil, err
	}
	items, err := doc.items("the body is empty: send a request")
	switch {
	case err != nil:
		return nil, err
	case doc.kind != '{' && doc.kind != '[':
		return nil, doc.fault(WrongType, "must be an object or an array of objects")
	}
	events := make([]Event, len(items))
	for i, it := range items {
		e := Event{Kind: HTTP, Suffix: it.suffix, Path: it.path, Err: it.err}
		switch {
		case e.Err != nil:
		case it.kind != '{':
			e.Err = noObject(it.value)
		default:
			e.Payload = it.json
		}
		events[i] = e
	}
	return events, nil
}
