package events

import (
	"encoding/json"
	"time"
)

// Limits of what is read. More is refused, never cut.
const (
	MaxBatch      = 10000  // events of one invocation; EventBridge's largest batch window
	MaxDesktopIds = 100000 // different desktops of one request
	MaxDepth      = 64     // nested objects and arrays of one document
)

// Kind says how an event came in.
type Kind string

// The kinds of events.
const (
	EventBridge Kind = "eventbridge"
	Timer       Kind = "timer"
	HTTP        Kind = "http"
	Direct      Kind = "direct"
)

// Kinds are all of them.
var Kinds = []Kind{EventBridge, Timer, HTTP, Direct}

// Event is one thing the function is asked to do. Exactly one of Payload, HTTP
// and Err is set.
//
// ID, Source and Type are the sender's text as it came; clean them for a log.
type Event struct {
	Kind Kind

	// ID is equal for a repeated delivery: the id of a CloudEvent, the triggerTime
	// of a timer. It is unique within Source. Others have none.
	ID string

	// Suffix tells apart the events that share an ID: "#3" is the fourth element
	// of a payload, or of a direct batch, that holds several requests. The payload
	// of RawData elements can be such an array too: "#3#0".
	Suffix string

	// Envelope is the index of the element of the invocation's array that the event
	// came in. Events of one payload have the same one.
	Envelope int

	// Scheduled marks events of timers and schedules: somebody configured their
	// payload once, and each run repeats it.
	Scheduled bool

	Source      string    // CloudEvents source, or the timer's triggerName
	Type        string    // CloudEvents type
	Time        time.Time // in UTC; zero if the event has none
	Traceparent string    // CloudEvents extension, if it is a well-formed W3C one

	// Path is where Payload is in the invocation: $.data.messageBody[0]. A
	// string that holds JSON counts as that JSON.
	Path string

	// Payload is one JSON object, the request. It shares memory with the
	// invocation.
	Payload json.RawMessage

	// HTTP is what an HTTP trigger delivered, neither authenticated nor parsed.
	HTTP *HTTPRequest

	// Unauthenticated marks events of EventBridge's HTTP source, which anybody who
	// knows its URL can send.
	Unauthenticated bool

	// Err says why the event cannot be read. The event is to be rejected; others of
	// the same invocation are not affected.
	Err *Error
}

// Decode splits an invocation into its events, in their order. The error is an
// [*Error] and means that nothing at all can be read; a fault of one event is in
// its Err.
func Decode(raw []byte) ([]Event, error) {
	d := decoder{}
	events, err := d.invocation(raw)
	if err != nil {
		return nil, err
	}
	return events, nil
}
