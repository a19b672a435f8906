package events

import "encoding/json"

// Document reads a foreign JSON document at path, for those who look for single values in
// it: map[string]any, []any, string, json.Number, bool and nil. A member that appears twice is
// refused, because somebody else may have seen the other value. The error is an [*Error].
func Document(raw []byte, path string) (any, error) {
	raw = unmarked(raw)
	b := trim(raw)
	if len(b) == 0 {
		return nil, fault(Empty, path, "is empty: send a JSON document")
	}
	if err := check(raw, path, 0); err != nil {
		return nil, err
	}
	v, err := document(b, path)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// document reads checked JSON.
func document(b []byte, path string) (any, *Error) {
	switch kindOf(b) {
	case '{':
		o := map[string]any{}
		for name, raw := range members(b) {
			at := memberPath(path, name)
			if _, twice := o[name]; twice {
				return nil, fault(DuplicateField, at, "is there twice")
			}
			v, err := document(raw, at)
			if err != nil {
				return nil, err
			}
			o[name] = v
		}
		return o, nil
	case '[':
		list := []any{}
		for i, raw := range elements(b) {
			v, err := document(raw, elementPath(path, i))
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case '"':
		if halfSurrogate(b) {
			return nil, fault(InvalidUTF8, path, "holds half of a surrogate pair")
		}
		return text(b), nil
	case 't', 'f':
		return b[0] == 't', nil
	case 'n':
		return nil, nil
	}
	return json.Number(b), nil
}
