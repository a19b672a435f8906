package handler

import (
	"time"

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
	// MaxEventAge is the age from which on an event is stale.
	MaxEventAge time.Duration
	// Wait to see the desktops Stopped where a request does not say how long.
	Wait time.Duration
	// Disabled answers every event with `disabled`.
	Disabled bool
	// Version of the program, for the reports.
	Version string
}
