package events

import "strings"

// Traceparent returns what a sender says of the trace that an event belongs to, if it is well-formed as
// W3C Trace Context requires it: version, trace, parent and flags in lower-case hex; else nothing. What a
// future version may append is not accepted.
func Traceparent(s string) string {
	if len(s) != 55 || s[2] != '-' || s[35] != '-' || s[52] != '-' {
		return ""
	}
	version, trace, parent, flags := s[:2], s[3:35], s[36:52], s[53:]
	if !hex(version) || !hex(trace) || !hex(parent) || !hex(flags) || version == "ff" ||
		strings.Trim(trace, "0") == "" || strings.Trim(parent, "0") == "" {
		return ""
	}
	return s
}

func hex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }
