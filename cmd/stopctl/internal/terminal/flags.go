package terminal

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// looks are the flags that every command has.
type looks struct {
	color          string
	verbose, quiet bool
	flags          *flag.FlagSet // that the command has read
}

// looksHelp is the part of each command's help that says so.
const looksHelp = `
Flags of every command:

  -color auto|always|never
        auto: in a terminal, unless NO_COLOR is set
  -q    no progress and no notes on standard error; warnings and errors stay
  -v    at the end, say version, exit code and duration on standard error
`

// Help prints the help of a command, with the flags that every command has before its exit codes.
func (o Outside) Help(text string) error {
	before, after, found := strings.Cut(text, "\nExit codes:")
	if found {
		text = before + looksHelp + "\nExit codes:" + after
	}
	_, err := io.WriteString(o.Out, text)
	return err
}

// Parse reads the flags of a command, and with them -color, -q and -v. The name of the flag set is that of the
// command. It may be called again for what follows a word. It returns flag.ErrHelp when only help was asked for, else
// a UsageError.
func (o Outside) Parse(fs *flag.FlagSet, args []string) error {
	l := o.looks
	if l == nil {
		l = &looks{}
	}
	if l.flags != fs {
		l.define(fs)
	}
	command, _, _ := strings.Cut(fs.Name(), " ")
	see := "See stopctl " + command + " -h."
	if name := undefined(fs, args); name != "" {
		return Usagef("%s: there is no flag -%s.%s %s", fs.Name(), name, DidYouMean("-", name, flagNames(fs)), see)
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return Usagef("%s: %v. %s", fs.Name(), err, see)
	case l.color != "auto" && l.color != "always" && l.color != "never":
		return Usagef("%s: -color %s: auto, always or never", fs.Name(), l.color)
	case l.quiet && l.verbose:
		return Usagef("%s: -q and -v exclude each other", fs.Name())
	}
	return nil
}

// define the flags of every command in fs.
func (l *looks) define(fs *flag.FlagSet) {
	l.flags = fs
	fs.SetOutput(io.Discard)
	fs.StringVar(&l.color, "color", "auto", "")
	fs.BoolVar(&l.quiet, "q", false, "")
	fs.BoolVar(&l.verbose, "v", false, "")
}

// undefined returns the name of the first flag of args that fs does not have, or empty. It reads args as package flag
// does, whose error for this has no type.
func undefined(fs *flag.FlagSet, args []string) string {
	for len(args) > 0 {
		word := args[0]
		if len(word) < 2 || word[0] != '-' || word == "--" {
			return ""
		}
		name, _, hasValue := strings.Cut(strings.TrimPrefix(word[1:], "-"), "=")
		f := fs.Lookup(name)
		switch {
		case asksForHelp(word):
			return ""
		case f == nil:
			return name
		case hasValue || isSwitch(f) || len(args) == 1:
			args = args[1:]
		default:
			args = args[2:]
		}
	}
	return ""
}

// isSwitch tells whether a flag takes no value.
func isSwitch(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

func flagNames(fs *flag.FlagSet) []string {
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	return names
}

// Given are the names of the flags that the command line sets.
func Given(fs *flag.FlagSet) map[string]bool {
	set := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { set[f.Name] = true })
	return set
}

// sayHow says on standard error how a command ended, if -v asks for it.
func (o Outside) sayHow(command string, code int, took string) {
	if o.looks.verbose {
		fmt.Fprintf(o.Err, "stopctl: %s: exit code %d after %s, stopctl %s\n", command, code, took, Version())
	}
}
