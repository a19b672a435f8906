package agenda

import (
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/events"
)

// named is how many IDs are written out.
const named = 3

// Words says what the timer asks for: which desktops, and under which conditions.
func (t *Timer) Words() string {
	if t.PayloadFault != nil {
		return "the payload cannot be read: " + t.PayloadFault.Error()
	}
	var list []string
	for _, r := range t.Requests {
		list = append(list, inWords(r))
	}
	return strings.Join(list, "; ")
}

func inWords(r events.Request) string {
	var parts []string
	add := func(condition bool, format string, args ...any) {
		if condition {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(true, "%s", chosen(r))
	add(r.Account != "", "of account %s", r.Account)
	add(r.RegionId != "", "in %s", r.RegionId)
	if r.Exclude != nil {
		add(true, "except %s", spared(*r.Exclude))
	}
	add(r.On != "", "on %ss", r.On)
	add(r.IdleMinutes > 0, "idle for %d min", r.IdleMinutes)
	add(r.Force, "connected users too")
	add(r.StoppedMode != "", "%s", r.StoppedMode)
	add(r.OsUpdate != nil && *r.OsUpdate, "with system updates")
	add(r.DryRun, "dry run")
	return strings.Join(parts, ", ")
}

// chosen are the desktops of a request.
func chosen(r events.Request) string {
	ids, filter := some("", r.DesktopId), ""
	if r.Select != nil {
		filter = selected(*r.Select)
	}
	switch {
	case filter == "":
		return ids
	case ids == "":
		return filter
	}
	return "of " + ids + ": " + filter
}

// selected are the desktops that match every filter.
func selected(s events.Select) string {
	if s.All {
		return "all desktops"
	}
	var parts []string
	for _, t := range s.Tag {
		parts = append(parts, "tag "+words.Tag(t.Key, t.Value))
	}
	if users := some("", s.EndUserId); users != "" {
		parts = append(parts, "user "+users)
	}
	for _, f := range []struct{ name, value string }{
		{"office", s.OfficeSiteId}, {"desktop group", s.DesktopGroupId}, {"policy group", s.PolicyGroupId}, {"resource group", s.ResourceGroupId},
		{"charged", s.ChargeType}, {"paid", s.SubPayType}, {"name", s.DesktopName},
	} {
		if f.value != "" {
			parts = append(parts, f.name+" "+f.value)
		}
	}
	return strings.Join(parts, " and ")
}

// spared are the desktops that match any part of an exclusion.
func spared(e events.Exclude) string {
	var parts []string
	if ids := some("", e.DesktopId); ids != "" {
		parts = append(parts, ids)
	}
	if users := some("user ", e.EndUserId); users != "" {
		parts = append(parts, users)
	}
	for _, t := range e.Tag {
		parts = append(parts, "tag "+words.Tag(t.Key, t.Value))
	}
	return strings.Join(parts, " or ")
}

// some of the IDs, with the number of the others.
func some(lead string, ids []string) string {
	switch n := len(ids); {
	case n == 0:
		return ""
	case n > named+1:
		return fmt.Sprintf("%s%s and %d more", lead, strings.Join(ids[:named], ", "), n-named)
	}
	return lead + strings.Join(ids, ", ")
}
