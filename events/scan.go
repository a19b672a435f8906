package events

import (
	"bytes"
	"encoding/json"
	"iter"
)

// The functions below look for the ends of values only. On JSON that was checked
// they are exact; on other input they stay within b.

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func skipSpace(b []byte, i int) int {
	for i < len(b) && space(b[i]) {
		i++
	}
	return i
}

// trim removes JSON's white space, which is less than Unicode's.
func trim(b []byte) []byte { return bytes.Trim(b, " \t\n\r") }

func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

func skipValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i
		}
	}
	return len(b)
}

type span struct{ start, end int }

// split finds the elements of an array that has not been checked, and stops behind MaxBatch of them. ok says
// that the brackets and commas of the array itself are correct, as far as it got.
func split(b []byte) (spans []span, ok bool) {
	at := skipSpace(b, skipSpace(b, 0)+1)
	if at < len(b) && b[at] == ']' {
		return nil, skipSpace(b, at+1) == len(b)
	}
	for len(spans) <= MaxBatch {
		end := skipValue(b, at)
		spans = append(spans, span{at, end})
		at = skipSpace(b, end)
		switch {
		case at < len(b) && b[at] == ',':
			at = skipSpace(b, at+1)
		case at < len(b) && b[at] == ']':
			return spans, skipSpace(b, at+1) == len(b)
		default:
			return spans, false
		}
	}
	return spans, true
}

// elements yields the elements of a checked JSON array.
func elements(b []byte) iter.Seq2[int, json.RawMessage] {
	return func(yield func(int, json.RawMessage) bool) {
		at := skipSpace(b, 1)
		for i := 0; at < len(b) && b[at] != ']'; i++ {
			end := skipValue(b, at)
			if !yield(i, b[at:end:end]) {
				return
			}
			at = skipSpace(b, skipSpace(b, end)+1)
		}
	}
}

// members yields the members of a checked JSON object, repeated ones too.
func members(b []byte) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		at := skipSpace(b, 1)
		for at < len(b) && b[at] == '"' {
			nameEnd := skipString(b, at)
			name := text(b[at:nameEnd])
			value := skipSpace(b, skipSpace(b, nameEnd)+1)
			end := skipValue(b, value)
			if !yield(name, b[value:end:end]) {
				return
			}
			at = skipSpace(b, skipSpace(b, end)+1)
		}
	}
}

// kindOf returns the first byte of a checked value: {, [, ", t, f, n, a digit or
// minus; 0 for none.
func kindOf(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// scalar returns a string, or a number as it is written.
func scalar(b []byte) (string, bool) {
	switch c := kindOf(b); {
	case c == '"':
		return text(b), true
	case c == '-' || '0' <= c && c <= '9':
		return string(b), true
	}
	return "", false
}

// text is the value of a checked JSON string.
func text(b []byte) string {
	inner := b[1 : len(b)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return ""
	}
	return s
}
