package eds

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"stopdesktops/internal/stop"
)

// paging is what a page of a listing says about the listing.
type paging struct {
	NextToken  string
	TotalCount count
}

// count is a number of rows. It is 0 where the response has no such number.
type count int

// UnmarshalJSON reads a number, also in quotes. Anything else counts as 0 and does not spoil the rows.
func (c *count) UnmarshalJSON(text []byte) error {
	n, err := strconv.Atoi(unquoted(text))
	*c = 0
	if err == nil && n > 0 {
		*c = count(n)
	}
	return nil
}

// pageOf returns the page with these rows. listed is how many rows the response had, before those
// that nobody asked for were dropped.
func pageOf[T any](rows []T, listed int, p paging) stop.Page[T] {
	return stop.Page[T]{Rows: rows, NextToken: p.NextToken, Listed: listed, TotalCount: int(p.TotalCount)}
}

// rowsOf returns the rows of the list that a response calls member. list is nil where the response has
// null or nothing there: whether EDS sends a list of nothing as [], as null or not at all is not
// documented. A missing list is empty only if no other member can be the list under another name.
func rowsOf[T any](r response, member string, list *[]T) ([]T, error) {
	switch {
	case list != nil:
		return *list, nil
	case r.empty(member):
		return nil, nil
	}
	return nil, missing(r.action, member, r.requestID)
}

// missing is the error of a response that lacks a member, and does not say that there is nothing.
func missing(action, member, requestID string) *stop.CallError {
	return &stop.CallError{Action: action, Family: stop.Ambiguous, Code: codeUnreadable, RequestID: requestID,
		Message: "EDS answered without " + member}
}

// empty reports whether a response without the list called member says that there are no rows.
func (r response) empty(member string) bool {
	var members map[string]json.RawMessage
	if r.status != http.StatusOK || json.Unmarshal(r.body, &members) != nil {
		return false
	}
	for name, value := range members {
		switch allowed := allowedBesideNothing[name]; {
		case name == member || name == "RequestId":
		case allowed == nil, string(value) != "null" && !allowed(value):
			return false
		}
	}
	return true
}

// allowedBesideNothing are the members that a response without rows may have, and the values of each. A member
// that is null counts as absent.
var allowedBesideNothing = map[string]func(json.RawMessage) bool{
	"NextToken":      func(v json.RawMessage) bool { return string(v) == `""` },
	"MaxResults":     isNumber,
	"PageNumber":     isNumber,
	"PageSize":       isNumber,
	"TotalCount":     func(v json.RawMessage) bool { return unquoted(v) == "0" },
	"Code":           func(v json.RawMessage) bool { return v[0] == '"' && !isErrorCode(unquoted(v)) },
	"Message":        func(v json.RawMessage) bool { return v[0] == '"' },
	"Success":        func(v json.RawMessage) bool { return unquoted(v) == "true" },
	"HttpStatusCode": func(v json.RawMessage) bool { return unquoted(v) == "200" },
}

func isNumber(value json.RawMessage) bool {
	_, err := strconv.Atoi(unquoted(value))
	return err == nil
}

// unquoted is the text of a JSON value, without the quotes of a string. It undoes no escapes.
func unquoted(value []byte) string { return strings.Trim(string(value), `"`) }
