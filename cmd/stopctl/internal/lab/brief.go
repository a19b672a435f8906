package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// briefElements of a batch are shown.
const briefElements = 4

// brief is what an event asks for, without the envelope around it: one text for each of its
// elements.
func brief(event []byte) []string {
	var elements []json.RawMessage
	if json.Unmarshal(event, &elements) != nil || len(elements) == 0 {
		return []string{briefOne(event)}
	}
	var texts []string
	for i, e := range elements {
		if i == briefElements && len(elements) > briefElements+1 {
			return append(texts, fmt.Sprintf("… and %d more", len(elements)-i))
		}
		texts = append(texts, briefOne(e))
	}
	return texts
}

func briefOne(event []byte) string {
	found := request(event, 0)
	if found == nil {
		found = payload(event)
	}
	var b bytes.Buffer
	if json.Compact(&b, found) != nil {
		return strings.TrimSpace(string(found))
	}
	return spaced(b.String())
}

// spaced writes compact JSON with spaces: those between the members of the object itself to break
// lines at, all others glued.
func spaced(compact string) string {
	var b strings.Builder
	depth, inString, escaped := 0, false, false
	for _, r := range compact {
		if r == ' ' {
			r = terminal.Glue
		}
		b.WriteRune(r)
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped, inString = r == '\\', r != '"'
		case r == '"':
			inString = true
		case r == '{' || r == '[':
			depth++
		case r == '}' || r == ']':
			depth--
		case r == ',' && depth <= 1:
			b.WriteRune(' ')
		case r == ',' || r == ':':
			b.WriteRune(terminal.Glue)
		}
	}
	return b.String()
}

// payload is the member of an envelope that holds the request, where no request is found in it.
func payload(event []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(event, &members) == nil {
		for _, name := range []string{"data", "payload", "body"} {
			if v, ok := members[name]; ok {
				var text string
				if json.Unmarshal(v, &text) == nil && json.Valid([]byte(text)) {
					return []byte(text)
				}
				return v
			}
		}
	}
	return event
}

// request is the first object or batch in raw, however deep, also in strings that hold JSON, which
// looks like a request.
func request(raw []byte, depth int) []byte {
	raw = bytes.TrimSpace(raw)
	if depth > 8 || len(raw) == 0 {
		return nil
	}
	switch raw[0] {
	case '"':
		var text string
		if json.Unmarshal(raw, &text) == nil && json.Valid([]byte(text)) {
			return request([]byte(text), depth+1)
		}
	case '[':
		var elements []json.RawMessage
		if json.Unmarshal(raw, &elements) == nil && len(elements) > 0 && request(elements[0], depth+1) != nil {
			return raw
		}
	case '{':
		return requestIn(raw, depth)
	}
	return nil
}

func requestIn(raw []byte, depth int) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil
	}
	for name := range members {
		folded := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
		if folded == "desktopid" || folded == "desktopids" || folded == "select" {
			return raw
		}
	}
	for _, name := range []string{"data", "payload", "body", "messageBody", "value", "UserData"} {
		if found := request(members[name], depth+1); found != nil {
			return found
		}
	}
	return nil
}
