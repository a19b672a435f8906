package events

import (
	"strings"
	"unicode"
)

// Clean makes foreign text fit for one line of a log, a report and a terminal,
// and cuts it to about limit bytes: line breaks and tabs become spaces; other
// control characters, the formatting characters that reorder or hide text, and
// private ones are removed.
func Clean(s string, limit int) string {
	s = clean(s)
	for i := range s {
		if i >= limit {
			return s[:i] + "…"
		}
	}
	return s
}

func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\t', r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, s))
}

func hidden(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) }
