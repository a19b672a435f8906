package recover

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/config"
	"stopdesktops/internal/report"
)

const callbackUsage = `Usage: stopctl callback resend [-to URL] [-all] REPORT

Delivers by hand what a callback did not: each report in REPORT, a file, or - for standard
input, with an answer of the function, the body of a callback, or lines of its log. Nothing
is stopped again. Each delivery has a new ID, and says all that the report says.

It names and leaves out what was delivered already, and what the function sends to nobody:
events that are ignored or not authenticated. If a report came by a route, or the log shows
another host for its callback, nothing is sent: the report may belong to another receiver.
Say with -to where it goes, or with -all that CALLBACK_URL is right.

The destination and the format come from the function's variables in this command's
environment: CALLBACK_URL, CALLBACK_SECRET, CALLBACK_FORMAT, CALLBACK_TEMPLATE,
CALLBACK_TIMEOUT, CALLBACK_MAX_DESKTOPS and FC_FUNCTION_NAME. CALLBACK_ON does not apply. A
relative CALLBACK_TEMPLATE is a file in this folder.

  -to URL   instead of CALLBACK_URL; other users of this machine may see it in the list of
            processes, so give a robot's URL as CALLBACK_URL. CALLBACK_SECRET signs it too.
  -all      send each report in REPORT, whatever became of it, and whatever it came by

Example:

  CALLBACK_URL=https://tickets.example.com/hook stopctl callback resend report.json

Exit codes: 0 everything is delivered, or nothing is to be; 1 something is not; 2 wrong
usage, a bad variable, an unreadable report or one for another receiver.
`

// resendTime is what one delivery may take.
const resendTime = time.Minute

// Callback delivers reports once more.
func Callback(ctx context.Context, args []string, o terminal.Outside) error {
	if len(args) > 0 && args[0] == "resend" {
		args = args[1:]
	} else if len(args) == 0 || !slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		return terminal.Usagef("callback wants resend. See stopctl callback -h.")
	}
	flags := flag.NewFlagSet("callback resend", flag.ContinueOnError)
	to := flags.String("to", "", "")
	all := flags.Bool("all", false, "")
	if err := o.Parse(flags, args); errors.Is(err, flag.ErrHelp) {
		return o.Help(callbackUsage)
	} else if err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return terminal.Usagef("callback resend wants one file, or - for standard input. See stopctl callback -h.")
	}
	reports, err := reportfile.Read("callback resend", flags.Arg(0), o.In)
	if err != nil {
		return err
	}
	sender, err := resender(*to, o.Getenv)
	if err != nil {
		return err
	}
	if !*all {
		reports = undelivered(reports, o.Err)
	}
	if !*all && *to == "" {
		if err := checkReceivers(reports, o.Getenv("CALLBACK_URL")); err != nil {
			return err
		}
	}
	if len(reports) == 0 {
		fmt.Fprintln(o.Err, "stopctl: nothing is left to deliver")
	}
	failed := false
	for _, rep := range reports {
		rep.Callback = nil // how the first delivery went
		failed = !resend(ctx, sender, rep, o) || failed
	}
	if failed {
		return terminal.ErrUnexpected
	}
	return nil
}

// undelivered are the reports that somebody waits for. Why the others are left out is said.
func undelivered(reports []reportfile.Found, out io.Writer) []reportfile.Found {
	var list []reportfile.Found
	for _, rep := range reports {
		why := ""
		switch {
		case rep.Callback != nil && rep.Callback.Status == report.CallbackDelivered:
			why = "it was delivered"
		case rep.Status == report.StatusIgnored:
			why = "it was ignored"
		case rep.Error != nil && rep.Error.Code == report.CodeUnauthenticated:
			why = "it was not authenticated"
		default:
			list = append(list, rep)
			continue
		}
		fmt.Fprintf(out, "stopctl: event %s is left out: %s; -all sends it too\n", rep.EventId, why)
	}
	return list
}

// checkReceivers: a report of a route, or of an event that named its own receiver, may be nothing for
// the configured one. Which routes have their own is not known here; where a callback went, the log says.
func checkReceivers(reports []reportfile.Found, configured string) error {
	for _, rep := range reports {
		why := ""
		switch {
		case rep.Route != "":
			why = "came by the route " + rep.Route + ", which may have a receiver of its own"
		case rep.Callback != nil && rep.Callback.Host != "" && rep.Callback.Host != hostOf(configured):
			why = "has its receiver at " + rep.Callback.Host + ", and CALLBACK_URL is elsewhere"
		default:
			continue
		}
		return terminal.Usagef("callback resend: event %s %s: give its URL with -to, or -all if CALLBACK_URL is right. Nothing was sent.", rep.EventId, why)
	}
	return nil
}

// resender has the configuration of the function, but for what only a running function needs.
func resender(to string, getenv func(string) string) (*callback.Sender, error) {
	environ := []string{"FC_FUNC_CODE_PATH=."}
	for _, name := range config.Variables() {
		if strings.HasPrefix(name, "CALLBACK_") || name == "FC_FUNCTION_NAME" {
			environ = append(environ, name+"="+getenv(name))
		}
	}
	environ = append(environ, "CALLBACK_ON="+callback.All) // what is resent is wanted
	if to != "" {
		environ = append(environ, "CALLBACK_URL="+to)
	}
	c, faults := config.Read(environ)
	if c.CallbackURL.Empty() {
		return nil, terminal.Usagef("callback resend: where to? Set CALLBACK_URL, or give -to.")
	}
	maps.DeleteFunc(faults, func(variable, _ string) bool { return !strings.HasPrefix(variable, "CALLBACK_") })
	if len(faults) > 0 {
		return nil, terminal.Usagef("callback resend: %v", faults)
	}
	sender, bad := callback.New(callback.Options{
		Destination: c.Callback, Source: c.FunctionName, Timeout: c.CallbackTimeout, MaxDesktops: c.CallbackMaxDesktops,
	})
	if faults.AddAll(bad); len(bad) > 0 {
		return nil, terminal.Usagef("callback resend: %v", faults)
	}
	return sender, nil
}

// resend one report and say how it went.
func resend(ctx context.Context, sender *callback.Sender, rep reportfile.Found, o terminal.Outside) bool {
	ctx, cancel := context.WithTimeout(ctx, resendTime)
	defer cancel()
	var result report.CallbackResult
	_ = terminal.NewScreen(o).Progress("Delivering event "+terminal.Visible(rep.EventId), nil, func() error {
		result = sender.Deliver(ctx, "", rep.Report)
		return nil
	})
	fmt.Fprintf(o.Out, "event %s (%s): %s\n", rep.EventId, rep.Status, strings.TrimSpace(fmt.Sprintf("%s %s", result.Status, result.Code))+howOften(result))
	return result.Status == report.CallbackDelivered
}

func howOften(r report.CallbackResult) string {
	if r.Attempts == 1 {
		return " to " + r.Host + " at the first try"
	}
	return fmt.Sprintf(" to %s, %d attempts", r.Host, r.Attempts)
}
