package events

import (
	"slices"
	"strings"
)

// Effect returns the part of a request that says what is stopped and how. Two requests, with their defaults filled
// in, have equal effects if they do the same to the same desktops. Not part of it are texts for people, the ID,
// the approval, how long to wait, where the report goes, and the order of lists.
func (r Request) Effect() Request {
	r.Reason, r.RequestedBy, r.IdempotencyKey, r.ApprovalToken, r.CallbackUrl, r.WaitSeconds = "", "", "", "", "", nil
	r.DesktopId = sorted(r.DesktopId)
	if s := r.Select; s != nil {
		ordered := *s
		ordered.EndUserId, ordered.Tag = sorted(s.EndUserId), sortedTags(s.Tag)
		r.Select = &ordered
	}
	if x := r.Exclude; x != nil {
		ordered := *x
		ordered.DesktopId, ordered.EndUserId, ordered.Tag = sorted(x.DesktopId), sorted(x.EndUserId), sortedTags(x.Tag)
		r.Exclude = &ordered
	}
	return r
}

func sorted(texts []string) []string {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return texts
}

// sortedTags sorts tags by their keys. A list has each key once.
func sortedTags(tags []Tag) []Tag {
	tags = slices.Clone(tags)
	slices.SortFunc(tags, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	return tags
}
