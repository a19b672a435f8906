package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// sampleFolder holds an event of each trigger as it comes in, in the function's source.
const sampleFolder = "testdata/events"

// readSample reads an event and puts the request where the members named hold one.
func readSample(root, name, request string, at ...string) ([]byte, error) {
	file := filepath.Join(root, filepath.FromSlash(sampleFolder), name)
	event, err := os.ReadFile(file)
	if err != nil {
		return nil, terminal.Usagef("run: a sample is missing: %v", err)
	}
	if request == "" {
		return event, nil
	}
	if event, err = put(event, request, at...); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return event, nil
}

// put a request into an envelope in place of what is there: as an object or, where a string is, as
// a string. Everything else stays as it was written.
func put(event []byte, request string, at ...string) ([]byte, error) {
	there := event
	for _, name := range at {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(there, &members); err != nil || members[name] == nil {
			return nil, fmt.Errorf("the sample has no member %q where it is expected", name)
		}
		there = members[name]
	}
	value := []byte(request)
	if there[0] == '"' {
		value, _ = json.Marshal(request)
	}
	return bytes.Replace(event, there, value, 1), nil
}
