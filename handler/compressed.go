package handler

import (
	"bytes"
	"slices"
	"strings"

	"stopdesktops/events"
)

// compressed says whether the body of a request is not the JSON itself: its header says so, or it
// begins like the output of gzip, zlib or zstd. Nobody decompresses it: a small body could become a
// huge one.
func compressed(q *events.HTTPRequest) bool {
	encoding := strings.TrimSpace(q.Get("Content-Encoding"))
	return encoding != "" && !strings.EqualFold(encoding, "identity") ||
		slices.ContainsFunc(magic, func(begin string) bool { return bytes.HasPrefix(q.Body, []byte(begin)) })
}

// magic bytes, and what becomes of those of gzip where somebody takes them for text.
var magic = []string{"\x1f\x8b", "\x1f\u008b", "\x1f\ufffd", "x\x01", "x\x9c", "x\xda", "\x28\xb5\x2f\xfd"}
