// Package routes is stopctl routes: it checks a routes file, and shows what a body becomes on a route.
package routes

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/approval"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/report"
	"stopdesktops/internal/routes"
	"stopdesktops/schema"
)

const routesUsage = `Usage: stopctl routes check [-routes FILE]
       stopctl routes try ROUTE -f BODY [-type TYPE] [-routes FILE]

check reads a routes file and reports every fault with its line and place, or else
lists the routes. Secrets are not looked at, nor what the configuration allows:
the function does that when it starts.

try shows as JSON what a body becomes on a route: the request, or why it is refused, or
what the route expects where it is ignored (stopctl schema routes). ROUTE is the path of an HTTP route, or the
source of an event, whose type -type says. BODY is a file, or - for standard input:
what the sender sends; for an event, or a CloudEvent, its data. Nothing is
authenticated, sent or stopped. Not tried is what the configuration says:
ALLOWED_REGIONS, ALLOW_FORCE, CALLBACK_ALLOWED_HOSTS and so on.

Flags:

  -routes FILE   the routes file (default routes.yaml)
  -f BODY        the body
  -type TYPE     of an event

Examples:

  stopctl routes check
  stopctl routes try /jira -f testdata/webhooks/jira-webhook/body.json

Exit codes: 0 all is well; 1 the file has faults, or the body is refused or
ignored; 2 wrong usage or unreadable input.
`

// Command helps to write a routes file.
func Command(_ context.Context, args []string, o terminal.Outside) error {
	var action string
	var words []string
	flags := flag.NewFlagSet("routes", flag.ContinueOnError)
	file := flags.String("routes", "routes.yaml", "")
	body := flags.String("f", "", "")
	eventType := flags.String("type", "", "")
	// Flags may come before, between and after the words.
	for rest := args; ; rest = rest[1:] {
		if err := o.Parse(flags, rest); errors.Is(err, flag.ErrHelp) {
			return o.Help(routesUsage)
		} else if err != nil {
			return err
		}
		if rest = flags.Args(); len(rest) == 0 {
			break
		}
		words = append(words, rest[0])
	}
	if len(words) > 0 {
		action = words[0]
	}
	switch {
	case action == "check" && len(words) == 1 && *body == "" && *eventType == "":
		table, err := readRoutes(*file, o)
		if err != nil {
			return err
		}
		return listRoutes(table, *file, o.Out)
	case action == "try" && len(words) == 2 && *body != "":
		table, err := readRoutes(*file, o)
		if err != nil {
			return err
		}
		return tryRoute(table, words[1], *eventType, *body, o)
	case action == "try":
		return terminal.Usagef("routes try wants a route and -f BODY. See stopctl routes -h.")
	}
	return terminal.Usagef("routes wants check or try.%s See stopctl routes -h.", terminal.DidYouMean("", action, []string{"check", "try"}))
}

func readRoutes(name string, o terminal.Outside) (*routes.Table, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, terminal.Usagef("routes: %v", err)
	}
	table, err := routes.Read(name, string(text), routes.Options{Folder: filepath.Dir(name)})
	if err != nil {
		fmt.Fprintln(o.Err, err)
		return nil, terminal.ErrUnexpected
	}
	return table, nil
}

func listRoutes(table *routes.Table, name string, out io.Writer) error {
	var rows [][]terminal.Cell
	for _, e := range table.List {
		auth, notes := e.Scheme, []string{}
		if auth == "" {
			auth = "event"
		}
		if e.Async {
			notes = append(notes, "async")
		}
		if e.CloudEvents {
			notes = append(notes, "CloudEvents")
		}
		if e.Mapping != nil {
			notes = append(notes, "mapped")
		}
		if len(e.Approves) > 0 {
			notes = append(notes, "approves "+strings.Join(e.Approves, " "))
		}
		if e.Callback != nil {
			notes = append(notes, "callback of its own")
		}
		rows = append(rows, []terminal.Cell{terminal.Plain.Cell(e.Name), terminal.Plain.Cell(auth), terminal.Plain.Cell(strings.Join(notes, ", "))})
	}
	for _, line := range (&terminal.Screen{}).Table(rows) {
		fmt.Fprintln(out, line)
	}
	_, err := fmt.Fprintf(out, "%s: %s, no fault\n", name, terminal.Plural(len(table.List), "route"))
	return err
}

