package compose

import (
	"stopdesktops/handler"
	"stopdesktops/internal/routes"
)

// table finds the routes of a handler. It implements handler.Routes.
type table struct {
	file  *routes.Table
	built map[*routes.Route]*handler.Route
}

// newTable makes each route of the file once, with its callback.
func newTable(file *routes.Table, callbacks senders) *table {
	t := &table{file: file, built: map[*routes.Route]*handler.Route{}}
	for _, r := range file.List {
		route := newRoute(r, callbacks.ofRoute(r))
		route.SignsPlans = file.Approved(r)
		t.built[r] = route
	}
	return t
}

func (t *table) HTTP(path string) (*handler.Route, bool) {
	route, any := t.file.HTTP(path)
	return t.built[route], any
}

func (t *table) Event(source, eventType string) (*handler.Route, bool) {
	route, any := t.file.Event(source, eventType)
	return t.built[route], any
}

// Route makes a route that sends no reports, to try what it does with requests.
func Route(r *routes.Route) *handler.Route { return newRoute(r, nil) }

// newRoute makes a route of the handler. callback is nil if its reports go where those of the function go.
func newRoute(r *routes.Route, callback handler.Callback) *handler.Route {
	route := &handler.Route{
		Name:         r.Name,
		Async:        r.Async,
		CloudEvents:  r.CloudEvents,
		Callback:     callback,
		OwnURL:       r.OwnURL,
		Approves:     r.Approves,
		Window:       r.Window,
		Accounts:     r.Accounts,
		Regions:      r.Regions,
		StoppedModes: r.StoppedModes,
		AllowForce:   r.AllowForce,
		MaxDesktops:  r.MaxDesktops,
		MaxBatch:     r.MaxBatch,
	}
	if r.Verifier != nil { // an interface that holds a nil pointer is not nil
		route.Authenticator = r.Verifier
	}
	if r.Mapping != nil {
		route.Mapping = r.Mapping
	}
	return route
}
