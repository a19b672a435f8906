package main

import (
	"stopdesktops/internal/report"
)

// outcomeStyle: green is final, cyan on its way, yellow left alone, red somebody's business.
func outcomeStyle(o report.Outcome) style {
	switch o {
	case report.Stopped, report.AlreadyStopped:
		return green
	case report.Accepted, report.Stopping:
		return cyan
	case report.WouldStop:
		return blue
	case report.Skipped:
		return yellow
	}
	return red
}

func statusStyle(st report.Status) style {
	switch st {
	case report.StatusDone:
		return green
	case report.StatusAccepted:
		return cyan
	case report.StatusPlanned:
		return blue
	case report.StatusStale, report.StatusDuplicate, report.StatusDisabled:
		return yellow
	}
	return red
}

// problemText is a problem with its code and place.
func problemText(p *report.Problem) string {
	text := p.Code
	if p.Path != "" {
		text += " at " + p.Path
	}
	if p.Message != "" {
		text += ": " + p.Message
	}
	return text
}

// warningText is a warning of a report, with the place of what it is about.
func warningText(w report.Warning) string {
	if w.Path == "" {
		return w.Message
	}
	return w.Path + ": " + w.Message
}

// tagText is a tag as KEY=VALUE, or KEY alone where any value will do.
func tagText(key string, value *string) string {
	if value == nil {
		return key
	}
	return key + "=" + *value
}
