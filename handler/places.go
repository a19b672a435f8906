package handler

import (
	"fmt"
	"net/http"
	"strings"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// jobs returns those of an event: one for each account and region that its request names. From here on they are
// independent, as if each had come as an event of a batch. spare is how many more than one there may be.
func (r *run) jobs(e received, spare int) []*job {
	var list []events.Request
	p := r.guard(func() {
		if e.status == "" {
			list, e.conclusion = r.requests(&e)
		}
	})
	switch {
	case p != nil:
		e.conclusion = conclusion{report.StatusFailed, p}
	case len(list) > 1+spare:
		e.conclusion = rejected(&report.Problem{Code: events.TooLarge, Path: e.where(""), HTTPStatus: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("the accounts and regions of all requests in this invocation make more than %d events. Nothing of this one was stopped: send smaller batches.", events.MaxBatch)})
	}
	if e.status != "" {
		return []*job{{received: e, identity: identify(e.event, e.proof, events.Request{}, "", r.inv.RequestID)}}
	}
	jobs := make([]*job, len(list))
	for i, q := range list {
		part := ""
		if len(list) > 1 {
			part = partOf(q)
		}
		jobs[i] = &job{received: e, identity: identify(e.event, e.proof, q, part, r.inv.RequestID), request: q, dryRun: q.DryRun}
	}
	return jobs
}

// partOf names the part of an event that a request with its account and region is: #prod/cn-hangzhou.
func partOf(q events.Request) string {
	return "#" + strings.Trim(q.Account+"/"+q.RegionId, "/")
}
