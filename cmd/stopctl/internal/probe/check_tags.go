package probe

import (
	"slices"
	"time"

	"stopdesktops/internal/stop"
)

const needsTag = "no desktop has the protect tag: tag one, ask again"

func tagRows(a *answers) result {
	if r := refusal(a.protected); r != "" {
		return notAsked("see accepted-calls")
	}
	if r, ok := unanswered(a.protected); !ok {
		return r
	}
	rows := a.protected.rows()
	if len(rows) == 0 {
		return notAsked(needsTag)
	}
	var resources []string
	for _, r := range rows {
		for _, member := range []string{"ResourceId", "TagKey", "TagValue"} {
			if _, ok := r[member].(string); !ok {
				return different("a row without %s", member)
			}
		}
		resources = append(resources, r.text("ResourceId"))
	}
	tagged := a.tagged(a.protected)
	slices.Sort(resources)
	if resources = slices.Compact(resources); len(resources) != len(tagged) {
		return different("%s without the tag", count(len(resources)-len(tagged), "desktop"))
	}
	return same("%s, %s", count(len(rows), "row"), count(len(tagged), "desktop"))
}

func tagNamespace(a *answers) result {
	if r, ok := unanswered(a.protected); !ok {
		return r
	}
	here := a.tagged(a.protected)
	there, refused := []string{}, refusal(a.inOther)
	if refused == "" {
		if r, ok := unanswered(a.inOther); !ok {
			return r
		}
		there = a.tagged(a.inOther)
	}
	unseen := 0
	for _, id := range there {
		if !slices.Contains(here, id) {
			unseen++
		}
	}
	switch {
	case unseen > 0:
		return different("%s in DESKTOP alone", count(unseen, "desktop"))
	case len(here) == 0:
		return notAsked(needsTag)
	case refused != "":
		return same("INSTANCE: %d; DESKTOP: %s", len(here), refused)
	}
	return same("INSTANCE: %d; DESKTOP: %d", len(here), len(there))
}

func namespaceUnknown(a *answers) result {
	if r := refusal(a.inUnknown); r != "" {
		return same("%s", r)
	}
	if x := a.inUnknown; x != nil && x.Failure != nil && x.Status < 300 && x.object()["Code"] != nil {
		return same("%s", coded(x)) // that it is a 200 is told by error-status
	}
	if r, ok := unanswered(a.inUnknown); !ok {
		return r
	}
	return different("%s", count(len(a.inUnknown.rows()), "row"))
}

func eventRows(a *answers) result {
	if r := refusal(a.recent); r != "" {
		return notAsked("see accepted-calls")
	}
	if r, ok := unanswered(a.recent); !ok {
		return r
	}
	rows := a.recent.rows()
	if len(rows) == 0 {
		return notAsked("no user did anything in %d days", eventDays)
	}
	for _, r := range rows {
		_, err := time.Parse(time.RFC3339, r.text("EventTime"))
		switch {
		case r.text("DesktopId") == "":
			return different("a row without DesktopId")
		case !slices.Contains(stop.UserActs, r.text("EventType")):
			return different("EventType %s", orEmpty(r.text("EventType")))
		case err != nil:
			return different("an EventTime that is not RFC 3339")
		}
	}
	return same("%s", count(len(rows), "row"))
}
