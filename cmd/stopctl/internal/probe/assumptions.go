package probe

import (
	"fmt"

	"stopdesktops/internal/stop"
)

// Verdict says how what was seen compares with what was assumed.
type Verdict string

// The verdicts.
const (
	Same      Verdict = "same"      // EDS does what the function assumes
	Different Verdict = "different" // EDS does something else
	NotAsked  Verdict = "not asked" // this account could not show it: Seen says why
)

// Line is one assumption and what was seen.
type Line struct {
	Group   string // the group of assumptions
	Name    string // the name of the assumption
	About   string // what it means for the function, in one line
	Assumed string // what the function assumes
	Seen    string // what was seen, or why it was not asked
	Verdict Verdict
}

// assumption is one row of the table. check sees the responses and nothing else.
type assumption struct {
	name, about, assumed string
	check                func(*answers) result
}

// section is a group of assumptions.
type section struct {
	title       string
	assumptions []assumption
}

type result struct {
	verdict Verdict
	seen    string
}

func same(format string, args ...any) result { return result{Same, fmt.Sprintf(format, args...)} }
func different(format string, args ...any) result {
	return result{Different, fmt.Sprintf(format, args...)}
}
func notAsked(format string, args ...any) result {
	return result{NotAsked, fmt.Sprintf(format, args...)}
}

// sameIf is same or different with the same text.
func sameIf(ok bool, format string, args ...any) result {
	if ok {
		return same(format, args...)
	}
	return different(format, args...)
}

// sections are everything that the read-only questions check, in the order in which it is shown.
var sections = []section{
	{"Responses", []assumption{
		{"accepted-calls", "EDS takes the calls that the function makes", "none is refused", acceptedCalls},
		{"request-id", "a response without one counts as unreadable", "in every response", requestIDs},
		{"json", "anything else counts as the page of a gateway", "application/json, an object", jsonBodies},
		{"error-status", "status and code show a failure, never a 200", "4xx or 5xx with a Code", errorStatus},
		{"denied", "a denial is never retried, and names the missing action", "403 NoPermission or Forbidden", denials},
		{"clock", "EDS refuses signatures that are 15 minutes off", "at most 5 minutes off", clock},
		{"quota-headers", "the function waits as long as these headers ask", "none, or those it reads", quotaHeaders},
	}},
	{"Lists of nothing", []assumption{
		{"empty-tags", "a tag that nobody has must not fail every stop", "[], null or absent", emptyTags},
		{"empty-desktops", "a filter that matches nothing selects nothing", "[], null or absent", emptyDesktops},
		{"empty-info", "an unknown desktop alone", "[], null or absent", emptyInfo},
		{"empty-events", "nobody did anything", "[], null or absent", emptyEvents},
		{"unknown-office", "Select.OfficeSiteId of an office that is gone", "[], null or absent", unknownOffices},
		{"unknown-resource", "tags of a desktop that is gone", "[], null or absent", unknownResource},
	}},
	{"Pages", []assumption{
		{"page-size", "MaxResults=100 asks for 100 rows, the default is 10", "full pages", pageSizes},
		{"page-tokens", "no desktop may be missed between two pages", "each desktop once", pageTokens},
		{"page-end", "the function reads on while there is a token", `NextToken absent or ""`, pageEnd},
		{"total-count", "the rows that a listing promises", "as many as rows", totalCount},
		{"page-numbers", "pages by number can be read side by side", "each desktop once", pageNumbers},
		{"page-totals", "pages that were read side by side belong together", "the same TotalCount", pageTotals},
		{"tag-pages", "no protected desktop may be missed between two pages", "each tag once", tagPages},
		{"event-pages", "no user's act may be missed between two pages", "each event once", eventPages},
	}},
	{"Desktops", []assumption{
		{"same-desktops", "both actions know the same desktops", "a row for each", sameDesktops},
		{"unknown-desktop", "an unknown desktop does not spoil a call for others", "left out of the rows", unknownDesktops},
		{"ill-formed-desktop", "an ID of another form is one that nobody has", "no row, or a refusal", illFormedDesktops},
		{"desktop-case", "two IDs that differ in case are two desktops", "unknown", desktopCase},
		{"states", "a state that the function does not know is never stopped", "those that are documented", states},
		{"pools-hidden", "the function passes FilterDesktopGroup=false", "hidden by default", poolsHidden},
		{"pools-by-id", "the default holds for explicit IDs too", "hidden by default", poolsByID},
		{"row-users", "Exclude.EndUserId compares these", "EndUserIds in the rows", rowUsers},
		{"row-tags", "the function reads tags with ListTagResources instead", "Tags left empty", rowTags},
		{"row-sub-pay-type", "SubPayType is a filter, and no member of a row", "in no row", rowSubPayType},
	}},
	{"Tags", []assumption{
		{"tag-rows", "who carries the protect tag", "ResourceId, TagKey, TagValue", tagRows},
		{"tag-namespace", "a protect tag that the function does not see protects nobody", "all in INSTANCE", tagNamespace},
		{"namespace-unknown", "a wrong ResourceType must not pass for an empty list", "a refusal", namespaceUnknown},
	}},
	{"Users' acts", []assumption{
		{"event-rows", "IdleMinutes and late events depend on them", "DesktopId, type, RFC 3339", eventRows},
	}},
}

// lines are the results of all read-only assumptions.
func (a *answers) lines() []Line {
	var lines []Line
	for _, s := range sections {
		for _, t := range s.assumptions {
			r := t.check(a)
			lines = append(lines, Line{s.title, t.name, t.about, t.assumed, r.seen, r.verdict})
		}
	}
	return lines
}

// refusal is the status and code of a call that EDS refused as wrong; "" of any other.
func refusal(x *Exchange) string {
	if x == nil || x.Failure == nil || x.Status == 0 {
		return ""
	}
	switch x.Failure.Family {
	case stop.Invalid, stop.NotFound, stop.WrongState:
		return coded(x)
	}
	return ""
}

// coded is the status and code of a failure.
func coded(x *Exchange) string { return fmt.Sprintf("%d %s", x.Status, code(x)) }

// code of a failure, fit to be shown.
func code(x *Exchange) string { return safeWord(x.Failure.Code) }

// unanswered says why there is nothing to judge: ok is false then.
func unanswered(x *Exchange) (r result, ok bool) {
	switch {
	case x == nil:
		return notAsked("it needs a desktop in the region"), false
	case x.Failure == nil:
		return result{}, true
	case x.Failure.Code == codeNotSent:
		return notAsked("%d calls were made already", MaxCalls), false
	case x.Failure.Family == stop.Denied:
		return notAsked("ecd:%s is denied (%s)", x.Action, code(x)), false
	case x.Failure.Family == stop.Throttled:
		return notAsked("throttled (%s)", code(x)), false
	case x.Status == 0:
		return notAsked("no response (%s)", code(x)), false
	}
	return notAsked("%s answers %s", x.Action, coded(x)), false
}
