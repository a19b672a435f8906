package report

import (
	"time"

	"stopdesktops/events"
)

// Report says what happened to one event: the one structure that is logged, sent to the callback
// and returned. Empty members are left out of its JSON.
type Report struct {
	InvocationId string    `json:",omitempty"` // the platform's ID of the invocation
	EventId      string    `json:",omitempty"` // the event's source and ID, or the invocation's ID
	Kind         string    `json:",omitempty"` // the kind of the event: direct, eventbridge, timer or http
	Source       string    `json:",omitempty"` // the source that the event names
	Route        string    `json:",omitempty"` // the route that the event came by
	EventTime    time.Time `json:",omitzero"`  // when the event was made
	Traceparent  string    `json:",omitempty"` // W3C Trace Context, as the sender gave it
	Status       Status
	DryRun       bool   `json:",omitempty"` // this is a plan: nothing was stopped
	Reason       string `json:",omitempty"` // of the request: a ticket number or text
	RequestedBy  string `json:",omitempty"` // of the request: a person or a system
	PlannedBy    string `json:",omitempty"` // of the approval: who planned the event
	ApprovedBy   string `json:",omitempty"` // of the approval: who approved it
	// ApprovalToken of a plan, with APPROVAL_MINT=function: a secret until it expires. It is only in the HTTP response
	// and in the callback of the route.
	ApprovalToken string `json:",omitempty"`
	Version       string `json:",omitempty"` // the version of the function
	Account       string `json:",omitempty"` // the name of another account; empty: the function's own
	RegionId      string `json:",omitempty"` // the region of the desktops
	StoppedMode   string `json:",omitempty"` // StopCharging or KeepCharging
	OsUpdate      *bool  `json:",omitempty"` // whether EDS was asked to install a patch that is ready
	// What narrowed or widened the event, as it was asked: a person who finishes the event by hand needs it.
	Select      *events.Select  `json:",omitempty"`
	Exclude     *events.Exclude `json:",omitempty"`
	Force       bool            `json:",omitempty"` // connected users spared no desktop
	IdleMinutes int             `json:",omitempty"` // how long a desktop had to be unused
	On          string          `json:",omitempty"` // the kind of day that the request asks for: workday or holiday
	// Counts of the desktops by outcome.
	Counts map[Outcome]int `json:",omitempty"`
	Error  *Problem        `json:",omitempty"`
	// Warnings about the request. They do not change the status.
	Warnings []Warning `json:",omitempty"`
	// Calls made to EDS in this invocation, by action. A batch shares them.
	Calls      map[string]int  `json:",omitempty"`
	DurationMs int64           `json:",omitempty"` // milliseconds since the invocation began
	Callback   *CallbackResult `json:",omitempty"`
	// Desktops asked for, each once. Problems come first.
	Desktops []DesktopReport `json:",omitempty"`
	// Truncated is how many desktops were left out of a callback.
	Truncated int `json:",omitempty"`
}

// Warning is something in a request that changed nothing but that its sender probably did not mean.
type Warning struct {
	Code    string // SelectionMatchesNothing, ExclusionMatchesNothing, UnusableRows or NoApprovalToken
	Path    string `json:",omitempty"` // the JSON path in what came in
	Message string // for people; it may change
}

// Codes of warnings.
const (
	WarnSelectionMatchesNothing = "SelectionMatchesNothing"
	WarnExclusionMatchesNothing = "ExclusionMatchesNothing" // one item of it: see Path
	WarnUnusableRows            = "UnusableRows"            // rows of a selection name no desktop
	WarnNoApprovalToken         = "NoApprovalToken"         // the plan has no token: see Message
)

// DesktopReport says what happened to one desktop.
type DesktopReport struct {
	DesktopId        string // as EDS has it, or as it was asked for if EDS does not know it
	RegionId         string `json:",omitempty"` // where it is, or was looked for
	Outcome          Outcome
	Reason           string `json:",omitempty"` // why it was skipped or not attempted
	Code             string `json:",omitempty"` // why it failed: the code of EDS, or one of the function
	Message          string `json:",omitempty"` // for people; it may change
	RequestId        string `json:",omitempty"` // the RequestId of the call to EDS that stopped or refused it
	State            string `json:",omitempty"` // its DesktopStatus as last seen
	ConnectionStatus string `json:",omitempty"` // its ConnectionStatus as last seen
	// Evidence of the rule that spared the desktop, beside the state.
	Evidence *Evidence `json:",omitempty"`
}

// Evidence is what a rule found that spared a desktop: its last use, a tag, a list or a limit. Only what
// the rule used is set.
type Evidence struct {
	Use         string    `json:",omitempty"` // type of the last use, by EDS's EventType: DESKTOP_CONNECT, …
	UsedAt      time.Time `json:",omitzero"`  // when the last use was
	UsedSince   time.Time `json:",omitzero"`  // a use from then on spares the desktop
	Tag         string    `json:",omitempty"` // key of the tag that the desktop carries
	TagValue    string    `json:",omitempty"` // value of the tag, cleaned, at most about 128 bytes
	KeptUntil   time.Time `json:",omitzero"`  // the time that the keep-until tag names
	List        string    `json:",omitempty"` // the setting or the member of the request that names the desktop or its user
	MaxDesktops int       `json:",omitempty"` // the limit that its event would have exceeded
}

