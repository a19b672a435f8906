package routes

import (
	"slices"

	"stopdesktops/internal/webhook"
)

// approving is what a route says about the plans that its requests approve.
type approving struct {
	at
	by *Route
}

func (f *file) approving(a at, route *Route) {
	f.texts(a, &route.Approves)
	f.approves = append(f.approves, approving{a, route})
}

// checkApproves: a plan and its approval come by HTTP routes that prove who wrote the body.
func (f *file) checkApproves() {
	for _, a := range f.approves {
		if a.by.Scheme != "" && !webhook.Signs(a.by.Scheme) {
			f.fault(a.at, "needs a scheme that signs the body, such as standard or hub-sha256: %s does not", a.by.Scheme)
		}
		for _, name := range a.by.Approves {
			switch planner := f.table.http[name]; {
			case planner == nil:
				f.fault(a.at, "must name paths of HTTP routes of this file")
			case planner == a.by:
			case planner.Scheme != "" && !webhook.Signs(planner.Scheme):
				f.fault(a.at, "names %s, whose scheme %s does not sign the body: choose one that does, such as standard or hub-sha256", name, planner.Scheme)
			}
		}
	}
}

// Approves says whether requests of some route approve plans.
func (t *Table) Approves() bool {
	return slices.ContainsFunc(t.List, func(r *Route) bool { return len(r.Approves) > 0 })
}

// Approved says whether requests of some route approve the plans of an HTTP route.
func (t *Table) Approved(route *Route) bool {
	return route.Scheme != "" && slices.ContainsFunc(t.List, func(r *Route) bool { return slices.Contains(r.Approves, route.Name) })
}
