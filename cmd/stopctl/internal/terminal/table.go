package terminal

import "strings"

// Width of everything that is shown: a terminal of 80 columns.
const Width = 80

// Cell of a table.
type Cell struct {
	Text  string
	Style Style
}

// Cell with this text. Its control and formatting characters are escapes.
func (st Style) Cell(text string) Cell { return Cell{Visible(text), st} }

// Table aligns rows of cells, two spaces between the columns.
func (s *Screen) Table(rows [][]Cell) []string {
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Columns(c.Text))
		}
	}
	var lines []string
	for _, row := range rows {
		var b strings.Builder
		gap := 0
		for i, c := range row {
			if c.Text != "" {
				b.WriteString(strings.Repeat(" ", gap))
				b.WriteString(s.Paint(c.Style, c.Text))
				gap = 0
			}
			gap += widths[i] - Columns(c.Text) + 2
		}
		lines = append(lines, b.String())
	}
	return lines
}
