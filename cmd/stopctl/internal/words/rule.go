package words

import (
	"fmt"
	"strings"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Rule says what a reason or an outcome means; empty: it is neither.
func Rule[T ~string](code T) string { return report.Catalog()[string(code)].Rule }

// StateRule says that the state of a desktop spares it. It returns false if the reason is another.
func StateRule(d report.DesktopReport) (text string, ok bool) {
	switch state, ok := strings.CutPrefix(d.Reason, report.ReasonStatePrefix); {
	case ok && state != d.State: // a flag of its management
		return "is under management: " + state, true
	case ok:
		return "is " + state + ", not Running", true
	}
	return "", false
}

// ListRule says which tag or list spared a desktop. It returns false if the reason is another.
func ListRule(d report.DesktopReport) (text string, ok bool) {
	var e report.Evidence // reports of older versions have none
	if d.Evidence != nil {
		e = *d.Evidence
	}
	by := ""
	switch d.Reason {
	case report.ReasonProtected:
		if e.Tag != "" {
			return "carries the protect tag", true
		}
	case report.ReasonExcluded:
		by = " by the event"
		if e.Tag != "" {
			return "is excluded by the event: it carries a tag of Exclude", true
		}
	default:
		return "", false
	}
	text = "is " + d.Reason + by
	switch e.List {
	case "":
		return text, true
	case report.ListDenyUsers, report.ListExcludeEndUserId:
		return text + ": it belongs to a user in " + e.List, true
	}
	return text + ": it is in " + e.List, true
}

// ChosenBy says why a desktop is among those that an event asked for.
func ChosenBy(q *events.Select) string {
	if q == nil {
		return "named in DesktopId"
	}
	return "matches Select " + Selection(q)
}

// Selection is a Select in one line.
func Selection(q *events.Select) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	if q.All {
		parts = append(parts, "All")
	}
	for _, t := range q.Tag {
		parts = append(parts, "Tag "+Tag(t.Key, t.Value))
	}
	add("OfficeSiteId", q.OfficeSiteId)
	add("DesktopGroupId", q.DesktopGroupId)
	add("EndUserId", strings.Join(q.EndUserId, " or "))
	add("PolicyGroupId", q.PolicyGroupId)
	add("ResourceGroupId", q.ResourceGroupId)
	add("ChargeType", q.ChargeType)
	add("SubPayType", q.SubPayType)
	add("DesktopName", q.DesktopName)
	return strings.Join(parts, ", ")
}

// Use says what a user did, by EDS's EventType.
func Use(eventType string) string {
	switch eventType {
	case "DESKTOP_START":
		return "it was started"
	case "DESKTOP_REBOOT":
		return "it was restarted"
	case "DESKTOP_CONNECT":
		return "a user connected"
	case "DESKTOP_DISCONNECT":
		return "a user disconnected"
	case "GET_CONNECTION_TICKET", "GET_LITE_CONNECTION_TICKET":
		return "a user began to connect"
	case "":
		return "it was used"
	}
	return fmt.Sprintf("it was used (%s)", eventType)
}
