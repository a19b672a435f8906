// Package recover works from reports after the event: replay makes the event that finishes one, undo starts the
// desktops again that it stopped, and callback delivers it by hand.
package recover

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/internal/loopback"
	"stopdesktops/internal/report"
	"stopdesktops/schema"
)

const undoUsage = `Usage: stopctl undo [-account NAME] [-apply [-role-arn ARN] [-wait DURATION]] [-o text|json] REPORT

Prints the StartDesktops calls that start again what an event stopped, as lines for the
Alibaba Cloud CLI, for each region, at most 100 desktops a call. REPORT is a file, or - for
standard input, with an answer of the function, the body of a callback, or lines of its log.

It starts desktops that are accepted, and those that are stopping or stopped with the
RequestId of a call. A desktop without a RequestId was stopping before the event, or the
response to its call was lost. The report does not tell which, so undo names the desktop
and leaves it to you. It does the same with one that failed as Unconfirmed. It leaves alone
what was stopped already, was skipped or has failed, and every dry run. The report does not
tell what happened since: if somebody else stopped a desktop too, undo starts it all the same.

  -apply           make the calls, with your own credentials: from the environment, a profile
                   of aliyun, or the role of an ECS instance. They need ecd:StartDesktops and
                   ecd:DescribeDesktopInfo. The function itself starts nothing: its role lacks
                   ecd:StartDesktops. Only a desktop that is Stopped is started.
  -account NAME    what events stopped in this other account. Without it: in the function's own.
                   With -apply your credentials must be of that account, or assume a role there.
  -role-arn ARN    as this role, assumed with your credentials
  -wait DURATION   with -apply: how long to wait for desktops that are still Stopping, and
                   for EDS where it asks to wait; 0s to 1h (default 2m). A throttled call is
                   tried again for 70 s at least: the quotas of EDS are by the minute.
  -o text|json     json: the calls, or what became of each desktop, as one object
                   (stopctl schema undo)

If EDS_ENDPOINT is set, the calls go there. A report of stopctl run is of an emulated account:
-apply takes it only if EDS_ENDPOINT is on loopback.

If the response to a start is lost, undo watches the desktop for a while to see whether it
starts, also after an interrupt. A second interrupt ends undo at once.

Examples:

  stopctl undo report.json
  stopctl undo -apply report.json

Exit codes: 0 the calls are printed, every desktop runs or is starting, or nothing was
stopped; 1 a desktop is not started, there are no credentials, the report does not name all
its desktops, or there are only desktops that are left to you; 2 wrong usage or an
unreadable report.
`

// undoOptions are the flags of undo.
type undoOptions struct {
	account string
	apply   bool
	roleARN string
	output  string
	wait    time.Duration
	report  string
}

func undoFlags() (*undoOptions, *flag.FlagSet) {
	o := &undoOptions{}
	flags := flag.NewFlagSet("undo", flag.ContinueOnError)
	flags.StringVar(&o.account, "account", "", "")
	flags.BoolVar(&o.apply, "apply", false, "")
	flags.StringVar(&o.roleARN, "role-arn", "", "")
	flags.DurationVar(&o.wait, "wait", 2*time.Minute, "")
	flags.StringVar(&o.output, "o", "text", "")
	return o, flags
}

// parseUndo takes flags before and after the report.
func parseUndo(args []string, out terminal.Outside) (*undoOptions, error) {
	o, flags := undoFlags()
	for first := true; ; first = false {
		if err := out.Parse(flags, args); err != nil {
			return nil, err
		}
		if args = flags.Args(); len(args) == 0 && !first {
			break
		}
		if len(args) == 0 || !first {
			return nil, terminal.Usagef("undo wants one file, or - for standard input. See stopctl undo -h.")
		}
		o.report, args = args[0], args[1:]
	}
	set := terminal.Given(flags)
	for _, name := range []string{"role-arn", "wait"} {
		if set[name] && !o.apply {
			return nil, terminal.Usagef("undo: -%s needs -apply", name)
		}
	}
	if o.output != "text" && o.output != "json" {
		return nil, terminal.Usagef("undo: -o %s: text or json", o.output)
	}
	if o.wait < 0 || o.wait > time.Hour {
		return nil, terminal.Usagef("undo: -wait %s: from 0 to 1h", o.wait)
	}
	return o, nil
}

// Undo starts again what a report stopped, or says how.
func Undo(ctx context.Context, args []string, o terminal.Outside) error {
	if err := setup.RefuseDebug("undo", o.Getenv); err != nil {
		return err
	}
	options, err := parseUndo(args, o)
	if errors.Is(err, flag.ErrHelp) {
		return o.Help(undoUsage)
	}
	if err != nil {
		return err
	}
	reports, err := reportfile.Read("undo", options.report, o.In)
	if err != nil {
		return err
	}
	if options.apply {
		if err := checkEmulated(reports, o.Getenv("EDS_ENDPOINT")); err != nil {
			return err
		}
	}
	stopped, unsure, err := stoppedBy(inAccount(options.account, reports, o.Err))
	if err != nil {
		return err
	}
	for _, d := range unsure {
		fmt.Fprintf(o.Err, "stopctl: %s in %s %s: look at it yourself\n", d.DesktopId, d.RegionId, doubt(d))
	}
	if len(stopped) == 0 {
		return nothingToStart(options, unsure, o)
	}
	if options.apply {
		return undo(ctx, options, stopped, unsure, o)
	}
	if options.output == "json" {
		return undone{Format: schema.Undo, Account: options.account, Calls: calls(stopped), Unsure: doubts(unsure)}.write(o.Out)
	}
	printStarts(o.Out, stopped)
	return nil
}

