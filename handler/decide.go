package handler

import "slices"

// ruling is what a rule says about one desktop of one job: what becomes of it without a call.
type ruling struct {
	outcome Outcome
	reason  string
}

// rule looks at one desktop for one job; ok is false where it does not apply.
type rule func(j *job, d *desktop) (ruling, bool)

// rules in their order: the first that applies decides, and what none of them spares is stopped.
// They judge by the last look alone and change nothing, so that a dry run, the plan and the second
// look right before a call come to the same result.
var rules = []rule{
	conflict,
	notFound,
	alreadyStopped,
	alreadyStopping,
	notRunning,
	underManagement,
	connected,
}

// decide says what becomes of d without a call; ok is false if it is to be stopped.
func decide(j *job, d *desktop) (ruling, bool) {
	for _, applies := range rules {
		if verdict, ok := applies(j, d); ok {
			return verdict, true
		}
	}
	return ruling{}, false
}

// conflict: an earlier event of the batch wants something else done to it; the first decides.
func conflict(j *job, d *desktop) (ruling, bool) {
	return ruling{Skipped, ReasonConflict}, d.wish != nil && *d.wish != j.wish()
}

func notFound(_ *job, d *desktop) (ruling, bool) {
	return ruling{NotFoundThere, ""}, d.seen == nil
}

// Hibernated costs as little as Stopped, and StopDesktops wants a running desktop.
func alreadyStopped(_ *job, d *desktop) (ruling, bool) {
	return ruling{AlreadyStopped, ""}, d.seen.DesktopStatus == "Stopped" || d.seen.DesktopStatus == "Hibernated"
}

func alreadyStopping(_ *job, d *desktop) (ruling, bool) {
	return ruling{Stopping, ""}, d.seen.DesktopStatus == "Stopping"
}

// The states are an open set: what is not Running is not stopped, also a state nobody knew when
// this was written.
func notRunning(_ *job, d *desktop) (ruling, bool) {
	return ruling{Skipped, ReasonStatePrefix + orUnknown(d.seen.DesktopStatus)}, d.seen.DesktopStatus != "Running"
}

// A desktop that is being migrated or updated is Running all the while.
func underManagement(_ *job, d *desktop) (ruling, bool) {
	i := slices.IndexFunc(d.seen.ManagementFlags, func(flag string) bool { return flag != "NoFlag" && flag != "" })
	if i < 0 {
		return ruling{}, false
	}
	return ruling{Skipped, ReasonStatePrefix + d.seen.ManagementFlags[i]}, true
}

// A stop takes unsaved work with it, and nothing in the API says that EDS would refuse to stop a
// desktop in use. What is not surely Disconnected is left alone.
func connected(j *job, d *desktop) (ruling, bool) {
	if j.request.Force {
		return ruling{}, false
	}
	switch d.seen.ConnectionStatus {
	case "Disconnected":
		return ruling{}, false
	case "Connected":
		return ruling{Skipped, ReasonConnected}, true
	}
	return ruling{Skipped, ReasonConnectionUnknown}, true
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
