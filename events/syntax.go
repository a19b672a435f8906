package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// syntaxFault returns the fault of b, which is not JSON: the place, and what is wrong in plain words. People who write
// JSON by hand or with a template do not count bytes.
func syntaxFault(b []byte, at place) *Error {
	line, column, what := SyntaxFault(b)
	return at.fault(InvalidJSON, "is not JSON at line %d, column %d: %s", line, column, what)
}

// SyntaxFault returns the place of the first fault of b, counted from 1, and the fault in plain words. what is empty if b
// is JSON.
func SyntaxFault(b []byte) (line, column int, what string) {
	if json.Valid(b) {
		return 0, 0, ""
	}
	at, ended := syntaxOffset(b)
	line, column = position(b, at)
	what = "the text ends in the middle"
	if f := newSyntax(b, at); !ended {
		what = f.what()
	} else if f.inText {
		what = "the text ends inside a string, whose closing quotation mark is missing"
	} else if n := len(f.open); n > 0 {
		what += fmt.Sprintf(", with %d open brackets", n)
	}
	return line, column, what
}

// syntaxOffset is where the first fault of b is, or its end if nothing but the rest is missing.
func syntaxOffset(b []byte) (at int, ended bool) {
	at = scan(b)
	// At the last byte the two cannot be told apart, but what lacks something can go on.
	if at == len(b)-1 && scan(append(slices.Clip(b), ' ')) == len(b) {
		return len(b), true
	}
	return at, false
}

// scan returns the index of the byte at which b stops to be JSON. It is the last one if b ends too early.
func scan(b []byte) int {
	var ignored json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(b, &ignored); errors.As(err, &syntax) {
		return max(0, int(syntax.Offset)-1)
	}
	return len(b)
}

// position counts lines and, in the line, characters.
func position(b []byte, at int) (line, column int) {
	before := b[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])
}

// What comes before a fault, beside the punctuation { [ , and : themselves.
const (
	nothing  = 0
	aName    = 'n'
	aValue   = 'v'
	notAdded = -1
)

// syntax is the place of a fault: what comes before it.
type syntax struct {
	rest   []byte // from the fault on
	char   rune   // the first of rest; utf8.RuneError if it is none
	open   []byte // brackets
	inText bool
	last   byte   // what the fault follows
	word   string // letters and digits that it is part of
	begun  bool   // the word begins before the fault
	glued  bool   // it directly follows a closing quotation mark
}

// newSyntax walks through the part of b before the fault at index at, which is correct as far as it goes.
func newSyntax(b []byte, at int) syntax {
	s := syntax{rest: b[at:]}
	s.char, _ = utf8.DecodeRune(s.rest)
	bare := notAdded // where a number or a word begins
	for i := 0; i < at && !s.inText; i++ {
		c := b[i]
		if !isBare(c) {
			bare = notAdded
		}
		switch {
		case space(c):
		case c == '"':
			end := skipString(b, i)
			s.inText = end > at || end == at && !closed(b[i:end])
			i = end - 1
			s.text()
		case c == '{' || c == '[':
			s.open, s.last = append(s.open, c), c
		case c == '}' || c == ']':
			s.open, s.last = s.open[:len(s.open)-1], aValue
		case c == ',' || c == ':':
			s.last = c
		default:
			if bare == notAdded {
				bare = i
			}
			s.last = aValue
		}
	}
	if bare == notAdded {
		bare = at
	}
	s.glued = at > 0 && b[at-1] == '"'
	s.begun = bare < at
	s.word = string(b[bare : at+bareLength(b[at:])])
	return s
}

// text notes a string: in an object it may be a name.
func (s *syntax) text() {
	named := s.last == '{' || s.last == ',' && s.inside('{')
	if s.last = aValue; named {
		s.last = aName
	}
}

func (s *syntax) inside(bracket byte) bool {
	return len(s.open) > 0 && s.open[len(s.open)-1] == bracket
}

