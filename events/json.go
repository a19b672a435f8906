package events

import (
	"bytes"
	"encoding/json"
	"iter"
)

// value is a JSON value and where it is. read checks it, and what is below works on checked ones only.
type value struct {
	kind byte // the first byte: {, [, ", t, f, n, a digit or minus; 0: the value is missing
	json json.RawMessage
	at   place
}

func (v value) fault(code, format string, args ...any) *Error {
	return v.at.fault(code, format, args...)
}

// text is the text of a string.
func (v value) text() string {
	inner := v.json[1 : len(v.json)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	if err := json.Unmarshal(v.json, &s); err != nil {
		return ""
	}
	return s
}

// scalar returns a string, or a number as it is written.
func (v value) scalar() (string, bool) {
	switch {
	case v.kind == '"':
		return v.text(), true
	case v.kind == '-' || '0' <= v.kind && v.kind <= '9':
		return string(v.json), true
	}
	return "", false
}

// elements yields the elements of an array.
func (v value) elements() iter.Seq2[int, value] {
	return func(yield func(int, value) bool) {
		parent := v.at.jsonPath()
		b := v.json
		at := skipSpace(b, 1)
		for i := 0; at < len(b) && b[at] != ']'; i++ {
			end := skipValue(b, at)
			next := skipSpace(b, skipSpace(b, end)+1)
			if !yield(i, value{b[at], b[at:end:end], place{parent: parent, step: element, index: i}}) {
				return
			}
			at = next
		}
	}
}

// members yields the members of an object, repeated ones too.
func (v value) members() iter.Seq2[string, value] {
	return func(yield func(string, value) bool) {
		parent := v.at.jsonPath()
		b := v.json
		at := skipSpace(b, 1)
		for at < len(b) && b[at] == '"' {
			nameEnd := skipString(b, at)
			start := skipSpace(b, skipSpace(b, nameEnd)+1)
			end := skipValue(b, start)
			next := skipSpace(b, skipSpace(b, end)+1)
			name := value{json: b[at:nameEnd]}.text()
			if !yield(name, value{b[start], b[start:end:end], place{parent: parent, step: member, name: name}}) {
				return
			}
			at = next
		}
	}
}
