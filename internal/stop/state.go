package stop

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"stopdesktops/internal/report"
)

// state is how far one order has come with one desktop.
type state uint8

// The states. The picture in doc.go shows how they follow each other.
const (
	pending      state = iota // nothing is decided
	spared                    // a rule leaves the desktop alone
	undetermined              // something that the decision needs could not be found out
	planned                   // the desktop is to be stopped; the last state of a dry run
	sent                      // a StopDesktops call is under way
	accepted                  // EDS took the call
	unconfirmed               // the response of the call was lost, or the program failed while it was under way
	stopping                  // seen Stopping
	stopped                   // seen Stopped after a call, or after Stopping
	failed                    // the call was refused, or could not be made
	notAttempted              // no call was made, and none will be
	states                    // how many there are
)

var stateNames = [states]string{
	"pending", "spared", "undetermined", "planned", "sent", "accepted", "unconfirmed", "stopping", "stopped", "failed", "notAttempted",
}

func (s state) String() string { return stateNames[s] }

// transitions lists, for each state, the states that may follow it. target.to panics on any other
// change: that is a bug, and its desktop is reported as a fault of this program.
var transitions = [states][]state{
	pending: {spared, undetermined, planned, stopping, accepted, notAttempted, failed},
	planned: {spared, undetermined, sent, stopping, accepted, notAttempted, failed},
	sent:    {planned, accepted, unconfirmed, failed, notAttempted},
	// A second call may follow once an observation shows the desktop Running again.
	unconfirmed: {sent, stopping, stopped},
	accepted:    {stopping, stopped},
	stopping:    {stopped},
}

// outcomes are what the report says of a target in each state. The outcome of spared and
// undetermined targets depends on why: see result.
var outcomes = map[state]report.Outcome{
	planned:      report.WouldStop,
	accepted:     report.Accepted,
	unconfirmed:  report.Failed,
	stopping:     report.Stopping,
	stopped:      report.Stopped,
	failed:       report.Failed,
	notAttempted: report.NotAttempted,
}

// result says why a target is in its state. Targets of one call share a result: it never changes.
type result struct {
	outcome    report.Outcome // of spared and undetermined targets
	reason     string
	code       string
	message    string
	requestID  string
	retryable  bool
	throttled  bool
	acceptedAt time.Time // when EDS took the call
}

var noResult = &result{}

// undeterminedBy is the result of a target about which err keeps anything from being decided.
func undeterminedBy(err error) *result {
	if errors.Is(err, errTimeUp) {
		return &result{outcome: report.NotAttempted, reason: report.ReasonDeadline, retryable: true}
	}
	r := failure(asCallError(err))
	r.outcome = report.Failed
	return r
}

// failure is the result of a call that failed.
func failure(e *CallError) *result {
	return &result{
		code: e.Code, message: e.Message, requestID: e.RequestID,
		retryable: e.Passing(), throttled: e.Family == Throttled,
	}
}

// lostResponse is the result of a target whose call was sent, and of which neither the response nor an
// observation since shows what came of it.
func lostResponse(e *CallError) *result {
	return &result{
		code:      report.CodeUnconfirmed,
		message:   "a call was sent, and its response was lost (" + e.Code + "). The desktop's state since does not show whether it took effect: check the desktop, then send the event again",
		retryable: true,
	}
}

// target is one desktop as one order asks for it.
type target struct {
	order *order
	id    string
	state state
	*result
	evidence *report.Evidence // that spared it; may be nil
	lost     *CallError       // the response of a call was lost, and nothing has shown its effect since

	observed bool     // EDS answered for it
	seen     *Desktop // with or without its ID; nil: EDS does not know it
	seenAt   time.Time
	seenErr  error // why the last observation failed
	*owners
	tagsErr error // why the tags of its ID could not be read
}

// to changes the state. It is the only function that does.
//
// After a lost response, planned, failed and notAttempted all become unconfirmed: somebody has to know that a
// call may have stopped the desktop. Only accepted, stopping and stopped show the effect of the call.
func (t *target) to(s state, why *result) {
	if t.lost != nil && (s == planned || s == failed || s == notAttempted) {
		if s, why = unconfirmed, lostResponse(t.lost); t.state == unconfirmed {
			return
		}
	}
	if !slices.Contains(transitions[t.state], s) {
		panic(fmt.Sprintf("a target cannot change from %s to %s", t.state, s))
	}
	if s == accepted || s == stopping || s == stopped {
		t.lost = nil
	}
	t.state, t.result = s, why
}

// open reports whether it is not yet known what becomes of the target.
func (t *target) open() bool { return t.state == pending || t.state == planned || t.state == sent }

// outcome of the target, for its report.
func (t *target) outcome() report.Outcome {
	if o, ok := outcomes[t.state]; ok {
		return o
	}
	return t.result.outcome
}

// report reads the target's state off.
func (t *target) report() report.DesktopReport {
	r := t.result
	rep := report.DesktopReport{
		DesktopId: t.id, RegionId: t.order.Request.RegionId, Outcome: t.outcome(),
		Reason: r.reason, Code: r.code, Message: r.message, RequestId: r.requestID,
		Evidence: t.evidence,
	}
	if rep.Reason == report.ReasonDeadline && t.order.place != nil { // without a session it has no place
		rep.Message = cmp.Or(rep.Message, t.order.place.claims.waitOf(t))
	}
	if t.seen != nil {
		rep.State, rep.ConnectionStatus = t.seen.DesktopStatus, t.seen.ConnectionStatus
	}
	return rep
}

// allTo changes the state of all these targets.
func allTo(targets []*target, s state, why *result) {
	for _, t := range targets {
		t.to(s, why)
	}
}
