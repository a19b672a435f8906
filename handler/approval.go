package handler

import (
	"crypto/sha256"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Approvals proves that a second person approved what an event stops.
type Approvals interface {
	// Verify returns the approval of a request with its defaults filled in, at the time now. approves are the routes
	// whose plans the sender approves. The error is for the sender, and shows nothing of the token.
	Verify(token string, request events.Request, approves []string, now time.Time) (report.Approval, error)
	// Mint returns the token of a plan of a route, for a request with its defaults filled in.
	Mint(request events.Request, plan report.Approval) (string, error)
}

// checkApproval verifies the token of a request. A desktop that was used since the plan is spared: who approved
// the plan did not know of that user.
func (j *job) checkApproval(r *run) conclusion {
	token := j.request.ApprovalToken
	if token == "" {
		return conclusion{}
	}
	if r.Approvals == nil {
		return j.refuseApproval("nothing can be approved here (APPROVAL_SECRETS is not set)")
	}
	approval, err := r.Approvals.Verify(token, j.request, j.route.approves(), r.started)
	if err != nil {
		return j.refuseApproval(err.Error())
	}
	j.approval = approval
	if j.usedSince.IsZero() || approval.PlannedAt.Before(j.usedSince) {
		j.usedSince = approval.PlannedAt
	}
	return conclusion{}
}

// bindApproval binds the token to the event, and refuses an event whose token is bound to another one. A plan
// stops nothing, so it binds nothing.
func (j *job) bindApproval(r *run) conclusion {
	if j.request.ApprovalToken == "" || j.request.DryRun || r.bound.bind(j.request.ApprovalToken, j.identity.keys(j.route), j.approval.Expires, r.started) {
		return conclusion{}
	}
	return j.refuseApproval("another event has used this approval: plan and approve again")
}

func (j *job) refuseApproval(message string) conclusion {
	return rejected(&report.Problem{Code: report.CodeApprovalRefused, Path: j.where(".ApprovalToken"), HTTPStatus: http.StatusForbidden,
		Message: message + ". Nothing was stopped."})
}

// approvals knows, by the digest of its token, which event first used each approval. It is safe for concurrent use.
type approvals struct {
	mu    sync.Mutex
	bound map[[sha256.Size]byte]binding
}

type binding struct {
	keys    []eventKey
	expires time.Time
}

// bind a token to the event with these keys. It returns false if another event has the token.
func (a *approvals) bind(token string, keys []eventKey, expires, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.bound, func(_ [sha256.Size]byte, b binding) bool { return now.After(b.expires) })
	digest := sha256.Sum256([]byte(token))
	if b, used := a.bound[digest]; used {
		return slices.ContainsFunc(keys, func(k eventKey) bool { return slices.Contains(b.keys, k) })
	}
	if a.bound == nil {
		a.bound = map[[sha256.Size]byte]binding{}
	}
	a.bound[digest] = binding{keys, expires}
	return true
}

// signedPlanLasts is how long after a plan its token can be used: tickets wait for people. A desktop that somebody
// used since the plan is spared.
const signedPlanLasts = 24 * time.Hour

// forApproval reports whether the job asks for a plan that another person is to approve. Such a plan has the limit
// of approved events.
func (j *job) forApproval(r *run) bool {
	return r.Approvals != nil && j.route != nil && j.route.SignsPlans && j.dryRun && j.request.ApprovalToken == ""
}

// signPlan gives the job the token of its plan. A plan that cannot have one gets a warning.
func (j *job) signPlan(r *run) {
	if j.report.Status != report.StatusPlanned || !j.forApproval(r) {
		return
	}
	q := j.request
	q.DesktopId = nil
	for _, d := range j.report.Desktops {
		if d.Outcome == report.WouldStop {
			q.DesktopId = append(q.DesktopId, d.DesktopId)
		}
	}
	if q.DesktopId == nil {
		return
	}
	token, err := r.Approvals.Mint(q, report.Approval{Route: j.route.Name, PlannedBy: q.RequestedBy, PlannedAt: r.started, Expires: r.started.Add(signedPlanLasts)})
	if err != nil {
		j.report.Warnings = append(slices.Clone(j.report.Warnings), report.Warning{Code: report.WarnNoApprovalToken, Path: j.where(".RequestedBy"),
			Message: "The plan has no ApprovalToken: " + err.Error() + "."})
		return
	}
	j.token = token
}

// approves are the routes whose plans the requests of a route approve.
func (route *Route) approves() []string {
	if route == nil {
		return nil
	}
	return route.Approves
}

// response returns the report for the response to the sender. Nobody reads that of an async route, so it holds no token.
func (j *job) response(o origin) report.Report {
	rep := j.report
	if o.overHTTP && !o.async {
		rep.ApprovalToken = j.token
	}
	return rep
}

// delivered returns the report for the callback. Only a destination that the route alone names gets the token.
func (j *job) delivered() report.Report {
	rep := j.report
	if j.callbackURL == "" && j.route != nil && j.route.OwnURL {
		rep.ApprovalToken = j.token
	}
	return rep
}
