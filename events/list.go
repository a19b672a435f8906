package events

import (
	"strconv"
	"strings"
	"unicode"
)

// Limits of lists.
const (
	maxSelectedUsers = 100 // what DescribeDesktops takes
	maxExcludedUsers = 10000
)

func (v value) desktopIds() ([]string, *Error) {
	return v.list(ids{"a desktop ID such as ecd-7w78ozhjcwa3u0001", ValidDesktopId, MaxDesktopIds})
}

func (v value) endUserIds(most int) ([]string, *Error) {
	return v.list(ids{"a user ID", validEndUserId, most})
}

// ids describes what a list holds.
type ids struct {
	what  string
	valid func(string) bool
	most  int // different ones
}

// list reads an array of strings, or one string with separators. Repeats are
// removed. A single ID that is not valid refuses the list: the sender meant a
// desktop that would silently not be stopped, or not be spared.
func (v value) list(want ids) ([]string, *Error) {
	l := list{ids: want, seen: make(map[string]struct{})}
	var err *Error
	switch kindOf(v.json) {
	case '[':
		err = l.addArray(v)
	case '"':
		err = l.addSeparated(v)
	default:
		return nil, v.fault(WrongType, "must be an array of strings, or one string with separators")
	}
	if err != nil {
		return nil, err
	}
	if len(l.items) == 0 {
		return nil, v.fault(Empty, "is empty: leave the field out, or name at least one")
	}
	return l.items, nil
}

type list struct {
	ids
	items []string
	seen  map[string]struct{}
}

func (l *list) addArray(v value) *Error {
	for i, raw := range elements(v.json) {
		if kindOf(raw) != '"' {
			return fault(WrongType, elementPath(v.path, i), "must be a string")
		}
		// What text makes of half a surrogate would be printable in a user ID.
		if halfSurrogate(raw) {
			return fault(InvalidUTF8, elementPath(v.path, i), "holds half of a surrogate pair")
		}
		if code, message := l.add(text(raw)); code != "" {
			return fault(code, elementPath(v.path, i), "%s", message)
		}
	}
	return nil
}

func (l *list) addSeparated(v value) *Error {
	s, err := v.string()
	if err != nil {
		return err
	}
	n := 0
	for item := range strings.FieldsFuncSeq(s, separator) {
		n++
		if code, message := l.add(item); code != "" {
			return v.fault(code, "at item %d: %s", n, message)
		}
	}
	return nil
}

// separator: those of Western and of Chinese keyboards, whose space is U+3000.
func separator(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;|、，；", r) }

func (l *list) add(item string) (code, message string) {
	if !l.valid(item) {
		return InvalidValue, "is not " + l.what
	}
	if _, repeated := l.seen[item]; repeated {
		return "", ""
	}
	if len(l.items) == l.most {
		return TooLarge, "more than " + strconv.Itoa(l.most) + " different ones"
	}
	l.seen[item] = struct{}{}
	l.items = append(l.items, item)
	return "", ""
}
