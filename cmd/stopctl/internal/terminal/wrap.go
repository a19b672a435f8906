package terminal

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Glue is a space at which a line is broken only if there is no other.
const Glue = '\u00a0'

// Columns returns how many columns of a terminal a text fills: two for a Chinese character or an emoji, however
// many code points it is made of.
func Columns(text string) int { return displaywidth.String(Visible(text)) }

// Cut returns as much of a text, its hidden characters as escapes, as fits into so many columns, with tail at its end if that is not all.
func Cut(text string, limit int, tail string) string {
	return displaywidth.TruncateString(Visible(text), limit, tail)
}

// character is what a reader takes for one, and how many columns it fills.
type character struct {
	text    string
	columns int
}

func (c character) is(space rune) bool { return c.text == string(space) }

func (c character) breaks() bool { return c.is(' ') || c.is(Glue) }

func charactersOf(text string) []character {
	var all []character
	for g := displaywidth.StringGraphemes(text); g.Next(); {
		all = append(all, character{g.Value(), g.Width()})
	}
	return all
}

// fitting returns how many of the characters fit into so many columns.
func fitting(line []character, limit int) int {
	for i, c := range line {
		if limit -= c.columns; limit < 0 {
			return i
		}
	}
	return len(line)
}

// Wrap breaks a text into lines of at most so many columns, at spaces, else at glue. It cuts a word that
// fills more than a line. Hidden characters are escapes.
func Wrap(text string, limit int) []string {
	var lines []string
	for part := range strings.SplitSeq(Visible(text), "\n") {
		rest := charactersOf(part)
		for fitting(rest, limit) < len(rest) {
			at := lineEnd(rest, limit)
			lines = append(lines, unglue(rest[:at]))
			for at < len(rest) && rest[at].breaks() {
				at++
			}
			rest = rest[at:]
		}
		lines = append(lines, unglue(rest))
	}
	return lines
}

// lineEnd returns where the first line ends: at the last space of its second half, else at the last glue
// there. A break in the first half wastes much of the line, so it is the last choice, for a word that fits
// into the next line.
func lineEnd(line []character, limit int) int {
	most := max(1, fitting(line, limit))
	last := min(most, len(line)-1)
	for _, space := range []rune{' ', Glue} {
		for i := last; i > most/2; i-- {
			if line[i].is(space) {
				return i
			}
		}
	}
	for i := min(last, most/2); i > 0; i-- {
		if line[i].breaks() && wordFits(line[i+1:], limit) {
			return i
		}
	}
	return most
}

func wordFits(line []character, limit int) bool {
	for i, c := range line {
		if c.breaks() {
			line = line[:i]
			break
		}
	}
	return fitting(line, limit) == len(line)
}

func unglue(line []character) string {
	var b strings.Builder
	for _, c := range line {
		b.WriteString(c.text)
	}
	return strings.TrimRight(strings.ReplaceAll(b.String(), string(Glue), " "), " ")
}
