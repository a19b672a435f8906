package handler

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// notPlain refuses a body that is not the JSON itself: its header names an encoding, or it begins like
// compressed data. Nobody decompresses it: a small body could become a huge one.
func notPlain(q *events.HTTPRequest) *report.Problem {
	message := ""
	switch encoding := strings.TrimSpace(q.Get("Content-Encoding")); {
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		message = "the header Content-Encoding names an encoding, and none is read here: send the JSON as it is, without this header"
	case slices.ContainsFunc(magic, func(begin string) bool { return bytes.HasPrefix(q.Body, []byte(begin)) }):
		message = "the body is compressed, and compressed data is not read here: send the JSON as it is"
	default:
		return nil
	}
	return &report.Problem{Code: "UnsupportedMediaType", Message: message, HTTPStatus: http.StatusUnsupportedMediaType,
		HTTPHeader: map[string]string{"Accept-Encoding": "identity"}}
}

// magic bytes of gzip (also where it was taken for text), zlib, zstd, xz, bzip2, zip and lz4.
var magic = []string{
	"\x1f\x8b", "\x1f\u008b", "\x1f\ufffd", "x\x01", "x\x5e", "x\x9c", "x\xda", "\x28\xb5\x2f\xfd",
	"\xfd7zXZ\x00", "BZh", "PK\x03\x04", "\x04\x22\x4d\x18",
}
