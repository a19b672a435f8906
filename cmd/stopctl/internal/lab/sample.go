package lab

import (
	"bytes"
	"encoding/json"
	"fmt"

	samples "stopdesktops/testdata/events"
)

// readSample reads an event and puts the request where the members named hold one.
func readSample(name, request string, at ...string) ([]byte, error) {
	event, err := samples.Read(name)
	if err != nil {
		return nil, err
	}
	if request == "" {
		return event, nil
	}
	if event, err = put(event, request, at...); err != nil {
		return nil, fmt.Errorf("sample %s: %w", name, err)
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
