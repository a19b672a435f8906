package stop

// Refused calls that may be spent on one call for up to 100 desktops. One bad desktop among them costs
// 8 refusals, ten of them about 60. A service that refuses everything, for a reason of its own, must
// not cost 199 calls for each 100 desktops.
const (
	refusalsInAll      = 96
	refusalsWithoutAny = 16 // as long as nothing has succeeded
)

// refusalBudget is what may still be spent on finding the bad desktops among those refused together.
type refusalBudget struct {
	refusals  int
	succeeded bool // some part of them
}

// refuse counts a refusal. It returns false when no more calls should be spent.
func (b *refusalBudget) refuse() bool {
	b.refusals++
	return b.refusals <= refusalsInAll && (b.succeeded || b.refusals <= refusalsWithoutAny)
}
