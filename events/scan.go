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
