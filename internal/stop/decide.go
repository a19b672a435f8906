package stop

import (
	"slices"
	"time"

	"stopdesktops/internal/report"
)

// verdict is what a rule says about a target: what becomes of it without a call.
type verdict struct {
	outcome    report.Outcome
	reason     string
	message    string
	requestID  string
	acceptedAt time.Time // when EDS took another order's call
	// evidence that the rule used; nil where the state of the target tells all. It is no part of the result.
	evidence *report.Evidence
}

// rule judges a target; ok is false where it does not apply.
type rule func(r *run, t *target) (v verdict, ok bool)

// rules in their order: the first that applies decides. What none of them spares is stopped. They
// judge by what is known and change nothing, so that a dry run, the plan and the decision before a
// call come to the same result. All are in this file, but for stoppedByAnother in claim.go.
var rules = slices.Concat(
	[]rule{notFound, notSelected, denied, deniedUser, protected, kept, excludedByID, excludedByTag, excludedByUser, stoppedByAnother},
	rulesOfState,
	rulesOfUse,
)

// rulesOfState judge the state of the desktop, which the call of another order changes.
var rulesOfState = []rule{alreadyStopped, alreadyStopping, notRunning}

// rulesOfUse judge who uses the desktop. They hold also where another order stops it: see sparedAnyway.
var rulesOfUse = []rule{underManagement, connected, notIdle, usedSinceEvent}

// rulesWithoutPreflight need no observation. Tags protect nothing then: the configuration says so by name.
var rulesWithoutPreflight = []rule{denied, excludedByID, stoppedByAnother}

// decide says what becomes of a target without a call; ok is false if it is to be stopped.
func (r *run) decide(t *target) (v verdict, ok bool) {
	apply := rules
	if !r.policy.Preflight {
		apply = rulesWithoutPreflight
	}
	for _, rule := range apply {
		if v, ok := rule(r, t); ok {
			return v, true
		}
	}
	return verdict{}, false
}

func notFound(_ *run, t *target) (verdict, bool) {
	return verdict{outcome: report.NotFound}, t.seen == nil
}

func notSelected(_ *run, t *target) (verdict, bool) {
	return verdict{outcome: report.Skipped, reason: report.ReasonNotSelected}, t.order.selected != nil && !t.order.selected[t.id]
}

// denied spares a desktop on the deny list. What the configuration protects stays, whatever an event says.
func denied(r *run, t *target) (verdict, bool) {
	return verdict{outcome: report.Skipped, reason: report.ReasonProtected, evidence: onDenyDesktops}, r.policy.Deny[foldID(t.id)]
}

// deniedUser spares the desktops of users on the deny list.
func deniedUser(_ *run, t *target) (verdict, bool) {
	users := t.order.place.denied
	return verdict{outcome: report.Skipped, reason: report.ReasonProtected, message: "is assigned to a user on the deny list (DENY_USERS)", evidence: onDenyUsers},
		users != nil && users.owns(t)
}

// protected spares a desktop that carries the protect tag.
func protected(r *run, t *target) (verdict, bool) {
	if t.order.place.protected == nil {
		return verdict{}, false
	}
	value, carries := t.tagValue(t.order.place.protected)
	if !carries {
		return verdict{}, false
	}
	return verdict{outcome: report.Skipped, reason: report.ReasonProtected, evidence: carriesTag(r.policy.ProtectTag.Key, value)}, true
}

// kept spares a desktop until the time in its keep-until tag. If that time cannot be read, it spares the desktop too.
func kept(r *run, t *target) (verdict, bool) {
	if t.order.place.kept == nil {
		return verdict{}, false
	}
	tag, carries := t.keepUntil()
	switch {
	case !carries || tag.readable && !time.Now().Before(tag.until):
		return verdict{}, false
	case !tag.readable:
		return verdict{outcome: report.Skipped, reason: report.ReasonKeepUntilUnreadable, message: tag.text(r.policy.KeepUntilTag), evidence: tag.evidence(r.policy.KeepUntilTag)}, true
	}
	return verdict{outcome: report.Skipped, reason: report.ReasonKeepUntil, message: tag.text(r.policy.KeepUntilTag), evidence: tag.evidence(r.policy.KeepUntilTag)}, true
}

