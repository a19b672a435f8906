package stop

// Refused calls that an order may spend on one call for up to 100 desktops. One bad desktop among them costs
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

// refusalBudgets of the orders that share a call. A refused call counts for each order it names: the bad
// desktops of one order must not use up what another order needs.
type refusalBudgets map[*order]*refusalBudget

func (b refusalBudgets) of(o *order) *refusalBudget {
	if b[o] == nil {
		b[o] = &refusalBudget{}
	}
	return b[o]
}

// refuse counts a refused call for these targets. It returns those for which another call may be made.
// The targets of one desktop stay together.
func (b refusalBudgets) refuse(targets []*target) (rest, spent []*target) {
	counted, open := map[*order]bool{}, map[string]bool{}
	for _, t := range targets {
		if _, ok := counted[t.order]; !ok {
			counted[t.order] = b.of(t.order).refuse()
		}
		open[t.id] = open[t.id] || counted[t.order]
	}
	for _, t := range targets {
		if open[t.id] {
			rest = append(rest, t)
		} else {
			spent = append(spent, t)
		}
	}
	return rest, spent
}

// succeed counts a call that was not refused.
func (b refusalBudgets) succeed(targets []*target) {
	for _, t := range targets {
		b.of(t.order).succeeded = true
	}
}

// halves of what is to be asked again after a refusal. Without the spent ones it may be asked in one call.
func halves(rest, spent []*target) [][]*target {
	if len(spent) > 0 {
		return [][]*target{rest}
	}
	return [][]*target{rest[:len(rest)/2], rest[len(rest)/2:]}
}
