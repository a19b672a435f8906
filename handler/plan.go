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

// decideAll applies the rules to each desktop of j and returns those that none of them spares. What
// cannot be known of a desktop, or of its region, spares it and is a failure.
func (r *run) decideAll(j *job) (toStop []*item) {
	unknown := j.unknown()
	for _, it := range j.items {
		d := it.desktop
		if err := r.blindness(d, unknown); err != nil {
			it.fate = blind(err)
			continue
		}
		if verdict, spared := r.decide(j, d); spared {
			it.outcome, it.reason = verdict.outcome, verdict.reason
			continue
		}
		toStop = append(toStop, it)
	}
	return toStop
}

// blindness is why nothing can be decided about d: nil if something can.
func (r *run) blindness(d *desktop, unknown error) error {
	if unknown == nil && r.h.Policy.Preflight && !d.looked {
		return d.lookErr
	}
	return unknown
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
