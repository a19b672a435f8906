package main

import (
	"strings"
	"unicode/utf8"
)

// width of everything that is shown: a terminal of 80 columns.
const width = 80

// indent of what belongs to a step, and of what follows a label.
const (
	indent = "    "
	column = 10 // of what a label names, behind the indent
)

type cell struct {
	text  string
	style style
}

// table aligns rows of cells, two spaces between the columns.
func (s *screen) table(rows [][]cell) []string {
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	var lines []string
	for _, row := range rows {
		var b strings.Builder
		gap := 0
		for i, c := range row {
			if c.text != "" {
				b.WriteString(strings.Repeat(" ", gap))
				b.WriteString(s.paint(c.style, c.text))
				gap = 0
			}
			gap += widths[i] - utf8.RuneCountInString(c.text) + 2
		}
		lines = append(lines, b.String())
	}
	return lines
}

// wrap breaks a text into lines of at most so many characters, at spaces, else at glue; what has
// neither is cut.
func wrap(text string, limit int) []string {
	var lines []string
	for part := range strings.SplitSeq(text, "\n") {
		runes := []rune(part)
		for len(runes) > limit {
			at := lastBreak(runes[:limit+1])
			lines = append(lines, unglue(runes[:at]))
			for at < len(runes) && (runes[at] == ' ' || runes[at] == glue) {
				at++
			}
			runes = runes[at:]
		}
		lines = append(lines, unglue(runes))
	}
	return lines
}

// lastBreak is where the first line ends.
func lastBreak(runes []rune) int {
	for _, space := range []rune{' ', glue} {
		for i := len(runes) - 1; i > len(runes)/2; i-- {
			if runes[i] == space {
				return i
			}
		}
	}
	return len(runes) - 1
}

func unglue(runes []rune) string {
	return strings.TrimRight(strings.ReplaceAll(string(runes), string(glue), " "), " ")
}

// clip a text to so many lines.
func clip(lines []string, most int) []string {
	if len(lines) <= most {
		return lines
	}
	lines = lines[:most:most]
	last := []rune(lines[most-1])
	lines[most-1] = string(last[:min(len(last), width-len(indent)-column-2)]) + " …"
	return lines
}
