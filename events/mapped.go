package events

import (
	"encoding/json"
	"strings"
	"time"
)

// Mapped is what a route's mapping makes of a payload: a request, or the reason to ignore it.
type Mapped struct {
	Ignored bool            // a condition of the route does not hold, for example: not approved
	Because string          // the JSON path of that condition, if Ignored
	Unmet   string          // what the route expects there and what the payload has, in sentences, if Ignored
	Request json.RawMessage // nil if Ignored
	Time    time.Time       // the time in the payload; zero: it has none
	// Paths say, by field of the request ($.DesktopId), where in the payload its value was found.
	Paths map[string]string
}

// Where returns the path at which the sender wrote what the request has at path.
func (m Mapped) Where(path string) string {
	if m.Paths == nil {
		return path
	}
	for field, at := range m.Paths {
		if field != "$" && (path == field || strings.HasPrefix(path, field+"[") || strings.HasPrefix(path, field+".")) {
			return at
		}
	}
	return m.Paths["$"]
}
