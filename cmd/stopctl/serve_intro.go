package main

import (
	"fmt"
	"strings"
)

// introduce prints lines to paste: one for each way in.
func (s *server) introduce() {
	base := s.base
	one, two := s.examples()
	var b strings.Builder
	fmt.Fprintf(&b, "Serving on %s with %s; Ctrl-C ends it.\n", base, plural(len(s.lab.Load().ids), "desktop"))
	if s.options.replay != "" {
		fmt.Fprintf(&b, "EDS answers from a recording: %s probe gets its answers, any other call 404 NotRecorded.\n", s.self)
	}
	fmt.Fprintf(&b, `
Invoke the function directly:

  curl -s %s/_emulator/invoke \
    -d '{"DesktopId":["%s"]}'

Over its HTTP trigger, %s:

  curl -s %s%s \
%s    -H 'Content-Type: application/json' \
    -d '{"DesktopId":["%s"],"WaitSeconds":5,"Reason":"INC-42"}'

An asynchronous event, which is tried again when it fails:

  curl -s %s/_emulator/invoke \
    -H 'X-Fc-Invocation-Type: Async' -d '{"DesktopId":["%s"]}'

The operator's commands talk to this account in a shell that has read

  eval "$(curl -s %s/_emulator/env)"
  %s plan -f event.json     or undo -apply report.json

What has become of it all, and once more from the beginning:

  curl -s %s/_emulator/desktops     or calls, or callbacks
  curl -s -X POST %s/_emulator/reset
`, base, one, s.paths(), base, s.path(), s.authorization(), two, base, two, base, s.self, base, base)
	s.screen.note("%s", b.String())
}

// path is one that an HTTP event may come by.
func (s *server) path() string {
	if len(s.routes) > 0 {
		return s.routes[0]
	}
	return "/hooks/itsm"
}

// paths that HTTP events may come by, in words.
func (s *server) paths() string {
	if len(s.routes) > 0 {
		return "by the paths of the routes: " + strings.Join(s.routes, ", ")
	}
	return "any path"
}

// authorization is the line that proves who sends an HTTP event.
func (s *server) authorization() string {
	header := s.env["WEBHOOK_TOKEN_HEADER"]
	switch {
	case s.env["WEBHOOK_AUTH"] == "gateway":
		return ""
	case s.env["ROUTES_FILE"] != "":
		return "    -H '(the headers that the route of your path wants)' \\\n"
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
