package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// A Kind of fault. Unless said otherwise a fault comes instead of the effect;
// [Fault.AfterEffect] turns that round.
type Kind string

// The kinds of faults.
const (
	FaultThrottle    Kind = "throttle"    // 429 Throttling.User, or Status and Code; with TimeLeft also the header x-ratelimit-user-api, with RetryAfter Retry-After
	FaultError       Kind = "error"       // Status (default 400) and Code (default InternalError) with an error body
	FaultUnavailable Kind = "unavailable" // 503 ServiceUnavailable
	FaultInternal    Kind = "internal"    // 500 InternalError
	FaultHTML502     Kind = "html502"     // 502 with a page of a gateway
	FaultHTML200     Kind = "html200"     // 200 with a page of a proxy
	FaultEmpty500    Kind = "empty500"    // 500 without a body
	FaultEmpty200    Kind = "empty200"    // 200 with {}
	FaultError200    Kind = "error200"    // 200 with the body of an error
	FaultNoData      Kind = "nodata"      // 200 with nothing but a RequestId, as listings may answer that there is nothing
	FaultBadJSON     Kind = "badjson"     // 200 with JSON that does not end
	FaultDropBefore  Kind = "drop-before" // the connection is closed, nothing was done
	FaultRedirect    Kind = "redirect"    // 302 to another host name of the loopback interface
	FaultRedirect307 Kind = "redirect307" // 307, which keeps the method

	// These come after the effect, always.
	FaultDropAfter Kind = "drop-after" // it was done, the connection is closed without a response
	FaultCutBody   Kind = "cutbody"    // the response ends in the middle
	FaultRenamed   Kind = "renamed"    // 200 with its list under another name
	FaultNameless  Kind = "nameless"   // 200 with rows in its list, the first without the ID of its desktop
	FaultRepeated  Kind = "repeated"   // 200 with the first row of its list also in the place of the last
	FaultMissing   Kind = "missing"    // 200 without the first row of its list
	FaultStall     Kind = "stall"      // the response comes after Delay; 0: not at all
	FaultStallBody Kind = "stall-body" // half of the response, the rest after Delay; 0: not at all
)

// kinds says of each kind whether it always comes after the effect.
var kinds = map[Kind]bool{
	FaultThrottle: false, FaultError: false, FaultUnavailable: false, FaultInternal: false, FaultHTML502: false, FaultHTML200: false,
	FaultEmpty500: false, FaultEmpty200: false, FaultError200: false, FaultNoData: false, FaultBadJSON: false, FaultDropBefore: false,
	FaultRedirect: false, FaultRedirect307: false,
	FaultDropAfter: true, FaultCutBody: true, FaultRenamed: true, FaultNameless: true, FaultRepeated: true, FaultMissing: true, FaultStall: true, FaultStallBody: true,
}

// A Fault spoils responses. Only calls that are signed, allowed and well-formed
// meet faults: a fault never hides a bad request. Of several that match one
// call, the first in the list decides; all count it.
type Fault struct {
	Action    string `yaml:"Action"`    // "": any
	DesktopId string `yaml:"DesktopId"` // only calls that name it; "": any
	Call      int    `yaml:"Call"`      // from which matching call on, from 1; 0: from the first, without end
	Times     int    `yaml:"Times"`     // how many calls; 0: one with Call, all without

	Kind        Kind          `yaml:"Kind"`
	AfterEffect bool          `yaml:"AfterEffect"` // it was done, and the caller does not learn so
	Status      int           `yaml:"Status"`      // 0: that of the kind
	Code        string        `yaml:"Code"`
	Message     string        `yaml:"Message"`
	Delay       time.Duration `yaml:"Delay"`      // before the response, with every kind
	TimeLeft    time.Duration `yaml:"TimeLeft"`   // with FaultThrottle
	RetryAfter  time.Duration `yaml:"RetryAfter"` // with FaultThrottle; whole seconds
	Location    string        `yaml:"Location"`   // with a redirect; default: the same port under the other loopback name
}

// afterEffect reports whether what was asked for is done nevertheless.
func (f *Fault) afterEffect() bool { return f.AfterEffect || kinds[f.Kind] }

// A counter of calls that match a Fault or a Change.
type counter struct{ matched int }

