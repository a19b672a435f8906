package events

import "bytes"

// unmarked returns a document without the byte order mark that some editors and libraries put in front of UTF-8.
func unmarked(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\ufeff")) }

// inUTF8 returns a document that comes from outside without its byte order mark. What is not in UTF-8 is refused before its
// first byte says which kind of value it is.
func inUTF8(b []byte, path string) ([]byte, *Error) {
	if inUTF16(b) {
		return nil, fault(InvalidJSON, path, "is in UTF-16: send it in UTF-8")
	}
	return unmarked(b), nil
}

// inUTF16 reports whether a document starts as JSON in UTF-16 or UTF-32 does: with a byte order mark of these, or with a
// character of ASCII beside zero bytes.
func inUTF16(b []byte) bool {
	return len(b) > 1 && (b[0] == 0 || b[1] == 0 || string(b[:2]) == "\xff\xfe" || string(b[:2]) == "\xfe\xff")
}
