package timer

import "fmt"

// Error is a cronExpression that Function Compute does not accept, or that never fires.
type Error struct {
	Field   string // as written, with its name: `hour "24"`; empty: the whole expression
	Problem string // what is wrong
	Mend    string // what to write
}

func (e *Error) Error() string { return e.Message() + ": " + e.Mend }

// Message is what is wrong and where, without how to mend it.
func (e *Error) Message() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + " " + e.Problem
}

// Note is what Function Compute's documentation leaves open of an expression, or what was probably not meant.
type Note struct {
	Text string // what is open, and how it is read here
	Mend string // what to write instead
}

func (n Note) String() string { return n.Text + ": " + n.Mend }

// whole is an error of the whole expression.
func whole(mend, problem string, args ...any) *Error {
	return &Error{Problem: fmt.Sprintf(problem, args...), Mend: mend}
}
