package events

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxShown is how many characters of the sender's text a message or path repeats.
const maxShown = 64

// place is where a value is, a JSON path. Its last step is written when somebody asks for it: most paths are never shown.
type place struct {
	parent string
	step   step
	name   string // of a member, as the sender spelled it
	index  int    // of an element
}

// step is the last one of a path.
type step byte

const (
	none step = iota // the path is that of the parent
	member
	element
)

// jsonPath returns the path, with the names in it as the sender spelled them.
func (p place) jsonPath() string {
	switch {
	case p.step == none:
		return p.parent
	case p.step == element:
		return p.parent + "[" + strconv.Itoa(p.index) + "]"
	case plainName(p.name):
		return p.parent + "." + p.name
	}
	name := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(shorten(p.name))
	return p.parent + "['" + name + "']"
}

func (p place) fault(code, format string, args ...any) *Error {
	return fault(code, p.jsonPath(), format, args...)
}

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
