package recover

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/internal/report"
)

const replayUsage = `Usage: stopctl replay REPORT

Makes the event that finishes what a report left undone: its desktops that are failed or
not_attempted. REPORT is a file, or - for standard input, with an answer of the function, the
body of a callback, or lines of its log.

The new event keeps the filters of the first. If the report or its log line tells when the
first event happened, IdleMinutes reaches back to that time, so desktops that were used since
then are spared.

It leaves out On: the first event was of the right kind of day, and its rest may follow on
another one.

A desktop that EDS accepted a call for counts as done. There is one exception: if the Error of
the report is StillRunning, the event waited and saw the desktop run on, so replay takes it.
With another Error the report does not tell whether Running was seen before or after the call:
replay names such desktops and leaves them out.

The result is a direct event. ALLOW_DIRECT must not be false, and EVENT_KINDS, if it is set,
must name direct. The limits and the callback of a route do not apply, nor does the callback
that the first event named.

Example:

  stopctl replay report.json > event.json
  s invoke -f event.json

Exit codes: 0 the event is on standard output, or nothing is left to do; 1 the report does not
say all that is needed; 2 wrong usage or an unreadable report.
`

// Replay reads a report and writes an event.
func Replay(_ context.Context, args []string, o terminal.Outside) error {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	if err := o.Parse(flags, args); errors.Is(err, flag.ErrHelp) {
		return o.Help(replayUsage)
	} else if err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return terminal.Usagef("replay wants one file, or - for standard input. See stopctl replay -h.")
	}
	reports, err := reportfile.Read("replay", flags.Arg(0), o.In)
	if err != nil {
		return err
	}
	var left []events.Request
	incomplete := false
	for _, rep := range reports {
		q, err := unfinished(rep, time.Now())
		if err != nil {
			incomplete = true
			fmt.Fprintf(o.Err, "stopctl: event %s: %v\n", rep.EventId, err)
			continue
		}
		for _, note := range notes(rep, len(q.DesktopId) > 0, hostOf(o.Getenv("CALLBACK_URL"))) {
			fmt.Fprintf(o.Err, "stopctl: event %s: %s\n", rep.EventId, note)
		}
		if len(q.DesktopId) > 0 {
			left = append(left, q)
		}
	}
	if len(left) > 0 {
		if err := writeEvent(o.Out, left); err != nil {
			return err
		}
	} else if !incomplete {
		fmt.Fprintln(o.Err, "stopctl: nothing is left to do")
	}
	if incomplete {
		return terminal.ErrUnexpected
	}
	return nil
}

// maxIdleMinutes is the longest that a request may ask for.
const maxIdleMinutes = 43200

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// unfinished makes the request for what rep left undone: one without desktops if that is nothing.
func unfinished(rep reportfile.Found, now time.Time) (events.Request, error) {
	if err := namesAll(rep.Report); err != nil {
		return events.Request{}, err
	}
	switch {
	case rep.Status == report.StatusRejected || rep.Status == report.StatusFailed && len(rep.Desktops) == 0:
		return events.Request{}, fmt.Errorf("it was %s before its desktops were known: send the event itself again", rep.Status)
	case rep.DryRun:
		return events.Request{}, nil
	}
	q := events.Request{
		Account:     rep.Account,
		RegionId:    rep.RegionId,
		StoppedMode: rep.StoppedMode,
		OsUpdate:    rep.OsUpdate,
		Select:      rep.Select,
		Exclude:     rep.Exclude,
		Force:       rep.Force,
		IdleMinutes: idleSince(rep, now),
		Reason:      rep.Reason,
		RequestedBy: rep.RequestedBy,
	}
	for _, d := range rep.Desktops {
		if d.Outcome == report.Failed || d.Outcome == report.NotAttempted || waitedInVain(rep) && runsOn(d) {
			if !events.ValidDesktopId(d.DesktopId) || q.RegionId != "" && !events.ValidRegionId(q.RegionId) {
				return events.Request{}, impossible(d.DesktopId, q.RegionId)
			}
			q.DesktopId = append(q.DesktopId, d.DesktopId)
		}
	}
	return q, nil
}

func waitedInVain(rep reportfile.Found) bool {
	return rep.Error != nil && rep.Error.Code == report.CodeStillRunning
}

// runsOn says whether EDS took a call for a desktop that was last seen Running: before the call, if
// the event did not wait.
func runsOn(d report.DesktopReport) bool {
	return d.Outcome == report.Accepted && d.State == "Running"
}

// notes on a report whose event is replayed, or not: what the replay cannot do as the event did.
// receiver is the host of the configured callback, if that is known.
func notes(rep reportfile.Found, replayed bool, receiver string) []string {
	var list []string
	running := 0
	for _, d := range rep.Desktops {
		if runsOn(d) {
			running++
		}
	}
	if running > 0 && !waitedInVain(rep) && !rep.Status.Succeeded() && !rep.DryRun {
		list = append(list, fmt.Sprintf("left out: %s that EDS took the call for, last seen Running, before the call or after it: look at them", terminal.Plural(running, "desktop")))
	}
	if !replayed {
		return list
	}
	if happened(rep).IsZero() && !rep.Force {
		list = append(list, "the time of the event is unknown, so desktops that were used since then are stopped too, unless a user is connected. To spare them, give the lines of the log, or set IdleMinutes in the event")
	}
	if rep.Route != "" {
		list = append(list, fmt.Sprintf("it came by the route %s; its replay is a direct event: the limits and the callback of the route do not hold", rep.Route))
	} else if rep.Callback != nil && rep.Callback.Host != "" && rep.Callback.Host != receiver {
		list = append(list, fmt.Sprintf("its callback went to %s; that of the replay goes to the function's CALLBACK_URL", rep.Callback.Host))
	}
	return list
}

// namesAll says whether rep names every desktop that it counts: a callback may be cut, and a log
// may have lost lines.
func namesAll(rep report.Report) error {
	total := 0
	for _, n := range rep.Counts {
		total += n
	}
	if total != len(rep.Desktops) {
		return fmt.Errorf("the report names %d of %d desktops: take the lines of the log instead", len(rep.Desktops), total)
	}
	return nil
}

// idleSince spares desktops that were used since the event, where its time is known. A forced
// event spares nobody, and cannot ask for idleness.
func idleSince(rep reportfile.Found, now time.Time) int {
	at := happened(rep)
	if at.IsZero() || rep.Force {
		return rep.IdleMinutes
	}
	since := int(now.Sub(at)/time.Minute) + 1
	return min(max(rep.IdleMinutes, since), maxIdleMinutes)
}

// happened is when the event did: as it says itself, or when the function took it up, which had
// worked on it for a while when it logged the report. Zero if neither is known.
func happened(rep reportfile.Found) time.Time {
	if !rep.EventTime.IsZero() || rep.LoggedAt.IsZero() {
		return rep.EventTime
	}
	return rep.LoggedAt.Add(-time.Duration(rep.DurationMs) * time.Millisecond)
}

// writeEvent writes one request as an object, several as a batch.
func writeEvent(w io.Writer, left []events.Request) error {
	var event any = left
	if len(left) == 1 {
		event = left[0]
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(event)
}
