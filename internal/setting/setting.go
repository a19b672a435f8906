// Package setting finds characters in a setting that its writer cannot have meant: quotation marks that
// were pasted along, full-width punctuation of an input method, line breaks, and characters that nobody sees.
// A tag, a host or a secret with one of them matches nothing, and a protection by it silently protects nobody.
package setting

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says which characters a setting may hold.
type Kind string

// The kinds. None may hold characters that nobody sees, line breaks, or blanks other than the ordinary one.
const (
	Word   Kind = "word"   // ASCII without quotation marks: numbers, regions, hosts, names of headers
	Name   Kind = "name"   // letters of any script; no quotation marks, nothing full-width: tags
	User   Kind = "user"   // as Name, and none of the characters that separate or stand for several users
	Text   Kind = "text"   // letters of any script; no quotation marks at its ends: files, URLs, conditions
	Secret Kind = "secret" // as Text, and nothing full-width
)

// Blanks around a setting, and around each item of a list, are dropped. A list may have several lines.
const (
	blanks     = " \t"
	listBlanks = " \t\r\n"
)

// Empty says whether a setting holds nothing but blanks and line breaks.
func Empty(value string) bool { return strings.Trim(value, listBlanks) == "" }

// Trim drops the blanks around a setting.
func Trim(value string) string { return strings.Trim(value, blanks) }

// Check returns what is wrong with a single value. The error names the first character that must not be there, by its
// code point and its position, counted in characters from 1. It shows nothing else of the value.
func (k Kind) Check(value string) error { return k.check(value, 0, blanks) }

// CheckList returns what is wrong with values that are separated by commas. Positions count from the start of the list.
func (k Kind) CheckList(list string) error {
	around := listBlanks
	if k == Secret { // a line break inside a pasted secret is most often at its end
		around = blanks
	}
	at := 0
	for item := range strings.SplitSeq(list, ",") {
		if err := k.check(item, at, around); err != nil {
			return err
		}
		at += utf8.RuneCountInString(item) + 1
	}
	return nil
}

// check one value, before which there are so many characters.
func (k Kind) check(value string, before int, around string) error {
	text := strings.TrimLeft(value, around)
	before += utf8.RuneCountInString(value) - utf8.RuneCountInString(text)
	text = strings.TrimRight(text, around)
	if k != Secret && (strings.Contains(text, "${") || strings.Contains(text, "{{")) {
		return fmt.Errorf("holds a placeholder, ${ or {{, that was not filled in")
	}
	position, last := 0, utf8.RuneCountInString(text)
	for i, r := range text {
		position++
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return fmt.Errorf("is not UTF-8 at position %d", before+position)
		}
		if fault := k.fault(r, position == 1 || position == last); fault != "" {
			return fmt.Errorf("holds the character U+%04X at position %d, %s", r, before+position, fault)
		}
	}
	return nil
}

// fault of a character that must not be there; empty for the others.
func (k Kind) fault(r rune, atEnd bool) string {
	switch {
	case lineBreak(r):
		return "a line break: write the value on one line"
	case r == '\ufeff':
		return "a byte order mark: remove it"
	case oddBlank(r):
		return "a blank that is not the ordinary one: remove it, or write an ordinary one"
	case Invisible(r):
		return "which is invisible: remove it, or type the value again"
	case Quote(r) && (atEnd || k != Text && k != Secret):
		return "a quotation mark: write the value without quotation marks"
	case k == Text:
		return ""
	case fullWidth(r):
		return "full-width punctuation or a full-width letter: write the ordinary one"
	case k == Word && r > unicode.MaxASCII:
		return "which is not ASCII: write the value in ASCII characters"
	case k == User && (divides(r) || strings.ContainsRune("*?{}$", r)):
		return "which no user ID holds: write whole IDs, separated by commas"
	}
	return ""
}

func lineBreak(r rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r) }

func oddBlank(r rune) bool { return r == '\t' || r != ' ' && unicode.Is(unicode.Zs, r) }

// Invisible says whether a character shows nothing, or only changes how others are shown.
func Invisible(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r == '\u2800' // the braille pattern without dots
}

// Quote says whether a character is a quotation mark of any kind, or a character that is typed instead of one.
func Quote(r rune) bool {
	return unicode.In(r, unicode.Pi, unicode.Pf, unicode.Quotation_Mark) || strings.ContainsRune(typedAsQuotes, r)
}

// typedAsQuotes are accents, primes and ornaments that people and editors write where a quotation mark belongs.
const typedAsQuotes = "`´′″‴‵‶‷ʹʺˊˋ❛❜❝❞❟❠❮❯🙶🙷🙸"

// divides says whether people write a character between the items of a list: commas and semicolons of other scripts too.
func divides(r rune) bool { return strings.ContainsRune(" ;|،؛٬", r) }

// fullWidth says whether an input method for Chinese or Japanese writes this instead of an ASCII character.
func fullWidth(r rune) bool {
	return '\uff01' <= r && r <= '\uff5e' || '\uffe0' <= r && r <= '\uffe6' ||
		'\u3000' <= r && r <= '\u303f' && unicode.IsPunct(r) || r == '\uff64' || r == '\uff61' ||
		'\ufe10' <= r && r <= '\ufe19' || '\ufe30' <= r && r <= '\ufe6b' && r != '\ufe67' // vertical and small forms of the same
}
