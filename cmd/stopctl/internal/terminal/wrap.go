package terminal

import (
	"strings"
	"unicode"
)

// wide are the letters that fill two columns of a terminal.
var wide = []*unicode.RangeTable{unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, {
	R16: []unicode.Range16{{Lo: 0x3000, Hi: 0x303e, Stride: 1}, {Lo: 0xff01, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1faff, Stride: 1}},
}}

// Glue is a space at which a line is broken only if there is no other.
const Glue = '\u00a0'

// Columns returns how many columns of a terminal a text fills.
func Columns(text string) int {
	n := 0
	for _, r := range text {
		n += columnsOfRune(r)
	}
	return n
}

func columnsOfRune(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, wide...):
		return 2
	}
	return 1
}

// fitting returns how many of the runes fit into so many columns.
func fitting(runes []rune, limit int) int {
	for i, r := range runes {
		if limit -= columnsOfRune(r); limit < 0 {
			return i
		}
	}
	return len(runes)
}

// Cut returns as much of a text as fits into so many columns, with … at its end if that is not all.
func Cut(text string, limit int) string {
	runes := []rune(text)
	if fitting(runes, limit) == len(runes) {
		return text
	}
	return string(runes[:fitting(runes, limit-1)]) + "…"
}

// Wrap breaks a text into lines of at most so many columns, at spaces, else at glue. It cuts a word that
// fills more than a line.
func Wrap(text string, limit int) []string {
	var lines []string
	for part := range strings.SplitSeq(text, "\n") {
		runes := []rune(part)
		for fitting(runes, limit) < len(runes) {
			at := lineEnd(runes, limit)
			lines = append(lines, unglue(runes[:at]))
			for at < len(runes) && (runes[at] == ' ' || runes[at] == Glue) {
				at++
			}
			runes = runes[at:]
		}
		lines = append(lines, unglue(runes))
	}
	return lines
}

// lineEnd returns where the first line ends: at the last space of its second half, else at the last glue
// there. A break in the first half wastes much of the line, so it is the last choice, for a word that fits
// into the next line.
func lineEnd(runes []rune, limit int) int {
	most := max(1, fitting(runes, limit))
	last := min(most, len(runes)-1)
	for _, space := range []rune{' ', Glue} {
		for i := last; i > most/2; i-- {
			if runes[i] == space {
				return i
			}
		}
	}
	for i := min(last, most/2); i > 0; i-- {
		if (runes[i] == ' ' || runes[i] == Glue) && wordFits(runes[i+1:], limit) {
			return i
		}
	}
	return most
}

func wordFits(runes []rune, limit int) bool {
	for i, r := range runes {
		if r == ' ' || r == Glue {
			runes = runes[:i]
			break
		}
	}
	return fitting(runes, limit) == len(runes)
}

func unglue(runes []rune) string {
	return strings.TrimRight(strings.ReplaceAll(string(runes), string(Glue), " "), " ")
}

// Clip a text to so many lines.
func Clip(lines []string, most int) []string {
	if len(lines) <= most {
		return lines
	}
	lines = lines[:most:most]
	last := []rune(lines[most-1])
	lines[most-1] = string(last[:fitting(last, Width-len(Indent)-Column-2)]) + " …"
	return lines
}
