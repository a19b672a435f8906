package stop

import (
	"context"
	"slices"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Order asks to stop the desktops of one request, in one account and region.
type Order struct {
	// EventID names the order to people: in logs, and to the orders beside it.
	EventID string
	// Session makes the calls for Account.
	Session EDS
	// Account whose desktops are meant. What is known of one account never serves another.
	Account string
	// Request with every default filled in. DryRun is true also where the policy says so.
	Request events.Request
	// Where returns the JSON path, in what the sender wrote, of a field of the request (".Select").
	Where func(field string) string
	// DryRun says that the request itself asks for a plan: the other orders are done as if this one
	// did not exist.
	DryRun bool
	// Approved says that another person approved the order, or that it is a plan for such an approval: MaxApproved is
	// its limit.
	Approved bool
	// UsedSince is set for a late or approved event: a desktop that a user began to use since then is spared.
	UsedSince time.Time
	// Route whose limit the order shares with the other orders of the same route; may be empty.
	Route string
	// Begin, if it is set, is called before anything else is done for the order. It may wait: no other
	// order waits with it. If it returns false, the order is not done, and its result is a duplicate.
	Begin func(ctx context.Context) bool
	// RouteMax is the most desktops that one invocation may stop over the route; 0: no such limit.
	RouteMax int
}

// Result says what happened to an order.
type Result struct {
	Status   report.Status
	Problem  *report.Problem
	Warnings []report.Warning
	// Desktops asked for, each once; problems first.
	Desktops []report.DesktopReport
	// Calls made so far for all orders of the invocation, by action.
	Calls map[string]int
}

// order is an Order on its way to its Result.
type order struct {
	Order
	index    int
	place    *place
	targets  []*target // each desktop once, in the order asked
	status   report.Status
	problem  *report.Problem
	warnings []report.Warning
	finished bool // its result is handed over
	// concluding says that the order's calls are made. From then on its targets belong to unit.conclude.
	concluding bool

	flow   *flow // brings the targets while they are listed; nil: all are known
	unread error // why the selection was not read to its end

	selected      map[string]bool // not nil: only desktops of the selection may be stopped
	idleSince     time.Time
	excludedIDs   map[string]bool
	excludedTags  []*tagListing // of Exclude.Tag, in its order
	excludedUsers *ownership
	uses          *listing[use]

	tagsByID bool           // tags are read by the IDs of the desktops, and not from listings of the region
	size     *selectionSize // not nil: it is not known yet whether the order means few desktops
}

// newOrder prepares an order: the desktops that it names, and what it has to know of its region.
func (r *run) newOrder(index int, in Order) *order {
	q := in.Request
	o := &order{Order: in, index: index, place: r.place(in)}
	for _, id := range q.DesktopId {
		o.ask(id)
	}
	if !r.policy.Preflight {
		if q.Exclude != nil {
			o.excludedIDs = FoldIDs(q.Exclude.DesktopId)
		}
		return o
	}
	since := in.UsedSince
	if q.IdleMinutes > 0 {
		o.idleSince = r.started.Add(-time.Duration(q.IdleMinutes) * time.Minute)
		since = earlier(since, o.idleSince)
	}
	if !since.IsZero() {
		o.uses = o.place.used(since)
	}
	if x := q.Exclude; x != nil {
		o.excludedIDs = FoldIDs(x.DesktopId)
		for _, tag := range x.Tag {
			o.excludedTags = append(o.excludedTags, o.place.tagged(tag))
		}
		if len(x.EndUserId) > 0 {
			o.excludedUsers = o.place.owned(x.EndUserId)
		}
	}
	if q.Select == nil || q.DesktopId != nil {
		o.chooseTags()
	} else {
		o.size = newSelectionSize(r.few)
	}
	return o
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func newTarget(o *order, id string) *target {
	return &target{order: o, id: id, result: noResult, owners: noOwners}
}

var noOwners = &owners{}

// warn adds a warning to the order's result and logs it.
func (o *order) warn(w report.Warning) {
	o.warnings = append(o.warnings, w)
	o.place.run.log.Warn(w.Message, "EventId", o.EventID, "RegionId", o.Request.RegionId, "Code", w.Code, "Path", w.Path)
}

func (o *order) ask(id string) *target {
	t := newTarget(o, id)
	o.targets = append(o.targets, t)
	return t
}

// options of the StopDesktops call for the order's desktops. Orders with the same options can share a
// call.
type options struct{ stoppedMode, osUpdate string }

func (o *order) options() options {
	opt := options{stoppedMode: o.Request.StoppedMode}
	if u := o.Request.OsUpdate; u != nil {
		opt.osUpdate = "false"
		if *u {
			opt.osUpdate = "true"
		}
	}
	return opt
}

// plans reports whether the order ends with a plan.
func (o *order) plans() bool { return o.Request.DryRun }

// waits is how long the order waits to see its desktops Stopped.
func (o *order) waits() time.Duration {
	if o.plans() || o.Request.WaitSeconds == nil {
		return 0
	}
	return time.Duration(*o.Request.WaitSeconds) * time.Second
}

// alone reports whether the order needs a unit of its own: it may mean many desktops, or waits
// for something that others need not wait for.
func (o *order) alone() bool {
	return o.Begin != nil || o.Request.Select != nil || len(o.targets) > MaxDesktopsPerCall ||
		!o.tagsByID && len(tagListings(o)) > 0 || len(o.excludedTags) > 0 || o.excludedUsers != nil || o.uses != nil
}

// fail the order as a whole: which desktops it means, or anything about them, could not be found out.
func (o *order) fail(err error) {
	o.status = report.StatusFailed
	if e := asCallError(err); e != nil {
		o.problem = callProblem(e)
	} else {
		o.problem = &report.Problem{Code: report.CodeDeadline, Retryable: true, HTTPStatus: 504,
			Message: "the time was up before it was known which desktops are meant; nothing was stopped"}
	}
	for _, t := range o.targets {
		if t.open() {
			t.to(undetermined, undeterminedBy(err))
		}
	}
}

// FoldIDs returns the IDs as a set, folded.
func FoldIDs(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[foldID(id)] = true
	}
	return set
}

// foldID maps desktop IDs that differ by case alone to the same text. Whether EDS tells ecd-a from ecd-A
// is unknown: what is spared under one name is spared under the other. Observations and calls compare
// exactly.
func foldID(id string) string { return strings.ToLower(id) }

// targetsOf all these orders that are still to be done.
func targetsOf(orders []*order) []*target {
	var all []*target
	for _, o := range orders {
		if o.status == "" {
			all = append(all, o.targets...)
		}
	}
	return all
}

// ids of the targets, each once.
func ids(targets []*target) []string {
	all := make([]string, 0, len(targets))
	several := len(targets) > 0 && slices.ContainsFunc(targets, func(t *target) bool { return t.order != targets[0].order })
	seen := map[string]bool{}
	for _, t := range targets {
		if several && seen[t.id] {
			continue
		}
		if several {
			seen[t.id] = true
		}
		all = append(all, t.id)
	}
	return all
}
