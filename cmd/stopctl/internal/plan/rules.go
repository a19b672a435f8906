package plan

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/schema"
)

// plan is what the function would do. But for PlannedAt and PlannedBy, two plans are equal while the desktops and
// the configuration stay as they are, so that they can be compared.
type plan struct {
	Format    string         // stopctl.plan/1
	PlannedAt time.Time      // when the plan was begun
	PlannedBy string         `json:",omitempty"` // who planned: an approval needs it
	Events    []plannedEvent // the events, in the order in which they came
}

// plannedEvent is what the function would do about one event.
type plannedEvent struct {
	EventId     string // the event's source and ID
	Kind        string `json:",omitempty"` // the kind of the event: direct, eventbridge, timer or http
	Status      report.Status
	Route       string                 `json:",omitempty"` // the route that the event comes by
	Account     string                 `json:",omitempty"` // the account of the desktops; empty: the function's own
	RegionId    string                 `json:",omitempty"` // the region of the desktops
	StoppedMode string                 `json:",omitempty"` // StopCharging or KeepCharging
	OsUpdate    *bool                  `json:",omitempty"` // whether EDS would be asked to install a patch that is ready
	Counts      map[report.Outcome]int `json:",omitempty"` // the desktops by decision
	Error       *report.Problem        `json:",omitempty"`
	Warnings    []report.Warning       `json:",omitempty"` // warnings about the request
	Desktops    []plannedDesktop       `json:",omitempty"` // each desktop that is asked for, once
	// Request is what would be done, with every default filled in, but for the desktops. It is there if the event is planned.
	Request *events.Request `json:",omitempty"`
}

// plannedDesktop is what the function would do about one desktop.
type plannedDesktop struct {
	DesktopId        string // as EDS has it, or as it was asked for if EDS does not know it
	RegionId         string // where it is, or was looked for
	Decision         report.Outcome
	Reason           string `json:",omitempty"` // the code of the reason, as a report has it
	Rule             string // the rule that chose or spared it, for people
	State            string `json:",omitempty"` // its DesktopStatus now
	ConnectionStatus string `json:",omitempty"` // its ConnectionStatus now
	// The office of a desktop that would be stopped. Absent: EDS has not told it.
	OfficeSiteId string `json:",omitempty"`
	// The users of a desktop that would be stopped. Absent: EDS has not told them.
	EndUserIds []string `json:",omitzero"`
}

// newPlan shows reports, with the rule behind each decision.
func newPlan(reports []report.Report) *plan {
	p := &plan{Format: schema.Plan, Events: []plannedEvent{}}
	for _, rep := range reports {
		e := plannedEvent{
			EventId: rep.EventId, Kind: rep.Kind, Status: rep.Status, Route: rep.Route, Account: rep.Account, RegionId: rep.RegionId,
			StoppedMode: rep.StoppedMode, OsUpdate: rep.OsUpdate, Counts: rep.Counts, Error: rep.Error, Warnings: rep.Warnings,
		}
		if rep.Status == report.StatusPlanned {
			e.Request = planned(rep)
		}
		for _, d := range rep.Desktops {
			e.Desktops = append(e.Desktops, plannedDesktop{
				DesktopId: d.DesktopId, RegionId: d.RegionId, Decision: d.Outcome, Reason: d.Reason,
				Rule: rule(rep, d), State: d.State, ConnectionStatus: d.ConnectionStatus,
			})
		}
		p.Events = append(p.Events, e)
	}
	return p
}

// planned is the request of a report, with every default filled in, but for the desktops.
func planned(rep report.Report) *events.Request {
	return &events.Request{
		Account: rep.Account, RegionId: rep.RegionId, StoppedMode: rep.StoppedMode, OsUpdate: rep.OsUpdate, Select: rep.Select, Exclude: rep.Exclude,
		Force: rep.Force, IdleMinutes: rep.IdleMinutes, On: rep.On, Reason: rep.Reason, RequestedBy: rep.RequestedBy,
	}
}

// made says whether every event could be planned, or is left alone.
func (p *plan) made() bool {
	for _, e := range p.Events {
		if !e.Status.Succeeded() {
			return false
		}
	}
	return len(p.Events) > 0
}

