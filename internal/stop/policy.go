package stop

import (
	"time"

	"stopdesktops/events"
)

// Policy is what this deployment protects and limits.
type Policy struct {
	// MaxDesktops that one invocation may stop.
	MaxDesktops int
	// MaxApproved is the limit of approved orders in place of MaxDesktops; 0: nothing can be approved.
	MaxApproved int
	// Deny are desktops that are never stopped, in lower case.
	Deny map[string]bool
	// DenyUsers are the IDs of end users whose desktops are never stopped.
	DenyUsers []string
	// ProtectTag marks desktops that are never stopped; an empty key switches it off.
	ProtectTag events.Tag
	// KeepUntilTag is the key of the tag whose value is the time until which a desktop is not
	// stopped; empty switches it off.
	KeepUntilTag string
	// Location is the time zone of dates and times that name none.
	Location *time.Location
	// Preflight reads the state of the desktops before anything is decided.
	Preflight bool
	// DryRun plans, and calls nothing that changes anything.
	DryRun bool
	// APIConcurrency is how many calls to EDS run at once at most.
	APIConcurrency int
}
