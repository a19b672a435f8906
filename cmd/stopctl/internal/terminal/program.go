package terminal

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Command is one word after stopctl.
type Command struct {
	Name  string
	Short string
	Words []string // that may follow the name: for completion
	Run   func(ctx context.Context, args []string, o Outside) error
}

// Program is stopctl: its commands, and the help before and behind their list.
type Program struct {
	Commands   []Command
	Head, Tail string
}

// Main runs the command line of this process, and ends it. A signal ends the command in good order, a second
// one at once.
func Main(p Program) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	code := p.Execute(ctx, os.Args[1:], Outside{In: &interruptible{ctx, os.Stdin}, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Self: self()})
	stop()
	os.Exit(code)
}

// self is how this command was called: go run builds it into a folder that nobody types.
func self() string {
	if strings.Contains(filepath.ToSlash(os.Args[0]), "/go-build") {
		return "go run ./cmd/stopctl"
	}
	return "stopctl"
}

// Execute runs one command line and returns its exit code. What could not be written was not said:
// all is not well then.
func (p Program) Execute(ctx context.Context, args []string, o Outside) int {
	out := &checkedWriter{to: o.Out}
	o.Out, o.Err = &visibleWriter{to: out}, &visibleWriter{to: o.Err}
	code := p.dispatch(ctx, args, o)
	if err := out.failed(); err != nil && code == ExitOK {
		fmt.Fprintln(o.Err, "stopctl: standard output: "+err.Error())
		return ExitUnexpected
	}
	return code
}

// dispatch finds the command and runs it.
func (p Program) dispatch(ctx context.Context, args []string, o Outside) int {
	if len(args) == 0 || asksForHelp(args[0]) {
		return p.help(ctx, args, o)
	}
	if slices.Contains([]string{"-version", "--version"}, args[0]) {
		args[0] = "version"
	}
	for _, c := range p.Commands {
		if c.Name == args[0] {
			return p.runOne(ctx, c, args[1:], o)
		}
	}
	fmt.Fprintf(o.Err, "stopctl: there is no command %q.%s The commands are: %s. See stopctl help.\n",
		args[0], DidYouMean("", args[0], p.Names()), strings.Join(p.Names(), ", "))
	return ExitUsage
}

// runOne runs a command and returns its exit code.
func (p Program) runOne(ctx context.Context, c Command, args []string, o Outside) int {
	started := time.Now()
	o.looks = &looks{}
	code := ExitCode(c.Run(ctx, args, o), o)
	o.sayHow(c.Name, code, Duration(time.Since(started)))
	return code
}

// asksForHelp says whether a word asks for help, with or without the name of a command behind it.
func asksForHelp(word string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, word)
}

// help prints what `help COMMAND` asks for, or the overview where no word names a command.
func (p Program) help(ctx context.Context, args []string, o Outside) int {
	// A word that asks for help names no command: dispatch would bring it back here without end.
	if i := slices.IndexFunc(args, func(word string) bool { return !asksForHelp(word) }); i >= 0 {
		return p.dispatch(ctx, []string{args[i], "-h"}, o)
	}
	fmt.Fprint(o.Out, p.Head)
	for _, c := range p.Commands {
		fmt.Fprintf(o.Out, "  stopctl %-10s %s\n", c.Name, c.Short)
	}
	fmt.Fprint(o.Out, p.Tail)
	return ExitOK
}
