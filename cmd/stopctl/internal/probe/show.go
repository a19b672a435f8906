package probe

import (
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// verdicts are shown as these words.
var verdicts = map[Verdict]terminal.Cell{
	Same: terminal.Green.Cell("same"), Different: terminal.Red.Cell("DIFFERENT"), NotAsked: terminal.Yellow.Cell("not asked"),
}

// columns of the table: where the name, what was assumed and what was seen begin.
var columns = [3]int{11, 31, 54}

// showLines prints a table: what was assumed, what was seen, and below each what it means.
func showLines(s *terminal.Screen, lines []Line) {
	group := ""
	for _, l := range lines {
		if l.Group != group {
			group = l.Group
			head := fmt.Sprintf("%-*s%-*s%s", columns[1], group, columns[2]-columns[1], "assumed", "seen")
			fmt.Fprintf(s.Out, "\n%s\n", s.Paint(terminal.Bold, head))
		}
		assumed, seen := terminal.Wrap(l.Assumed, columns[2]-columns[1]-2), terminal.Wrap(l.Seen, terminal.Width-columns[2])
		for i := range max(len(assumed), len(seen)) {
			lead, name := "", ""
			if i == 0 {
				v := verdicts[l.Verdict]
				lead, name = s.Paint(v.Style, v.Text)+strings.Repeat(" ", columns[0]-len(v.Text)), l.Name
			} else {
				lead = strings.Repeat(" ", columns[0])
			}
			text := pad(name, columns[1]-columns[0]) + pad(at(assumed, i), columns[2]-columns[1]) + at(seen, i)
			fmt.Fprintln(s.Out, lead+strings.TrimRight(text, " "))
		}
		fmt.Fprintln(s.Out, strings.Repeat(" ", columns[0])+s.Paint(terminal.Dim, l.About))
	}
}

func pad(text string, to int) string {
	return text + strings.Repeat(" ", max(0, to-terminal.Columns(text)))
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// summary counts the verdicts.
func summary(s *terminal.Screen, lines []Line) string {
	n := Count(lines, Different)
	st := terminal.Green
	if n > 0 {
		st = terminal.Red
	}
	return s.Paint(st, fmt.Sprintf("%d same, %d different, %d not asked", Count(lines, Same), n, Count(lines, NotAsked)))
}
