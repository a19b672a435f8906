package probe

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"stopdesktops/internal/eds"
	"stopdesktops/internal/stop"
)

// acceptedCalls checks the calls that the function makes too.
func acceptedCalls(a *answers) result {
	calls := []*Exchange{a.info, a.protected, a.recent}
	if len(a.all.pages) > 0 {
		calls = append(calls, a.all.pages[0])
	}
	accepted := 0
	for _, x := range calls {
		if r := refusal(x); r != "" {
			return different("%s: %s", x.Action, r)
		}
		if x != nil && x.Failure == nil {
			accepted++
		}
	}
	if accepted == 0 {
		return notAsked("no call succeeded")
	}
	return same("%d of %d taken", accepted, accepted)
}

// answered are the exchanges that got a response.
func (a *answers) answered() []*Exchange {
	return slices.DeleteFunc(slices.Clone(a.exchanges), func(x *Exchange) bool { return x.Status == 0 })
}

// everywhere holds something against every response.
func everywhere(a *answers, what func(*Exchange) bool, otherwise string) result {
	all := a.answered()
	if len(all) == 0 {
		return notAsked("there was no response")
	}
	for _, x := range all {
		if !what(x) {
			return different("%s: %d, %s", x.Action, x.Status, otherwise)
		}
	}
	return same("in all responses")
}

func requestIDs(a *answers) result {
	return everywhere(a, func(x *Exchange) bool {
		o := x.object()
		id, _ := o["RequestId"].(string)
		return o == nil || id != "" // what is no object is told by json
	}, "without a RequestId")
}

func jsonBodies(a *answers) result {
	return everywhere(a, func(x *Exchange) bool {
		media, _, err := mime.ParseMediaType(x.Header.Get("Content-Type"))
		return err == nil && media == "application/json" && x.object() != nil
	}, "not JSON")
}

// errorStatus looks for failures that come as a success.
func errorStatus(a *answers) result {
	failures := 0
	for _, x := range a.answered() {
		o := x.object()
		told, _ := o["Code"].(string)
		switch {
		case x.Failure == nil || told == "":
		case x.Status < 400:
			return different("%d with %s", x.Status, code(x))
		default:
			failures++
		}
	}
	if failures == 0 {
		return notAsked("nothing was refused")
	}
	return same("%s", statuses(a))
}

// statuses are those of all failures.
func statuses(a *answers) string {
	var seen []string
	for _, x := range a.answered() {
		if x.Failure != nil && x.Status >= 400 {
			seen = append(seen, coded(x))
		}
	}
	slices.Sort(seen)
	return strings.Join(slices.Compact(seen), ", ")
}

func denials(a *answers) result {
	for _, x := range a.exchanges {
		if x.Failure == nil || x.Failure.Family != stop.Denied {
			continue
		}
		known := x.Status == http.StatusForbidden && begins(x.Failure.Code, "NoPermission", "Forbidden")
		names := "without the action"
		if strings.Contains(string(x.Body), x.Action) {
			names = "with the action"
		}
		return sameIf(known, "%s, %s", coded(x), names)
	}
	return notAsked("all calls are allowed")
}

// maxSkew is how far the clocks may be apart.
const maxSkew = 5 * time.Minute

// skew is how far the clock of EDS is ahead of the local one. ok is false if the response does not tell.
func (x *Exchange) skew() (d time.Duration, ok bool) {
	date, err := http.ParseTime(x.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return date.Sub(x.At.Add(-x.Took / 2)), true
}

func clock(a *answers) result {
	told, most := false, time.Duration(0)
	for _, x := range a.answered() {
		d, ok := x.skew()
		told = told || ok
		most = max(most, d.Abs())
	}
	switch most = most.Round(time.Minute); {
	case !told:
		return notAsked("no response has a Date")
	case most == 0:
		return same("less than a minute off")
	default:
		return sameIf(most <= maxSkew, "%.0f minutes off", most.Minutes())
	}
}

// aboutQuota tells headers that have to do with quotas, whatever their exact name.
func aboutQuota(header string) bool {
	name := strings.ToLower(header)
	return slices.ContainsFunc([]string{"ratelimit", "rate-limit", "retry-after", "quota", "throttl"}, func(word string) bool { return strings.Contains(name, word) })
}

func quotaHeaders(a *answers) result {
	var seen []string
	for _, x := range a.answered() {
		for name := range x.Header {
			if aboutQuota(name) {
				seen = append(seen, name)
			}
		}
	}
	slices.Sort(seen)
	if seen = slices.Compact(seen); len(seen) == 0 {
		return same("none")
	}
	unread := slices.ContainsFunc(seen, func(name string) bool { return !slices.Contains(eds.PauseHeaders(), name) })
	return sameIf(!unread, "%s", strings.Join(seen, ", "))
}

// besideNothing are the members that may be in a response whose list is missing, with what they must be. A member that
// is null counts as absent.
var besideNothing = map[string]func(any) bool{
	"RequestId":      func(any) bool { return true },
	"NextToken":      func(v any) bool { return v == "" },
	"TotalCount":     func(v any) bool { return fmt.Sprint(v) == "0" },
	"MaxResults":     isNumber,
	"PageNumber":     isNumber,
	"PageSize":       isNumber,
	"Code":           func(any) bool { return true }, // of a success: unanswered looked
	"Message":        func(any) bool { return true },
	"Success":        func(any) bool { return true },
	"HttpStatusCode": func(any) bool { return true },
}

// isNumber says whether a value is a whole number, also in quotes.
func isNumber(v any) bool { _, err := strconv.Atoi(fmt.Sprint(v)); return err == nil }

// nothing is what a response with an empty list must be.
func nothing(x *Exchange) result {
	if r := refusal(x); r != "" {
		return different("%s", r)
	}
	if r, ok := unanswered(x); !ok {
		return r
	}
	rows, form := x.list(lists[x.Action])
	if len(rows) > 0 {
		return different("%d rows", len(rows))
	}
	var beside []string
	for name, value := range x.object() {
		fits := besideNothing[name]
		switch {
		case name == lists[x.Action], value == nil && fits != nil:
		case fits == nil && form != formEmpty, fits != nil && !fits(value):
			beside = append(beside, name)
		}
	}
	slices.Sort(beside)
	if len(beside) > 0 {
		return different("%s, beside %s", form, strings.Join(beside, ", "))
	}
	return sameIf(form != formOther, "%s", form)
}

func emptyTags(a *answers) result       { return nothing(a.nobody) }
func emptyDesktops(a *answers) result   { return nothing(a.nobodyByName) }
func unknownOffices(a *answers) result  { return nothing(a.nobodyByOffice) }
func unknownResource(a *answers) result { return nothing(a.unknownID) }

func emptyInfo(a *answers) result {
	if r := refusal(a.unknown); r != "" {
		return notAsked("an unknown desktop is refused")
	}
	return nothing(a.unknown)
}

func emptyEvents(a *answers) result {
	if a.now != nil && a.now.Failure == nil && len(a.now.rows()) > 0 {
		return notAsked("somebody did something just now: try again")
	}
	if refusal(a.now) != "" && refusal(a.recent) != "" {
		return notAsked("see accepted-calls")
	}
	return nothing(a.now)
}
