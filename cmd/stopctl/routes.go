package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/routes"
)

const routesUsage = `Usage: stopctl routes check [-routes FILE]
       stopctl routes try ROUTE -f BODY [-type TYPE] [-routes FILE]

check reads a routes file and reports every fault with its line and place, or else
lists the routes. Secrets are not looked at, nor what the configuration allows:
the function does that when it starts.

try shows what a body becomes on a route: the request, or why it is refused. ROUTE
is the path of an HTTP route, or the source of an event, whose type -type says.
BODY is a file, or - for standard input: what the sender sends; for an event, or
a CloudEvent, its data. Nothing is authenticated, sent or stopped.

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

// routesCommand is for whoever writes a routes file.
func routesCommand(_ context.Context, args []string, o outside) error {
	var action string
	var words []string
	flags := flag.NewFlagSet("routes", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file := flags.String("routes", "routes.yaml", "")
	body := flags.String("f", "", "")
	eventType := flags.String("type", "", "")
	// Flags may stand before, between and behind the words.
	for rest := args; ; rest = rest[1:] {
		if err := flags.Parse(rest); errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(o.out, routesUsage)
			return nil
		} else if err != nil {
			return usagef("routes: %v. See stopctl routes -h.", err)
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
		return listRoutes(table, *file, o.out)
	case action == "try" && len(words) == 2 && *body != "":
		table, err := readRoutes(*file, o)
		if err != nil {
			return err
		}
		return tryRoute(table, words[1], *eventType, *body, o)
	case action == "try":
		return usagef("routes try wants a route and -f BODY. See stopctl routes -h.")
	}
	return usagef("routes wants check or try. See stopctl routes -h.")
}

func readRoutes(name string, o outside) (*routes.Table, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("routes: %v", err)
	}
	table, err := routes.Read(name, string(text), routes.Options{})
	if err != nil {
		fmt.Fprintln(o.err, err)
		return nil, errUnexpected
	}
	return table, nil
}

func listRoutes(table *routes.Table, name string, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range table.List {
		auth, notes := e.Scheme, []string{}
		if auth == "" {
			auth = "event"
		}
		if e.Route.Async {
			notes = append(notes, "async")
		}
		if e.Route.CloudEvents {
			notes = append(notes, "CloudEvents")
		}
		if e.Route.Mapping != nil {
			notes = append(notes, "mapped")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", e.Route.Name, auth, strings.Join(notes, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%s: %d routes, no fault\n", name, len(table.List))
	return err
}

// tried is what a body becomes.
type tried struct {
	Route   string
	Time    *time.Time      `json:",omitempty"` // that the body says
	Request *events.Request `json:",omitempty"`
	Ignored bool            `json:",omitempty"`
	Because string          `json:",omitempty"` // the path whose condition does not hold
	Error   *events.Error   `json:",omitempty"`
}

func tryRoute(table *routes.Table, name, eventType, file string, o outside) error {
	route, _ := table.HTTP(name)
	if !strings.HasPrefix(name, "/") {
		route, _ = table.Event(name, eventType)
	}
	if route == nil {
		return usagef("routes: there is no route for %q", name)
	}
	body, err := io.ReadAll(o.in)
	if file != "-" {
		body, err = os.ReadFile(file)
	}
	if err != nil {
		return usagef("routes: %v", err)
	}
	result := try(route, body)
	e := json.NewEncoder(o.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(result); err != nil {
		return err
	}
	if result.Request == nil {
		return errUnexpected
	}
	return nil
}

func try(route *handler.Route, body []byte) tried {
	result := tried{Route: route.Name}
	m := handler.Mapped{Request: body}
	var err error
	if route.Mapping != nil {
		m, err = route.Mapping.Map(body, "$")
	}
	if !m.Time.IsZero() {
		result.Time = &m.Time
	}
	if errors.As(err, &result.Error) || m.Ignored {
		result.Ignored, result.Because = m.Ignored, m.Because
		return result
	}
	request, err := events.ParseRequest(m.Request, "$")
	if errors.As(err, &result.Error) {
		result.Error.Path = m.Where(result.Error.Path)
		return result
	}
	result.Request = &request
	return result
}
