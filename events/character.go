package events

import (
	"fmt"
	"strings"
	"unicode"
)

// flaw names the first character of s that bad finds fault with, and its place: "U+200B, which is
// invisible, at character 5". The code point says what two characters that look alike are, and
// repeats nothing that would be unfit for a log. skipped characters came before s.
func flaw(s string, skipped int, bad func(rune) bool) string {
	for _, r := range s {
		skipped++
		if bad(r) {
			return fmt.Sprintf("%s at character %d", named(r), skipped)
		}
	}
	return ""
}

// named is the code point of a character, with the character itself if that can be seen.
func named(r rune) string {
	if invisible(r) || r == ' ' {
		return fmt.Sprintf("U+%04X, which is invisible,", r)
	}
	return fmt.Sprintf("U+%04X (%c)", r, r)
}

// invisible reports whether nobody can see r: control and formatting characters, any white space but
// the space itself, and the letters and marks that have no shape.
func invisible(r rune) bool {
	return !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || r == '\u2800'
}

// quotation reports whether r is a quotation mark of any script, or a character that is typed as one.
func quotation(r rune) bool {
	return unicode.Is(unicode.Quotation_Mark, r) || strings.ContainsRune("`´｀′″‴‵‶‷ʹʺˊˋ❛❜❝❞❟❠❮❯🙶🙷🙸《》〈〉", r)
}

// narrow returns the ordinary character that r is a full-width, small or vertical form of, or r.
func narrow(r rune) rune {
	if r <= unicode.MaxASCII {
		return r
	}
	if '\uff01' <= r && r <= '\uff5e' {
		return r - 0xff01 + '!'
	}
	if ordinary, ok := otherForms[r]; ok {
		return ordinary
	}
	return r
}

// otherForms are the small and vertical forms of characters that mean something in lists and templates.
var otherForms = map[rune]rune{
	'﹐': ',', '︐': ',', '﹑': '、', '︑': '、', '﹔': ';', '︔': ';', '﹕': ':', '︓': ':', '﹖': '?', '︖': '?', '﹡': '*',
	'﹛': '{', '﹜': '}', '︷': '{', '︸': '}', '︵': '(', '︶': ')', '﹙': '(', '﹚': ')', '﹇': '[', '﹈': ']', '﹩': '$',
}

// unfilled reports whether s holds the beginning of a placeholder that a template should have filled in.
func unfilled(s string) bool {
	s = strings.Map(narrow, s)
	return strings.Contains(s, "${") || strings.Contains(s, "{{")
}

// unfilledID is the fault of an ID that is one text for all events: the second would pass for a
// duplicate of the first.
const unfilledID = "holds a placeholder that was not filled in (${ or {{), so all events would have the same ID"

// quoted reports whether s has quotation marks of any kind around it.
func quoted(s string) bool {
	runes := []rune(strings.TrimSpace(s))
	return len(runes) > 1 && quotation(runes[0]) && quotation(runes[len(runes)-1])
}

// pattern reads text that EDS compares with what desktops have. A placeholder or quotation marks
// around it are a template's mistake: such text matches nothing, and an exclusion would spare nobody.
func (v value) pattern(s string) (string, *Error) {
	switch {
	case unfilled(s):
		return "", v.fault(InvalidValue, "holds a placeholder that was not filled in (${ or {{)")
	case quoted(s):
		return "", v.fault(InvalidValue, "is in quotation marks: leave them out")
	}
	return s, nil
}