// closed reports whether text ends with an unescaped quotation mark.
func closed(text []byte) bool {
	if len(text) < 2 || text[len(text)-1] != '"' {
		return false
	}
	backslashes := len(text) - 1 - len(bytes.TrimRight(text[:len(text)-1], `\`))
	return backslashes%2 == 0
}

// isBare reports whether c is part of numbers and words.
func isBare(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_+-.", c) >= 0
}

func bareLength(b []byte) int {
	const longest = 32
	n := 0
	for n < len(b) && n < longest && isBare(b[n]) {
		n++
	}
	return n
}

// what is wrong, in words. Of the sender's text it repeats one character at most.
func (s *syntax) what() string {
	if s.inText {
		return s.whatInText()
	}
	if s.begun && !isBare(s.rest[0]) && !json.Valid([]byte(s.word)) {
		return s.whatBegun()
	}
	if words := s.whatPunctuation(); words != "" {
		return words
	}
	switch {
	case s.word != "":
		return s.whatWord()
	case s.last == aName:
		return "a colon is missing after a name"
	case s.last == aValue && len(s.open) == 0:
		return "there is more after the end"
	case s.last == aValue:
		return "a comma is missing"
	case s.inside('{') && s.last != ':':
		return fmt.Sprintf("a name in quotation marks is missing before %s", named(s.char))
	}
	return fmt.Sprintf("%s does not belong there", named(s.char))
}

func (s *syntax) whatInText() string {
	switch {
	case s.char == '\n' || s.char == '\r':
		return `a line break inside a text: write \n`
	case s.char == '\t':
		return `a tab inside a text: write \t`
	case s.char < ' ':
		return fmt.Sprintf("the control character U+%04X inside a text", s.char)
	}
	return `a backslash inside a text that escapes nothing: write \\ for the backslash itself`
}

// whatPunctuation is what is wrong if the fault is a certain character: "" for others.
func (s *syntax) whatPunctuation() string {
	switch c := s.char; {
	case c == 0x1f:
		return "this is compressed data, or no text at all: send JSON as it is"
	case c == utf8.RuneError:
		return "this is no text in UTF-8"
	case c == '<' && s.last == nothing:
		return "this begins like HTML or XML"
	case c == ',':
		return s.whatComma()
	case c == '}' || c == ']':
		return s.whatClosing()
	case c == ':':
		return "a colon that follows no name"
	case c == ';':
		return "a semicolon where a comma belongs"
	case c == '=':
		return "an equals sign where a colon belongs"
	case c == '/' || c == '#':
		return "a comment, which JSON does not have"
	case c == '\'':
		return "a single quotation mark where a double one belongs"
	case c == '$' || c == '{' && s.last == '{':
		return "a placeholder that was not filled in (${ or {{)"
	case c != '"' && quotation(c):
		return fmt.Sprintf("the quotation mark %s where a straight one belongs", named(c))
	case narrow(c) != c || c == '、':
		return fmt.Sprintf("the full-width character %s where JSON has a narrow one", named(c))
	case invisible(c):
		return named(c) + " does not belong there"
	}
	return ""
}

func (s *syntax) whatComma() string {
	switch s.last {
	case ',':
		return "two commas in a row"
	case ':':
		return "a value is missing after a colon"
	case aName:
		return "a colon and a value are missing after a name"
	case aValue:
		return "there is more after the end"
	}
	return "a comma before the first member"
}

func (s *syntax) whatClosing() string {
	members, other := "member", '{'
	if s.char == ']' {
		members, other = "element", '['
	}
	switch {
	case len(s.open) == 0:
		return fmt.Sprintf("one %c too many", s.char)
	case !s.inside(byte(other)):
		return fmt.Sprintf("a %c closes another bracket than was opened last", s.char)
	case s.last == ',':
		return "a comma after the last " + members
	case s.last == ':':
		return "a value is missing after a colon"
	}
	return "a colon and a value are missing after a name"
}

// whatWord is what is wrong with letters and digits outside of a text.
func (s *syntax) whatWord() string {
	lower := strings.ToLower(strings.Trim(s.word, "+-"))
	switch {
	case slices.Contains([]string{"nan", "inf", "infinity"}, lower):
		return "NaN and Infinity do not exist in JSON: leave the field out, or send a number"
	case slices.Contains([]string{"undefined", "none", "nil", "nul"}, lower):
		return "a word for nothing that JSON does not have: leave the field out"
	case slices.Contains([]string{"true", "false", "null"}, lower):
		return "true, false and null are written in small letters"
	case s.begun:
		return s.whatBegun()
	case s.last == aName:
		return "a colon is missing after a name"
	case s.last == aValue && len(s.open) == 0:
		return "there is more after the end"
	case s.last == aValue && s.glued:
		return "a quotation mark inside a text without a backslash before it, or a comma is missing"
	case s.last == aValue:
		return "a comma is missing"
	case s.last != ':' && s.inside('{'):
		return "a name without quotation marks"
	case strings.IndexByte("+.", s.word[0]) >= 0:
		return "a number that is not written as JSON writes numbers"
	}
	return "a text without quotation marks"
}

// whatBegun is what is wrong with a number or a word whose beginning is correct.
func (s *syntax) whatBegun() string {
	if strings.IndexByte(numerals+"-", s.word[0]) >= 0 {
		return "a number that is not written as JSON writes numbers"
	}
	return "a word that JSON does not have: put texts into quotation marks"
}
