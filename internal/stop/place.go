package stop

import (
	"time"

	"stopdesktops/events"
)

// placeKey names an account's region. Nothing that is known of one place serves another.
type placeKey struct{ account, regionID string }

// place is one region of one account in this invocation: what is known of it beside the state of its
// desktops, and the calls that were made for them.
type place struct {
	run      *run
	pace     *pace
	session  EDS
	regionID string

	protected *tagListing         // carriers of the protect tag; nil: switched off
	kept      *listing[keepUntil] // carriers of the keep-until tag; nil: switched off
	denied    *ownership          // desktops of the users on the deny list; nil: there are none
	tags      map[tagKey]*tagListing
	readings  *readings
	users     []*ownership
	uses      map[int64]*listing[use] // by the Unix time from which on they are listed

	claims *claims
}

// tagKey identifies a tag by its parts: joined text would take {Key: "a=b"} for {Key: "a", Value: "b"}.
type tagKey struct {
	key      string
	anyValue bool
	value    string
}

// place of an order; made for the first order of a place.
func (r *run) place(o Order) *place {
	key := placeKey{o.Account, o.Request.RegionId}
	if p := r.places[key]; p != nil {
		return p
	}
	p := &place{
		run: r, pace: r.paceOf(o.Account), session: o.Session, regionID: o.Request.RegionId,
		tags: map[tagKey]*tagListing{}, uses: map[int64]*listing[use]{},
		claims: newClaims(r),
	}
	p.readings = &readings{place: p, byID: map[string]*desktopTags{}}
	r.places[key] = p
	if !r.policy.Preflight {
		return p
	}
	if tag := r.policy.ProtectTag; tag.Key != "" {
		p.protected = p.tagged(tag)
	}
	if key := r.policy.KeepUntilTag; key != "" {
		p.kept = p.keptBy(key)
	}
	if users := r.policy.DenyUsers; len(users) > 0 {
		p.denied = p.owned(users)
	}
	return p
}

// tagged returns the listing of the desktops that carry a tag, with its value: one for all orders.
func (p *place) tagged(tag events.Tag) *tagListing {
	key := tagKey{key: tag.Key, anyValue: tag.Value == nil}
	if tag.Value != nil {
		key.value = *tag.Value
	}
	if p.tags[key] == nil {
		p.tags[key] = &tagListing{listing: p.listTag(tag), tag: tag, firstPage: p.listFirstPage(tag)}
	}
	return p.tags[key]
}

// used returns the listing of when desktops were last used, as far back as since. Each reach has a
// listing of its own: an event that asks for a month must not delay one that asks for a minute.
func (p *place) used(since time.Time) *listing[use] {
	key := since.Unix()
	if p.uses[key] == nil {
		p.uses[key] = p.listUses(since)
	}
	return p.uses[key]
}
