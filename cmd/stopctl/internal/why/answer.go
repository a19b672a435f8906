package why

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/report"
	"stopdesktops/schema"
)

// answer is what the reports tell of one desktop.
type answer struct {
	Format    string  // stopctl.why/1
	DesktopId string  // the desktop that was asked about
	Zone      string  // the time zone of texts for people: an IANA name, or Local
	Named     int     // how many reports name the desktop
	Events    []event // in the order of time
	// Events that named other desktops, or were about another region. They are left out.
	Others          int
	Unauthenticated int // requests that were not authenticated; they are left out
	// What to look at if no report names the desktop, for people; it may change.
	Check []string `json:",omitempty"`

	zone *time.Location
}

// relation of an event to the desktop.
type relation string

// The relations.
const (
	named       relation = "named"        // its report has the desktop
	perhaps     relation = "perhaps"      // its report has no desktops, or not all: it may have meant this one
	notSelected relation = "not_selected" // its selection does not match the desktop
)

// event is one report, as far as it is about the desktop.
type event struct {
	Time         time.Time     `json:",omitzero"` // when the function was done with it, or else when it happened
	EventTime    time.Time     `json:",omitzero"` // when it happened
	EventId      string        // of the report
	InvocationId string        `json:",omitempty"` // of the report
	Kind         string        `json:",omitempty"` // of the report
	Source       string        `json:",omitempty"` // of the report
	Route        string        `json:",omitempty"` // of the report
	RequestedBy  string        `json:",omitempty"` // of the request
	Request      string        `json:",omitempty"` // the Reason of the request: a ticket, say
	Emulated     bool          `json:",omitempty"` // it comes from stopctl run: of an account that is not real
	Status       report.Status // of the event
	Relation     relation      // to the desktop
	Missing      int           `json:",omitempty"` // desktops that the report counts and does not name
	Asked        string        `json:",omitempty"` // the selection, for people; it may change
	// What the report says of the desktop.
	Desktop *report.DesktopReport `json:",omitempty"`
	Rule    string                // why it was decided so, for people; it may change
	Found   []string              `json:",omitempty"` // what the rule rests on, for people; it may change
	ToStop  string                `json:",omitempty"` // what would have to change for the desktop to be stopped, for people; it may change
}

// newAnswer sorts the reports, which are in the order of time.
func newAnswer(desktop string, reports []reportfile.Found, zone *time.Location) *answer {
	a := &answer{Format: schema.Why, DesktopId: desktop, Zone: zone.String(), Events: []event{}, zone: zone}
	regions := regionsOf(desktop, reports)
	for _, f := range reports {
		switch d := desktopIn(f, desktop); {
		case d != nil:
			a.Named++
			a.Events = append(a.Events, a.decided(f, *d))
		case f.Error != nil && f.Error.Code == report.CodeUnauthenticated:
			a.Unauthenticated++
		case f.RegionId != "" && len(regions) > 0 && !slices.Contains(regions, f.RegionId):
			a.Others++
		case f.Status == report.StatusDuplicate && meantOthers(f, desktop, reports):
			a.Others++
		case len(f.Desktops) == 0 && !finished(f) || f.Missing() > 0:
			a.Events = append(a.Events, a.undecided(f))
		case f.Select != nil:
			a.Events = append(a.Events, a.passedBy(f))
		default:
			a.Others++
		}
	}
	if a.Named == 0 {
		a.Check = a.check()
	}
	return a
}

// finished reports whether the event was carried out, so that its report has each desktop that it meant.
func finished(f reportfile.Found) bool {
	switch f.Status {
	case report.StatusDone, report.StatusAccepted, report.StatusPlanned, report.StatusPartial:
		return true
	}
	return false
}

// meantOthers reports whether the reports have the first event of a duplicate, and it did not have the desktop.
func meantOthers(f reportfile.Found, desktop string, reports []reportfile.Found) bool {
	first := false
	for _, other := range reports {
		if other.EventId != f.EventId || len(other.Desktops) == 0 || other.Missing() > 0 {
			continue
		}
		if desktopIn(other, desktop) != nil {
			return false
		}
		first = true
	}
	return first
}

// desktopIn returns what a report says of the desktop; nil: nothing. IDs that differ by case alone are taken for one.
func desktopIn(f reportfile.Found, desktop string) *report.DesktopReport {
	i := slices.IndexFunc(f.Desktops, func(d report.DesktopReport) bool { return strings.EqualFold(d.DesktopId, desktop) })
	if i < 0 {
		return nil
	}
	return &f.Desktops[i]
}

// regionsOf the desktop, by the reports that know it there.
func regionsOf(desktop string, reports []reportfile.Found) []string {
	var regions []string
	for _, f := range reports {
		if d := desktopIn(f, desktop); d != nil && d.RegionId != "" && d.Outcome != report.NotFound {
			regions = append(regions, d.RegionId)
		}
	}
	return regions
}

func about(f reportfile.Found, relation relation) event {
	e := event{
		Time: f.At(), EventTime: f.EventTime, EventId: f.EventId, InvocationId: f.InvocationId, Kind: f.Kind, Source: f.Source, Route: f.Route,
		RequestedBy: f.RequestedBy, Request: f.Reason, Emulated: f.Emulated, Status: f.Status, Relation: relation, Missing: f.Missing(),
	}
	if f.Select != nil {
		e.Asked = words.Selection(f.Select)
	}
	return e
}

// decided is an event whose report has the desktop.
func (a *answer) decided(f reportfile.Found, d report.DesktopReport) event {
	e := about(f, named)
	e.Desktop = &d
	t := teller{f, d, a.zone}
	e.Rule, e.Found, e.ToStop = t.rule(), t.found(), t.toStop()
	return e
}

// passedBy is an event that selected other desktops.
func (a *answer) passedBy(f reportfile.Found) event {
	e := about(f, notSelected)
	e.Rule = "the event did not ask for this desktop: its selection does not match it"
	e.ToStop = "Make the desktop match the selection, or name it in an event."
	return e
}

// undecided is an event whose report may have meant the desktop, and does not say so.
func (a *answer) undecided(f reportfile.Found) event {
	e := about(f, perhaps)
	e.Rule, e.ToStop = ofStatus(f)
	if f.Error != nil {
		e.Found = []string{words.Problem(f.Error)}
	}
	if e.Missing > 0 {
		e.Found = append(e.Found, lostDesktops(f))
	}
	return e
}

// incomplete reports whether a report may have lost this desktop.
func (a *answer) incomplete() bool {
	return slices.ContainsFunc(a.Events, func(e event) bool { return e.Relation == perhaps && e.Missing > 0 })
}

func (a *answer) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(a)
}
