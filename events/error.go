package events

import "fmt"

// The codes of an [Error]. They are stable: tests, logs and callers match them.
const (
	InvalidJSON    = "InvalidJSON"    // not JSON, or data after it
	InvalidUTF8    = "InvalidUTF8"    // not UTF-8, or half of a surrogate pair
	DuplicateField = "DuplicateField" // a member given twice
	UnknownField   = "UnknownField"   // a member of a request that does not exist
	WrongType      = "WrongType"      // a number for a string, null, …
	InvalidValue   = "InvalidValue"   // the right type, but not allowed
	MissingField   = "MissingField"   // a member that must be there
	EmptySelector  = "EmptySelector"  // a Select or Exclude that says nothing
	NoTarget       = "NoTarget"       // neither DesktopId nor Select
	Conflict       = "Conflict"       // members that exclude each other
	TooDeep        = "TooDeep"        // nested deeper than MaxDepth
	TooLarge       = "TooLarge"       // too many or too long
	InvalidTime    = "InvalidTime"    // a time that cannot be read
	Unsupported    = "Unsupported"    // an event of a trigger that carries no request
	Empty          = "Empty"          // nothing where a request should be
)

// Error is a fault of the input. It is permanent: the same input fails again.
//
// Path and Message may be shown to the sender and logged. Message repeats nothing
// of the input; Path names members as the sender does, shortened and without
// control and formatting characters.
type Error struct {
	Code    string // one of the constants above
	Path    string // JSON path of the fault in the sender's spelling, such as $.desktop_ids[3]
	Message string // what is wrong and, where it helps, what to do
}

func (e *Error) Error() string { return e.Path + ": " + e.Message }

func fault(code, path, format string, args ...any) *Error {
	return &Error{Code: code, Path: path, Message: fmt.Sprintf(format, args...)}
}

// inString is the fault of what a JSON string holds.
func (e *Error) inString() *Error {
	e.Message = "is a JSON string, and what it holds " + e.Message
	return e
}
