package handler

import (
	"fmt"
	"slices"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
)

// Policy is what this deployment allows and does by default: the validated configuration.
type Policy struct {
	stop.Policy

	// Accounts that events without a route may name.
	Accounts []string
	// Regions that may be named; with exactly one, it is the default.
	Regions []string
	// StoppedMode if a request names none: StopCharging or KeepCharging.
	StoppedMode string
	// AllowForce lets a request stop desktops although a user is connected.
	AllowForce bool
	// AllowDirect admits events without an envelope (direct invocations, RawData).
	AllowDirect bool
	// Kinds of events that are taken; empty: all. A sender whose text is handed on as the whole event can
	// write an envelope of any kind.
	Kinds []events.Kind
	// MaxEventAge is the age from which on an event is stale.
	MaxEventAge time.Duration
	// Calendar says which days are workdays. nil: there is none, and requests with On are refused.
	Calendar Calendar
	// Wait to see the desktops Stopped, if a request does not say how long.
	Wait time.Duration
	// Disabled concludes every event with the status `disabled`.
	Disabled bool
	// Version of the program, for the reports.
	Version string
}

// admitKind refuses events of a kind that is not taken.
func (p Policy) admitKind(kind events.Kind, path string) *report.Problem {
	if len(p.Kinds) == 0 || slices.Contains(p.Kinds, kind) {
		return nil
	}
	return notAllowed(path, fmt.Sprintf("events of the kind %s are not among EVENT_KINDS", kind))
}

// admitAccount refuses another account than those that an event without a route may name.
func (p Policy) admitAccount(q *events.Request) *report.Problem {
	if q.Account != "" && !slices.Contains(p.Accounts, q.Account) {
		return notAllowed(".Account", "this account is not among ALLOWED_ACCOUNTS")
	}
	return nil
}

// admit fills in the defaults of a request and says what the policy does not allow of it. The path of a problem is a
// field of the request.
func (p Policy) admit(q *events.Request) *report.Problem {
	if q.RegionId == "" {
		if len(p.Regions) != 1 {
			return &report.Problem{Code: events.MissingField, Path: ".RegionId", HTTPStatus: 422,
				Message: "name the region: more than one is allowed (ALLOWED_REGIONS)"}
		}
		q.RegionId = p.Regions[0]
	}
	if !slices.Contains(p.Regions, q.RegionId) {
		return notAllowed(".RegionId", "this region is not among ALLOWED_REGIONS")
	}
	if q.StoppedMode == "" {
		q.StoppedMode = p.StoppedMode
	}
	q.DryRun = q.DryRun || p.DryRun
	if q.Force && !p.AllowForce {
		return notAllowed(".Force", "Force is switched off (ALLOW_FORCE=false)")
	}
	return p.admitUnobserved(q)
}

// admitUnobserved refuses a request that needs an observation, if preflight is off.
func (p Policy) admitUnobserved(q *events.Request) *report.Problem {
	if q.WaitSeconds == nil {
		seconds := int(p.Wait / time.Second)
		q.WaitSeconds = &seconds
	}
	if p.Preflight {
		return nil
	}
	field := ""
	switch {
	case q.Select != nil:
		field = "Select"
	case q.Exclude != nil && (len(q.Exclude.Tag) > 0 || len(q.Exclude.EndUserId) > 0):
		field = "Exclude"
	case q.ApprovalToken != "":
		field = "ApprovalToken"
	case q.IdleMinutes > 0:
		field = "IdleMinutes"
	case *q.WaitSeconds > 0:
		field = "WaitSeconds"
	default:
		return nil
	}
	return notAllowed("."+field, "the function may not observe desktops (PREFLIGHT=false), so it stops explicit desktops only")
}
