package lab

import (
	"encoding/json"
	"fmt"
	"io"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// ownEvent is an event of the caller.
type ownEvent struct {
	name string // of its file
	data []byte
}

// title of its block: where it came from and what the function took it for.
func (e ownEvent) title(r *record) string {
	if len(r.reports) == 0 || r.reports[0].Kind == "" {
		return e.name
	}
	return e.name + " · " + kindOf(r)
}

// kindOf the event, as the function saw it.
func kindOf(r *record) string {
	if len(r.reports) == 0 {
		return "event"
	}
	first := r.reports[0]
	kind := first.Kind
	if first.Kind == "http" {
		kind += requestLine(r.event)
	}
	if first.Source != "" {
		kind += " " + first.Source
	}
	if n := len(r.reports); n > 1 {
		kind = fmt.Sprintf("%s, %d events", kind, n)
	}
	return kind
}

// requestLine of an HTTP event: " POST /path".
func requestLine(event []byte) string {
	var e struct {
		RequestContext struct {
			HTTP struct{ Method, Path string }
		}
	}
	if json.Unmarshal(event, &e) != nil {
		return ""
	}
	line := []rune(" " + e.RequestContext.HTTP.Method + " " + e.RequestContext.HTTP.Path)
	return string(line[:min(len(line), 40)])
}

// readEvents reads the files of -event.
func readEvents(o *runOptions, stdin io.Reader) ([]ownEvent, error) {
	var events []ownEvent
	for _, name := range o.events {
		data, err := terminal.ReadInput("run: -event", name, stdin)
		if err != nil {
			return nil, err
		}
		if name == "-" {
			name = "standard input"
		}
		events = append(events, ownEvent{name, data})
	}
	return events, nil
}
