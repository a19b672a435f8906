package events

import (
	"encoding/json"
	"unicode/utf8"
)

// check verifies that b is one JSON value in UTF-8, nested at most MaxDepth deep.
// offset is where b begins in the document, for the byte positions of messages,
// which count from 1. Positions of bad syntax count from the beginning of b.
//
// The depth comes first, because encoding/json would call deep nesting a syntax
// error. UTF-8 comes last, because bad syntax is the more serious fault: see readBatch.
func check(b []byte, path string, offset int) *Error {
	if tooDeep(b) {
		return fault(TooDeep, path, "is nested deeper than %d levels", MaxDepth)
	}
	if inUTF16(b) {
		return fault(InvalidJSON, path, "is in UTF-16: send it in UTF-8")
	}
	if !json.Valid(b) {
		return syntaxFault(b, path)
	}
	if !utf8.Valid(b) {
		return fault(InvalidUTF8, path, "is not UTF-8 at byte %d: send UTF-8, percent-encoded in a path or a header", offset+invalidUTF8(b)+1)
	}
	return nil
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

// tooDeep does not need valid JSON.
func tooDeep(b []byte) bool {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
		case '{', '[':
			if depth++; depth > MaxDepth {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}
