package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"stopdesktops/handler"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/config"
)

const callbackUsage = `Usage: stopctl callback resend [-to URL] REPORT

Delivers by hand what a callback did not: each report in REPORT, a file, or - for standard
input, with an answer of the function, the body of a callback, or lines of its log. Nothing
is stopped again. Each delivery has a new ID, and says all that the report says.

Where it goes and how it looks is said by the variables that the function has, taken from
this command's environment: CALLBACK_URL, CALLBACK_SECRET, CALLBACK_FORMAT,
CALLBACK_TEMPLATE, CALLBACK_TIMEOUT, CALLBACK_MAX_DESKTOPS and FC_FUNCTION_NAME.
CALLBACK_ON does not hold: what is resent is wanted. A relative CALLBACK_TEMPLATE is
looked for in this folder.

  -to URL   instead of CALLBACK_URL; other users of this machine may see it in the list of
            processes, so give a robot's URL as CALLBACK_URL. CALLBACK_SECRET signs it too.

Example:

  CALLBACK_URL=https://tickets.example.com/hook stopctl callback resend report.json

Exit codes: 0 everything is delivered; 1 something is not; 2 wrong usage, a bad variable or
an unreadable report.
`

// resendTime is what one delivery may take.
const resendTime = time.Minute

// callbackCommand delivers reports once more.
func callbackCommand(ctx context.Context, args []string, o outside) error {
	if len(args) > 0 && args[0] == "resend" {
		args = args[1:]
	} else if len(args) == 0 || !slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		return usagef("callback wants resend. See stopctl callback -h.")
	}
	flags := flag.NewFlagSet("callback resend", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	to := flags.String("to", "", "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(o.out, callbackUsage)
		return nil
	} else if err != nil || flags.NArg() != 1 {
		return usagef("callback resend wants one file, or - for standard input. See stopctl callback -h.")
	}
	reports, err := readReportFile("callback resend", flags.Arg(0), o.in)
	if err != nil {
		return err
	}
	sender, err := resender(*to, o.getenv)
	if err != nil {
		return err
	}
	failed := false
	for _, rep := range reports {
		rep.Callback = nil // how the first delivery went
		failed = !resend(ctx, sender, rep, o) || failed
	}
	if failed {
		return errUnexpected
	}
	return nil
}

// resender has the configuration of the function, but for what only a running function needs.
func resender(to string, getenv func(string) string) (*callback.Sender, error) {
	environ := []string{"FC_FUNC_CODE_PATH=."}
	for field := range reflect.TypeFor[config.Config]().Fields() {
		if name := field.Tag.Get("env"); strings.HasPrefix(name, "CALLBACK_") || name == "FC_FUNCTION_NAME" {
			environ = append(environ, name+"="+getenv(name))
		}
	}
	if to != "" {
		environ = append(environ, "CALLBACK_URL="+to)
	}
	c, faults := config.Read(environ)
	if c.CallbackURL.Empty() {
		return nil, usagef("callback resend: where to? Set CALLBACK_URL, or give -to.")
	}
	maps.DeleteFunc(faults, func(variable, _ string) bool { return !strings.HasPrefix(variable, "CALLBACK_") })
	if len(faults) > 0 {
		return nil, usagef("callback resend: %v", faults)
	}
	d := *c.Callback
	d.On = callback.All
	sender, bad := callback.New(callback.Options{
		Destination: d, Source: c.FunctionName, Timeout: c.CallbackTimeout, MaxDesktops: c.CallbackMaxDesktops,
	})
	if faults.AddAll(bad); len(bad) > 0 {
		return nil, usagef("callback resend: %v", faults)
	}
	return sender, nil
}

// resend one report and say how it went.
func resend(ctx context.Context, sender *callback.Sender, rep foundReport, o outside) bool {
	ctx, cancel := context.WithTimeout(ctx, resendTime)
	defer cancel()
	result := sender.Deliver(ctx, "", rep.Report)
	fmt.Fprintf(o.out, "event %s (%s): %s\n", rep.EventId, rep.Status, strings.TrimSpace(fmt.Sprintf("%s %s", result.Status, result.Code))+tries(result))
	return result.Status == handler.CallbackDelivered
}

func tries(r handler.CallbackResult) string {
	if r.Attempts == 1 {
		return " to " + r.Host + " at the first try"
	}
	return fmt.Sprintf(" to %s, %d tries", r.Host, r.Attempts)
}
