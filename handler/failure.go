package handler

import (
	"encoding/json"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Failure makes the platform count an invocation as failed: its metrics, alarms, retries and
// failure destinations then tell the truth. Everything is safe to repeat.
type Failure struct {
	Type    string // one of the constants below
	Message string // one line of JSON, at most 1 KB
}

func (f *Failure) Error() string { return f.Type + ": " + f.Message }

// The types, the most serious first.
const (
	StopFailed    = "StopFailed"
	StopPartial   = "StopPartial"
	StopBlocked   = "StopBlocked"
	EventRejected = "EventRejected"
)

var failureOf = map[report.Status]string{
	report.StatusFailed:   StopFailed,
	report.StatusPartial:  StopPartial,
	report.StatusBlocked:  StopBlocked,
	report.StatusRejected: EventRejected,
}

var seriousness = []string{StopFailed, StopPartial, StopBlocked, EventRejected}

// failureType of an invocation: empty if each of its events succeeded, StopPartial if some did,
// else the most serious.
func failureType(reports []report.Report) string {
	failed, succeeded := map[string]bool{}, false
	for _, rep := range reports {
		t, ok := failureOf[rep.Status]
		if ok {
			failed[t] = true
		}
		succeeded = succeeded || !ok || rep.Status == report.StatusPartial
	}
	if len(failed) > 0 && succeeded {
		return StopPartial
	}
	for _, t := range seriousness {
		if failed[t] {
			return t
		}
	}
	return ""
}

const maxFailureMessage = 1024

// failureMessage is what a person or an alarm sees of a failed invocation.
type failureMessage struct {
	EventId  string                 `json:",omitempty"`
	Status   report.Status          `json:",omitempty"`
	Events   map[report.Status]int  `json:",omitempty"` // of a batch, by status
	Counts   map[report.Outcome]int `json:",omitempty"`
	Error    *report.Problem        `json:",omitempty"`
	Problems []desktopProblem       `json:",omitempty"` // the first few
}

type desktopProblem struct {
	DesktopId string
	Outcome   report.Outcome
	Code      string `json:",omitempty"`
}

// newFailure says why an invocation failed, or nil if it did not.
func newFailure(reports []report.Report) *Failure {
	kind := failureType(reports)
	if kind == "" {
		return nil
	}
	m := failureMessage{Counts: map[report.Outcome]int{}}
	for _, rep := range reports {
		for outcome, n := range rep.Counts {
			m.Counts[outcome] += n
		}
		if !rep.Status.Succeeded() {
			m.add(rep)
		}
	}
	if len(reports) > 1 {
		m.Events = map[report.Status]int{}
		for _, rep := range reports {
			m.Events[rep.Status]++
		}
	}
	return &Failure{Type: kind, Message: m.line()}
}

// add what there is to say of one event that failed; the first of them is named.
func (m *failureMessage) add(rep report.Report) {
	if m.Status == "" {
		m.EventId, m.Status, m.Error = rep.EventId, rep.Status, rep.Error
	}
	for _, d := range rep.Desktops {
		if len(m.Problems) < 10 && d.Outcome.Problem() {
			m.Problems = append(m.Problems, desktopProblem{d.DesktopId, d.Outcome, d.Code})
		}
	}
}

// line is the message as one line of JSON, with as many problems as fit. What can be long is cut step
// by step; the rest (counts, and short texts) always fits.
func (m *failureMessage) line() string {
	cut := []func(){
		func() { m.Error = short(m.Error) },
		func() { m.EventId = events.Clean(m.EventId, 64) },
		func() { m.Error = nil },
		func() { m.EventId = "" },
	}
	for {
		text, err := json.Marshal(m)
		switch {
		case err == nil && len(text) <= maxFailureMessage:
			return string(text)
		case len(m.Problems) > 0:
			m.Problems = m.Problems[:len(m.Problems)-1]
		case len(cut) > 0:
			cut[0]()
			cut = cut[1:]
		default:
			return `{"Error":{"Code":"` + report.CodeInternal + `"}}`
		}
	}
}

// short is p with its texts cut.
func short(p *report.Problem) *report.Problem {
	if p == nil {
		return nil
	}
	s := *p
	s.Message, s.Path = events.Clean(p.Message, 200), events.Clean(p.Path, 200)
	return &s
}
