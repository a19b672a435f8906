package handler

import (
	"time"

	"stopdesktops/events"
)

// Policy is what this deployment allows and does by default: the validated configuration.
type Policy struct {
	// Regions that may be named; with exactly one, it is the default.
	Regions []string
	// StoppedMode where a request names none: StopCharging or KeepCharging.
	StoppedMode string
	// MaxDesktops that one invocation may stop.
	MaxDesktops int
	// Deny are desktops that are never stopped.
	Deny map[string]bool
	// DenyUsers are end users whose desktops are never stopped.
	DenyUsers []string
	// ProtectTag marks desktops that are never stopped; an empty key switches it off.
	ProtectTag events.Tag
	// KeepUntilTag is the key of the tag whose value is the time until which a desktop is not
	// stopped; empty switches it off.
	KeepUntilTag string
	// Location is the zone of dates and times that name none.
	Location *time.Location
	// AllowForce lets a request stop desktops although a user is connected.
	AllowForce bool
	// AllowDirect admits events without an envelope (direct invocations, RawData).
	AllowDirect bool
	// MaxEventAge is the age from which on an event is stale.
	MaxEventAge time.Duration
	// Preflight looks at the state of the desktops before anything is decided.
	Preflight bool
	// Wait to see the desktops Stopped where a request does not say how long.
	Wait time.Duration
	// DryRun plans and calls nothing that changes anything.
	DryRun bool
	// Disabled answers every event with `disabled`.
	Disabled bool
	// APIConcurrency is how many calls to EDS run at once at most.
	APIConcurrency int
	// Version of the program, for the reports.
	Version string
}
