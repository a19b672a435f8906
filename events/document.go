package events

import "encoding/json"

// Document reads a foreign JSON document at a path, for those who look for single values in
// it: map[string]any, []any, string, json.Number, bool and nil. A member that appears twice is
// refused, because somebody else may have seen the other value. The error is an [*Error].
func Document(raw []byte, at string) (any, error) {
	v, err := read(unmarked(raw), place{parent: at}, "is empty: send a JSON document")
	if err != nil {
		return nil, err
	}
	doc, err := tree(v)
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// tree returns a value in Go's types.
func tree(v value) (any, *Error) {
	switch v.kind {
	case '{':
		o := map[string]any{}
		for name, member := range v.members() {
			if _, twice := o[name]; twice {
				return nil, member.fault(DuplicateField, "is there twice")
			}
			m, err := tree(member)
			if err != nil {
				return nil, err
			}
			o[name] = m
		}
		return o, nil
	case '[':
		list := []any{}
		for _, element := range v.elements() {
			e, err := tree(element)
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
		return list, nil
	case '"':
		s, err := v.string()
		if err != nil {
			return nil, err
		}
		return s, nil
	case 't', 'f':
		return v.kind == 't', nil
	case 'n':
		return nil, nil
	}
	return json.Number(v.json), nil
}