// outcome is what a body becomes on a route.
type outcome struct {
	Format  string  // stopctl.routes/1
	Results []tried // one for each request in the body, and for each account and region that it names
}

// tried is what one request in a body becomes.
type tried struct {
	Route   string          // the name of the route
	Time    *time.Time      `json:",omitempty"` // when the event was made, as the body says
	Request *events.Request `json:",omitempty"` // the request, with the defaults of the route
	Ignored bool            `json:",omitempty"` // a condition of the route does not hold
	Because string          `json:",omitempty"` // the path whose condition does not hold
	Unmet   string          `json:",omitempty"` // what the route expects, and what the body has
	Error   *report.Problem `json:",omitempty"`
}

func tryRoute(table *routes.Table, name, eventType, file string, o terminal.Outside) error {
	route, _ := table.HTTP(name)
	if !strings.HasPrefix(name, "/") {
		route, _ = table.Event(name, eventType)
	}
	if route == nil {
		return terminal.Usagef("routes: there is no route for %q. There are: %s", name, strings.Join(routeNames(table), ", "))
	}
	body, err := terminal.ReadNamed("routes", file, o.In)
	if err != nil {
		return err
	}
	results := try(compose.Route(route), body)
	e := json.NewEncoder(o.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(outcome{schema.Routes, results}); err != nil {
		return err
	}
	for _, r := range results {
		if r.Request == nil || r.Error != nil {
			return terminal.ErrUnexpected
		}
	}
	return nil
}

// problem is a fault of a body as a report has it.
func problem(err error) *report.Problem {
	var fault *events.Error
	if errors.As(err, &fault) {
		return &report.Problem{Code: fault.Code, Path: fault.Path, Message: fault.Message}
	}
	return &report.Problem{Code: report.CodeInternal, Message: err.Error()}
}

func routeNames(table *routes.Table) []string {
	var names []string
	for _, e := range table.List {
		names = append(names, e.Name)
	}
	return names
}

// try a body: what a route maps, and the data of a CloudEvent over HTTP, is one document; else it is a
// request or an array of them.
func try(route *handler.Route, body []byte) []tried {
	if route.CloudEvents { // a string in the data of one is a string
		return tryOne(route, body, "$")
	}
	body, err := events.OpenBody(body)
	if err != nil {
		return []tried{{Route: route.Name, Error: problem(err)}}
	}
	if route.Mapping != nil {
		return tryOne(route, body, "$")
	}
	list, err := events.DecodeBody(body)
	if err != nil {
		return []tried{{Route: route.Name, Error: problem(err)}}
	}
	if route.MaxBatch > 0 && len(list) > route.MaxBatch {
		return []tried{{Route: route.Name, Error: &report.Problem{Code: events.TooLarge, Path: "$", Message: fmt.Sprintf("holds %d requests; the route takes at most %d", len(list), route.MaxBatch)}}}
	}
	var all []tried
	for _, e := range list {
		if e.Err != nil {
			all = append(all, tried{Route: route.Name, Error: problem(e.Err)})
		} else {
			all = append(all, tryOne(route, e.Payload, e.Path)...)
		}
	}
	return all
}

// tryOne returns what the payload becomes: one result for each account and region.
func tryOne(route *handler.Route, payload []byte, path string) []tried {
	result := tried{Route: route.Name}
	m := events.Mapped{Request: payload}
	if route.Mapping != nil {
		var err error
		if m, err = route.Mapping.Map(payload, path); err != nil {
			result.Error = problem(err)
			return []tried{result}
		}
	}
	if !m.Time.IsZero() {
		result.Time = &m.Time
	}
	if m.Ignored {
		result.Ignored, result.Because, result.Unmet = true, m.Because, m.Unmet
		return []tried{result}
	}
	requests, err := events.ParseRequests(m.Request, path)
	var fault *events.Error
	if errors.As(err, &fault) {
		fault.Path = m.Where(fault.Path)
		result.Error = problem(fault)
		return []tried{result}
	}
	var all []tried
	for _, request := range requests {
		one := result
		route.Fill(&request)
		one.Request = &request
		if p := route.Admit(&request); p != nil {
			p.Path = m.Where(path + p.Path)
			one.Error = p
		}
		request.ApprovalToken = string(approval.Hide([]byte(request.ApprovalToken)))
		all = append(all, one)
	}
	return all
}
