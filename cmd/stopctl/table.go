package main

import "strings"

// width of everything that is shown: a terminal of 80 columns.
const width = 80

// indent of what belongs to a step, and of what follows a label.
const (
	indent = "    "
	column = 10 // of what a label names, behind the indent
)

// cell of a table.
type cell struct {
	text  string
	style style
}

// cell with this text.
func (st style) cell(text string) cell { return cell{text, st} }

// table aligns rows of cells, two spaces between the columns.
func (s *screen) table(rows [][]cell) []string {
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columnsOf(c.text))
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
			gap += widths[i] - columnsOf(c.text) + 2
		}
		lines = append(lines, b.String())
	}
	return lines
}
