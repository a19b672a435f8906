package completion

import (
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// fish completes files wherever a line does not forbid it.
func fish(commands []terminal.Outline) string {
	var b strings.Builder
	b.WriteString("# fish completion of stopctl: stopctl completion fish > ~/.config/fish/completions/stopctl.fish\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "complete -c stopctl -n __fish_use_subcommand -x -a %s -d %s\n", c.Name, fishQuoted(c.Short))
		here := "test (count (commandline -opc)) -%s; and test (commandline -opc)[2] = " + c.Name
		if len(c.Words) > 0 {
			fmt.Fprintf(&b, "complete -c stopctl -n %s -x -a %s\n", fishQuoted(fmt.Sprintf(here, "eq 2")), fishQuoted(strings.Join(c.Words, " ")))
		}
		for _, f := range c.Flags {
			takes := " -r"
			switch {
			case f.Switch:
				takes = ""
			case len(f.Choices) > 0:
				takes = " -x -a " + fishQuoted(strings.Join(f.Choices, " "))
			}
			fmt.Fprintf(&b, "complete -c stopctl -n %s -o %s%s -d %s\n", fishQuoted(fmt.Sprintf(here, "ge 2")), f.Name, takes, fishQuoted(f.Short))
		}
	}
	return b.String()
}

// fishQuoted is a text in single quotes, in which fish reads \\ and \'.
func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
