package reportfile

import (
	"encoding/json"
	"slices"

	"stopdesktops/internal/report"
)

// ReadReports puts the reports in a log together from its lines.
func ReadReports(lines []string) []report.Report {
	var reports []report.Report
	for _, rep := range readLogged(lines) {
		reports = append(reports, rep.Report)
	}
	return reports
}

// readLogged puts reports together from lines: the report, then its desktops in parts, then how its
// callback went.
func readLogged(lines []string) []Found {
	var reports []Found
	for _, line := range lines {
		var l struct {
			Msg          string                 `json:"msg"`
			Report       report.Report          `json:"report"`
			EventId      string                 `json:"EventId"`
			InvocationId string                 `json:"InvocationId"`
			Desktops     []report.DesktopReport `json:"Desktops"`
			Host         string                 `json:"Host"`
			Callback     *report.CallbackResult `json:"Callback"`
		}
		if json.Unmarshal([]byte(line), &l) != nil {
			continue // a panic, or something printed
		}
		about := func(rep Found) bool { return rep.EventId == l.EventId && rep.InvocationId == l.InvocationId }
		switch l.Msg {
		case "report":
			reports = append(reports, Found{Report: l.Report, LoggedAt: loggedAt(line)})
		case "desktops":
			for i := len(reports) - 1; i >= 0; i-- {
				if about(reports[i]) {
					reports[i].Desktops = append(reports[i].Desktops, l.Desktops...)
					break
				}
			}
		case "callback":
			at := slices.IndexFunc(reports, func(rep Found) bool { return about(rep) && rep.Callback == nil })
			if at >= 0 && l.Callback != nil {
				l.Callback.Host = l.Host
				reports[at].Callback = l.Callback
			}
		}
	}
	return reports
}

// Warnings in a log: what the function found odd and went on. What becomes of events and callbacks is
// told elsewhere, and a warning with a code is in its event's report.
func Warnings(lines []string) []string {
	var all []string
	for _, line := range lines {
		var l struct {
			Level     string `json:"level"`
			Msg       string `json:"msg"`
			Code      string
			RegionId  string
			DesktopId string
		}
		if json.Unmarshal([]byte(line), &l) == nil && l.Level == "WARN" && l.Code == "" && l.Msg != "report" && l.Msg != "desktops" && l.Msg != "callback" {
			all = append(all, place(l.DesktopId, l.RegionId)+l.Msg)
		}
	}
	return all
}

// place of a warning, in front of it: the desktop, the region, or nothing.
func place(desktop, region string) string {
	switch {
	case desktop != "" && region != "":
		return desktop + " in " + region + ": "
	case desktop+region != "":
		return desktop + region + ": "
	}
	return ""
}
