package probe

import (
	"fmt"
	"slices"
	"strings"

	"stopdesktops/internal/stop"
)

func sameDesktops(a *answers) result {
	if a.info != nil && refusal(a.info) != "" {
		return notAsked("see accepted-calls")
	}
	if r, ok := unanswered(a.info); !ok {
		return r
	}
	asked := a.ids()
	asked = asked[:min(len(asked), stop.MaxDesktopsPerCall)]
	got := keys(a.info.rows(), desktopID)
	missing := 0
	for _, id := range asked {
		if !slices.Contains(got, id) {
			missing++
		}
	}
	switch {
	case missing > 0:
		return different("%d of %d missing", missing, len(asked))
	case !distinct(got) || len(got) != len(asked):
		return different("%d rows for %d desktops", len(got), len(asked))
	}
	return same("%d rows", len(got))
}

// unknownDesktops asks for one that exists beside the unknown one, where there is one.
func unknownDesktops(a *answers) result {
	x, want := a.known, 1
	if x == nil {
		x, want = a.unknown, 0
	}
	if r := refusal(x); r != "" {
		return different("%s, for the whole call", r)
	}
	if r, ok := unanswered(x); !ok {
		return r
	}
	n := len(x.rows())
	return sameIf(n == want, "%d of %d rows", n, want+1)
}

func illFormedDesktops(a *answers) result {
	if r := refusal(a.illFormed); r != "" {
		return same("%s", r)
	}
	if a.illFormed != nil && a.illFormed.Failure != nil && a.illFormed.Failure.Family == stop.Ambiguous && a.illFormed.Status > 0 {
		return different("%s", coded(a.illFormed))
	}
	if r, ok := unanswered(a.illFormed); !ok {
		return r
	}
	n := len(a.illFormed.rows())
	return sameIf(n == 0, "%d rows", n)
}

func desktopCase(a *answers) result {
	if r := refusal(a.otherCase); r != "" {
		return same("%s", r)
	}
	if a.otherCase == nil && len(a.ids()) > 0 {
		return notAsked("the first ID has no letters")
	}
	if r, ok := unanswered(a.otherCase); !ok {
		return r
	}
	n := len(a.otherCase.rows())
	return sameIf(n == 0, "%d rows", n)
}

// What the function knows of a desktop's state. The connection counts where the desktop runs.
var (
	knownStates = []string{"Stopped", "Starting", "Rebuilding", "Running", "Stopping", "Expired", "Deleted", "Pending", "Failed", "Hibernated"}
	knownLinks  = []string{"Connected", "Disconnected", "Unknown"}
	knownFlags  = []string{"", "NoFlag", "Migrating", "Updating"}
)

func states(a *answers) result {
	rows := a.all.rows()
	if a.info != nil {
		rows = append(rows, a.info.rows()...)
	}
	if len(rows) == 0 {
		return notAsked("it needs a desktop in the region")
	}
	var seen, unknown []string
	note := func(value string, known []string) {
		if value = strings.TrimSpace(value); !slices.Contains(known, value) {
			unknown = append(unknown, orEmpty(value))
		} else if value != "" {
			seen = append(seen, value)
		}
	}
	for _, r := range rows {
		note(r.text("DesktopStatus"), knownStates)
		if r.text("DesktopStatus") == "Running" {
			note(r.text("ConnectionStatus"), knownLinks)
		}
		for _, flag := range append(r.texts("ManagementFlag"), r.texts("ManagementFlags")...) {
			note(flag, knownFlags)
		}
	}
	if len(unknown) > 0 {
		return different("%s", words(unknown))
	}
	return same("%s", words(seen))
}

func orEmpty(value string) string {
	if value == "" {
		return `""`
	}
	return safeWord(value)
}

// words are the different ones, sorted.
func words(list []string) string {
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

func poolsHidden(a *answers) result {
	pooled := a.pooled()
	if len(pooled) == 0 {
		return notAsked("it needs a pooled desktop")
	}
	if r, ok := unanswered(a.byDefault); !ok {
		return r
	}
	shown := 0
	for _, r := range a.byDefault.rows() {
		if slices.Contains(pooled, r.text("DesktopId")) {
			shown++
		}
	}
	return sameIf(shown == 0, "%d pooled desktops shown", shown)
}

func poolsByID(a *answers) result {
	if a.pooledByID == nil {
		return notAsked("it needs a pooled desktop")
	}
	if hidden := poolsHidden(a); hidden.verdict != Same {
		return notAsked("they are not hidden: see pools-hidden")
	}
	if r, ok := unanswered(a.pooledByID); !ok {
		return r
	}
	n := len(a.pooledByID.rows())
	return sameIf(n == 0, "%d rows", n)
}

// inRows counts the rows with a member.
func (a *answers) inRows(member string) (with, all int) {
	for _, r := range a.all.rows() {
		if _, ok := r[member]; ok {
			with++
		}
		all++
	}
	return with, all
}

func rowUsers(a *answers) result {
	with, all := a.inRows("EndUserIds")
	if all == 0 {
		return notAsked("it needs a desktop in the region")
	}
	return sameIf(with > 0, "in %d of %d rows", with, all)
}

func rowSubPayType(a *answers) result {
	with, all := a.inRows("SubPayType")
	if all == 0 {
		return notAsked("it needs a desktop in the region")
	}
	return sameIf(with == 0, "in %d of %d rows", with, all)
}

// rowTags checks the rows of desktops that carry a tag for certain.
func rowTags(a *answers) result {
	if a.protected == nil || a.protected.Failure != nil {
		r, _ := unanswered(a.protected)
		return r
	}
	tagged := a.tagged(a.protected)
	var forms []string
	filled := false
	for _, r := range a.all.rows() {
		if !slices.Contains(tagged, r.text("DesktopId")) {
			continue
		}
		value, there := r["Tags"]
		list, _ := value.([]any)
		switch {
		case !there:
			forms = append(forms, formAbsent)
		case value == nil:
			forms = append(forms, formNull)
		case len(list) == 0:
			forms = append(forms, formEmpty)
		default:
			filled = true
			forms = append(forms, "filled")
		}
	}
	if len(forms) == 0 {
		return notAsked("it needs a desktop with the protect tag")
	}
	return sameIf(!filled, "%s", words(forms))
}

// tagged are the desktops that carry the protect tag, by a response of ListTagResources.
func (a *answers) tagged(x *Exchange) []string {
	var ids []string
	for _, r := range x.rows() {
		if id := r.text("ResourceId"); id != "" && r.text("TagKey") == a.tagKey && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// count of things for people.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
