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
	spans, ok := split(raw)
	switch {
	case len(spans) > MaxBatch:
		return nil, fault(TooLarge, path, "has more than %d elements", MaxBatch)
	case !ok:
		return nil, syntaxFault(raw, path)
	case len(spans) == 0:
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
