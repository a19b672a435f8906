package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/schema"
)

// examined is what doctor found, for programs.
type examined struct {
	Format   string   // stopctl.doctor/1
	Findings findings // what each check found
	Problems int      // how many findings have the status problem
	Warnings int      // how many findings have the status warning
}

// finding is what one check found.
type finding struct {
	group   string // that it is shown in
	Check   string // what was checked: the name of a variable, a property or an action
	Status  findingStatus
	Where   string `json:",omitempty"` // in which file, and on which line
	Message string // what was found, for people; it may change
	Do      string `json:",omitempty"` // what to do; always there unless all is well
}

// findingStatus says how bad a finding is.
type findingStatus string

const (
	fine     findingStatus = "ok"       // all is well
	warning  findingStatus = "warning"  // probably not meant
	problem  findingStatus = "problem"  // the function does not work as deployed
	unproven findingStatus = "unproven" // it could not be found out
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
	return e.Encode(examined{schema.Doctor, append(findings{}, f...), f.count(problem), f.count(warning)})
}

// labels of the statuses, all in one column.
var labels = map[findingStatus]terminal.Cell{
	fine: terminal.Green.Cell("ok"), warning: terminal.Yellow.Cell("warn"), problem: terminal.Red.Cell("PROBLEM"), unproven: terminal.Cyan.Cell("?"),
}

// margin of the text behind the label.
const margin = 11

// showFindings for people.
func showFindings(s *terminal.Screen, title string, all findings) {
	fmt.Fprintln(s.Out, s.Paint(terminal.Bold, title))
	group := ""
	for _, f := range all {
		if f.group != group {
			group = f.group
			fmt.Fprintf(s.Out, "\n%s\n", s.Paint(terminal.Bold, group))
		}
		text := f.Message
		if f.Where != "" {
			text = f.Where + ": " + text
		}
		label := labels[f.Status]
		lead := "  " + s.Paint(label.Style, label.Text) + strings.Repeat(" ", margin-2-len(label.Text))
		block(s, lead, text)
		if f.Do != "" {
			block(s, strings.Repeat(" ", margin)+"→ ", f.Do)
		}
	}
	st := terminal.Green
	if all.count(problem) > 0 {
		st = terminal.Red
	}
	fmt.Fprintf(s.Out, "\n%s\n", s.Paint(st, all.summary()))
}

// block of text behind a lead, wrapped. Lines that are indented already are commands: they stay whole,
// to be copied.
func block(s *terminal.Screen, lead, text string) {
	pad := strings.Repeat(" ", margin)
	if strings.HasSuffix(lead, "→ ") {
		pad += "  "
	}
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines := []string{paragraph}
		if !strings.HasPrefix(paragraph, "  ") {
			lines = terminal.Wrap(paragraph, terminal.Width-len(pad))
		}
		for _, line := range lines {
			fmt.Fprintln(s.Out, lead+line)
			lead = pad
		}
	}
}

func (f findings) summary() string {
	return fmt.Sprintf("%s, %s, %d not proven", terminal.Plural(f.count(problem), "problem"), terminal.Plural(f.count(warning), "warning"), f.count(unproven))
}
