package stop

import (
	"context"
	"fmt"
	"time"

	"stopdesktops/events"
)

// EDS is what the engine asks of Elastic Desktop Service with the credentials of one invocation.
// Each call is one attempt at one API call: pace and retries are the engine's. An error is always
// a *CallError. Implementations are safe for concurrent use.
type EDS interface {
	// DescribeDesktopInfo returns the state of those of the 1 to 100 desktops that EDS knows.
	DescribeDesktopInfo(ctx context.Context, regionID string, desktopIDs []string) ([]Desktop, error)
	// StopDesktops stops 1 to 100 running desktops. That it succeeds means that EDS took the call;
	// the answer holds nothing but the ID of the API request.
	StopDesktops(ctx context.Context, call StopCall) (requestID string, err error)
	// DescribeDesktops returns a page of the desktops of a region that match every filter but the
	// tags, with their state.
	DescribeDesktops(ctx context.Context, regionID string, choice events.Select, nextToken string) (Page[Desktop], error)
	// DescribeDesktopsPage returns the page with a number, from 1, of the same listing. Whether both ways of
	// paging have the same order is unknown.
	DescribeDesktopsPage(ctx context.Context, regionID string, choice events.Select, number int) (Page[Desktop], error)
	// DescribeDesktopsByID returns a page of those of the 1 to 100 desktops that EDS lists, with their
	// users.
	DescribeDesktopsByID(ctx context.Context, regionID string, desktopIDs []string, nextToken string) (Page[Desktop], error)
	// ListTagResources returns a page of the desktops of a region that carry a tag.
	ListTagResources(ctx context.Context, regionID string, tag events.Tag, nextToken string) (Page[Tagged], error)
	// ListTagResourcesByID returns a page of the tags of the 1 to 50 desktops: each row is one tag. A desktop
	// without tags, or one that EDS does not know, has no row.
	ListTagResourcesByID(ctx context.Context, regionID string, desktopIDs []string, nextToken string) (Page[Tagged], error)
	// DescribeClientEvents returns a page of the UserActs of a region since a time.
	DescribeClientEvents(ctx context.Context, regionID string, since time.Time, nextToken string) (Page[ClientEvent], error)
}

// Page of a listing; an empty NextToken ends it.
type Page[T any] struct {
	Rows      []T
	NextToken string
	// Listed is how many rows the response had, before those that nobody asked for were dropped.
	Listed int
	// TotalCount is how many rows the whole listing has by this response. 0: it does not say.
	TotalCount int
}

// Tagged is a desktop and one tag that it carries.
type Tagged struct {
	DesktopID string
	Key       string
	Value     string
}

// ClientEvent is something that a user did with a desktop.
type ClientEvent struct {
	DesktopID string
	Type      string
	Time      time.Time
}

// UserActs are the types of client events that show that somebody uses a desktop, or is about to.
var UserActs = []string{
	"DESKTOP_START", "DESKTOP_REBOOT", "DESKTOP_CONNECT", desktopDisconnect,
	"GET_CONNECTION_TICKET", "GET_LITE_CONNECTION_TICKET",
}

// desktopDisconnect is the one act after which nobody is there any more.
const desktopDisconnect = "DESKTOP_DISCONNECT"

// MaxDesktopsPerCall is what StopDesktops and DescribeDesktopInfo take at once.
const MaxDesktopsPerCall = 100

// MaxResourcesPerCall is how many desktops ListTagResources takes at once.
const MaxResourcesPerCall = 50

// PageSize is how many rows a page of a listing has, except the last page.
const PageSize = 100

// MaxUsersPerCall is how many users DescribeDesktops filters by at once.
const MaxUsersPerCall = 100

// Desktop is what EDS told of one cloud computer. Empty means not told.
type Desktop struct {
	DesktopID        string
	DesktopStatus    string
	ConnectionStatus string
	ManagementFlags  []string
	// EndUserIDs of the users it belongs to; nil: not told. Only DescribeDesktops tells them.
	EndUserIDs []string
	// OfficeSiteID is the office that it is in. No rule reads it: stopctl shows it. Only DescribeDesktops tells it.
	OfficeSiteID string
}

// StopCall is the input of one StopDesktops call.
type StopCall struct {
	RegionID    string
	DesktopIDs  []string
	StoppedMode string
	OsUpdate    *bool
}

// Family says what can be done about a failed call.
type Family string

// The families. What is known of the codes behind them is in internal/eds.
const (
	Throttled  Family = "throttled"   // too many calls: wait, try again
	Temporary  Family = "temporary"   // not served, surely without effect: try again
	Ambiguous  Family = "ambiguous"   // may have had its effect: observe the state before trying again
	NotFound   Family = "not_found"   // a desktop of the call is unknown
	WrongState Family = "wrong_state" // a desktop of the call is in no state for it
	Denied     Family = "denied"      // the role may not: no use in trying again
	Invalid    Family = "invalid"     // malformed: no use in trying again
)

// Denial says why a call was denied, as far as its code tells.
type Denial string

// The denials. The first two are about permissions, the others about the credentials themselves.
const (
	DenialPermission   Denial = "permission"    // no policy allows the action
	DenialExplicit     Denial = "explicit_deny" // a policy denies it, whatever others allow
	DenialCredentials  Denial = "credentials"   // not accepted
	DenialExpired      Denial = "expired"
	DenialSignature    Denial = "signature" // does not match the request
	DenialClock        Denial = "clock"     // the time of the request is off
	DenialUnclassified Denial = ""
)

// CallError is a failed call to EDS. It carries no address, no credential and nothing else of the
// transport: Message is a sentence of ours or of the API, cleaned and cut.
type CallError struct {
	Action     string
	Family     Family
	Code       string // the API's code, or one of ours where no code came back
	Message    string
	RequestID  string
	RetryAfter time.Duration // how long the service asked to wait; 0 if it did not
	// OneOfMany: although Denied or Invalid, the call may have been refused because of one of the
	// desktops that it names.
	OneOfMany bool
	Denial    Denial // of a denied call; its Message names the action and says how to mend it
}

func (e *CallError) Error() string {
	if e.Denial != DenialUnclassified {
		return e.Code + ": " + e.Message
	}
	return fmt.Sprintf("%s: %s: %s", e.Action, e.Code, e.Message)
}

// refused reports whether the call was refused as a whole, perhaps because of one desktop that it names.
func (e *CallError) refused() bool {
	return e.Family == NotFound || e.Family == WrongState || e.OneOfMany
}

// Passing reports whether the same call may succeed later.
func (e *CallError) Passing() bool {
	return e.Family == Throttled || e.Family == Temporary || e.Family == Ambiguous
}
