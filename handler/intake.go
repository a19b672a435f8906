package handler

import (
	"fmt"
	"slices"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// clockSkew is how far ahead of our clock an event's time may be.
const clockSkew = 5 * time.Minute

// lateAfter is the age from which on an event counts as late.
const lateAfter = 15 * time.Second

// take makes the jobs of the invocation: one for each event, each on its way or already rejected.
func (r *run) take(raw []byte) {
	list, err := events.Decode(raw)
	if err != nil {
		unread := r.newJob(events.Event{Kind: events.Direct}, events.Proof{})
		if r.h.Fault != nil {
			r.jobs = []*job{unread.accept(r)}
			return
		}
		r.jobs = []*job{unread.reject(unreadable(err))}
		return
	}
	if len(list) == 1 && list[0].Kind == events.HTTP {
		r.takeHTTP(list[0])
		return
	}
	together := map[int]int{} // requests in one envelope
	for _, e := range list {
		together[e.Envelope]++
	}
	for _, e := range list {
		j := r.newJob(e, events.Proof{})
		route, p := r.eventRoute(e)
		j.route = route
		if p == nil {
			p = route.tooMany(together[e.Envelope], 0)
		}
		r.jobs = append(r.jobs, j)
		if p != nil && e.Err == nil && r.h.Fault == nil {
			j.reject(p)
		} else {
			r.begin(j)
		}
	}
}

// newJob wraps an event that is not parsed yet. proof is empty unless the event came over HTTP.
func (r *run) newJob(e events.Event, proof events.Proof) *job {
	return &job{event: e, proof: proof, identity: identify(e, proof, events.Request{}, r.inv.RequestID)}
}

// begin takes in the job: what is not refused, and no duplicate, goes to the engine.
func (r *run) begin(j *job) {
	j.accept(r)
	if j.status == "" {
		r.dropDuplicate(j)
	}
	if j.status == "" {
		if p := r.named.add(namedIn(j.request)); p != nil {
			p.Path = j.where(p.Path)
			j.reject(p)
			j.request.Select, j.request.Exclude = nil, nil
		}
	}
	if j.status != "" {
		r.h.dedup.end(j.attempt, false)
		r.shorten(j)
	}
}

// shorten drops what the report does not need of a request that is not done. The report shows Select
// and Exclude: a person may have to finish the event by hand. Long lists of thousands of events would
// take more memory than the function has, so those beyond the limit of an invocation are dropped too.
func (r *run) shorten(j *job) {
	j.request.DesktopId = nil
	if r.shown.add(namedIn(j.request)) != nil {
		j.request.Select, j.request.Exclude = nil, nil
	}
}

func (j *job) reject(p *report.Problem) *job {
	j.status, j.problem = report.StatusRejected, p
	return j
}

// accept reads the request of the event and holds it against the policy. What it refuses is
// rejected before anything is called.
func (j *job) accept(r *run) *job {
	policy := r.h.Policy
	switch {
	case policy.Disabled && !r.overHTTP: // the switch works, whatever else is broken, and nothing is tried again
		j.status = report.StatusDisabled
		return j
	case r.h.Fault != nil:
		j.status, j.problem = report.StatusFailed, misconfigured(r.h.Fault)
		return j
	case j.event.Err != nil:
		return j.reject(unreadable(j.event.Err))
	}
	if p := policy.admitKind(j.event.Kind, j.event.Path); p != nil {
		return j.reject(p)
	}
	switch {
	case j.event.Kind == events.Direct && !policy.AllowDirect:
		return j.reject(notAllowed(j.event.Path, "direct invocations are switched off (ALLOW_DIRECT=false)"))
	case j.event.Unauthenticated && j.route == nil:
		return j.reject(notAllowed(j.event.Path, "events of EventBridge's HTTP source carry no proof of who sent them: call the function's HTTP trigger instead, or let a route name their source"))
	case policy.Disabled:
		j.status = report.StatusDisabled
		return j
	}
	mapped, p := j.mapped(r)
	switch {
	case p != nil:
		return j.reject(p)
	case mapped.Ignored:
		j.status = report.StatusIgnored
		j.problem = &report.Problem{Code: "Ignored", Path: mapped.Because, Message: mapped.Unmet + " Nothing was stopped."}
		return j
	}
	path := j.event.Path
	if mapped.Paths != nil {
		path = "$"
	}
	j.where = func(field string) string { return mapped.Where(path + field) }
	request, err := events.ParseRequest(mapped.Request, path)
	if err != nil {
		return j.reject(located(mapped, unreadable(err)))
	}
	j.request, j.dryRun = request, request.DryRun
	j.identity = identify(j.event, j.proof, request, r.inv.RequestID)
	if p := j.admitCallback(r.callback(j), path); p != nil {
		return j.reject(located(mapped, p))
	}
	if p := j.admit(policy, path); p != nil {
		return j.reject(located(mapped, p))
	}
	return j.checkTime(r)
}

// admitCallback takes over the destination that the request names. One that is not allowed stops
// nothing: whoever asked would never hear of it.
func (j *job) admitCallback(callback Callback, path string) *report.Problem {
	url := j.request.CallbackUrl
	if url == "" {
		return nil
	}
	path += ".CallbackUrl"
	if callback == nil {
		return notAllowed(path, "no destination may be named (CALLBACK_ALLOWED_HOSTS is not set)")
	}
	if err := callback.Admit(url); err != nil {
		return notAllowed(path, err.Error())
	}
	j.callbackURL = url
	return nil
}

// mapped is what the event's route makes of it, and whether the time in it is near enough to ours.
func (j *job) mapped(r *run) (events.Mapped, *report.Problem) {
	if j.route == nil || j.route.Mapping == nil {
		return events.Mapped{Request: j.event.Payload}, nil
	}
	m, err := j.route.Mapping.Map(j.event.Payload, j.event.Path)
	if err != nil {
		return m, unreadable(err)
	}
	if !m.Time.IsZero() {
		if j.route.outside(m.Time, r.arrived(j.route)) {
			return m, report.Unauthenticated("the time in the signed body is too far from ours: check the sender's clock, and do not send a request again later", "")
		}
		j.event.Time = m.Time
	}
	return m, nil
}

// admit holds the request against the policy and the route.
func (j *job) admit(policy Policy, path string) *report.Problem {
	if j.route == nil {
		return policy.admit(&j.request, path)
	}
	j.route.Fill(&j.request)
	if p := policy.admit(&j.request, path); p != nil {
		return p
	}
	return j.route.Admit(&j.request, path)
}

// admit fills in the defaults of a request and says what the policy does not allow of it.
func (p Policy) admit(q *events.Request, path string) *report.Problem {
	if q.RegionId == "" {
		if len(p.Regions) != 1 {
			return &report.Problem{Code: events.MissingField, Path: path + ".RegionId", HTTPStatus: 422,
				Message: "name the region: more than one is allowed (ALLOWED_REGIONS)"}
		}
		q.RegionId = p.Regions[0]
	}
	if !slices.Contains(p.Regions, q.RegionId) {
		return notAllowed(path+".RegionId", "this region is not among ALLOWED_REGIONS")
	}
	if q.StoppedMode == "" {
		q.StoppedMode = p.StoppedMode
	}
	q.DryRun = q.DryRun || p.DryRun
	if q.Force && !p.AllowForce {
		return notAllowed(path+".Force", "Force is switched off (ALLOW_FORCE=false)")
	}
	return p.admitBlind(q, path)
}

// admitBlind: without preflight nothing can be looked at, so a request must not rest on a look.
func (p Policy) admitBlind(q *events.Request, path string) *report.Problem {
	if q.WaitSeconds == nil {
		seconds := int(p.Wait / time.Second)
		q.WaitSeconds = &seconds
	}
	if p.Preflight {
		return nil
	}
	field := ""
	switch {
	case q.Select != nil:
		field = "Select"
	case q.Exclude != nil && (len(q.Exclude.Tag) > 0 || len(q.Exclude.EndUserId) > 0):
		field = "Exclude"
	case q.IdleMinutes > 0:
		field = "IdleMinutes"
	case *q.WaitSeconds > 0:
		field = "WaitSeconds"
	default:
		return nil
	}
	return notAllowed(path+"."+field, "the function may not look at desktops (PREFLIGHT=false), so it stops explicit desktops only")
}

// checkTime holds the event's own time against the clock.
func (j *job) checkTime(r *run) *job {
	age := time.Duration(0)
	if !j.event.Time.IsZero() {
		age = r.started.Sub(j.event.Time)
	}
	switch late := age >= lateAfter || r.inv.RetryCount > 0; {
	case age < -clockSkew:
		return j.reject(&report.Problem{Code: events.InvalidTime, HTTPStatus: 422,
			Message: fmt.Sprintf("the event's time is %s ahead of the clock; at most %s is believed", (-age).Round(time.Second), clockSkew)})
	case age > r.h.Policy.MaxEventAge:
		j.status = report.StatusStale
		j.problem = &report.Problem{Code: "Stale", Message: fmt.Sprintf("the event is %s old; MAX_EVENT_AGE is %s. Nothing was stopped.", age.Round(time.Second), r.h.Policy.MaxEventAge)}
	case late && r.h.Policy.Preflight:
		j.usedSince = usedSince(j.event.Time, r.started, r.h.Policy.MaxEventAge)
	case late:
		return j.reject(notAllowed("", "the event is late or repeated, and the function may not look who has used the desktops since (PREFLIGHT=false)"))
	}
	return j
}

// usedSince is the time from which on a user's act spares a desktop from a late event: that of the
// event, in whole seconds as EDS tells acts; without one, as far back as events are taken at all. The
// clock of one whose time is still to come runs ahead of ours, by as much as is believed.
func usedSince(event, now time.Time, maxAge time.Duration) time.Time {
	switch {
	case event.IsZero():
		return now.Add(-maxAge)
	case event.After(now):
		return now.Add(-clockSkew)
	}
	return event.Truncate(time.Second)
}

func misconfigured(fault error) *report.Problem {
	return &report.Problem{Code: report.CodeMisconfigured, Message: fault.Error(), HTTPStatus: 503}
}
