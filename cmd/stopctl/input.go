package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"stopdesktops/events"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/setting"
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
		data, err := readInput("run: -event", name, stdin)
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

// readInput reads JSON from the file that a flag names, or from standard input if that is -.
func readInput(flag, name string, stdin io.Reader) ([]byte, error) {
	data, err := readNamed(flag, name, stdin)
	if err != nil {
		return nil, err
	}
	if name == "-" {
		name = "standard input"
	}
	if err := checkJSON(data); err != nil {
		return nil, usagef("%s %s%v", flag, name, err)
	}
	return data, nil
}

// readNamed reads a file, or standard input if its name is -. Standard input is touched only then: it
// may be a terminal.
func readNamed(what, name string, stdin io.Reader) (data []byte, err error) {
	if name == "-" {
		data, err = io.ReadAll(stdin)
	} else {
		data, err = os.ReadFile(name)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return nil, err
	case err != nil:
		return nil, usagef("%s: %v", what, err)
	}
	return data, nil
}

// interruptible is standard input whose reading ends when ctx does: no signal wakes a read of a
// terminal or a pipe.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	own, done := make([]byte, len(p)), make(chan result, 1) // p is the caller's again when this returns
	go func() {
		n, err := r.in.Read(own)
		done <- result{n, err}
	}()
	select {
	case got := <-done:
		return copy(p, own[:got.n]), got.err
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
}

// checkJSON says where data is not JSON, in the words of the function: ":line:column: what".
func checkJSON(data []byte) error {
	data, err := setting.Decode(data) // the function drops a byte order mark, and refuses UTF-16
	switch {
	case err != nil:
		return fmt.Errorf(" %w", err)
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New(": is empty")
	}
	if line, column, what := events.SyntaxFault(data); what != "" {
		return fmt.Errorf(":%d:%d: is not JSON: %s", line, column, what)
	}
	return nil
}

// readFleet reads a file that a flag names.
func readFleet(flag, name string) (*emulator.Fleet, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usagef("%s: %v", flag, err)
	}
	defer f.Close()
	fleet, err := emulator.LoadFleet(f)
	if err != nil {
		return nil, usagef("%s %s: %v", flag, name, err)
	}
	return fleet, nil
}

// readRecording reads the file of a probe that a flag names.
func readRecording(flag, name string) (*emulator.Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usagef("%s: %v", flag, err)
	}
	defer f.Close()
	recording, err := emulator.LoadRecording(f)
	if err != nil {
		return nil, usagef("%s %s: %v", flag, name, err)
	}
	return recording, nil
}
