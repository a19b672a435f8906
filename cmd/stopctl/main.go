// Command stopctl is for operators of the stop-desktops function: it tries the function on this
// machine, against an emulated account, without touching anything real.
//
// Every command exits with 0 if all is well, with 1 if something is not as expected, and with 2 if
// it was not told right what to do: unknown flags, unreadable files.
package main

import (
	"context"

	"stopdesktops/cmd/stopctl/internal/calendar"
	"stopdesktops/cmd/stopctl/internal/completion"
	"stopdesktops/cmd/stopctl/internal/doctor"
	"stopdesktops/cmd/stopctl/internal/lab"
	"stopdesktops/cmd/stopctl/internal/plan"
	"stopdesktops/cmd/stopctl/internal/probe"
	"stopdesktops/cmd/stopctl/internal/recover"
	"stopdesktops/cmd/stopctl/internal/reporting"
	"stopdesktops/cmd/stopctl/internal/routes"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/timers"
	"stopdesktops/cmd/stopctl/internal/why"
	"stopdesktops/schema"
)

// stopctl is the program.
func stopctl() terminal.Program {
	return terminal.Program{Commands: []terminal.Command{
		{Name: "run", Short: "run the function on this machine, against an emulated account", Run: lab.Command},
		{Name: "plan", Short: "show what an event would do, and why; nothing is stopped", Run: plan.Command},
		{Name: "approve", Short: "approve the plan of another person, and write its request", Run: plan.Approve},
		{Name: "apply", Short: "send an approved request to the function", Run: plan.Apply},
		{Name: "doctor", Short: "say what is wrong with a deployment, and how to mend it", Run: doctor.Command},
		{Name: "timers", Short: "list what the timer triggers do in the next days", Run: timers.Command},
		{Name: "probe", Short: "compare EDS with what the function assumes; read-only", Run: probe.Command},
		{Name: "why", Short: "say why a desktop was not stopped, from the log", Run: why.Command},
		{Name: "report", Short: "make a report for others: Markdown, a page, a table", Run: reporting.Command},
		{Name: "replay", Short: "make the event that finishes what a report left undone", Run: recover.Replay},
		{Name: "undo", Short: "print the calls that start again what a report stopped, or make them", Run: recover.Undo},
		{Name: "callback", Short: "deliver a report by hand", Words: []string{"resend"}, Run: recover.Callback},
		{Name: "routes", Short: "check a routes file, or try what a body becomes", Words: []string{"check", "try"}, Run: routes.Command},
		{Name: "schema", Short: "print the JSON Schema of a request, a report or an output", Words: schema.Names(), Run: schemaCommand},
		{Name: "calendar", Short: "check a calendar of workdays and holidays, and show a year", Run: calendar.Command},
		{Name: "sample", Short: "print a sample of an event, or the emulated fleet", Words: sampleNames(), Run: sampleCommand},
		{Name: "completion", Short: "print what completes command lines in bash, zsh or fish", Words: completion.Shells(), Run: completionCommand},
		{Name: "version", Short: "print version, commit and date", Run: versionCommand},
	}, Head: helpHead, Tail: helpTail}
}

const helpHead = `stopctl tries, checks and looks after the stop-desktops function, which stops
Elastic Desktop Service cloud computers on events.

Commands:

`

const helpTail = `
To begin with:

  stopctl run                      events of many kinds, and what becomes of them
  stopctl run -event request.json  an event of your own
  stopctl run -h                   all that run can do

Exit codes: 0 all is well, 1 something is not as expected, 2 wrong usage or
unreadable input.
`

func main() { terminal.Main(stopctl()) }

// completionCommand completes the commands of this program.
func completionCommand(ctx context.Context, args []string, o terminal.Outside) error {
	return completion.Command(ctx, stopctl(), args, o)
}
