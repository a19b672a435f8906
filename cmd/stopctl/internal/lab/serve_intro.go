package lab

import (
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// introduce prints lines to paste: one for each way in.
func (s *server) introduce() {
	base := s.base
	one, two := s.examples()
	var b strings.Builder
	s.display.Warn("Serving on %s with %s; Ctrl-C ends it.", base, terminal.Plural(len(s.lab.Load().ids), "desktop"))
	if s.options.replay != "" {
		fmt.Fprintf(&b, "EDS answers from a recording: %s probe gets its answers, any other call 404 NotRecorded.\n", s.Self)
	}
	fmt.Fprintf(&b, `
In a browser: %s/

Invoke the function directly:

  curl -s %s/_emulator/invoke \
    -d '{"DesktopId":["%s"]}'

Over its HTTP trigger, %s:

  curl -s %s%s \
%s    -H 'Content-Type: application/json' \
    %s

An asynchronous event, which is tried again when it fails:

  curl -s %s/_emulator/invoke \
    -H 'X-Fc-Invocation-Type: Async' -d '{"DesktopId":["%s"]}'

The operator's commands talk to this account in a shell that has read

  eval "$(curl -s %s/_emulator/env)"
  %s plan -f request.json     or undo -apply report.json

What has become of it all, and once more from the beginning:

  curl -s %s/_emulator/desktops     or calls, or callbacks
  curl -s -X POST %s/_emulator/reset
`, base, base, one, s.paths(), base, s.path(), s.authorization(), s.body(two), base, two, base, s.Self, base, base)
	s.display.Note("%s", b.String())
}

// path is one that an HTTP event may come by.
func (s *server) path() string {
	if len(s.routes) > 0 {
		return s.routes[0].Name
	}
	return "/hooks/itsm"
}

// paths that HTTP events may come by, in words.
func (s *server) paths() string {
	if len(s.routes) > 0 {
		var names []string
		for _, r := range s.routes {
			names = append(names, r.Name)
		}
		return "by the paths of the routes: " + strings.Join(names, ", ")
	}
	return "any path"
}

// authorization is the line that proves who sends an HTTP event.
func (s *server) authorization() string {
	header := s.env["WEBHOOK_TOKEN_HEADER"]
	switch {
	case s.env["WEBHOOK_AUTH"] == "gateway":
		return ""
	case len(s.routes) > 0 && s.routes[0].Scheme == "gateway":
		return ""
	case len(s.routes) > 0:
		return "    -H '(what the scheme " + s.routes[0].Scheme + " needs: docs/webhooks.md, Routes)' \\\n"
	case s.env["ROUTES_FILE"] != "":
		return "    -H '(what the scheme of the route needs: docs/webhooks.md, Routes)' \\\n"
	case s.env["WEBHOOK_AUTH"] != "token":
		return "    -H '(the headers that WEBHOOK_AUTH=" + s.env["WEBHOOK_AUTH"] + " wants)' \\\n"
	}
	token := s.token
	if token == "" {
		token = "(your token)"
	}
	if header == "" || strings.EqualFold(header, "Authorization") {
		return "    -H 'Authorization: Bearer " + token + "' \\\n"
	}
	return "    -H '" + header + ": " + token + "' \\\n"
}

// body of an HTTP event. What a route with a mapping takes is in the file of its sender.
func (s *server) body(id string) string {
	if len(s.routes) > 0 && (s.routes[0].Mapping != nil || s.routes[0].CloudEvents) {
		return "--data-binary @body.json"
	}
	return `-d '{"DesktopId":["` + id + `"],"WaitSeconds":5,"Reason":"INC-42"}'`
}

// examples are two desktops that run, of this fleet.
func (s *server) examples() (one, two string) {
	l := s.lab.Load()
	states := l.states()
	var running []string
	for _, id := range l.ids {
		if states[id] == "Running" {
			running = append(running, id)
		}
	}
	switch len(running) {
	case 0:
		return "ecd-running1", "ecd-running2"
	case 1:
		return running[0], running[0]
	}
	return running[0], running[1]
}
