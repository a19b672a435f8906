package reporting

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/report"
)

// summary is what the reports tell together.
type summary struct {
	Zone     string
	From, To string // the first and the last known time
	Until    string
	Emulated bool
	Events   int
	Total    group
	// Groups of decisions, each list in its order.
	ByDay, ByEvent, ByReason, ByOffice []*group
	Rows                               []*row
}

// row is a decision; an event without desktops has one without a desktop.
type row struct {
	at    time.Time // zero: not known
	event reportfile.Found
	d     report.DesktopReport
	zone  *time.Location

	// Of a stop whose time is known.
	Counted, Open   bool // Open: no report has seen the desktop running again
	AtLeast, AtMost time.Duration
}

const unknownDay = "day not known"

// Day of the decision.
func (r *row) Day() string {
	if r.at.IsZero() {
		return unknownDay
	}
	return r.at.In(r.zone).Format(time.DateOnly)
}

// Clock is the time of the day.
func (r *row) Clock() string { return clock(r.at, "15:04:05", r.zone) }

func clock(at time.Time, layout string, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(layout)
}

// Office that the event selected.
func (r *row) Office() string {
	if r.event.Select == nil {
		return ""
	}
	return r.event.Select.OfficeSiteId
}

// Event names the event in one line.
func (r *row) Event() string { return strings.TrimSpace(r.event.Kind + " " + r.event.EventId) }

// Asked says why the event came, and who asked for it.
func (r *row) Asked() string {
	return strings.Join(slices.DeleteFunc([]string{r.event.Reason, r.event.RequestedBy}, func(s string) bool { return s == "" }), ", ")
}

// Outcome of the desktop, or the status of an event without desktops.
func (r *row) Outcome() string { return cmp.Or(string(r.d.Outcome), string(r.event.Status)) }

// Reason or code of the outcome.
func (r *row) Reason() string {
	if r.d.Outcome == "" && r.event.Error != nil {
		return r.event.Error.Code
	}
	return cmp.Or(r.d.Reason, r.d.Code)
}

// Detail is what the reason rests on.
func (r *row) Detail() string {
	e := r.d.Evidence
	switch {
	case r.d.Outcome == "" && r.event.Error != nil:
		return strings.TrimPrefix(words.Problem(r.event.Error), r.event.Error.Code+": ")
	case e == nil && r.Reason() == "" && r.Class() == "problem":
		return cmp.Or(r.d.Message, words.Rule(r.d.Outcome))
	case e == nil:
		return r.d.Message
	case !e.UsedAt.IsZero():
		return words.Use(e.Use) + " at " + clock(e.UsedAt, "2006-01-02 15:04:05", r.zone)
	case !e.KeptUntil.IsZero():
		return words.Tag(e.Tag, &e.TagValue) + ", until " + clock(e.KeptUntil, "2006-01-02 15:04:05", r.zone)
	case e.Tag != "":
		return words.Tag(e.Tag, &e.TagValue)
	case e.List != "":
		return e.List
	}
	return r.d.Message
}

// class puts the outcomes together for the totals.
func (r *row) class() string {
	switch o := r.d.Outcome; {
	case o == "":
		return ""
	case o.Problem():
		return "problem"
	case o == report.Stopped || o == report.Accepted || o == report.Stopping:
		return "stopped"
	case o == report.AlreadyStopped:
		return "already"
	case o == report.WouldStop:
		return "planned"
	}
	return "skipped"
}

// Class of the row, for its colour.
func (r *row) Class() string {
	if r.d.Outcome != "" {
		return r.class()
	}
	if r.event.Status.Succeeded() {
		return "skipped"
	}
	return "problem"
}

// group is decisions with something in common.
type group struct {
	Name, Detail                                string
	Stopped, Already, Skipped, Planned, Problem int
	AtLeast, AtMost                             time.Duration
}

// Decisions of the group.
func (g *group) Decisions() int { return g.Stopped + g.Already + g.Skipped + g.Planned + g.Problem }

func (g *group) add(r *row) {
	switch r.class() {
	case "stopped":
		g.Stopped++
	case "already":
		g.Already++
	case "skipped":
		g.Skipped++
	case "planned":
		g.Planned++
	case "problem":
		g.Problem++
	}
	g.AtLeast, g.AtMost = g.AtLeast+r.AtLeast, g.AtMost+r.AtMost
}

// newSummary of reports in the order of time.
func newSummary(reports []reportfile.Found, zone *time.Location, until time.Time) *summary {
	s := &summary{Zone: zone.String(), Until: clock(until, "2006-01-02 15:04", zone), Events: len(reports)}
	if zone == time.Local {
		s.Zone = "this machine's time zone"
	}
	for _, f := range reports {
		s.Emulated = s.Emulated || f.Emulated
		if at := clock(f.At(), "2006-01-02 15:04", zone); at != "" {
			s.From, s.To = cmp.Or(s.From, at), at
		}
		if len(f.Desktops) == 0 {
			s.Rows = append(s.Rows, &row{at: f.At(), event: f, zone: zone})
		}
		for _, d := range f.Desktops {
			s.Rows = append(s.Rows, &row{at: f.At(), event: f, d: d, zone: zone})
		}
	}
	countHours(s.Rows, until)
	s.total()
	return s
}

func (s *summary) total() {
	days, events, reasons, offices := groups{}, groups{}, groups{}, groups{}
	for _, r := range s.Rows {
		s.Total.add(r)
		days.of(r.Day()).add(r)
		e := events.of(r.Day() + " " + r.Clock() + " " + r.event.InvocationId + " " + r.Event())
		e.Name, e.Detail = strings.TrimSpace(r.Day()+" "+r.Clock())+", "+r.Event()+": "+string(r.event.Status), r.Asked()
		e.add(r)
		if r.d.Outcome == "" {
			continue
		}
		reason := reasons.of(strings.TrimSpace(string(r.d.Outcome) + " " + r.Reason()))
		reason.Detail = cmp.Or(words.Rule(r.d.Reason), words.Rule(r.d.Outcome))
		reason.add(r)
		offices.of(cmp.Or(r.Office(), "not known")).add(r)
	}
	s.ByDay, s.ByEvent, s.ByReason, s.ByOffice = days.inOrder(), events.inOrder(), reasons.byName(), offices.byName()
}

// Problems are the decisions that somebody has to act on, and the events that failed without any.
func (s *summary) Problems() []*row {
	var list []*row
	for _, r := range s.Rows {
		if r.Class() == "problem" {
			list = append(list, r)
		}
	}
	return list
}

// Period of the reports.
func (s *summary) Period() string {
	if s.From == "" {
		return "times not known"
	}
	return s.From + " to " + s.To
}

// groups by what they have in common, in the order in which they came.
type groups map[string]*ordered

type ordered struct {
	group
	index int
}

func (g groups) of(name string) *group {
	if g[name] == nil {
		g[name] = &ordered{group{Name: name}, len(g)}
	}
	return &g[name].group
}

func (g groups) inOrder() []*group {
	return g.sorted(func(a, b *ordered) int { return a.index - b.index })
}

func (g groups) byName() []*group {
	return g.sorted(func(a, b *ordered) int { return strings.Compare(a.Name, b.Name) })
}

func (g groups) sorted(compare func(a, b *ordered) int) []*group {
	all := make([]*ordered, 0, len(g))
	for _, o := range g {
		all = append(all, o)
	}
	slices.SortFunc(all, compare)
	list := make([]*group, len(all))
	for i, o := range all {
		list[i] = &o.group
	}
	return list
}
