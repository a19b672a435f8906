package why

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/report"
)

// teller puts into words what one report says of the desktop.
type teller struct {
	reportfile.Found
	d    report.DesktopReport
	zone *time.Location
}

// clock shows a time in the zone of the answer.
func (t teller) clock(at time.Time) string { return clock(at, t.zone) }

func clock(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("Mon 2006-01-02 15:04:05")
}

// evidence is never nil: reports of older versions have none.
func (t teller) evidence() report.Evidence {
	if t.d.Evidence == nil {
		return report.Evidence{}
	}
	return *t.d.Evidence
}

// rule in words: why the outcome is what it is.
func (t teller) rule() string {
	switch t.d.Outcome {
	case report.NotFound:
		return "EDS does not know it in " + cmp.Or(t.d.RegionId, "that region")
	case report.Failed:
		return words.Rule(report.Failed) + ": " + cmp.Or(t.d.Code, "no code")
	case report.Skipped, report.NotAttempted:
		return t.reason()
	}
	return cmp.Or(words.Rule(t.d.Outcome), string(t.d.Outcome))
}

// reason in words.
func (t teller) reason() string {
	if text, ok := words.StateRule(t.d); ok {
		return "it " + text
	}
	if text, ok := words.ListRule(t.d); ok {
		return "it " + text
	}
	switch t.d.Reason {
	case report.ReasonNotIdle:
		return fmt.Sprintf("it was started, used or left within the last %d minutes (IdleMinutes)", t.IdleMinutes)
	case report.ReasonNotSelected:
		return "the event names it, and Select does not match it"
	}
	return cmp.Or(words.Rule(t.d.Reason), t.d.Reason, words.Rule(t.d.Outcome))
}

// found is what the rule rests on.
func (t teller) found() []string {
	var list []string
	e := t.evidence()
	if !e.UsedAt.IsZero() {
		list = append(list, fmt.Sprintf("%s at %s; a use since %s spares it", words.Use(e.Use), t.clock(e.UsedAt), t.clock(e.UsedSince)))
	}
	if e.Tag != "" {
		list = append(list, "tag "+words.Tag(e.Tag, &e.TagValue))
	}
	if !e.KeptUntil.IsZero() {
		list = append(list, "kept until "+t.clock(e.KeptUntil))
	}
	if e.MaxDesktops > 0 && t.Error != nil {
		list = append(list, t.Error.Message)
	} else if e.MaxDesktops > 0 {
		list = append(list, fmt.Sprintf("the limit is %d", e.MaxDesktops))
	}
	if t.d.Message != "" && e.Tag == "" && e.List == "" {
		list = append(list, t.d.Message)
	}
	if t.d.Outcome == report.Failed && t.d.RequestId != "" {
		list = append(list, "request "+t.d.RequestId)
	}
	if state := strings.Join(strings.Fields(t.d.State+" "+t.d.ConnectionStatus), ", "); state != "" {
		list = append(list, "last seen "+state)
	}
	return list
}
