package emulator

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// A Call is what the emulator remembers of one request.
type Call struct {
	Seq         int // from 1
	Time        time.Time
	Action      string
	RegionId    string
	DesktopIds  []string // DesktopId.N, ResourceId.N or DesktopId as sent
	Params      url.Values
	AccessKeyId string // who signed; empty when nobody known did
	AccountId   string // whose EDS answered

	Status    int // HTTP status sent; 0: the connection was dropped
	Code      string
	RequestId string
	Fault     Kind     // the fault that decided the response
	Stopped   []string // what this call put into Stopping
	CutOff    []string // of these, whose user was connected: somebody lost work
	Started   []string // what this call put into Starting
	Duration  time.Duration
}

// Calls is every request so far, in the order of arrival.
func (e *EDS) Calls() []Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]Call, len(e.calls))
	for i, c := range e.calls {
		list[i] = *c
		list[i].DesktopIds = slices.Clone(c.DesktopIds)
		list[i].Stopped = slices.Clone(c.Stopped)
		list[i].CutOff = slices.Clone(c.CutOff)
		list[i].Started = slices.Clone(c.Started)
	}
	return list
}

// Count is how many requests named this action; "" counts all.
func (e *EDS) Count(action string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, c := range e.calls {
		if action == "" || c.Action == action {
			n++
		}
	}
	return n
}

// Violations lists what a careful client must never do, whatever it was
// answered: unsigned or malformed requests, unknown regions and identities, a
// nonce twice, an ID twice, too many IDs, following a redirect, stopping a
// desktop whose user is connected (also when that was asked for), and stopping
// a desktop again after being told, or shown, that it is stopping. What may
// happen to anybody (a desktop that is gone, throttling, an expired token) is
// not among them.
func (e *EDS) Violations() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.broken)
}

// violate notes a violation of the call.
func (e *EDS) violate(c *Call, format string, args ...any) {
	e.broken = append(e.broken, fmt.Sprintf("call %d %s: %s", c.Seq, c.Action, fmt.Sprintf(format, args...)))
}

// idsOf are the desktops a call names, as sent.
func idsOf(q url.Values) []string {
	var ids []string
	for _, name := range []string{"DesktopId", "ResourceId"} {
		if v := q.Get(name); v != "" {
			ids = append(ids, v)
		}
		for i := 1; q.Has(name + "." + strconv.Itoa(i)); i++ {
			ids = append(ids, q.Get(name+"."+strconv.Itoa(i)))
		}
	}
	return ids
}
