package events

// element is one element of a batch: its JSON, or why it cannot be read.
type element struct {
	json []byte
	at   place
	err  *Error
}

// readBatch splits an array that has not been checked into at least one and at most
// MaxBatch elements. These are checked one by one, so that one that is too deep or
// not UTF-8 spoils no other. Bad syntax spoils all: then it is not certain where
// the elements begin and end.
func readBatch(raw []byte, path string) ([]element, *Error) {
	spans, err := split(raw, path)
	if err != nil {
		return nil, err
	}
	if len(spans) == 0 {
		return nil, fault(Empty, path, "the array is empty: send at least one request")
	}
	batch := make([]element, len(spans))
	for i, s := range spans {
		e := element{json: raw[s.start:s.end:s.end], at: place{path: elementPath(path, i), suffix: suffix(i)}}
		e.err = check(e.json, e.at.path, s.start)
		if e.err != nil && e.err.Code == InvalidJSON {
			return nil, syntaxFault(raw, e.at.path) // its place in all, not in the element
		}
		batch[i] = e
	}
	return batch, nil
}

type span struct{ start, end int }

// split finds the elements of an array that has not been checked. It verifies the
// brackets and commas of the array itself.
func split(b []byte, path string) ([]span, *Error) {
	var spans []span
	at := skipSpace(b, skipSpace(b, 0)+1)
	if at < len(b) && b[at] == ']' {
		return nil, onlySpace(b, at+1, path)
	}
	for {
		end := skipValue(b, at)
		if len(spans) == MaxBatch {
			return nil, fault(TooLarge, path, "has more than %d elements", MaxBatch)
		}
		spans = append(spans, span{at, end})
		at = skipSpace(b, end)
		switch {
		case at < len(b) && b[at] == ',':
			at = skipSpace(b, at+1)
		case at < len(b) && b[at] == ']':
			return spans, onlySpace(b, at+1, path)
		default:
			return nil, syntaxFault(b, path)
		}
	}
}

func onlySpace(b []byte, at int, path string) *Error {
	if at = skipSpace(b, at); at < len(b) {
		return syntaxFault(b, path)
	}
	return nil
}
