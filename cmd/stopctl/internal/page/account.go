package page

// Tone is the colour of a word: a class of the style sheet.
type Tone string

// The tones.
const (
	Plain  Tone = ""
	Good   Tone = "good"   // final, as it should be
	Moving Tone = "moving" // on its way
	Left   Tone = "left"   // left alone
	Plan   Tone = "plan"   // would be stopped
	Bad    Tone = "bad"    // somebody's business
)

// Fleet as it is now.
type Fleet struct {
	Desktops []Desktop
	More     int // that are not shown
	Counts   []Count
}

// Count of desktops in a state.
type Count struct {
	State  string
	Number int
}

// Desktop is one cloud computer. The names are those of the API.
type Desktop struct {
	DesktopId, DesktopName, DesktopStatus, ConnectionStatus string
	ManagementFlags, EndUserIds, Tags                       []string
}

// Tone of its state.
func (d Desktop) Tone() Tone {
	switch d.DesktopStatus {
	case "Running":
		return Good
	case "Stopping", "Starting":
		return Moving
	case "Stopped":
		return Plain
	}
	return Left
}

// Event is what became of an event.
type Event struct {
	Number            int
	Time, Title, Took string
	Answer            Line
	Rows              []Row
	More              string // of desktops that are not among the rows
	Problems          []string
	Warnings          []string
	Calls             []string
	Callbacks         []Callback
	Violations        []string
	Lines             []MarkedLine // of what was sent
	Sent              string       // all of it; empty if it is too large to edit
	Report            string       // JSON
	Log               []string
}

// Row of a desktop.
type Row struct {
	DesktopId, Change, Outcome, Reason string
	Tone                               Tone
}

// Line with a tone.
type Line struct {
	Text string
	Tone Tone
}

// Callback that was sent.
type Callback struct {
	Line
	Body string // JSON
}

// card is an event that shows what is in it, or its first line alone.
type card struct {
	Event
	Open bool
}

// Opened shows what is in it.
func (e Event) Opened() card { return card{e, true} }

// Closed shows its first line.
func (e Event) Closed() card { return card{e, false} }
