package handler

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Routes are the configuration of single HTTP paths and sources of events. If there are routes of a kind,
// an event of this kind without a route is refused.
type Routes interface {
	// HTTP is the route of a path, or nil. any says whether there are HTTP routes at all.
	HTTP(path string) (route *Route, any bool)
	// Event is the route of an event's source and type, or nil. any says whether there are such.
	Event(source, eventType string) (route *Route, any bool)
}

// Route is one way in: who may send, how what they send becomes a request, and what they may ask for. It
// narrows what the Policy allows, and never widens it. Nothing changes it after it is built.
type Route struct {
	Name          string        // in reports
	Authenticator Authenticator // of an HTTP route
	// Async says that callers do not wait for the response. Only a function error, and what the platform
	// does about it, shows them that something went wrong.
	Async bool
	// CloudEvents are what this HTTP route takes, and nothing else.
	CloudEvents bool
	// Mapping of what comes in; nil: it is the request.
	Mapping Mapping
	// Callback for its reports; nil: that of the function.
	Callback Callback
	// OwnURL says that Callback goes to a place that only this route names.
	OwnURL bool
	// SignsPlans says that a plan of this route gets a token, which a route that approves it may use.
	SignsPlans bool
	// Approves are the names of the routes whose plans the requests of this one approve.
	Approves []string
	// Window is how far the time in the body, if Mapping finds one, may be from ours.
	Window time.Duration

	Accounts     []string // that must be named; empty: the function's own alone
	Regions      []string // that may be named; empty: as the Policy
	StoppedModes []string // likewise
	AllowForce   bool
	MaxDesktops  int // that one invocation may stop over this route; 0: as the Policy
	MaxBatch     int // requests at once; 0: maxHTTPRequests over HTTP, else as many as can be read
}

// Mapping makes a request of what a sender writes.
type Mapping interface {
	// Map reads a payload that is at path in what came in. The error is an *events.Error.
	Map(payload []byte, path string) (events.Mapped, error)
}

// outside says whether a time in the body is too far from ours.
func (route *Route) outside(at, now time.Time) bool {
	return at.Before(now.Add(-route.Window)) || at.After(now.Add(min(route.Window, clockSkew)))
}

// Fill sets the fields for which this route allows one value only.
func (route *Route) Fill(q *events.Request) {
	if q.Account == "" && len(route.Accounts) == 1 {
		q.Account = route.Accounts[0]
	}
	if q.RegionId == "" && len(route.Regions) == 1 {
		q.RegionId = route.Regions[0]
	}
	if q.StoppedMode == "" && len(route.StoppedModes) == 1 {
		q.StoppedMode = route.StoppedModes[0]
	}
}

// Admit returns the problem of a request that the route does not allow. Its path is a field of the request (".Account").
func (route *Route) Admit(q *events.Request) *report.Problem {
	switch {
	case len(route.Accounts) > 0 && q.Account == "":
		return &report.Problem{Code: events.MissingField, Path: ".Account", HTTPStatus: http.StatusUnprocessableEntity,
			Message: "name the account: more than one is allowed on this route"}
	case q.Account != "" && !slices.Contains(route.Accounts, q.Account):
		return notAllowed(".Account", "this account is not allowed on this route")
	case len(route.Regions) > 0 && !slices.Contains(route.Regions, q.RegionId):
		return notAllowed(".RegionId", "this region is not allowed on this route")
	case len(route.StoppedModes) > 0 && !slices.Contains(route.StoppedModes, q.StoppedMode):
		return notAllowed(".StoppedMode", "this way of stopping is not allowed on this route")
	case q.Force && !route.AllowForce:
		return notAllowed(".Force", "Force is not allowed on this route")
	}
	return nil
}

// tooMany returns the problem of n requests at once, if that is more than the route takes. limit holds where
// the route has none; 0: no limit.
func (route *Route) tooMany(n, limit int) *report.Problem {
	if route != nil && route.MaxBatch > 0 {
		limit = route.MaxBatch
	}
	if limit == 0 || n <= limit {
		return nil
	}
	return &report.Problem{Code: events.TooLarge, HTTPStatus: http.StatusRequestEntityTooLarge,
		Message: fmt.Sprintf("%s at once may come here", atMost(limit))}
}

func atMost(n int) string {
	if n == 1 {
		return "at most 1 request"
	}
	return fmt.Sprintf("at most %d requests", n)
}

// callback is where the reports about events of this route go; nil: nowhere.
func (route *Route) callback(otherwise Callback) Callback {
	if route != nil && route.Callback != nil {
		return route.Callback
	}
	return otherwise
}

// httpRoute returns the route of a path: nil if there are no routes.
func httpRoute(routes Routes, path string) (*Route, *report.Problem) {
	if routes == nil {
		return nil, nil
	}
	route, any := routes.HTTP(path)
	if any && route == nil {
		return nil, &report.Problem{Code: "NotFound", Message: "there is no route for this path", HTTPStatus: http.StatusNotFound}
	}
	return route, nil
}

// eventRoute returns the route of an event from an event bus: nil if there are no routes.
func eventRoute(routes Routes, e events.Event) (*Route, *report.Problem) {
	if routes == nil || e.Kind != events.EventBridge || e.Source == "" {
		return nil, nil
	}
	route, any := routes.Event(e.Source, e.Type)
	if any && route == nil {
		return nil, notAllowed(e.Path, "no route names the source and type of this event")
	}
	return route, nil
}