// matches counts the call if it fits and reports whether it is the nth, or
// one of the times following ones.
func (n *counter) matches(c *Call, action, desktopId string, call, times int) bool {
	if action != "" && action != c.Action || desktopId != "" && !slices.Contains(c.DesktopIds, desktopId) {
		return false
	}
	n.matched++
	switch {
	case call == 0:
		return times == 0 || n.matched <= times
	default:
		return n.matched >= call && n.matched < call+max(times, 1)
	}
}

// matchFault is the fault of this call, if any.
func (e *EDS) matchFault(c *Call) *Fault {
	var found *Fault
	for i := range e.Faults {
		f := &e.Faults[i]
		if i < len(e.faults) && e.faults[i].matches(c, f.Action, f.DesktopId, f.Call, f.Times) && found == nil {
			found = f
		}
	}
	return found
}

// apply makes the fault of the response, and of what the history says about it.
func (f *Fault) apply(c *Call, rep *reply) {
	c.Fault, rep.fault = f.Kind, f.Kind
	rep.delay += f.Delay
	if f.Kind == FaultStall || f.Kind == FaultStallBody {
		rep.delay, rep.stall = rep.delay-f.Delay, f.Delay
	}
	switch f.Kind {
	case FaultDropBefore, FaultDropAfter:
		c.Status, c.Code = 0, ""
	case FaultCutBody, FaultStall, FaultStallBody, FaultRenamed, FaultNameless, FaultRepeated, FaultMissing:
		if rep.body == nil { // cannot be: these come after the effect
			rep.body = map[string]string{"RequestId": c.RequestId}
		}
	case FaultRedirect, FaultRedirect307:
		rep.location = f.Location
		f.plain(c, rep, map[Kind]int{FaultRedirect: http.StatusFound, FaultRedirect307: http.StatusTemporaryRedirect}[f.Kind], "", "text/plain")
	case FaultHTML502:
		f.plain(c, rep, http.StatusBadGateway, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n", "text/html")
	case FaultHTML200:
		f.plain(c, rep, http.StatusOK, "<!DOCTYPE html><html><body>Please sign in to the network.</body></html>\n", "text/html")
	case FaultEmpty500:
		f.plain(c, rep, http.StatusInternalServerError, "", "")
	case FaultEmpty200:
		f.plain(c, rep, http.StatusOK, "{}", jsonType)
	case FaultNoData:
		f.plain(c, rep, http.StatusOK, `{"RequestId":`+strconv.Quote(c.RequestId)+`}`, jsonType)
	case FaultBadJSON:
		f.plain(c, rep, http.StatusOK, `{"RequestId":`+strconv.Quote(c.RequestId)+`,"Desktops":[{"DesktopId":`, jsonType)
	default:
		f.failure(c, rep)
	}
}

// plain answers text that is no response of the API.
func (f *Fault) plain(c *Call, rep *reply, status int, text, contentType string) {
	if f.Status != 0 {
		status = f.Status
	}
	c.Status, c.Code = status, ""
	rep.status, rep.header, rep.body, rep.raw, rep.contentType = status, nil, nil, []byte(text), contentType
}

// failure answers the error body of the kind.
func (f *Fault) failure(c *Call, rep *reply) {
	var err *apiError
	switch f.Kind {
	case FaultThrottle:
		err = errThrottled(0, f.TimeLeft.Milliseconds())
		if f.RetryAfter > 0 {
			if err.header == nil {
				err.header = http.Header{}
			}
			err.header.Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())))
		}
	case FaultUnavailable:
		err = &apiError{Status: 503, Code: "ServiceUnavailable", Message: "The request has failed due to a temporary failure of the server."}
	case FaultInternal:
		err = &apiError{Status: 500, Code: "InternalError", Message: "The request processing has failed due to some unknown error."}
	case FaultError200:
		err = &apiError{Status: 200, Code: "InternalError", Message: "The request processing has failed due to some unknown error."}
	default:
		err = &apiError{Status: 400, Code: "InternalError", Message: "The request processing has failed due to some unknown error."}
	}
	header := err.header
	err = APIError{Code: f.Code, Status: f.Status, Message: f.Message}.or(*err)
	c.Status, c.Code = err.Status, err.Code
	rep.status, rep.header, rep.body = err.Status, header, err.body(c.RequestId, rep.host)
}
