package events

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// string reads any string.
func (v value) string() (string, *Error) {
	if v.kind != '"' {
		return "", v.fault(WrongType, "must be a string")
	}
	if halfSurrogate(v.json) {
		return "", v.fault(InvalidUTF8, "holds half of a surrogate pair")
	}
	return v.text(), nil
}

// word reads a string of 1 to longest visible characters.
func (v value) word(longest int) (string, *Error) {
	s, err := v.string()
	if err != nil {
		return "", err
	}
	switch {
	case strings.TrimSpace(s) == "":
		return "", v.fault(InvalidValue, "is empty: leave the field out instead")
	case utf8.RuneCountInString(s) > longest:
		return "", v.fault(TooLarge, "is longer than %d characters", longest)
	case !printable(s):
		return "", v.unprintable(s)
	}
	return s, nil
}

// unprintable is the fault of a text with a control or formatting character in it.
func (v value) unprintable(s string) *Error {
	return v.fault(InvalidValue, "has %s: take it out", flaw(s, 0, func(r rune) bool { return !unicode.IsPrint(r) }))
}

// printable allows the space but no other white space.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// literal reads a JSON boolean and nothing else: for what must never be switched on by a template.
func (v value) literal() (bool, *Error) {
	if v.kind == '"' {
		return false, v.fault(WrongType, "must be true or false, without quotation marks")
	}
	return v.bool()
}

func (v value) bool() (bool, *Error) {
	switch string(v.json) {
	case "true", `"true"`:
		return true, nil
	case "false", `"false"`:
		return false, nil
	}
	return false, v.fault(WrongType, "must be true or false")
}

// integer reads a whole number, also as text: templates of ticketing systems put everything into
// quotation marks. Blanks around it are those of a form's field.
func (v value) integer(smallest, largest int) (int, *Error) {
	s, ok := v.scalar()
	if v.kind == '"' {
		s = strings.TrimSpace(s)
	}
	n, number, whole, fits := WholeNumber(s)
	switch {
	case !ok || !number || !whole:
		return 0, v.fault(WrongType, "must be a whole number, such as 30")
	case !fits || n < smallest || n > largest || s[0] == '-':
		return 0, v.fault(InvalidValue, "must be from %d to %d", smallest, largest)
	}
	return n, nil
}

// either reads one of two words, exactly as they are written.
func (v value) either(one, other string) (string, *Error) {
	s, err := v.string()
	if err != nil {
		return "", err
	}
	if s != one && s != other {
		return "", v.fault(InvalidValue, "must be %s or %s", one, other)
	}
	return s, nil
}

func (v value) callbackUrl() (string, *Error) {
	s, err := v.word(maxCallbackUrl)
	if err == nil && len(s) > maxCallbackUrl {
		return "", v.fault(TooLarge, "is longer than %d bytes", maxCallbackUrl)
	}
	return s, err
}

// note reads text for people. It may be empty, as templates of ticketing systems
// leave it, and is cleaned rather than refused.
func (v value) note() (string, *Error) {
	s, err := v.string()
	if err != nil {
		return "", err
	}
	tooLong := len(s) > maxRawText // not worth cleaning
	if !tooLong {
		s = clean(s)
		tooLong = utf8.RuneCountInString(s) > maxText
	}
	if tooLong {
		return "", v.fault(TooLarge, "is longer than %d characters", maxText)
	}
	return s, nil
}

func (v value) idempotencyKey() (string, *Error) {
	s, err := v.word(maxIdempotencyKey)
	if err == nil && unfilled(s) {
		return "", v.fault(InvalidValue, unfilledID)
	}
	return s, err
}

// approvalToken reads a token. No fault shows any of it.
func approvalToken(v value) (string, *Error) {
	s, err := v.string()
	switch {
	case err != nil:
		return "", err
	case len(s) > maxApprovalToken:
		return "", v.fault(TooLarge, "is longer than %d bytes", maxApprovalToken)
	case s == "" || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "":
		return "", v.fault(InvalidValue, "is not a token that stopctl approve has made: copy it whole")
	}
	return s, nil
}
