package report

import "time"

// Approval says who approved what an event stops. Times are in whole seconds.
type Approval struct {
	PlannedBy  string    // who planned it
	ApprovedBy string    // who approved it: another person
	PlannedAt  time.Time // when the plan was made
	Expires    time.Time // from when on the approval is void
}
