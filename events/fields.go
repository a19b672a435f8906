package events

import (
	"strings"

	"stopdesktops/internal/spelling"
)

// field is one field of an object that is read strictly.
type field[T any] struct {
	name string
	read func(into *T, v value) *Error
}

// readFields reads an object. It returns the paths of the fields that
// are given, by their proper names.
func readFields[T any](v value, fields []field[T], into *T) (map[string]string, *Error) {
	if v.kind != '{' {
		return nil, v.fault(WrongType, "must be an object")
	}
	given := make(map[string]string)
	for sent, member := range v.members() {
		f := find(fields, sent)
		if f == nil {
			return nil, member.fault(UnknownField, "is not a known field: %s", hint(fields, sent))
		}
		if first, twice := given[f.name]; twice {
			return nil, member.fault(DuplicateField, "is %s again, already given as %s", f.name, first)
		}
		given[f.name] = member.at.jsonPath()
		if member.kind == 'n' {
			return nil, member.fault(WrongType, "is null: leave the field out instead")
		}
		if err := f.read(into, member); err != nil {
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

// hint names the field that was probably meant, or all there are.
func hint[T any](fields []field[T], sent string) string {
	for _, f := range fields {
		near := min(2, len(f.name)/2) // two changes make On of any other two letters
		if spelling.Edits(strings.ToLower(sent), strings.ToLower(f.name)) <= near {
			return "did you mean " + f.name + "?"
		}
	}
	return "known are " + names(fields)
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
