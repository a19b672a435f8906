package handler

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
)

// TestFailureType is the rule for success: the platform counts an invocation as failed exactly if
// something of it is left to be done, or could not be.
func TestFailureType(t *testing.T) {
	for _, c := range []struct {
		statuses []Status
		want     string
	}{
		{[]Status{StatusDone}, ""},
		{[]Status{StatusAccepted, StatusPlanned, StatusStale, StatusDuplicate, StatusDisabled}, ""},
		{[]Status{StatusFailed}, StopFailed},
		{[]Status{StatusPartial}, StopPartial},
		{[]Status{StatusBlocked}, StopBlocked},
		{[]Status{StatusRejected}, EventRejected},
		{[]Status{StatusRejected, StatusBlocked, StatusFailed}, StopFailed},
		{[]Status{StatusRejected, StatusBlocked}, StopBlocked},
		{[]Status{StatusRejected, StatusPartial}, StopPartial},
		{[]Status{StatusDone, StatusRejected}, StopPartial},
		{[]Status{StatusFailed, StatusStale}, StopPartial},
		{[]Status{StatusFailed, StatusPartial}, StopPartial},
	} {
		var reports []Report
		for _, s := range c.statuses {
			reports = append(reports, Report{Status: s})
		}
		if got := failureType(reports); got != c.want {
			t.Errorf("%v: %q, want %q", c.statuses, got, c.want)
		}
	}
}

// TestFailureMessage: one line of JSON of at most 1 KB, however much went wrong.
func TestFailureMessage(t *testing.T) {
	rep := Report{Status: StatusPartial, EventId: strings.Repeat("界", 100), Counts: map[Outcome]int{Failed: 1000},
		Error: &Problem{Code: "X", Message: strings.Repeat("long ", 300), Path: "$." + strings.Repeat("p", 400)}}
	for i := range 1000 {
		rep.Desktops = append(rep.Desktops, DesktopReport{DesktopId: fmt.Sprintf("ecd-%040d", i), Outcome: Failed, Code: "IncorrectDesktopStatus"})
	}
	for _, reports := range [][]Report{{rep}, {rep, rep, rep}} {
		f := newFailure(reports)
		var m failureMessage
		if len(f.Message) > 1024 || strings.Contains(f.Message, "\n") || json.Unmarshal([]byte(f.Message), &m) != nil {
			t.Errorf("%d bytes: %s", len(f.Message), f.Message)
		}
		if m.Counts[Failed] != 1000*len(reports) {
			t.Errorf("counts %v", m.Counts)
		}
	}
	short := newFailure([]Report{{Status: StatusFailed, EventId: "e", Desktops: rep.Desktops[:1]}})
	if !strings.Contains(short.Message, "ecd-000") {
		t.Errorf("the first problem is not named: %s", short.Message)
	}
}

// TestHTTPStatus is design.md's table.
func TestHTTPStatus(t *testing.T) {
	throttled := callProblem(&CallError{Family: Throttled, Code: "Throttling.User"})
	for _, c := range []struct {
		rep  Report
		want int
	}{
		{Report{Status: StatusDone}, 200},
		{Report{Status: StatusPlanned}, 200},
		{Report{Status: StatusStale, Error: &Problem{Code: "Stale"}}, 200},
		{Report{Status: StatusDuplicate}, 200},
		{Report{Status: StatusDisabled}, 200},
		{Report{Status: StatusAccepted}, 202},
		{Report{Status: StatusPartial, Error: callProblem(&CallError{Family: Denied})}, 207},
		{Report{Status: StatusRejected, Error: unreadable(&events.Error{Code: events.InvalidJSON})}, 400},
		{Report{Status: StatusRejected, Error: unreadable(&events.Error{Code: events.UnknownField})}, 422},
		{Report{Status: StatusRejected, Error: unreadable(&events.Error{Code: events.TooLarge})}, 413},
		{Report{Status: StatusRejected, Error: Unauthenticated("no", "")}, 401},
		{Report{Status: StatusRejected, Error: notAllowed("$", "no")}, 403},
		{Report{Status: StatusBlocked, Error: blocked(0, 2, 1)}, 422},
		{Report{Status: StatusFailed, Error: throttled}, 429},
		{Report{Status: StatusFailed, Error: callProblem(&CallError{Family: Denied})}, 502},
		{Report{Status: StatusFailed, Error: misconfigured(fmt.Errorf("x"))}, 503},
	} {
		if got := httpStatus(c.rep); got != c.want {
			t.Errorf("%s %+v: %d, want %d", c.rep.Status, c.rep.Error, got, c.want)
		}
	}
	if throttled.header["Retry-After"] == "" {
		t.Error("429 without Retry-After")
	}
}

// TestReserve: a tenth of the time, at least 2 seconds, at most 10.
func TestReserve(t *testing.T) {
	for left, want := range map[time.Duration]time.Duration{
		3 * time.Second: 2 * time.Second, 60 * time.Second: 6 * time.Second, time.Hour: 10 * time.Second,
	} {
		if got := Reserve(left); got != want {
			t.Errorf("Reserve(%s) = %s, want %s", left, got, want)
		}
	}
}
