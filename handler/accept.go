package handler

import (
	"fmt"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// clockSkew is how far ahead of our clock an event's time may be.
const clockSkew = 5 * time.Minute

// lateAfter is the age from which on an event counts as late.
const lateAfter = 15 * time.Second

// requests returns what the event asks for: one request for each account and region. It rejects an event before
// anything is called for it.
func (r *run) requests(e *received) ([]events.Request, conclusion) {
	if c := r.screen(e); c.status != "" {
		return nil, c
	}
	mapped, p := r.mapped(e)
	switch {
	case p != nil:
		return nil, rejected(p)
	case mapped.Ignored:
		return nil, conclusion{report.StatusIgnored, &report.Problem{Code: "Ignored", Path: mapped.Because, Message: mapped.Unmet + " Nothing was stopped."}}
	}
	path := e.event.Path
	if mapped.Paths != nil {
		path = "$"
	}
	e.where = func(field string) string { return mapped.Where(path + field) }
	list, err := events.ParseRequests(mapped.Request, path)
	if err != nil {
		p := unreadable(err)
		p.Path = mapped.Where(p.Path)
		return nil, rejected(p)
	}
	return list, conclusion{}
}

// accept checks the request of the job against the policy.
func (r *run) accept(j *job) conclusion {
	p := j.admitCallback(j.route.callback(r.Callback))
	if p == nil {
		p = j.admit(r.Policy)
	}
	if p != nil {
		p.Path = j.where(p.Path)
		return rejected(p)
	}
	if c := r.checkTime(j); c.status != "" {
		return c
	}
	if c := j.checkApproval(r); c.status != "" {
		return c
	}
	return r.checkDay(j)
}

// screen says which events go no further, whatever their request says.
func (r *run) screen(in *received) conclusion {
	policy, e := r.Policy, in.event
	switch {
	case policy.Disabled && e.Kind != events.HTTP: // the switch works, whatever else is broken, and nothing is repeated
		return conclusion{status: report.StatusDisabled}
	case r.Fault != nil:
		return conclusion{report.StatusFailed, misconfigured(r.Fault)}
	case e.Err != nil:
		return rejected(unreadable(e.Err))
	}
	if p := policy.admitKind(e.Kind, e.Path); p != nil {
		return rejected(p)
	}
	switch {
	case e.Kind == events.Direct && !policy.AllowDirect:
		return rejected(notAllowed(e.Path, "direct invocations are switched off (ALLOW_DIRECT=false)"))
	case e.Unauthenticated && in.route == nil:
		return rejected(notAllowed(e.Path, "events of EventBridge's HTTP source carry no proof of who sent them: call the function's HTTP trigger instead, or let a route name their source"))
	case policy.Disabled:
		return conclusion{status: report.StatusDisabled}
	}
	return conclusion{}
}

// mapped applies the mapping of the event's route, and checks the time that it finds in the body.
func (r *run) mapped(e *received) (events.Mapped, *report.Problem) {
	if e.route == nil || e.route.Mapping == nil {
		return events.Mapped{Request: e.event.Payload}, nil
	}
	m, err := e.route.Mapping.Map(e.event.Payload, e.event.Path)
	if err != nil {
		return m, unreadable(err)
	}
	if !m.Time.IsZero() {
		if e.route.outside(m.Time, e.arrived) {
			return m, report.Unauthenticated("the time in the signed body is too far from ours: check the sender's clock, and do not send a request again later", "")
		}
		e.event.Time = m.Time
	}
	return m, nil
}

// admitCallback takes over the destination that the request names. A request whose destination is not
// allowed stops nothing: its sender would never get the report.
func (j *job) admitCallback(callback Callback) *report.Problem {
	url := j.request.CallbackUrl
	if url == "" {
		return nil
	}
	const path = ".CallbackUrl"
	if callback == nil {
		return notAllowed(path, "no destination may be named (CALLBACK_ALLOWED_HOSTS is not set)")
	}
	if err := callback.Admit(url); err != nil {
		return notAllowed(path, err.Error())
	}
	j.callbackURL = url
	return nil
}

// admit checks the request against the policy and the route. The path of a problem is a field of the request.
func (j *job) admit(policy Policy) *report.Problem {
	if j.route == nil {
		if p := policy.admitAccount(&j.request); p != nil {
			return p
		}
		return policy.admit(&j.request)
	}
	j.route.Fill(&j.request)
	if p := policy.admit(&j.request); p != nil {
		return p
	}
	return j.route.Admit(&j.request)
}

// checkTime compares the event's time with the clock.
func (r *run) checkTime(j *job) conclusion {
	age := time.Duration(0)
	if !j.event.Time.IsZero() {
		age = r.started.Sub(j.event.Time)
	}
	switch late := age >= lateAfter || r.inv.RetryCount > 0; {
	case age < -clockSkew:
		return rejected(&report.Problem{Code: events.InvalidTime, HTTPStatus: 422,
			Message: fmt.Sprintf("the event's time is %s ahead of the clock; at most %s is believed", (-age).Round(time.Second), clockSkew)})
	case age > r.Policy.MaxEventAge:
		return conclusion{report.StatusStale, &report.Problem{Code: "Stale",
			Message: fmt.Sprintf("the event is %s old; MAX_EVENT_AGE is %s. Nothing was stopped.", age.Round(time.Second), r.Policy.MaxEventAge)}}
	case late && r.Policy.Preflight:
		j.usedSince = usedSince(j.event.Time, r.started, r.Policy.MaxEventAge)
	case late:
		return rejected(notAllowed("", "the event is late or repeated, and the function may not find out who has used the desktops since (PREFLIGHT=false)"))
	}
	return conclusion{}
}

// usedSince returns the time since which a user's act spares a desktop from a late event. It is the time of
// the event, in whole seconds, as EDS gives those of acts. Without one, it is as far back as events are
// accepted at all. An event whose time is still to come was sent by a clock that runs ahead of ours, by
// clockSkew at most.
func usedSince(event, now time.Time, maxAge time.Duration) time.Time {
	switch {
	case event.IsZero():
		return now.Add(-maxAge)
	case event.After(now):
		return now.Add(-clockSkew)
	}
	return event.Truncate(time.Second)
}
