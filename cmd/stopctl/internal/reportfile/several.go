package reportfile

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/report"
)

// ReadAll reads the reports of several files, each report once, in the order of time. Reports whose time is not known
// come last.
func ReadAll(command string, names []string, stdin io.Reader) ([]Found, error) {
	if len(names) == 0 {
		return nil, terminal.Usagef("%s: name a file with reports or log lines, or - for standard input", command)
	}
	if i := slices.Index(names, "-"); i >= 0 && slices.Contains(names[i+1:], "-") {
		return nil, terminal.Usagef("%s: standard input (-) can be read once", command)
	}
	var all []Found
	for _, name := range names {
		list, err := Read(command, name, stdin)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	all = merged(all)
	slices.SortStableFunc(all, func(a, b Found) int {
		switch x, y := a.At(), b.At(); {
		case x.IsZero() == y.IsZero():
			return x.Compare(y)
		case x.IsZero():
			return 1
		}
		return -1
	})
	return all, nil
}

// At returns when the function was done with the event, or else when the event happened; zero: neither is known.
func (f *Found) At() time.Time {
	if f.LoggedAt.IsZero() {
		return f.EventTime
	}
	return f.LoggedAt
}

// Missing returns how many desktops the report counts and does not name: a callback may be cut, and a log may have lost
// lines.
func (f *Found) Missing() int {
	total := 0
	for _, n := range f.Counts {
		total += n
	}
	return max(0, total-len(f.Desktops))
}

// merged has each report once: the log, a response and a callback tell of the same. The one that names most desktops
// stays, with what the others say beside it.
func merged(all []Found) []Found {
	type identity struct {
		invocation, event string
		status            report.Status
	}
	var list []Found
	at := map[identity]int{}
	for _, f := range all {
		key := identity{f.InvocationId, f.EventId, f.Status}
		i, again := at[key]
		if !again || f.InvocationId == "" {
			at[key] = len(list)
			list = append(list, f)
			continue
		}
		other := list[i]
		if len(f.Desktops) > len(other.Desktops) {
			f, other = other, f
		}
		other.Emulated = other.Emulated || f.Emulated
		if other.LoggedAt.IsZero() {
			other.LoggedAt = f.LoggedAt
		}
		if other.Callback == nil {
			other.Callback = f.Callback
		}
		list[i] = other
	}
	return list
}

// timed gives reports the time that their record says. A record of stopctl run has the lines of the log with -v, and the
// calls to EDS in any case.
func timed(reports []Found, record []byte) []Found {
	var r struct {
		Step  int
		Log   []string
		Calls []struct{ Time time.Time }
	}
	if json.Unmarshal(record, &r) != nil || r.Step == 0 {
		return reports
	}
	logged := map[string]time.Time{}
	for _, line := range r.Log {
		var l struct {
			Msg    string        `json:"msg"`
			Report report.Report `json:"report"`
		}
		if json.Unmarshal([]byte(line), &l) == nil && l.Msg == "report" {
			logged[l.Report.InvocationId+" "+l.Report.EventId] = loggedAt(line)
		}
	}
	for i := range reports {
		if reports[i].LoggedAt = logged[reports[i].InvocationId+" "+reports[i].EventId]; reports[i].LoggedAt.IsZero() && len(r.Calls) > 0 {
			reports[i].LoggedAt = r.Calls[len(r.Calls)-1].Time
		}
	}
	return reports
}
