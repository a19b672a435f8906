// Package words says what a report means, for people, and in which colour.
package words

import (
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/report"
)

// OutcomeStyle is the style of an outcome: green is final, cyan on its way, yellow left alone, red somebody's business.
func OutcomeStyle(o report.Outcome) terminal.Style {
	switch o {
	case report.Stopped, report.AlreadyStopped:
		return terminal.Green
	case report.Accepted, report.Stopping:
		return terminal.Cyan
	case report.WouldStop:
		return terminal.Blue
	case report.Skipped:
		return terminal.Yellow
	}
	return terminal.Red
}

// StatusStyle is the style of a status, in the same colours.
func StatusStyle(st report.Status) terminal.Style {
	switch st {
	case report.StatusDone:
		return terminal.Green
	case report.StatusAccepted:
		return terminal.Cyan
	case report.StatusPlanned:
		return terminal.Blue
	case report.StatusStale, report.StatusDuplicate, report.StatusDisabled:
		return terminal.Yellow
	}
	return terminal.Red
}

// Problem is a problem with its code and place.
func Problem(p *report.Problem) string {
	text := p.Code
	if p.Path != "" {
		text += " at " + p.Path
	}
	if p.Message != "" {
		text += ": " + p.Message
	}
	return text
}

// Warning is a warning of a report, with the place of what it is about.
func Warning(w report.Warning) string {
	if w.Path == "" {
		return w.Message
	}
	return w.Path + ": " + w.Message
}

// Tag is a tag as KEY=VALUE, or KEY alone where any value will do.
func Tag(key string, value *string) string {
	if value == nil {
		return key
	}
	return key + "=" + *value
}