// rule that chose or spared a desktop, in words.
func rule(rep report.Report, d report.DesktopReport) string {
	switch d.Outcome {
	case report.WouldStop:
		return words.ChosenBy(rep.Select)
	case report.AlreadyStopped, report.Stopping:
		return "is " + d.State + " already"
	case report.NotFound:
		return "EDS does not know it in " + d.RegionId
	case report.Failed:
		return strings.TrimSpace("cannot be decided: " + d.Code + " " + d.Message)
	}
	if text, ok := words.StateRule(d); ok {
		return text
	}
	if text, ok := words.ListRule(d); ok {
		if e := d.Evidence; e != nil && e.Tag != "" {
			text += " (" + words.Tag(e.Tag, &e.TagValue) + ")"
		}
		return text
	}
	switch d.Reason {
	case report.ReasonKeepUntil, report.ReasonKeepUntilUnreadable:
		return "its tag " + d.Message
	}
	if text := words.Rule(d.Reason); text != "" {
		return text
	}
	return d.Reason
}

// readPlan reads what -o json has written. flag says what names the file.
func readPlan(flag, name string) (*plan, error) {
	text, err := terminal.ReadInput(flag, name, strings.NewReader(""))
	if err != nil {
		return nil, err
	}
	p := &plan{}
	if err := json.Unmarshal(text, p); err != nil || p.Format != schema.Plan || p.Events == nil {
		return nil, terminal.Usagef("%s %s: is no plan of this version: write one with stopctl plan -o json", flag, name)
	}
	return p, nil
}

// differences between an expected plan and this one, a line each.
func (p *plan) differences(expected *plan) []string {
	var all []string
	differ := func(where, was, is string) {
		if was != is {
			all = append(all, fmt.Sprintf("%s: expected %s; now %s", where, orNothing(was), orNothing(is)))
		}
	}
	differ("events", fmt.Sprint(len(expected.Events)), fmt.Sprint(len(p.Events)))
	for i := range min(len(p.Events), len(expected.Events)) {
		was, is := expected.Events[i], p.Events[i]
		where := "event " + is.EventId + ": "
		if is.Kind != string(events.Timer) { // whose ID is its time
			differ(where+"EventId", was.EventId, is.EventId)
		}
		differ(where+"Status", string(was.Status), string(is.Status))
		differ(where+"Route", was.Route, is.Route)
		differ(where+"Account", was.Account, is.Account)
		differ(where+"RegionId", was.RegionId, is.RegionId)
		differ(where+"StoppedMode", was.StoppedMode, is.StoppedMode)
		differ(where+"OsUpdate", wanted(was.OsUpdate), wanted(is.OsUpdate))
		differ(where+"Error", was.because(), is.because())
		differ(where+"Warnings", was.warned(), is.warned())
		before, after := was.byID(), is.byID()
		for _, d := range was.Desktops {
			if _, still := after[d.key()]; !still {
				differ(d.key(), d.text(), "")
			}
		}
		for _, d := range is.Desktops {
			if was := before[d.key()]; was.decided() != d.decided() {
				differ(d.key(), was.text(), d.text())
			}
		}
	}
	return all
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

func wanted(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

func (e plannedEvent) because() string {
	if e.Error == nil {
		return ""
	}
	return strings.TrimSpace(e.Error.Code + " " + e.Error.Path) // the text may hold a time or an ID of the call
}

// warned about, by code and place.
func (e plannedEvent) warned() string {
	var all []string
	for _, w := range e.Warnings {
		all = append(all, strings.TrimSpace(w.Code+" "+w.Path))
	}
	return strings.Join(all, ", ")
}

func (e plannedEvent) byID() map[string]plannedDesktop {
	all := make(map[string]plannedDesktop, len(e.Desktops))
	for _, d := range e.Desktops {
		all[d.key()] = d
	}
	return all
}

func (d plannedDesktop) key() string { return d.RegionId + " " + d.DesktopId }

// decided is the decision and what it rests on, without the words for people.
func (d plannedDesktop) decided() [6]string {
	return [...]string{d.DesktopId, d.RegionId, string(d.Decision), d.Reason, d.State, d.ConnectionStatus}
}

// text of a decision; empty for the zero value.
func (d plannedDesktop) text() string {
	if d.Decision == "" {
		return ""
	}
	text := strings.TrimSpace(fmt.Sprintf("%s %s", d.Decision, d.Reason)) + " (" + d.Rule + ")"
	if state := strings.Join(strings.Fields(d.State+" "+d.ConnectionStatus), ", "); state != "" {
		text += ", " + state
	}
	return text
}
