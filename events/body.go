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
	opened, err := openBody(body)
	if err != nil {
		return nil, err
	}
	return opened, nil
}

func openBody(body []byte) ([]byte, *Error) {
	const path = "$"
	body, err := inUTF8(body, path)
	if err != nil {
		return nil, err
	}
	b := trim(body)
	if kindOf(b) != '"' {
		return body, nil
	}
	if err := check(body, path, 0); err != nil {
		return nil, err
	}
	opened, err := open(text(b), path)
	if err != nil {
		err = err.inString()
	}
	return opened, err
}

// inString is the fault of what a JSON string holds.
func (e *Error) inString() *Error {
	e.Message = "is a JSON string, and what it holds " + e.Message
	return e
}

func decodeBody(body []byte) ([]Event, *Error) {
	const path = "$"
	body, err := openBody(body)
	if err != nil {
		return nil, err
	}
	switch b := trim(body); kindOf(b) {
	case 0:
		return nil, fault(Empty, path, "the body is empty: send a request")
	case '[':
		return bodyBatch(body, path)
	case '{':
		if err := check(body, path, 0); err != nil {
			return nil, err
		}
		return []Event{{Kind: HTTP, Path: path, Payload: b}}, nil
	}
	if err := check(body, path, 0); err != nil {
		return nil, err
	}
	return nil, fault(WrongType, path, "must be an object or an array of objects")
}

func bodyBatch(body []byte, path string) ([]Event, *Error) {
	batch, err := readBatch(body, path)
	if err != nil {
		return nil, err
	}
	events := make([]Event, len(batch))
	for i, element := range batch {
		e := Event{Kind: HTTP, Suffix: element.at.suffix, Path: element.at.path}
		switch {
		case element.err != nil:
			e.Err = element.err
		case element.json[0] != '{':
			e.Err = element.at.noObject(element.json)
		default:
			e.Payload = element.json
		}
		events[i] = e
	}
	return events, nil
}
