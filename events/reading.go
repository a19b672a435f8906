package events

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// document is what came in: one JSON value. It is checked when [read] or items reads it.
type document struct {
	value
	text   []byte // with the white space around the value, which the positions of faults count
	opened bool   // it was the JSON string that held this text
}

// item is one value of a document: the only one, or an element of its array.
type item struct {
	value
	path   string
	suffix string // for events without an ID
	whole  bool   // nothing is around it, the only place of trigger envelopes
	err    *Error // why it cannot be read
}

// root is the path of a document.
const root = "$"

// receive returns the document that came in. What is not in UTF-8 is refused before its first byte says which kind of value
// it is. A JSON string was encoded twice: the document is what the string holds.
func receive(raw []byte) (document, *Error) {
	at := place{parent: root}
	if inUTF16(raw) {
		return document{}, at.fault(InvalidJSON, utf16)
	}
	text := unmarked(raw)
	doc := document{value: newValue(trim(text), at), text: text}
	if doc.kind != '"' {
		return doc, nil
	}
	v, err := read(text, at, "")
	if err != nil {
		return doc, err
	}
	if v, err = open(v); err != nil {
		return doc, err.inString()
	}
	return document{value: v, text: v.json, opened: true}, nil
}

// items returns the elements of an array, or the only value. empty is the message for a document without one.
func (doc document) items(empty string) ([]item, *Error) {
	if doc.kind == '[' {
		return batch(doc.text, doc.at)
	}
	v, err := read(doc.text, doc.at, empty)
	return []item{{value: v, path: root, whole: !doc.opened}}, err
}

// batch splits an array that has not been checked into at least one and at most
// MaxBatch elements. These are checked one by one, so that one that is too deep or
// not UTF-8 spoils no other. Bad syntax spoils all: then it is not certain where
// the elements begin and end.
func batch(text []byte, at place) ([]item, *Error) {
	spans, ok := split(text)
	switch {
	case len(spans) > MaxBatch:
		return nil, at.fault(TooLarge, "has more than %d elements", MaxBatch)
	case !ok:
		return nil, syntaxFault(text, at)
	case len(spans) == 0:
		return nil, at.fault(Empty, "the array is empty: send at least one request")
	}
	parent := at.jsonPath()
	items := make([]item, len(spans))
	for i, s := range spans {
		path := place{parent: parent, step: element, index: i}.jsonPath()
		v := newValue(text[s.start:s.end:s.end], place{parent: path})
		err := check(v.json, v.at, s.start)
		if err != nil && err.Code == InvalidJSON {
			return nil, syntaxFault(text, v.at) // its place in all, not in the element
		}
		items[i] = item{value: v, path: path, suffix: suffix(i), err: err}
	}
	return items, nil
}

func newValue(b []byte, at place) value {
	v := value{json: b, at: at}
	if len(b) > 0 {
		v.kind = b[0]
	}
	return v
}

// read checks a text that holds one value. empty is the message for a text without one.
func read(text []byte, at place, empty string) (value, *Error) {
	v := newValue(trim(text), at)
	if len(v.json) == 0 {
		return v, v.fault(Empty, "%s", empty)
	}
	return v, check(text, at, 0)
}

// trim removes JSON's white space, which is less than Unicode's.
func trim(b []byte) []byte { return bytes.Trim(b, " \t\n\r") }

// check verifies that b is one JSON value in UTF-8, nested at most MaxDepth deep.
// offset is where b begins in the document, for the byte positions of messages,
// which count from 1. Positions of bad syntax count from the beginning of b.
//
// The depth comes first, because encoding/json would call deep nesting a syntax
// error. UTF-8 comes last, because bad syntax is the more serious fault: see batch.
func check(b []byte, at place, offset int) *Error {
	switch {
	case tooDeep(b):
		return at.fault(TooDeep, "is nested deeper than %d levels", MaxDepth)
	case inUTF16(b):
		return at.fault(InvalidJSON, utf16)
	case !json.Valid(b):
		return syntaxFault(b, at)
	case !utf8.Valid(b):
		return at.fault(InvalidUTF8, "is not UTF-8 at byte %d: send UTF-8, percent-encoded in a path or a header", offset+invalidUTF8(b)+1)
	}
	return nil
}

const utf16 = "is in UTF-16: send it in UTF-8"

// inUTF16 reports whether a document starts as JSON in UTF-16 or UTF-32 does: with a byte order mark of these, or with a
// character of ASCII beside zero bytes.
func inUTF16(b []byte) bool {
	return len(b) > 1 && (b[0] == 0 || b[1] == 0 || string(b[:2]) == "\xff\xfe" || string(b[:2]) == "\xfe\xff")
}

func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(b)
}

// open reads a string that holds a JSON object or array, or such JSON in base64. Senders that encode
// what is encoded already leave a string in the string: that one is opened, too, and no further one.
func open(s value) (value, *Error) {
	v, err := openOnce(s)
	if err == nil && v.kind == '"' {
		v, err = openOnce(v)
	}
	switch {
	case err != nil:
		return v, err
	case v.kind == '"':
		return v, v.fault(WrongType, "is encoded as JSON more than twice: send the JSON itself")
	case v.kind != '{' && v.kind != '[':
		return v, v.fault(WrongType, "must be the JSON of an object or an array")
	}
	return v, nil
}

// openOnce reads the JSON value in a string.
func openOnce(s value) (value, *Error) {
	text := s.text()
	v, err := read(unmarked([]byte(text)), s.at, "is empty: put a request there")
	if err == nil || err.Code != InvalidJSON {
		return v, err
	}
	b, no := decode64(strings.TrimSpace(text))
	if no != nil || len(b) == 0 || b[0] != '{' && b[0] != '[' {
		return v, err
	}
	return read(b, s.at, "")
}

// decode64 returns the text in a base64 string, without white space around it.
func decode64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	return trim(unmarked(b)), err
}

// unmarked returns a document without the byte order mark that some editors and libraries put in front of UTF-8.
func unmarked(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\ufeff")) }
