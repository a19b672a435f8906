// Package reportfile reads the function's reports back: from a response, a callback, or lines of its log.
package reportfile

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/report"
)

// Found is a report in a file, and what the file says of it beside it.
type Found struct {
	report.Report
	LoggedAt time.Time // when the function logged it; zero: not known
	Emulated bool      // it comes from stopctl run: of an account that is not real
}

// statuses that a report can have: what has another is none.
var statuses = []report.Status{
	report.StatusDone, report.StatusAccepted, report.StatusPlanned, report.StatusPartial, report.StatusFailed, report.StatusRejected,
	report.StatusBlocked, report.StatusStale, report.StatusDuplicate, report.StatusDisabled, report.StatusIgnored,
}

// Read takes reports from whatever the function has written them to. What is not surely a
// report is refused: desktops are started and stopped by what it says. The token of a plan is left out.
func Read(command, name string, stdin io.Reader) ([]Found, error) {
	text, err := terminal.ReadNamed(command, name, stdin)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // editors put it there
	reports, whole, err := readWhole(command, name, text)
	if err != nil {
		return nil, err
	}
	if !whole {
		reports = readLines(string(text))
	}
	if len(reports) == 0 {
		return nil, terminal.Usagef("%s: %s holds no report: neither an answer, nor a callback, nor lines of the log", command, name)
	}
	for i, rep := range reports {
		reports[i].ApprovalToken = "" // a report that is sent again goes to another place
		if !slices.Contains(statuses, rep.Status) {
			return nil, terminal.Usagef("%s: %s is no report of the function: its Status is %q", command, name, rep.Status)
		}
	}
	return reports, nil
}

// readWhole takes text as one document: an answer, a callback or a single record of stopctl run. It
// returns false if it is none.
func readWhole(command, name string, text []byte) (reports []Found, whole bool, err error) {
	var members map[string]json.RawMessage
	var document struct {
		report.Report
		Reports   []report.Report
		Step      int
		Type      string        `json:"type"`
		Data      report.Report `json:"data"`
		ErrorType string        `json:"errorType"`
	}
	if json.Unmarshal(text, &members) != nil || json.Unmarshal(text, &document) != nil {
		return nil, false, nil
	}
	has := func(member string) bool { return members[member] != nil } // its very name: others have a status too
	switch {
	case has("errorType"):
		return nil, false, terminal.Usagef("%s: %s holds the error of an invocation, which is only a summary: take the lines of the function's log instead", command, name)
	case has("Reports"):
		return timed(found(document.Reports, document.Step > 0), text), true, nil
	case has("specversion") && !strings.HasPrefix(document.Type, callback.ReportType):
		return nil, false, terminal.Usagef("%s: %s is a CloudEvent, but no callback of the function: its type is %q, and would begin with %s", command, name, document.Type, callback.ReportType)
	case has("specversion"):
		return found([]report.Report{document.Data}, false), true, nil
	case has("Status"):
		return found([]report.Report{document.Report}, false), true, nil
	}
	return nil, false, nil
}

func found(reports []report.Report, emulated bool) []Found {
	var list []Found
	for _, rep := range reports {
		list = append(list, Found{Report: rep, Emulated: emulated})
	}
	return list
}

// readLines takes text as lines: of the function's log as it was printed, of Log Service, which
// wraps them, or records of stopctl run.
func readLines(text string) []Found {
	var lines []string
	var recorded []Found
	known := map[string]bool{} // two searches find the same line
	for line := range strings.Lines(text) {
		at := strings.IndexByte(line, '{')
		if at < 0 {
			continue
		}
		line = strings.TrimSpace(line[at:])
		var record struct {
			Step    int
			Reports []report.Report
			Message string `json:"message"` // of Log Service: the line itself is a member of what it exports
		}
		if json.Unmarshal([]byte(line), &record) == nil && strings.HasPrefix(record.Message, "{") {
			line = strings.TrimSpace(record.Message)
		}
		if known[line] {
			continue
		}
		known[line] = true
		recorded = append(recorded, timed(found(record.Reports, record.Step > 0), []byte(line))...)
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b string) int { return loggedAt(a).Compare(loggedAt(b)) })
	return append(recorded, readLogged(lines)...)
}

// LoggedAt is when a line was printed: a log store hands out the newest first.
func loggedAt(line string) time.Time {
	var l struct {
		Time time.Time `json:"time"`
	}
	_ = json.Unmarshal([]byte(line), &l) // what has no time comes first, in its order
	return l.Time
}
