package lab

import (
	"cmp"
	"encoding/json"
	"slices"

	"stopdesktops/handler"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
)

// record is all there is to see of one invocation.
type record struct {
	title string
	about string // what it shows, if somebody knows
	event []byte

	result     emulator.Result
	err        error // the function gave no answer at all
	reports    []report.Report
	before     map[string]string // state by desktop
	after      map[string]string
	calls      []emulator.Call
	deliveries []emulator.Delivery
	log        []string
	// ownCallback: the function sends its callbacks where the caller wants them.
	ownCallback bool
	violations  []string

	// differences from what was expected; checked says whether anything was.
	differences []string
	checked     bool
}

// ownFailures are the types of failures that the function reports on purpose.
var ownFailures = []string{handler.StopFailed, handler.StopPartial, handler.StopBlocked, handler.EventRejected}

// answered says whether the function gave an answer of its own: a report, or a failure it means.
func (r *record) answered() bool {
	if r.err != nil {
		return false
	}
	e := r.result.FunctionError
	return e == nil || slices.Contains(ownFailures, e.Type)
}

// ok says whether all is well, whatever the function reports.
func (r *record) ok() bool {
	return r.answered() && len(r.violations) == 0 && len(r.differences) == 0
}

// httpAnswer is the answer to an HTTP trigger; ok is false if the answer is none.
func (r *record) httpAnswer() (a handler.HTTPResponse, ok bool) {
	if r.result.Payload == nil || json.Unmarshal(r.result.Payload, &a) != nil {
		return a, false
	}
	return a, a.StatusCode != 0
}

// readLog finds the reports: in the log, which has them of failures too, or in the answer.
func (r *record) readLog(log *logbook) {
	inAnswer, reports := r.answerReports()
	callbacks := 0
	switch a, isHTTP := r.httpAnswer(); {
	case !r.ownCallback:
		ids := map[string]bool{}
		for _, d := range r.deliveries {
			ids[d.ID] = true
		}
		callbacks = len(ids)
	case !isHTTP || a.StatusCode < 300:
		callbacks = reports
	}
	r.log, r.reports = log.await(reports, callbacks)
	if len(r.reports) < len(inAnswer) {
		r.reports = inAnswer
	}
	// Each report is logged when its event is done: show them in an order that is always the same.
	slices.SortStableFunc(r.reports, func(a, b report.Report) int { return cmp.Compare(a.EventId, b.EventId) })
	r.sortDeliveries()
}

// answerReports are the reports in the answer, and how many the log should have.
func (r *record) answerReports() (reports []report.Report, n int) {
	if !r.answered() {
		return nil, 0
	}
	if e := r.result.FunctionError; e != nil {
		var m struct{ Events map[report.Status]int }
		_ = json.Unmarshal([]byte(e.Message), &m)
		for _, count := range m.Events {
			n += count
		}
		return nil, max(1, n)
	}
	body := r.result.Payload
	if a, ok := r.httpAnswer(); ok {
		body = []byte(a.Body)
	}
	var b handler.Batch
	if json.Unmarshal(body, &b) == nil && len(b.Reports) > 0 {
		return b.Reports, len(b.Reports)
	}
	var one report.Report
	if json.Unmarshal(body, &one) == nil && one.Status != "" {
		return []report.Report{one}, 1
	}
	return nil, 1
}

// sortDeliveries in the order of the reports: those of a batch are sent at once.
func (r *record) sortDeliveries() {
	position := map[string]int{}
	for i, rep := range r.reports {
		if _, ok := position[rep.EventId]; !ok {
			position[rep.EventId] = i
		}
	}
	slices.SortStableFunc(r.deliveries, func(a, b emulator.Delivery) int {
		return position[subject(a)] - position[subject(b)]
	})
}

func subject(d emulator.Delivery) string {
	if d.Event == nil {
		return ""
	}
	return d.Event.Subject
}

// strays are desktops that a call stopped although no report names them.
func (r *record) strays() []string {
	named := map[string]bool{}
	for _, rep := range r.reports {
		for _, d := range rep.Desktops {
			named[d.DesktopId] = true
		}
	}
	var ids []string
	for _, c := range r.calls {
		for _, id := range c.Stopped {
			if !named[id] {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
