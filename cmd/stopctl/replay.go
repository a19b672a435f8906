package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/handler"
)

const replayUsage = `Usage: stopctl replay REPORT

Makes the event that finishes what a report left undone: its desktops that are failed or
not_attempted. REPORT is a file, or - for standard input, with an answer of the function, the
body of a callback, or lines of its log.

What narrowed the event is kept. Where the report says when the event happened, IdleMinutes
reaches back to then, so that whoever has used a desktop since is spared.

Example:

  stopctl replay report.json > event.json
  s invoke -f event.json

Exit codes: 0 the event is on standard output, or nothing is left to do; 1 the report does not
say all that is needed; 2 wrong usage or an unreadable report.
`

// replayCommand reads a report and writes an event.
func replayCommand(_ context.Context, args []string, o outside) error {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(o.out, replayUsage)
		return nil
	} else if err != nil || flags.NArg() != 1 {
		return usagef("replay wants one file, or - for standard input. See stopctl replay -h.")
	}
	reports, err := readReportFile("replay", flags.Arg(0), o.in)
	if err != nil {
		return err
	}
	var left []events.Request
	incomplete := false
	for _, rep := range reports {
		requests, err := unfinished(rep, time.Now())
		if err != nil {
			incomplete = true
			fmt.Fprintf(o.err, "stopctl: event %s: %v\n", rep.EventId, err)
		}
		left = append(left, requests...)
	}
	if len(left) > 0 {
		if err := writeEvent(o.out, left); err != nil {
			return err
		}
	} else if !incomplete {
		fmt.Fprintln(o.err, "stopctl: nothing is left to do")
	}
	if incomplete {
		return errUnexpected
	}
	return nil
}

// readReportFile takes reports from whatever the function has written them to.
func readReportFile(command, name string, stdin io.Reader) ([]handler.Report, error) {
	text, err := io.ReadAll(stdin)
	if name != "-" {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, usagef("%s: %v", command, err)
	}
	var whole struct {
		handler.Report
		Reports     []handler.Report
		SpecVersion string         `json:"specversion"`
		Data        handler.Report `json:"data"`
		ErrorType   string         `json:"errorType"`
	}
	if json.Unmarshal(text, &whole) == nil {
		switch {
		case whole.ErrorType != "":
			return nil, usagef("%s: %s holds the error of an invocation, which is only a summary: take the lines of the function's log instead", command, name)
		case whole.Reports != nil:
			return whole.Reports, nil
		case whole.SpecVersion != "":
			return []handler.Report{whole.Data}, nil
		case whole.Status != "":
			return []handler.Report{whole.Report}, nil
		}
	}
	var lines []string
	var recorded []handler.Report // by `stopctl run -o json`, an event a line
	for line := range strings.Lines(string(text)) {
		at := strings.IndexByte(line, '{')
		if at < 0 {
			continue
		}
		line = line[at:]
		var record struct {
			Reports []handler.Report
			Message string `json:"message"` // of Log Service: the line itself is a member of what it exports
		}
		if json.Unmarshal([]byte(line), &record) == nil {
			recorded = append(recorded, record.Reports...)
			if strings.HasPrefix(record.Message, "{") {
				line = record.Message
			}
		}
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b string) int { return loggedAt(a).Compare(loggedAt(b)) })
	if reports := append(recorded, readReports(lines)...); len(reports) > 0 {
		return reports, nil
	}
	return nil, usagef("%s: %s holds no report: neither an answer, nor a callback, nor lines of the log", command, name)
}

// loggedAt is when a line was printed: a log store hands out the newest first.
func loggedAt(line string) time.Time {
	var l struct {
		Time time.Time `json:"time"`
	}
	_ = json.Unmarshal([]byte(line), &l) // what has no time comes first, in its order
	return l.Time
}

// maxIdleMinutes is the longest that a request may ask for.
const maxIdleMinutes = 43200

// unfinished makes the request for what rep left undone: none if that is nothing.
func unfinished(rep handler.Report, now time.Time) ([]events.Request, error) {
	if err := namesAll(rep); err != nil {
		return nil, err
	}
	switch {
	case rep.Status == handler.StatusRejected || rep.Status == handler.StatusFailed && len(rep.Desktops) == 0:
		return nil, fmt.Errorf("it was %s before its desktops were known: send the event itself again", rep.Status)
	case rep.DryRun:
		return nil, nil
	}
	q := events.Request{
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
		if d.Outcome == handler.Failed || d.Outcome == handler.NotAttempted {
			q.DesktopId = append(q.DesktopId, d.DesktopId)
		}
	}
	if len(q.DesktopId) == 0 {
		return nil, nil
	}
	return []events.Request{q}, nil
}

// namesAll says whether rep names every desktop that it counts: a callback may be cut, and a log
// may have lost lines.
func namesAll(rep handler.Report) error {
	total := 0
	for _, n := range rep.Counts {
		total += n
	}
	if total != len(rep.Desktops) {
		return fmt.Errorf("the report names %d of %d desktops: take the lines of the log instead", len(rep.Desktops), total)
	}
	return nil
}

// idleSince spares whoever has used a desktop since the event, where its time is known. A forced
// event spares nobody, and cannot ask for idleness.
func idleSince(rep handler.Report, now time.Time) int {
	if rep.EventTime.IsZero() || rep.Force {
		return rep.IdleMinutes
	}
	since := int(now.Sub(rep.EventTime)/time.Minute) + 1
	return min(max(rep.IdleMinutes, since), maxIdleMinutes)
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
