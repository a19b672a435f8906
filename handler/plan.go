package handler

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// claim is one event's wish that a desktop be stopped.
type claim struct {
	job  *job
	item *item
}

// claims are all that the live jobs of a region ask for, noted at each desktop in the order of the
// jobs.
func (g *region) claims() {
	for _, j := range g.jobs {
		if j.status != "" {
			continue
		}
		for _, it := range j.items {
			it.desktop.claims = append(it.desktop.claims, claim{j, it})
		}
	}
}

// rail holds MaxDesktops: a job that would exceed it, together with those before it, is blocked and
// stops nothing. It needs a look at everything that is asked for, so it is for invocations that ask
// for so much that the limit could be exceeded at all. What it finds to be spared stays spared.
func (r *run) rail() {
	counted, byRoute := map[*desktop]bool{}, map[*Route]int{}
	for _, j := range r.live() {
		limit := r.h.Policy.limit(j.route)
		var toStop []*item
		more, unknown := 0, j.unknown()
		for _, it := range j.items {
			if r.spared(claim{j, it}, unknown) {
				continue
			}
			toStop = append(toStop, it)
			if !counted[it.desktop] {
				more++
			}
		}
		switch {
		case len(counted)+more > r.h.Policy.MaxDesktops:
			j.block(toStop, blocked(len(counted), more, r.h.Policy.MaxDesktops))
		case byRoute[j.route]+more > limit:
			j.block(toStop, blockedByRoute(byRoute[j.route], more, limit))
		case !j.aside:
			j.want()
			for _, it := range toStop {
				counted[it.desktop] = true
			}
			byRoute[j.route] += more
		}
	}
}

// railLimit is the least that any live job is held to.
func (r *run) railLimit() int {
	limit := r.h.Policy.MaxDesktops
	for _, j := range r.live() {
		limit = min(limit, r.h.Policy.limit(j.route))
	}
	return limit
}

// plan decides about desktops for every live job, before any call that changes anything. It returns
// those to be stopped, each with the claims that hold.
func (r *run) plan(desktops []*desktop) []*desktop {
	var claimed []*desktop
	unknown := map[*job]error{}
	for _, d := range desktops {
		d.claims = slices.DeleteFunc(d.claims, func(c claim) bool {
			if _, asked := unknown[c.job]; !asked {
				unknown[c.job] = c.job.unknown()
			}
			switch {
			case c.job.status != "" || r.spared(c, unknown[c.job]):
				return true
			case c.job.request.DryRun:
				c.item.outcome = WouldStop
				return true
			}
			c.item.claimed = true
			return false
		})
		if len(d.claims) > 0 {
			claimed = append(claimed, d)
		}
	}
	return claimed
}

// spared says whether a desktop is not to be stopped for this claim, and lets its item know why, if
// that is not decided yet. What cannot be known of the desktop, or of its region, spares it too, and
// is a failure.
func (r *run) spared(c claim, unknown error) bool {
	it := c.item
	if it.outcome != "" || it.fate.outcome != "" {
		return true
	}
	if err := r.blindness(c, unknown); err != nil {
		it.fate = blind(err)
		return true
	}
	verdict, spared := r.decide(c.job, it.desktop)
	if spared {
		it.outcome, it.reason, it.message = verdict.outcome, verdict.reason, verdict.message
	}
	r.logDecision(c, spared)
	return spared
}

// logDecision at debug: one line for each time that a desktop is decided about.
func (r *run) logDecision(c claim, spared bool) {
	if !r.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	decision := "stop"
	if spared {
		decision = string(c.item.outcome)
	}
	d := c.item.desktop
	line := []any{"EventId", c.job.shownID(), "DesktopId", d.desktopID, "Decision", decision, "Reason", c.item.reason}
	if d.seen != nil {
		line = append(line, "State", d.seen.DesktopStatus, "ConnectionStatus", d.seen.ConnectionStatus, "SeenAt", d.seenAt)
	}
	r.log.Debug("decision", line...)
}

// blindness is why nothing can be decided about the desktop of c: nil if something can.
func (r *run) blindness(c claim, unknown error) error {
	d := c.item.desktop
	switch {
	case unknown != nil || !r.h.Policy.Preflight:
		return unknown
	case !d.looked:
		return d.lookErr
	case c.job.asksUsers && d.seen != nil:
		return d.usersUnknown()
	}
	return nil
}

// want makes the wish of j that of its desktops, where no job before it has one. A dry run wants
// nothing done.
func (j *job) want() {
	if j.aside {
		return
	}
	wish := j.wish()
	for _, it := range j.items {
		if it.desktop.wish == nil {
			it.desktop.wish, it.desktop.wisher = &wish, j.index
		}
	}
}

func (j *job) block(toStop []*item, p *Problem) {
	j.status, j.problem = StatusBlocked, p
	for _, it := range toStop {
		it.outcome, it.reason = NotAttempted, ReasonMaxDesktops
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

func blockedByRoute(before, more, limit int) *Problem {
	p := blocked(before, more, limit)
	p.Message = strings.ReplaceAll(p.Message, "MAX_DESKTOPS", "MaxDesktops of its route")
	return p
}
