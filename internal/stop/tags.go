package stop

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"stopdesktops/events"
)

// fewDesktops is how many desktops orders may mean so that their tags are read by ID: at most two calls.
// The tags of more desktops come from listings of the region, one for each tag. By ID, a fleet would need
// two calls for every 100 desktops, and the quota of ListTagResources would halve its speed.
const fewDesktops = 2 * MaxResourcesPerCall

// tagListing is the desktops of a region that carry a tag.
type tagListing struct {
	*listing[string] // all of them, with the tag's value
	tag              events.Tag
	firstPage        *listing[string] // of the listing: whether there are any
}

// desktopTags are the tags of a desktop, as EDS listed them for its ID. They never change: others take their
// place when they are read again.
type desktopTags struct {
	rows  []Tagged
	until *keepUntil // of the keep-until tag; nil: the desktop carries none
	at    time.Time  // from when on their age counts
	told  time.Time  // when the response was there
}

// readings are the tags that were read by ID in a place, by the IDs that were asked for. Orders share them:
// what one order has found out about a desktop, another must not overlook.
type readings struct {
	place *place

	mu   sync.Mutex
	byID map[string]*desktopTags
}

var unread = &desktopTags{}

// of returns the tags of a desktop.
func (r *readings) of(id string) *desktopTags {
	r.mu.Lock()
	defer r.mu.Unlock()
	return cmp.Or(r.byID[id], unread)
}

// take keeps the tags that were told just now.
func (r *readings) take(id string, tags *desktopTags) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byID[id] = tags
}

// chooseTags decides how the tags of the order's desktops are read. IDs with capital letters are looked up
// in the listings: these find a tag under either spelling, and a filter by ID may not.
func (o *order) chooseTags() {
	capital := func(t *target) bool { return foldID(t.id) != t.id }
	o.tagsByID = len(tagListings(o)) > 0 && len(o.targets) <= o.place.run.few && !o.size.isMany() && !slices.ContainsFunc(o.targets, capital)
}

// tagListings are the listings of the tags that decisions about the order's desktops need.
func tagListings(o *order) []knowledge {
	var all []knowledge
	p := o.place
	if p.protected != nil {
		all = append(all, p.protected)
	}
	if p.kept != nil {
		all = append(all, p.kept)
	}
	for _, l := range o.excludedTags {
		all = append(all, l)
	}
	return all
}

// carries reports whether the target's desktop carries the tag, by what was told last. Ask unknown and
// tagsUnknown first.
func (t *target) carries(l *tagListing) bool {
	_, carries := t.tagValue(l)
	return carries
}

// tagValue returns the value of the tag, if the target's desktop carries it. The first page of its listing was asked
// for a warning. If it names the desktop, and was told last, that must not be overlooked.
func (t *target) tagValue(l *tagListing) (value string, carries bool) {
	tags := t.order.place.readings.of(t.id)
	if first := l.firstPage.told(); first.After(tags.told) && first.After(l.told()) {
		if value, carries := l.firstPage.get(t.id); carries {
			return value, true
		}
	}
	if !tags.told.After(l.told()) {
		return l.get(t.id)
	}
	i := slices.IndexFunc(tags.rows, func(row Tagged) bool {
		return row.Key == l.tag.Key && (l.tag.Value == nil || row.Value == *l.tag.Value)
	})
	if i < 0 {
		return "", false
	}
	return tags.rows[i].Value, true
}

// keepUntil returns the keep-until tag of the target's desktop, by what was told last. Ask unknown and
// tagsUnknown first.
func (t *target) keepUntil() (keepUntil, bool) {
	tags, kept := t.order.place.readings.of(t.id), t.order.place.kept
	switch {
	case !tags.told.After(kept.told()):
		return kept.get(t.id)
	case tags.until == nil:
		return keepUntil{}, false
	}
	return *tags.until, true
}

// tagsUnknown is why it cannot be told which tags the target's desktop carries, where they are read by ID.
// A desktop that is not there needs none.
func (t *target) tagsUnknown() error {
	switch {
	case !t.order.tagsByID || t.seen == nil:
		return nil
	case t.tagsErr == nil && t.order.place.readings.of(t.id) == unread:
		return errTimeUp
	}
	return t.tagsErr
}

// tagsFresh reports whether what is known of the target's tags may still be relied on. Tags that could not
// be read once are not read again: the desktop is left alone.
func (t *target) tagsFresh() bool {
	return !t.order.tagsByID || t.tagsErr != nil || age(t.order.place.readings.of(t.id).at) <= freshness
}

