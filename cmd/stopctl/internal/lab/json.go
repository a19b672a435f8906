package lab

import (
	"encoding/json"
	"fmt"
	"time"

	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
	"stopdesktops/schema"
)

// stepJSON is what became of one event. Each event is one line of JSON.
type stepJSON struct {
	Format     string          // stopctl.run/1
	Step       int             // the number of the event, from 1
	Title      string          // what the event is, for people
	Event      json.RawMessage // the event as the function got it; a string if it is not JSON
	RequestId  string          // the ID of the invocation
	DurationMs int64           // how many milliseconds the invocation took
	// What the function returned. Of Answer, FunctionError and NoAnswer there is one.
	Answer        json.RawMessage         `json:",omitempty"`
	FunctionError *emulator.FunctionError `json:",omitempty"`
	NoAnswer      string                  `json:",omitempty"` // why the function returned nothing
	HTTPStatus    int                     `json:",omitempty"` // the status of the response to an HTTP event

	Reports     []report.Report // one for each event, as the log has them
	Desktops    []desktopJSON   // the desktops of the reports, in the emulated account
	Calls       []callJSON      // the calls that the emulated EDS saw
	Callbacks   []callbackJSON  // the callbacks that arrived
	Violations  []string        // what a careful client must never do, and this one did
	AsExpected  *bool           `json:",omitempty"` // whether a step of the walk went as expected
	Differences []string        `json:",omitempty"` // how a step of the walk differs from what was expected
	Log         []string        `json:",omitempty"` // the lines of the function's log, with -v
}

// desktopJSON is the state of a desktop before and after the event.
type desktopJSON struct {
	DesktopId string // the desktop
	Before    string // its DesktopStatus before the event; empty if EDS does not know it
	After     string // its DesktopStatus after the event; empty if EDS does not know it
}

// callJSON is one call to EDS.
type callJSON struct {
	Time        time.Time // when the call came
	Action      string    // the action of EDS
	RegionId    string    `json:",omitempty"` // the region that was asked
	DesktopIds  []string  `json:",omitempty"` // the desktops that the call names
	StoppedMode string    `json:",omitempty"` // StopCharging or KeepCharging
	OsUpdate    string    `json:",omitempty"` // true or false
	Status      int       // the HTTP status; 0: there was no response
	Code        string    `json:",omitempty"` // the error code of EDS
	RequestId   string    `json:",omitempty"` // the RequestId of the response
	Stopped     []string  `json:",omitempty"` // the desktops that it stopped
	Started     []string  `json:",omitempty"` // the desktops that it started
	CutOff      []string  `json:",omitempty"` // the desktops that it stopped while a user was connected
}

// callbackJSON is one delivery of a callback.
type callbackJSON struct {
	Time              time.Time       // when it came
	Id                string          // its webhook-id
	Type              string          `json:",omitempty"` // the type of the CloudEvent
	Status            int             // the HTTP status of the response
	SignatureVerified bool            // whether its signature is right
	Fault             string          `json:",omitempty"` // what is wrong with it
	Body              json.RawMessage `json:",omitempty"` // its body; a string if that is not JSON
}

func callsJSON(calls []emulator.Call) []callJSON {
	out := []callJSON{}
	for _, c := range calls {
		out = append(out, callJSON{
			Time: c.Time, Action: c.Action, RegionId: c.RegionId, DesktopIds: c.DesktopIds,
			StoppedMode: c.Params.Get("StoppedMode"), OsUpdate: c.Params.Get("OsUpdate"),
			Status: c.Status, Code: c.Code, RequestId: c.RequestId, Stopped: c.Stopped, Started: c.Started, CutOff: c.CutOff,
		})
	}
	return out
}

func callbacksJSON(deliveries []emulator.Delivery) []callbackJSON {
	out := []callbackJSON{}
	for _, d := range deliveries {
		c := callbackJSON{Time: d.Time, Id: d.ID, Status: d.Status, SignatureVerified: d.SignatureOK, Fault: d.Err, Body: rawJSON(d.Body)}
		if d.Event != nil {
			c.Type = d.Event.Type
		}
		out = append(out, c)
	}
	return out
}

// rawJSON is data itself, or a string with it if it is not JSON.
func rawJSON(data []byte) json.RawMessage {
	if data == nil || json.Valid(data) {
		return data
	}
	text, _ := json.Marshal(string(data))
	return text
}

func (s *display) putJSON(n int, r *record) {
	v := stepJSON{
		Format: schema.Run, Step: n, Title: r.title, Event: rawJSON(r.event), RequestId: r.result.RequestID,
		DurationMs: r.result.Duration.Milliseconds(), Answer: rawJSON(r.result.Payload), FunctionError: r.result.FunctionError,
		Reports: append([]report.Report{}, r.reports...), Desktops: []desktopJSON{}, Calls: callsJSON(r.calls),
		Callbacks: callbacksJSON(r.deliveries), Violations: append([]string{}, r.violations...), Differences: r.differences,
	}
	if r.err != nil {
		v.NoAnswer = r.err.Error()
	}
	if a, ok := r.httpAnswer(); ok {
		v.HTTPStatus = a.StatusCode
	}
	for _, rep := range r.reports {
		for _, d := range rep.Desktops {
			v.Desktops = append(v.Desktops, desktopJSON{d.DesktopId, r.before[d.DesktopId], r.after[d.DesktopId]})
		}
	}
	if r.checked {
		good := r.ok()
		v.AsExpected = &good
	}
	if s.verbose {
		v.Log = r.log
	}
	line, err := json.Marshal(v)
	if err != nil {
		s.Warn("stopctl: %v", err)
		return
	}
	fmt.Fprintf(s.Out, "%s\n", line)
}
