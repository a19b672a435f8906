// Package completion is stopctl completion: what completes command lines of stopctl in a shell. It knows the commands
// and their flags from the program itself.
package completion

import (
	"context"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

const completionUsage = `Usage: stopctl completion bash|zsh|fish

Prints a script for the shell. It completes commands, their flags and the values of flags
that have few. Everything else is completed as files.

Examples:

  source <(stopctl completion bash)
  source <(stopctl completion zsh)
  stopctl completion fish > ~/.config/fish/completions/stopctl.fish

The first two go into ~/.bashrc and ~/.zshrc. In zsh they follow compinit.

Exit codes: 0 it is printed; 1 it cannot be written; 2 wrong usage.
`

// scripts of each shell.
var scripts = map[string]func([]terminal.Outline) string{"bash": bash, "fish": fish, "zsh": zsh}

// Shells that can be completed.
func Shells() []string { return []string{"bash", "fish", "zsh"} }

// Command prints the script for a shell that completes the commands of p.
func Command(ctx context.Context, p terminal.Program, args []string, o terminal.Outside) error {
	fs := flag.NewFlagSet("completion", flag.ContinueOnError)
	err := o.Parse(fs, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return o.Help(completionUsage)
	case err != nil:
		return err
	case fs.NArg() != 1:
		return terminal.Usagef("completion: name one shell: %s. See stopctl completion -h.", strings.Join(Shells(), ", "))
	case !slices.Contains(Shells(), fs.Arg(0)):
		return terminal.Usagef("completion: there is no script for %q.%s There are: %s.", fs.Arg(0),
			terminal.DidYouMean("", fs.Arg(0), Shells()), strings.Join(Shells(), ", "))
	}
	_, err = io.WriteString(o.Out, scripts[fs.Arg(0)](withHelp(p.Outline(ctx))))
	return err
}

// withHelp adds the command that is a word for -h.
func withHelp(commands []terminal.Outline) []terminal.Outline {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return append(commands, terminal.Outline{Name: "help", Short: "explain a command", Words: names})
}

// flagWords are the flags of a command, as they are typed.
func flagWords(c terminal.Outline) string {
	words := []string{"-h"}
	for _, f := range c.Flags {
		words = append(words, "-"+f.Name)
	}
	return strings.Join(words, " ")
}

// quoted for any of the shells.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