// Lists that spare a desktop: settings and members of the request.
const (
	ListDenyDesktops     = "DENY_DESKTOPS" // DENY_FILE adds to it
	ListDenyUsers        = "DENY_USERS"
	ListExcludeDesktopId = "Exclude.DesktopId"
	ListExcludeEndUserId = "Exclude.EndUserId"
)

// Outcome of one desktop.
type Outcome string

// The outcomes.
const (
	Stopped        Outcome = "stopped"         // seen Stopped after our call
	Stopping       Outcome = "stopping"        // seen Stopping
	Accepted       Outcome = "accepted"        // EDS took the call; neither Stopping nor Stopped was seen since
	AlreadyStopped Outcome = "already_stopped" // needed no call
	Skipped        Outcome = "skipped"         // deliberately left alone: see Reason
	WouldStop      Outcome = "would_stop"      // dry run
	NotFound       Outcome = "not_found"       // EDS does not know it in that region
	Failed         Outcome = "failed"          // see Code
	NotAttempted   Outcome = "not_attempted"   // untouched: see Reason
)

// Severity orders desktops in a report: problems first, then what is not final, then the rest.
var Severity = map[Outcome]int{
	Failed: 0, NotFound: 1, NotAttempted: 2, Accepted: 3, Stopping: 4,
	Skipped: 5, WouldStop: 6, Stopped: 7, AlreadyStopped: 8,
}

// Problem reports whether somebody has to act on a desktop with this outcome.
func (o Outcome) Problem() bool {
	return o == Failed || o == NotFound || o == NotAttempted
}

// Reasons for skipped and not_attempted. docs/architecture.md says how to add one.
const (
	ReasonConflict            = "conflict"              // another event of the invocation stops it with other options
	ReasonNotSelected         = "not_selected"          // named in DesktopId, but outside Select
	ReasonProtected           = "protected"             // on the deny list, of a user on it, or carries the protect tag
	ReasonKeepUntil           = "keep_until"            // its keep-until tag names a time to come
	ReasonKeepUntilUnreadable = "keep_until_unreadable" // its keep-until tag has a value that cannot be read
	ReasonExcluded            = "excluded"              // matched by Exclude
	ReasonStatePrefix         = "state:"                // + its state
	ReasonConnected           = "connected"             // a user is connected
	ReasonConnectionUnknown   = "connection_unknown"    // it cannot be told whether one is
	ReasonNotIdle             = "not_idle"              // started, used or left within IdleMinutes
	ReasonUsedSinceEvent      = "used_since_event"      // started or connected to after a late or repeated event, or after the plan of an approved one
	ReasonMaxDesktops         = "max_desktops"          // its event would have exceeded MAX_DESKTOPS
	ReasonSelectionUnread     = "selection_unread"      // the listing of its selection broke while it was stopped
	ReasonDeadline            = "deadline"              // the time was up before it was begun
	ReasonRefusedTogether     = "refused_together"      // EDS refused the calls it was in, probably because of others
)

// Status of an event.
type Status string

// The statuses.
const (
	StatusDone      Status = "done"      // every desktop is final
	StatusAccepted  Status = "accepted"  // all well, some desktops are on their way
	StatusPlanned   Status = "planned"   // dry run
	StatusPartial   Status = "partial"   // some desktops are a problem
	StatusFailed    Status = "failed"    // nothing of it is done
	StatusRejected  Status = "rejected"  // bad input, not authenticated or not allowed
	StatusBlocked   Status = "blocked"   // would exceed MAX_DESKTOPS: nothing was stopped
	StatusStale     Status = "stale"     // older than MAX_EVENT_AGE
	StatusDuplicate Status = "duplicate" // seen before
	StatusDisabled  Status = "disabled"  // DISABLED is set
	StatusIgnored   Status = "ignored"   // nothing to do: the condition of a route or the kind of day does not hold, or a batch holds no event
)

// Succeeded says whether an invocation with this status has done what it was asked for, or has
// deliberately left it alone.
func (s Status) Succeeded() bool {
	switch s {
	case StatusPartial, StatusFailed, StatusRejected, StatusBlocked:
		return false
	}
	return true
}

// CallbackResult says how the delivery of a report went. Empty: there was none to deliver.
type CallbackResult struct {
	Status   string // delivered, failed or not_attempted
	Attempts int    `json:",omitempty"` // how often it was tried
	Code     string `json:",omitempty"` // why it was not delivered, such as http_500 or timeout
	Host     string `json:"-"`          // for the log only: the URL is a secret
}

// The states of a delivery.
const (
	CallbackDelivered    = "delivered"
	CallbackFailed       = "failed"
	CallbackNotAttempted = "not_attempted"
)