// nothingToStart says so. That is as it should be unless desktops are left to the operator.
func nothingToStart(options *undoOptions, unsure []report.DesktopReport, o terminal.Outside) error {
	if options.output == "json" {
		if err := (undone{Format: schema.Undo, Account: options.account, Unsure: doubts(unsure)}).write(o.Out); err != nil {
			return err
		}
	}
	if len(unsure) > 0 {
		fmt.Fprintf(o.Err, "stopctl: %s left to you, and no other to start\n", terminal.Plural(len(unsure), "desktop"))
		return terminal.ErrUnexpected
	}
	fmt.Fprintln(o.Err, "stopctl: nothing to start")
	return nil
}

// inAccount returns the reports about one account, and names the accounts of the others: their desktops must
// not be started with the credentials of this one.
func inAccount(account string, reports []reportfile.Found, w io.Writer) []reportfile.Found {
	var mine []reportfile.Found
	named := map[string]bool{}
	for _, rep := range reports {
		switch {
		case rep.Account == account:
			mine = append(mine, rep)
		case !named[rep.Account] && rep.Account == "":
			fmt.Fprintln(w, "stopctl: there are events in the function's own account: undo them without -account")
		case !named[rep.Account]:
			fmt.Fprintf(w, "stopctl: there are events in account %s: undo them with -account %s\n", rep.Account, rep.Account)
		}
		named[rep.Account] = true
	}
	return mine
}

// impossible is the error of what cannot be a desktop in a region: a report may come from anywhere, and what it names
// is started or stopped.
func impossible(desktopID, regionID string) error {
	return fmt.Errorf("%q in %q cannot be a desktop in a region", desktopID, regionID)
}

// checkEmulated: what was stopped in an emulated account is not to be started in a real one.
func checkEmulated(reports []reportfile.Found, endpoint string) error {
	if loopback.Host(hostOf(endpoint)) {
		return nil
	}
	if slices.ContainsFunc(reports, func(rep reportfile.Found) bool { return rep.Emulated }) {
		return terminal.Usagef("undo: this is what stopctl run has recorded in an emulated account; -apply would start desktops of a real one: set EDS_ENDPOINT to an emulator's address on loopback")
	}
	return nil
}

// stoppedBy are the desktops that the calls of these events stopped, by region; unsure are those
// that went down without a call that is known, or may have. A report that names only some of its
// desktops, or what cannot be the name of one, is refused.
func stoppedBy(reports []reportfile.Found) (stopped map[string][]string, unsure []report.DesktopReport, err error) {
	type place struct{ region, id string }
	stopped = map[string][]string{}
	known, doubtful := map[place]bool{}, map[place]bool{} // several events may have wanted one
	for _, rep := range reports {
		if err := namesAll(rep.Report); err != nil {
			return nil, nil, fmt.Errorf("event %s: %w", rep.EventId, err)
		}
		for _, d := range rep.Desktops {
			d.RegionId = cmp.Or(d.RegionId, rep.RegionId)
			at, byCall := place{d.RegionId, d.DesktopId}, stoppedByCall(d)
			switch {
			case rep.DryRun || !byCall && doubt(d) == "":
			case !events.ValidDesktopId(d.DesktopId) || !events.ValidRegionId(d.RegionId):
				return nil, nil, terminal.Usagef("undo: event %s: %v", rep.EventId, impossible(d.DesktopId, d.RegionId))
			case byCall && !known[at]:
				known[at] = true
				stopped[d.RegionId] = append(stopped[d.RegionId], d.DesktopId)
			case !byCall && !doubtful[at]:
				doubtful[at] = true
				unsure = append(unsure, d)
			}
		}
	}
	// A retry finds on its way down what the try before it has stopped.
	unsure = slices.DeleteFunc(unsure, func(d report.DesktopReport) bool { return known[place{d.RegionId, d.DesktopId}] })
	return stopped, unsure, nil
}

func stoppedByCall(d report.DesktopReport) bool {
	return d.Outcome == report.Accepted || d.RequestId != "" && (d.Outcome == report.Stopping || d.Outcome == report.Stopped)
}

// doubt says why nobody knows whether the event stopped a desktop that no known call did: empty if it
// surely did not.
func doubt(d report.DesktopReport) string {
	switch {
	case d.Outcome == report.Stopping || d.Outcome == report.Stopped:
		return fmt.Sprintf("is %s, but not by a call that the report knows", d.Outcome)
	case d.Outcome == report.Failed && d.Code == report.CodeUnconfirmed:
		return "may be stopped: a call was sent for it, and its response was lost"
	}
	return ""
}

// printStarts as lines for the Alibaba Cloud CLI, which takes the endpoint of --region and hands
// on --RegionId.
func printStarts(w io.Writer, stopped map[string][]string) {
	for _, c := range calls(stopped) {
		var b strings.Builder
		for i, id := range c.DesktopId {
			fmt.Fprintf(&b, " --DesktopId.%d %s", i+1, id)
		}
		fmt.Fprintf(w, "aliyun ecd %s --region %s --RegionId %s%s\n", c.Action, c.RegionId, c.RegionId, &b)
	}
}
