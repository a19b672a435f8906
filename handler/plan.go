package handler

import "fmt"

// claim is one event's wish that a desktop be stopped.
type claim struct {
	job  *job
	item *item
}

// plan decides about every desktop of every live job, in their order and before any call that
// changes anything, and returns the desktops to be stopped, each once, with who claims it. A job
// that would exceed MaxDesktops together with those before it is blocked and adds nothing.
func (r *run) plan() []*desktop {
	var claimed []*desktop
	for _, j := range r.live() {
		toStop := r.decideAll(j)
		more := 0
		for _, it := range toStop {
			if len(it.desktop.claims) == 0 {
				more++
			}
		}
		switch {
		case len(claimed)+more > r.h.Policy.MaxDesktops:
			j.block(toStop, len(claimed), more, r.h.Policy.MaxDesktops)
		case j.request.DryRun:
			spare(toStop, ruling{WouldStop, ""})
		default:
			claimed = j.claim(toStop, claimed)
		}
	}
	return claimed
}

// decideAll applies the rules to each desktop of j and returns those that none of them spares.
func (r *run) decideAll(j *job) (toStop []*item) {
	for _, it := range j.items {
		if r.h.Policy.Preflight && !it.desktop.looked {
			it.desktop.fate = blind(it.desktop.lookErr)
			continue
		}
		if verdict, spared := r.decide(j, it.desktop); spared {
			it.outcome, it.reason = verdict.outcome, verdict.reason
			continue
		}
		toStop = append(toStop, it)
	}
	return toStop
}

// decide is where PREFLIGHT=false leaves out the rules that need a look.
func (r *run) decide(j *job, d *desktop) (ruling, bool) {
	if !r.h.Policy.Preflight {
		return conflict(j, d)
	}
	return decide(j, d)
}

// claim makes the wish of j that of its desktops, and adds those to be stopped to the claimed.
func (j *job) claim(toStop []*item, claimed []*desktop) []*desktop {
	wish := j.wish()
	for _, it := range j.items {
		if it.desktop.wish == nil {
			it.desktop.wish = &wish
		}
	}
	for _, it := range toStop {
		d := it.desktop
		if len(d.claims) == 0 {
			claimed = append(claimed, d)
		}
		d.claims = append(d.claims, claim{j, it})
	}
	return claimed
}

func (j *job) block(toStop []*item, before, more, limit int) {
	j.status = StatusBlocked
	j.problem = blocked(before, more, limit)
	spare(toStop, ruling{NotAttempted, ReasonMaxDesktops})
}

func spare(items []*item, verdict ruling) {
	for _, it := range items {
		it.outcome, it.reason = verdict.outcome, verdict.reason
	}
}

func blocked(before, more, limit int) *Problem {
	message := fmt.Sprintf("the event would stop %d desktops; MAX_DESKTOPS allows %d per invocation", more, limit)
	if before > 0 {
		message += fmt.Sprintf(", and events before it in the batch stop %d", before)
	}
	return &Problem{
		Code:    CodeMaxDesktops,
		Message: message + ". Nothing of it was stopped: split the event, or raise MAX_DESKTOPS.",
		status:  422,
	}
}
