package report

import "time"

// Approval says who approved what an event stops. Times are in whole seconds.
type Approval struct {
	// Route that asked for the plan, if the function signed it. The request that uses such a token names who
	// approved. Empty: stopctl approve signed.
	Route      string
	PlannedBy  string    // who planned it
	ApprovedBy string    // who approved it: another person
	PlannedAt  time.Time // when the plan was made
	Expires    time.Time // from when on the approval is void
}
