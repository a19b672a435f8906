package events

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of lists.
const maxUsers = 10000

func (v value) desktopIds() ([]string, *Error) {
	return v.list(ids{fault: desktopIdFault, split: splitAtBlanks, trims: true, most: MaxDesktopIds})
}

// endUserIds keeps the blanks at the ends of an ID, which are a fault. A desktop ID cannot have any,
// but each directory has another form of user IDs.
func (v value) endUserIds() ([]string, *Error) {
	return v.list(ids{fault: userIdFault, split: SplitUsers, most: maxUsers})
}

// ids describes what a list holds.
type ids struct {
	fault func(item string, skipped int) string // "" if the item is valid
	split func(text string) (items []string, err *Error)
	trims bool // blanks around an item do not count
	most  int  // different ones
}

// list reads an array of strings, or one string with separators. Empty items and
// repeats are removed. A single ID that is not valid refuses the list: the sender
// meant a desktop that would silently not be stopped, or not be spared. So does a
// list without any: it must not mean all.
func (v value) list(kind ids) ([]string, *Error) {
	l := list{ids: kind, seen: make(map[string]struct{})}
	var err *Error
	switch v.kind {
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
	for _, element := range v.elements() {
		item, err := element.string()
		if err != nil {
			return err
		}
		if code, message := l.addElement(item); code != "" {
			return element.fault(code, "%s", message)
		}
	}
	return nil
}

// addElement of an array: forms and templates leave blanks around it, and empty ones beside it.
func (l *list) addElement(item string) (code, message string) {
	trimmed := strings.TrimSpace(item)
	if trimmed == "" {
		return "", ""
	}
	if !l.trims {
		return l.add(item, 0)
	}
	before := item[:strings.Index(item, trimmed)]
	return l.add(trimmed, utf8.RuneCountInString(before))
}

func (l *list) addSeparated(v value) *Error {
	s, err := v.string()
	if err != nil {
		return err
	}
	items, err := l.split(s)
	if err != nil {
		return v.fault(err.Code, "%s", err.Message)
	}
	for i, item := range items {
		code, message := l.add(item, 0)
		switch {
		case code != "" && len(items) == 1:
			return v.fault(code, "%s", message)
		case code != "":
			return v.fault(code, "at item %d: %s", i+1, message)
		}
	}
	return nil
}

func splitAtBlanks(text string) ([]string, *Error) {
	return strings.FieldsFunc(text, Separator), nil
}

// SplitUsers returns the user IDs in a text with separators. It refuses a blank within an ID. The blank
// may separate two users or be part of one, and an exclusion must not spare somebody else. The error has no path.
func SplitUsers(text string) ([]string, *Error) {
	var items []string
	for item := range strings.FieldsFuncSeq(text, func(r rune) bool { return Separator(r) && !blank(r) }) {
		item = strings.TrimFunc(item, blank)
		if item == "" {
			continue
		}
		items = append(items, item)
		if strings.ContainsFunc(item, blank) {
			return nil, fault(InvalidValue, "", "at item %d: a blank may separate two users or be part of one: use an array, with one user in each element", len(items))
		}
	}
	return items, nil
}

// Separator reports whether r separates the items of a list in one string: the separators of Western and of
// Chinese keyboards, whose space is U+3000.
func Separator(r rune) bool { return unicode.IsSpace(r) || divides(r) }

// divides reports whether people write r between the items of a list, in any script and width. No ID holds it.
func divides(r rune) bool { return strings.ContainsRune(",;|、､،؛٬", narrow(r)) }

// blank is a space of any width. It ends no line.
func blank(r rune) bool { return unicode.Is(unicode.Zs, r) }

// add an item that skipped characters came before.
func (l *list) add(item string, skipped int) (code, message string) {
	if message := l.fault(item, skipped); message != "" {
		return InvalidValue, message
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
