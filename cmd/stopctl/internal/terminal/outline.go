package terminal

import (
	"bytes"
	"context"
	"flag"
	"regexp"
	"slices"
	"strings"
)

// Outline is what a command takes: for completion.
type Outline struct {
	Name, Short string
	Words       []string // that may follow the name
	Flags       []Flag   // in the order of their names
}

// Flag is one that a command takes.
type Flag struct {
	Name    string
	Switch  bool     // it takes no value
	Choices []string // all values; empty: any
	Short   string   // what its help begins with; empty: the help does not name it
}

// Outline of each command, from the flags that it reads and from its help.
func (p Program) Outline(ctx context.Context) []Outline {
	var all []Outline
	for _, c := range p.Commands {
		var help bytes.Buffer
		o := Outside{In: strings.NewReader(""), Out: &help, Err: &help, Getenv: func(string) string { return "" }, looks: &looks{}}
		_ = c.Run(ctx, []string{"-h"}, o) // prints the help; that is all that is needed of it
		line := Outline{Name: c.Name, Short: c.Short, Words: c.Words}
		if o.looks.flags != nil {
			described := describedFlags(help.String())
			o.looks.flags.VisitAll(func(f *flag.Flag) {
				d := described[f.Name]
				d.Name, d.Switch = f.Name, isSwitch(f)
				line.Flags = append(line.Flags, d)
			})
		}
		all = append(all, line)
	}
	return all
}

// flagLine is a line of a help that begins the text of a flag: -name, VALUE, and two spaces before the text.
var flagLine = regexp.MustCompile(`^  -([a-z-]+)(?: ([^ ]+))?(?:  +(.*))?$`)

// describedFlags are the flags that a help has lines of. The text of one goes on in the lines below that begin with
// more spaces. If a help has a flag twice, its first text counts.
func describedFlags(help string) map[string]Flag {
	found := map[string]Flag{}
	name := ""
	for line := range strings.Lines(help) {
		line = strings.TrimRight(line, "\n")
		if m := flagLine.FindStringSubmatch(line); m != nil {
			if name = m[1]; found[name].Name != "" {
				name = ""
				continue
			}
			f := Flag{Name: name, Short: m[3]}
			if strings.Contains(m[2], "|") {
				f.Choices = strings.Split(m[2], "|")
			}
			found[name] = f
		} else if name != "" && strings.HasPrefix(line, "    ") {
			f := found[name]
			f.Short = strings.TrimSpace(f.Short + " " + strings.TrimSpace(line))
			found[name] = f
		} else {
			name = ""
		}
	}
	for name, f := range found {
		f.Short = firstStatement(f.Short)
		found[name] = f
	}
	return found
}

// firstStatement of a text, which fits into a line beside a name.
func firstStatement(text string) string {
	at := len(text)
	for _, end := range []string{". ", "; ", " ("} {
		if i := strings.Index(text, end); i > 0 {
			at = min(at, i)
		}
	}
	return strings.TrimRight(text[:at], ".")
}

// Names of the commands, and help.
func (p Program) Names() []string {
	var list []string
	for _, c := range p.Commands {
		list = append(list, c.Name)
	}
	return slices.Concat(list, []string{"help"})
}
