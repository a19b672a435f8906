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

	// Regions that may be named; with exactly one, it is the default.
	Regions []string
	// StoppedMode where a request names none: StopCharging or KeepCharging.
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
	// Wait to see the desktops Stopped where a request does not say how long.
	Wait time.Duration
	// Disabled answers every event with `disabled`.
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
