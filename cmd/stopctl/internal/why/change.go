package why

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/report"
)

// toStop says what would have to change for the desktop to be stopped. It is empty if it was.
func (t teller) toStop() string {
	switch t.d.Outcome {
	case report.Stopped, report.AlreadyStopped, report.Stopping:
		return ""
	case report.Accepted:
		if t.Error != nil && t.Error.Code == report.CodeStillRunning {
			return "It was still Running when the wait ended. Look at it in the EDS console, then send the event again (stopctl replay)."
		}
		return ""
	case report.WouldStop:
		return "Send the event without DryRun, to a function without DRY_RUN."
	case report.NotFound:
		return "Check the ID and the region of the event."
	case report.Failed:
		return t.afterFailure()
	}
	if strings.HasPrefix(t.d.Reason, report.ReasonStatePrefix) {
		return "EDS stops a desktop only when it is Running, and nothing is being done to it. Send an event when it is."
	}
	switch t.d.Reason {
	case report.ReasonProtected, report.ReasonExcluded:
		return t.withoutList()
	case report.ReasonKeepUntil:
		return t.afterKeeping()
	case report.ReasonNotIdle:
		return t.whenIdle()
	}
	return report.Catalog()[t.d.Reason].ToStop
}

func (t teller) afterFailure() string {
	if t.d.Code == report.CodeUnconfirmed {
		return "A call was sent, and its response was lost. Check the desktop, then send the event again (stopctl replay)."
	}
	return "Look up the code in docs/operate.md or in the EDS documentation. Then send the event again (stopctl replay)."
}

// withoutList says which tag or list has to change.
func (t teller) withoutList() string {
	e := t.evidence()
	excluded := t.d.Reason == report.ReasonExcluded
	switch {
	case e.Tag != "" && excluded:
		return "Remove the tag " + e.Tag + " from the desktop, or from Exclude of the event."
	case e.Tag != "":
		return "Remove the tag " + e.Tag + " from the desktop."
	case e.List == report.ListDenyDesktops:
		return "Take its ID out of DENY_DESKTOPS or DENY_FILE, and deploy."
	case e.List == report.ListDenyUsers:
		return "Take its user out of DENY_USERS, and deploy."
	case e.List != "":
		return "Take it out of " + e.List + " of the event."
	case excluded:
		return "Take it out of Exclude of the event. This report does not say which part of it matched."
	}
	return "Take it off the deny list, or remove the protect tag. This report does not say which of them it is."
}

func (t teller) afterKeeping() string {
	e := t.evidence()
	if e.KeptUntil.IsZero() {
		return "Wait until the time of its keep-until tag, or remove the tag."
	}
	return fmt.Sprintf("From %s on an event stops it. To stop it earlier, remove the tag %s.", t.clock(e.KeptUntil), e.Tag)
}

func (t teller) whenIdle() string {
	e := t.evidence()
	if e.UsedAt.IsZero() || t.IdleMinutes == 0 {
		return "Send an event when it has been idle for long enough, or one with a lower IdleMinutes."
	}
	idle := e.UsedAt.Add(time.Duration(t.IdleMinutes) * time.Minute)
	return fmt.Sprintf("After %s such an event stops it, unless it is used again. Before that, only one with a lower IdleMinutes does.", t.clock(idle))
}

// ofStatus says why an event that names no desktops came to nothing, and what would have to change.
func ofStatus(f reportfile.Found) (rule, toStop string) {
	switch f.Status {
	case report.StatusRejected:
		return "the event was rejected before its desktops were known", "Mend the event, and send it again."
	case report.StatusBlocked:
		return "the event was blocked: it would have stopped too many desktops", "Split the event, or raise the limit and deploy."
	case report.StatusStale:
		return "the event was too old when it came (MAX_EVENT_AGE)", "Send a new event. If it often comes late, look at the queue in front of the function."
	case report.StatusDuplicate:
		return "the event had come before: the first one decides", "See the first event with this ID. To ask again, send an event with another ID."
	case report.StatusDisabled:
		return "the function was switched off (DISABLED)", "Set DISABLED to false. Send the event again."
	case report.StatusIgnored:
		return "the event was ignored: a condition of its route or the kind of day (On) did not hold, or its batch was empty", "Send an event that fulfils the condition, or send it on such a day."
	case report.StatusFailed:
		return "the event failed before its desktops were known", "Mend what the error says, and send the event again."
	}
	return "the report does not name every desktop of the event", "Take the lines of the log instead."
}

// lostDesktops says how many desktops a report has lost.
func lostDesktops(f reportfile.Found) string {
	return fmt.Sprintf("the report counts %s and names %d: give the complete lines of the log", terminal.Plural(f.Missing()+len(f.Desktops), "desktop"), len(f.Desktops))
}

// check is what to look at if no report names the desktop.
func (a *answer) check() []string {
	list := []string{"Is the ID right, and is this the log of the function that looks after the desktop's region? Each environment has its own function."}
	passedBy := 0
	for _, e := range a.Events {
		if e.Relation == notSelected {
			passedBy++
		}
	}
	if passedBy > 0 {
		list = append(list, fmt.Sprintf("%s selected other desktops. Compare the desktop's tags and office with what %s.", terminal.Plural(passedBy, "event"),
			cmp.Or(map[bool]string{true: "it asked for"}[passedBy == 1], "they asked for")))
	}
	return append(list,
		"Did an event come at all? stopctl timers lists when the timers fire. Reports are in the log only if LOG_LEVEL is info or debug.",
		"Does the log cover the night? Search it for the ID, without a limit of rows.",
		`What would happen now? echo '{"DesktopId": "`+a.DesktopId+`"}' | stopctl plan -f -`)
}
