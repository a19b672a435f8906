package words

import (
	"fmt"
	"strings"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Rules says what each reason of a report means.
var Rules = map[string]string{
	report.ReasonConflict:            "an earlier event of the batch wants something else done to it",
	report.ReasonNotSelected:         "is named in DesktopId, but outside Select",
	report.ReasonProtected:           "is protected",
	report.ReasonKeepUntil:           "its keep-until tag names a time to come",
	report.ReasonKeepUntilUnreadable: "its keep-until tag has a value that cannot be read",
	report.ReasonExcluded:            "is matched by Exclude",
	report.ReasonConnected:           "a user is connected",
	report.ReasonConnectionUnknown:   "it is unknown whether a user is connected",
	report.ReasonNotIdle:             "was started, used or left within IdleMinutes",
	report.ReasonUsedSinceEvent:      "a user started or connected to it since the event",
	report.ReasonMaxDesktops:         "the event would stop more desktops than allowed",
	report.ReasonSelectionUnread:     "the selection could not be read to its end",
	report.ReasonDeadline:            "there was no time left for it",
	report.ReasonRefusedTogether:     "EDS refused the calls it was in",
}

// Outcomes says what each outcome of a desktop means.
var Outcomes = map[report.Outcome]string{
	report.Stopped:        "EDS took the call, and the desktop was seen Stopped",
	report.Accepted:       "EDS took the call; the event did not see the desktop stop",
	report.Stopping:       "the desktop was seen Stopping",
	report.AlreadyStopped: "it was stopped already",
	report.Skipped:        "it was left alone",
	report.WouldStop:      "it would have been stopped, and this was a dry run",
	report.NotFound:       "EDS does not know it in that region",
	report.Failed:         "the decision or the call failed",
	report.NotAttempted:   "no call was made",
}

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
