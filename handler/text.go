package handler

import (
	"strings"
	"unicode"
)

// clean takes control and formatting characters out of foreign text (a log or a terminal would
// obey them) and cuts it to about so many bytes.
func clean(text string, limit int) string {
	text = strings.Map(func(c rune) rune {
		if unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			return -1
		}
		return c
	}, text)
	for i := range text {
		if i >= limit {
			return text[:i] + "…"
		}
	}
	return text
}
