package handler

// Calls that may be refused of what began as one call for up to 100 desktops. One bad desktop among
// them costs 8 refusals, ten of them about 60. A service that refuses everything, for a reason of its
// own, must not cost 199 calls for each 100 desktops.
const (
	refusalsInAll      = 96
	refusalsWithoutAny = 16 // as long as nothing has succeeded
)

// bisection is what may still be spent on finding the bad ones among desktops that are refused
// together.
type bisection struct {
	refusals  int
	succeeded bool // some part of them
}

func newBisection() *bisection { return &bisection{} }

// refuse counts a refusal. It returns false when no more calls should be spent.
func (s *bisection) refuse() bool {
	s.refusals++
	return s.refusals <= refusalsInAll && (s.succeeded || s.refusals <= refusalsWithoutAny)
}
