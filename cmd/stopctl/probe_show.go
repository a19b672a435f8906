package main

import (
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/probe"
)

// verdicts are shown as these words.
var verdicts = map[probe.Verdict]cell{
	probe.Same: green.cell("same"), probe.Different: red.cell("DIFFERENT"), probe.NotAsked: yellow.cell("not asked"),
}

// columns of the table: where the name, what was assumed and what was seen begin.
var columns = [3]int{11, 31, 54}

// showLines prints a table: what was assumed, what was seen, and below each what it means.
func showLines(s *screen, lines []probe.Line) {
	group := ""
	for _, l := range lines {
		if l.Group != group {
			group = l.Group
			head := fmt.Sprintf("%-*s%-*s%s", columns[1], group, columns[2]-columns[1], "assumed", "seen")
			fmt.Fprintf(s.out, "\n%s\n", s.paint(bold, head))
		}
		assumed, seen := wrap(l.Assumed, columns[2]-columns[1]-2), wrap(visible(l.Seen), width-columns[2])
		for i := range max(len(assumed), len(seen)) {
			lead, name := "", ""
			if i == 0 {
				v := verdicts[l.Verdict]
				lead, name = s.paint(v.style, v.text)+strings.Repeat(" ", columns[0]-len(v.text)), l.Name
			} else {
				lead = strings.Repeat(" ", columns[0])
			}
			text := pad(name, columns[1]-columns[0]) + pad(at(assumed, i), columns[2]-columns[1]) + at(seen, i)
			fmt.Fprintln(s.out, lead+strings.TrimRight(text, " "))
		}
		fmt.Fprintln(s.out, strings.Repeat(" ", columns[0])+s.paint(dim, l.About))
	}
}

func pad(text string, to int) string {
	return text + strings.Repeat(" ", max(0, to-columnsOf(text)))
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// summary counts the verdicts.
func summary(s *screen, lines []probe.Line) string {
	n := probe.Count(lines, probe.Different)
	st := green
	if n > 0 {
		st = red
	}
	return s.paint(st, fmt.Sprintf("%d same, %d different, %d not asked", probe.Count(lines, probe.Same), n, probe.Count(lines, probe.NotAsked)))
}
