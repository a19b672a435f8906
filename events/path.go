package events

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxShown is how many characters of the sender's text a message or path repeats.
const maxShown = 64

// memberPath appends the member name to a JSON path, as the sender spelled it.
func memberPath(path, name string) string {
	if plainName(name) {
		return path + "." + name
	}
	name = strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(shorten(name))
	return path + "['" + name + "']"
}

func elementPath(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func plainName(name string) bool {
	if name == "" || len(name) > maxShown {
		return false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case '0' <= c && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return true
}

// shorten makes the sender's text fit for messages: see clean, cut to maxShown
// characters.
func shorten(s string) string {
	const longest = maxShown * utf8.UTFMax * 4 // more than is shown even if most is removed; the rest may be megabytes
	cut := len(s) > longest
	if cut {
		s = strings.ToValidUTF8(s[:longest], "")
	}
	s = clean(s)
	n := 0
	for i := range s {
		if n == maxShown {
			return s[:i] + "…"
		}
		n++
	}
	if cut {
		s += "…"
	}
	return s
}
