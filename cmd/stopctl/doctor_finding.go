package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// finding is what one check found.
type finding struct {
	group   string // that it is shown in
	Check   string // what was checked: the name of a variable, a property or an action
	Status  findingStatus
	Where   string `json:",omitempty"` // in which file, and on which line
	Message string
	Do      string `json:",omitempty"` // of whoever reads it; always there unless all is well
}

type findingStatus string

const (
	fine     findingStatus = "ok"
	warning  findingStatus = "warning"
	problem  findingStatus = "problem"
	unproven findingStatus = "unproven"
)

type findings []finding

func (f findings) count(status findingStatus) int {
	n := 0
	for _, one := range f {
		if one.Status == status {
			n++
		}
	}
	return n
}

// write them for programs.
func (f findings) write(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Findings           findings
		Problems, Warnings int
	}{f, f.count(problem), f.count(warning)})
}

// labels of the statuses, all in one column.
var labels = map[findingStatus]cell{
	fine: green.cell("ok"), warning: yellow.cell("warn"), problem: red.cell("PROBLEM"), unproven: cyan.cell("?"),
}

// margin of the text behind the label.
const margin = 11

// showFindings for people.
func showFindings(s *screen, title string, all findings) {
	fmt.Fprintln(s.out, s.paint(bold, visible(title)))
	group := ""
	for _, f := range all {
		if f.group != group {
			group = f.group
			fmt.Fprintf(s.out, "\n%s\n", s.paint(bold, visible(group)))
		}
		text := f.Message
		if f.Where != "" {
			text = f.Where + ": " + text
		}
		label := labels[f.Status]
		lead := "  " + s.paint(label.style, label.text) + strings.Repeat(" ", margin-2-len(label.text))
		block(s, lead, visible(text))
		if f.Do != "" {
			block(s, strings.Repeat(" ", margin)+"→ ", visible(f.Do))
		}
	}
	st := green
	if all.count(problem) > 0 {
		st = red
	}
	fmt.Fprintf(s.out, "\n%s\n", s.paint(st, all.summary()))
}

// block of text behind a lead, wrapped. Lines that are indented already are commands: they stay whole,
// to be copied.
func block(s *screen, lead, text string) {
	pad := strings.Repeat(" ", margin)
	if strings.HasSuffix(lead, "→ ") {
		pad += "  "
	}
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines := []string{paragraph}
		if !strings.HasPrefix(paragraph, "  ") {
			lines = wrap(paragraph, width-len(pad))
		}
		for _, line := range lines {
			fmt.Fprintln(s.out, lead+line)
			lead = pad
		}
	}
}

func (f findings) summary() string {
	return fmt.Sprintf("%s, %s, %d not proven", plural(f.count(problem), "problem"), plural(f.count(warning), "warning"), f.count(unproven))
}