// tasks returns the tasks that read the tags of the targets, if they are read by ID and any have grown
// old: a task per call.
func (r *readings) tasks(ctx context.Context, s *slot, targets []*target) (tasks []func()) {
	if !slices.ContainsFunc(targets, func(t *target) bool { return !t.tagsFresh() }) {
		return nil
	}
	for part := range slices.Chunk(targets, MaxResourcesPerCall) {
		tasks = append(tasks, func() {
			if err := r.place.run.guard(func() error { r.read(ctx, s, part, refusalBudgets{}); return nil }); err != nil {
				r.note(part, nil, time.Time{}, err)
			}
		})
	}
	return tasks
}

// findTags finds out the tags of a selection whose size was not known before. Beside that, it observes the
// desktops whose state the selection did not tell.
func (u *unit) findTags(ctx context.Context) {
	o := u.orders[0]
	if o.size == nil || o.status != "" || len(o.targets) == 0 {
		return
	}
	o.chooseTags()
	var tasks []func()
	switch {
	case o.tagsByID:
		tasks = u.place.readings.tasks(ctx, nil, o.targets)
	case !o.size.isMany(): // otherwise the listings were made beside the selection
		for _, k := range tagListings(o) {
			tasks = append(tasks, func() { k.refresh(ctx, u.run, nil) })
		}
	}
	if first, _ := u.nextWave(u.workList()); len(tasks) > 0 {
		tasks = append(tasks, func() { u.place.observe(ctx, u.stale(first)) })
	}
	u.each(len(tasks), func(i int) error { tasks[i](); return nil })
}

// read reads the tags of up to 50 targets. A call that is refused because of one of them is made again
// for its halves.
func (r *readings) read(ctx context.Context, s *slot, targets []*target, budgets refusalBudgets) {
	if len(targets) == 0 {
		return
	}
	rows, at, err := r.rows(ctx, s, ids(targets))
	if e := asCallError(err); e != nil && e.refused() && len(targets) > 1 {
		rest, spent := budgets.refuse(targets)
		r.note(spent, nil, at, err)
		for _, part := range halves(rest, spent) {
			r.read(ctx, s, part, budgets)
		}
		return
	}
	if err == nil {
		budgets.succeed(targets)
	}
	r.note(targets, rows, at, err)
}

// errUnaskedTags is about a response with a desktop that was not asked for: it may be a desktop that was,
// under another name.
var errUnaskedTags = &CallError{Action: "ListTagResources", Family: Ambiguous, Code: "UnreadableAnswer",
	Message: "EDS answered with tags of a desktop that it was not asked for"}

// errTagsOtherCase is about a desktop whose tags EDS lists under an ID that differs by case alone.
var errTagsOtherCase = &CallError{Action: "ListTagResources", Family: Invalid, Code: errOtherCase.Code, Message: errOtherCase.Message}

// rows returns all tags of the desktops, and from when on their age counts.
func (r *readings) rows(ctx context.Context, s *slot, desktopIDs []string) (rows []Tagged, at time.Time, err error) {
	p := r.place
	began, asked := time.Now(), FoldIDs(desktopIDs)
	rows, err = pages(ctx, p, s, "ListTagResources", func(ctx context.Context, token string) (Page[Tagged], error) {
		page, err := p.session.ListTagResourcesByID(ctx, p.regionID, desktopIDs, token)
		if err == nil && slices.ContainsFunc(page.Rows, func(row Tagged) bool { return !asked[foldID(row.DesktopID)] }) {
			err = errUnaskedTags
		}
		return page, err
	})
	return rows, countsFrom(began, time.Now()), err
}

// note keeps which tags these desktops carry. As in a listing, a tag counts for every spelling of an ID.
// A spelling that nobody asked for leaves the desktop undetermined.
func (r *readings) note(targets []*target, rows []Tagged, at time.Time, err error) {
	p := r.place
	told := time.Now()
	none := &desktopTags{at: at, told: told}
	tags, otherCase, asked := map[string]*desktopTags{}, map[string]error{}, ids(targets)
	var keeping []Tagged
	for _, row := range rows {
		id := foldID(row.DesktopID)
		if tags[id] == nil {
			tags[id] = &desktopTags{at: at, told: told}
		}
		tags[id].rows = append(tags[id].rows, row)
		if p.kept != nil && row.Key == p.run.policy.KeepUntilTag {
			keeping = append(keeping, row)
		}
		if !slices.Contains(asked, row.DesktopID) {
			otherCase[id] = errTagsOtherCase
		}
	}
	for id, until := range keptByRows(p, keeping) {
		tags[id].until = &until
	}
	for _, t := range targets {
		if t.tagsErr = cmp.Or(err, otherCase[foldID(t.id)]); t.tagsErr == nil {
			r.take(t.id, cmp.Or(tags[foldID(t.id)], none))
		}
	}
}

// valuesOf returns the values of a tag by folded desktop ID.
func valuesOf(rows []Tagged) map[string]string {
	values := make(map[string]string, len(rows))
	for _, row := range rows {
		values[foldID(row.DesktopID)] = row.Value
	}
	return values
}
