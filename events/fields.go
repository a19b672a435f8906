package events

import "strings"

// field is one field of an object that is read strictly.
type field[T any] struct {
	name string
	read func(into *T, v value) *Error
}

// readFields reads a checked JSON object. It returns the paths of the fields that
// are given, by their proper names.
func readFields[T any](b []byte, path string, fields []field[T], into *T) (map[string]string, *Error) {
	if kindOf(b) != '{' {
		return nil, fault(WrongType, path, "must be an object")
	}
	given := make(map[string]string)
	for sent, raw := range members(b) {
		at := memberPath(path, sent)
		f := find(fields, sent)
		if f == nil {
			return nil, fault(UnknownField, at, "is not a known field; known are %s", names(fields))
		}
		if first, twice := given[f.name]; twice {
			return nil, fault(DuplicateField, at, "is %s again, already given as %s", f.name, first)
		}
		given[f.name] = at
		if kindOf(raw) == 'n' {
			return nil, fault(WrongType, at, "is null: leave the field out instead")
		}
		if err := f.read(into, value{raw, at}); err != nil {
			return nil, err
		}
	}
	return given, nil
}

func find[T any](fields []field[T], sent string) *field[T] {
	for i := range fields {
		if matches(sent, fields[i].name) {
			return &fields[i]
		}
	}
	return nil
}

func names[T any](fields []field[T]) string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.name
	}
	return strings.Join(list, ", ")
}

// matches reports whether sent means the field name: the case of ASCII letters, '_'
// and '-' do not matter, nor does a plural s. Nothing else folds; Unicode would take
// the Kelvin sign for a k.
func matches(sent, name string) bool {
	at := 0
	for i := range len(sent) {
		c := sent[i]
		if c == '_' || c == '-' {
			continue
		}
		switch {
		case at < len(name) && lowerByte(c) == lowerByte(name[at]):
		case at == len(name) && lowerByte(c) == 's' && !strings.HasSuffix(name, "s"):
		default:
			return false
		}
		at++
	}
	return at >= len(name)
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