func excludedByID(_ *run, t *target) (verdict, bool) {
	return verdict{outcome: report.Skipped, reason: report.ReasonExcluded, evidence: onExcludeDesktopID}, t.order.excludedIDs[foldID(t.id)]
}

func excludedByTag(_ *run, t *target) (verdict, bool) {
	for _, tag := range t.order.excludedTags {
		if value, carries := t.tagValue(tag); carries {
			return verdict{outcome: report.Skipped, reason: report.ReasonExcluded, evidence: carriesTag(tag.tag.Key, value)}, true
		}
	}
	return verdict{}, false
}

func excludedByUser(_ *run, t *target) (verdict, bool) {
	users := t.order.excludedUsers
	return verdict{outcome: report.Skipped, reason: report.ReasonExcluded, evidence: onExcludeEndUserID}, users != nil && users.owns(t)
}

// Hibernated costs as little as Stopped, and StopDesktops wants a running desktop.
func alreadyStopped(_ *run, t *target) (verdict, bool) {
	return verdict{outcome: report.AlreadyStopped}, t.seen.DesktopStatus == "Stopped" || t.seen.DesktopStatus == "Hibernated"
}

func alreadyStopping(_ *run, t *target) (verdict, bool) {
	return verdict{outcome: report.Stopping}, t.seen.DesktopStatus == "Stopping"
}

// The states are an open set: what is not Running is not stopped, also a state nobody knew when
// this was written.
func notRunning(_ *run, t *target) (verdict, bool) {
	return verdict{outcome: report.Skipped, reason: report.ReasonStatePrefix + orUnknown(t.seen.DesktopStatus)}, t.seen.DesktopStatus != "Running"
}

// A desktop that is being migrated or updated is Running all the while.
func underManagement(_ *run, t *target) (verdict, bool) {
	i := slices.IndexFunc(t.seen.ManagementFlags, func(flag string) bool { return flag != "NoFlag" && flag != "" })
	if i < 0 {
		return verdict{}, false
	}
	return verdict{outcome: report.Skipped, reason: report.ReasonStatePrefix + t.seen.ManagementFlags[i]}, true
}

// A stop takes unsaved work with it, and nothing in the API says that EDS would refuse to stop a
// desktop in use. What is not surely Disconnected is left alone.
func connected(_ *run, t *target) (verdict, bool) {
	if t.order.Request.Force {
		return verdict{}, false
	}
	switch t.seen.ConnectionStatus {
	case "Disconnected":
		return verdict{}, false
	case "Connected":
		return verdict{outcome: report.Skipped, reason: report.ReasonConnected}, true
	}
	return verdict{outcome: report.Skipped, reason: report.ReasonConnectionUnknown}, true
}

func notIdle(_ *run, t *target) (verdict, bool) {
	if t.order.idleSince.IsZero() {
		return verdict{}, false
	}
	use, used := t.order.uses.get(t.id)
	if !used || use.any.Before(t.order.idleSince) {
		return verdict{}, false
	}
	return verdict{outcome: report.Skipped, reason: report.ReasonNotIdle, evidence: usedAt(use.any, use.anyBy, t.order.idleSince)}, true
}

// usedSinceEvent: a late event was meant for the users of its own time. A user who started the desktop or
// connected to it since is somebody that the event knows nothing of.
func usedSinceEvent(_ *run, t *target) (verdict, bool) {
	if t.order.UsedSince.IsZero() {
		return verdict{}, false
	}
	use, used := t.order.uses.get(t.id)
	if !used || use.began.Before(t.order.UsedSince) {
		return verdict{}, false
	}
	return verdict{outcome: report.Skipped, reason: report.ReasonUsedSinceEvent, evidence: usedAt(use.began, use.beganBy, t.order.UsedSince)}, true
}

// sparedAnyway reports whether rulesOfUse would spare a desktop that another order stops.
func sparedAnyway(r *run, t *target) bool {
	if !r.policy.Preflight {
		return false
	}
	return slices.ContainsFunc(rulesOfUse, func(rule rule) bool {
		_, spares := rule(r, t)
		return spares
	})
}

func orUnknown(state string) string {
	if state == "" {
		return "unknown"
	}
	return state
}
