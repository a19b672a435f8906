package handler

import (
	"slices"
	"strings"
	"time"
)

// ruling is what a rule says about one desktop of one job: what becomes of it without a call.
type ruling struct {
	outcome Outcome
	reason  string
	message string // what the reason rests on, where that helps
}

// rule looks at one desktop for one job; ok is false where it does not apply.
type rule func(r *run, j *job, d *desktop) (ruling, bool)

// rules in their order: the first that applies decides, and what none of them spares is stopped.
// They judge by what was last found out and change nothing, so that a dry run, the plan and the
// second look right before a call come to the same result.
var rules = []rule{
	conflict,
	notFound,
	notSelected,
	protected,
	kept,
	excluded,
	alreadyStopped,
	alreadyStopping,
	notRunning,
	underManagement,
	connected,
	notIdle,
	usedSinceEvent,
}

// blindRules are those that need no look, for PREFLIGHT=false.
var blindRules = []rule{conflict, denied, excludedByID}

// decide says what becomes of d without a call; ok is false if it is to be stopped.
func (r *run) decide(j *job, d *desktop) (verdict ruling, ok bool) {
	apply := rules
	if !r.h.Policy.Preflight {
		apply = blindRules
	}
	for _, rule := range apply {
		if verdict, ok := rule(r, j, d); ok {
			return verdict, true
		}
	}
	return ruling{}, false
}

// conflict: an earlier event of the batch wants something else done to it; the first decides.
func conflict(_ *run, j *job, d *desktop) (ruling, bool) {
	return ruling{outcome: Skipped, reason: ReasonConflict}, d.wish != nil && d.wisher < j.index && *d.wish != j.wish()
}

func notFound(_ *run, _ *job, d *desktop) (ruling, bool) {
	return ruling{outcome: NotFoundThere}, d.seen == nil
}

func notSelected(_ *run, j *job, d *desktop) (ruling, bool) {
	return ruling{outcome: Skipped, reason: ReasonNotSelected}, j.selected != nil && !j.selected[d.desktopID]
}

// What the configuration protects stays, whatever an event says.
func protected(r *run, j *job, d *desktop) (ruling, bool) {
	if verdict, ok := denied(r, j, d); ok {
		return verdict, true
	}
	if j.region.denied != nil {
		if _, owned := j.region.denied.get(d.desktopID); owned {
			return ruling{outcome: Skipped, reason: ReasonProtected, message: "is assigned to a user on the deny list (DENY_USERS)"}, true
		}
	}
	if j.region.protected == nil {
		return ruling{}, false
	}
	_, carries := j.region.protected.get(d.desktopID)
	return ruling{outcome: Skipped, reason: ReasonProtected}, carries
}

func denied(r *run, _ *job, d *desktop) (ruling, bool) {
	return ruling{outcome: Skipped, reason: ReasonProtected}, r.h.Policy.Deny[strings.ToLower(d.desktopID)]
}

// A time that cannot be read was still meant to keep the desktop.
func kept(r *run, j *job, d *desktop) (ruling, bool) {
	if j.region.held == nil {
		return ruling{}, false
	}
	hold, carries := j.region.held.get(d.desktopID)
	switch {
	case !carries || hold.readable && !time.Now().Before(hold.until):
		return ruling{}, false
	case !hold.readable:
		return ruling{outcome: Skipped, reason: ReasonKeepUntilUnreadable, message: hold.text(r.h.Policy.KeepUntilTag)}, true
	}
	return ruling{outcome: Skipped, reason: ReasonKeepUntil, message: hold.text(r.h.Policy.KeepUntilTag)}, true
}

func excluded(r *run, j *job, d *desktop) (ruling, bool) {
	if verdict, ok := excludedByID(r, j, d); ok {
		return verdict, true
	}
	for _, tag := range j.excludedTags {
		if _, carries := tag.get(d.desktopID); carries {
			return ruling{outcome: Skipped, reason: ReasonExcluded}, true
		}
	}
	if j.excludedUsers == nil {
		return ruling{}, false
	}
	_, owned := j.excludedUsers.get(d.desktopID)
	return ruling{outcome: Skipped, reason: ReasonExcluded}, owned
}

func excludedByID(_ *run, j *job, d *desktop) (ruling, bool) {
	return ruling{outcome: Skipped, reason: ReasonExcluded}, j.excludedIDs[strings.ToLower(d.desktopID)]
}

// Hibernated costs as little as Stopped, and StopDesktops wants a running desktop.
func alreadyStopped(_ *run, _ *job, d *desktop) (ruling, bool) {
	return ruling{outcome: AlreadyStopped}, d.seen.DesktopStatus == "Stopped" || d.seen.DesktopStatus == "Hibernated"
}

func alreadyStopping(_ *run, _ *job, d *desktop) (ruling, bool) {
	return ruling{outcome: Stopping}, d.seen.DesktopStatus == "Stopping"
}

// The states are an open set: what is not Running is not stopped, also a state nobody knew when
// this was written.
func notRunning(_ *run, _ *job, d *desktop) (ruling, bool) {
	return ruling{outcome: Skipped, reason: ReasonStatePrefix + orUnknown(d.seen.DesktopStatus)}, d.seen.DesktopStatus != "Running"
}

// A desktop that is being migrated or updated is Running all the while.
func underManagement(_ *run, _ *job, d *desktop) (ruling, bool) {
	i := slices.IndexFunc(d.seen.ManagementFlags, func(flag string) bool { return flag != "NoFlag" && flag != "" })
	if i < 0 {
		return ruling{}, false
	}
	return ruling{outcome: Skipped, reason: ReasonStatePrefix + d.seen.ManagementFlags[i]}, true
}

// A stop takes unsaved work with it, and nothing in the API says that EDS would refuse to stop a
// desktop in use. What is not surely Disconnected is left alone.
func connected(_ *run, j *job, d *desktop) (ruling, bool) {
	if j.request.Force {
		return ruling{}, false
	}
	switch d.seen.ConnectionStatus {
	case "Disconnected":
		return ruling{}, false
	case "Connected":
		return ruling{outcome: Skipped, reason: ReasonConnected}, true
	}
	return ruling{outcome: Skipped, reason: ReasonConnectionUnknown}, true
}

func notIdle(_ *run, j *job, d *desktop) (ruling, bool) {
	if j.idleSince.IsZero() {
		return ruling{}, false
	}
	use, used := j.region.uses.get(d.desktopID)
	return ruling{outcome: Skipped, reason: ReasonNotIdle}, used && !use.any.Before(j.idleSince)
}

// An event that comes late was meant for the users of its own time. Whoever started the desktop or
// connected to it since is somebody that the event knows nothing of.
func usedSinceEvent(_ *run, j *job, d *desktop) (ruling, bool) {
	if j.usedSince.IsZero() {
		return ruling{}, false
	}
	use, used := j.region.uses.get(d.desktopID)
	return ruling{outcome: Skipped, reason: ReasonUsedSinceEvent}, used && !use.began.Before(j.usedSince)
}

func orUnknown(state string) string {
	if state == "" {
		return "unknown"
	}
	return state
}

// wish of a job for each of its desktops.
func (j *job) wish() wish {
	w := wish{stoppedMode: j.request.StoppedMode, force: j.request.Force}
	if j.request.OsUpdate != nil {
		w.osUpdate = "false"
		if *j.request.OsUpdate {
			w.osUpdate = "true"
		}
	}
	return w
}
