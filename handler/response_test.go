package handler

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
)

// TestFailureType is the rule for success: the platform counts an invocation as failed exactly if
// something of it is left to be done, or could not be.
func TestFailureType(t *testing.T) {
	for _, c := range []struct {
		statuses []report.Status
		want     string
	}{
		{[]report.Status{report.StatusDone}, ""},
		{[]report.Status{report.StatusAccepted, report.StatusPlanned, report.StatusStale, report.StatusDuplicate, report.StatusDisabled}, ""},
		{[]report.Status{report.StatusFailed}, StopFailed},
		{[]report.Status{report.StatusPartial}, StopPartial},
		{[]report.Status{report.StatusBlocked}, StopBlocked},
		{[]report.Status{report.StatusRejected}, EventRejected},
		{[]report.Status{report.StatusRejected, report.StatusBlocked, report.StatusFailed}, StopFailed},
		{[]report.Status{report.StatusRejected, report.StatusBlocked}, StopBlocked},
		{[]report.Status{report.StatusRejected, report.StatusPartial}, StopPartial},
		{[]report.Status{report.StatusDone, report.StatusRejected}, StopPartial},
		{[]report.Status{report.StatusFailed, report.StatusStale}, StopPartial},
		{[]report.Status{report.StatusFailed, report.StatusPartial}, StopPartial},
	} {
		var reports []report.Report
		for _, s := range c.statuses {
			reports = append(reports, report.Report{Status: s})
		}
		if got := failureType(reports); got != c.want {
			t.Errorf("%v: %q, want %q", c.statuses, got, c.want)
		}
	}
}

// TestFailureMessage: one line of JSON of at most 1 KB, however much went wrong.
func TestFailureMessage(t *testing.T) {
	rep := report.Report{Status: report.StatusPartial, EventId: strings.Repeat("界", 100), Counts: map[report.Outcome]int{report.Failed: 1000},
		Error: &report.Problem{Code: "X", Message: strings.Repeat("long ", 300), Path: "$." + strings.Repeat("p", 400)}}
	for i := range 1000 {
		rep.Desktops = append(rep.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-%040d", i), Outcome: report.Failed, Code: "IncorrectDesktopStatus"})
	}
	for _, reports := range [][]report.Report{{rep}, {rep, rep, rep}} {
		f := newFailure(reports)
		var m failureMessage
		if len(f.Message) > 1024 || strings.Contains(f.Message, "\n") || json.Unmarshal([]byte(f.Message), &m) != nil {
			t.Errorf("%d bytes: %s", len(f.Message), f.Message)
		}
		if m.Counts[report.Failed] != 1000*len(reports) {
			t.Errorf("counts %v", m.Counts)
		}
	}
	short := newFailure([]report.Report{{Status: report.StatusFailed, EventId: "e", Desktops: rep.Desktops[:1]}})
	if !strings.Contains(short.Message, "ecd-000") {
		t.Errorf("the first problem is not named: %s", short.Message)
	}
}

// TestHTTPStatus is design.md's table.
func TestHTTPStatus(t *testing.T) {
	throttled := failedBy(stop.Throttled)
	for _, c := range []struct {
		rep  report.Report
		want int
	}{
		{report.Report{Status: report.StatusDone}, 200},
		{report.Report{Status: report.StatusPlanned}, 200},
		{report.Report{Status: report.StatusStale, Error: &report.Problem{Code: "Stale"}}, 200},
		{report.Report{Status: report.StatusDuplicate}, 200},
		{report.Report{Status: report.StatusDisabled}, 200},
		{report.Report{Status: report.StatusAccepted}, 202},
		{report.Report{Status: report.StatusPartial, Error: failedBy(stop.Denied)}, 207},
		{report.Report{Status: report.StatusRejected, Error: unreadable(&events.Error{Code: events.InvalidJSON})}, 400},
		{report.Report{Status: report.StatusRejected, Error: unreadable(&events.Error{Code: events.UnknownField})}, 422},
		{report.Report{Status: report.StatusRejected, Error: unreadable(&events.Error{Code: events.TooLarge})}, 413},
		{report.Report{Status: report.StatusRejected, Error: report.Unauthenticated("no", "")}, 401},
		{report.Report{Status: report.StatusRejected, Error: notAllowed("$", "no")}, 403},
		{report.Report{Status: report.StatusBlocked, Error: &report.Problem{HTTPStatus: 422}}, 422},
		{report.Report{Status: report.StatusFailed, Error: throttled}, 429},
		{report.Report{Status: report.StatusFailed, Error: failedBy(stop.Denied)}, 502},
		{report.Report{Status: report.StatusFailed, Error: misconfigured(fmt.Errorf("x"))}, 503},
	} {
		if got := httpStatus(c.rep); got != c.want {
			t.Errorf("%s %+v: %d, want %d", c.rep.Status, c.rep.Error, got, c.want)
		}
	}
	if throttled.HTTPHeader["Retry-After"] == "" {
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

// failedBy is the problem of an order that a failed call of this family has failed.
func failedBy(family stop.Family) *report.Problem {
	return stop.Failed(stop.Order{}, &stop.CallError{Family: family, Code: "Code"}).Problem
}
