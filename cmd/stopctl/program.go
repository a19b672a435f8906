package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// command is one word after stopctl.
type command struct {
	name  string
	short string
	run   func(ctx context.Context, args []string, o outside) error
}

// program is stopctl: its commands, and the help before and behind their list.
type program struct {
	commands   []command
	head, tail string
}

// execute runs one command line and returns its exit code. What could not be written was not said:
// all is not well then.
func (p program) execute(ctx context.Context, args []string, o outside) int {
	out := &checkedWriter{to: o.out}
	o.out = out
	code := p.dispatch(ctx, args, o)
	if err := out.failed(); err != nil && code == exitOK {
		fmt.Fprintln(o.err, "stopctl: standard output: "+err.Error())
		return exitUnexpected
	}
	return code
}

// dispatch finds the command and runs it.
func (p program) dispatch(ctx context.Context, args []string, o outside) int {
	if len(args) == 0 || asksForHelp(args[0]) {
		return p.help(ctx, args, o)
	}
	if slices.Contains([]string{"-version", "--version"}, args[0]) {
		args[0] = "version"
	}
	for _, c := range p.commands {
		if c.name == args[0] {
			return exitCode(c.run(ctx, args[1:], o), o)
		}
	}
	fmt.Fprintf(o.err, "stopctl: there is no command %q. The commands are: %s. See stopctl help.\n", args[0], p.names())
	return exitUsage
}

// asksForHelp says whether a word asks for help, with or without the name of a command behind it.
func asksForHelp(word string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, word)
}

// help prints what `help COMMAND` asks for, or the overview where no word names a command.
func (p program) help(ctx context.Context, args []string, o outside) int {
	// A word that asks for help names no command: dispatch would bring it back here without end.
	if i := slices.IndexFunc(args, func(word string) bool { return !asksForHelp(word) }); i >= 0 {
		return p.dispatch(ctx, []string{args[i], "-h"}, o)
	}
	fmt.Fprint(o.out, p.head)
	for _, c := range p.commands {
		fmt.Fprintf(o.out, "  stopctl %-9s %s\n", c.name, c.short)
	}
	fmt.Fprint(o.out, p.tail)
	return exitOK
}

func (p program) names() string {
	var list []string
	for _, c := range p.commands {
		list = append(list, c.name)
	}
	return strings.Join(list, ", ")
}
