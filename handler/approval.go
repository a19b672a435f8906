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
	// Verify returns the approval of a request with its defaults filled in, at the time now. The error is for the
	// sender of the request, and shows nothing of the token.
	Verify(token string, request events.Request, now time.Time) (report.Approval, error)
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
	approval, err := r.Approvals.Verify(token, j.request, r.started)
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
