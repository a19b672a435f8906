package lab

import (
	"encoding/json"
	"fmt"
	"time"

	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
)

// stepJSON is a record for programs, one line each.
type stepJSON struct {
	Step       int
	Title      string
	Event      json.RawMessage
	RequestId  string
	DurationMs int64
	// One of these says how it went: Answer is what the function returned.
	Answer        json.RawMessage         `json:",omitempty"`
	FunctionError *emulator.FunctionError `json:",omitempty"`
	NoAnswer      string                  `json:",omitempty"`
	HTTPStatus    int                     `json:",omitempty"`

	Reports     []report.Report
	Desktops    []desktopJSON  // those of the reports, in the emulated account
	Calls       []callJSON     // that EDS saw
	Callbacks   []callbackJSON // that arrived
	Violations  []string       // what a careful client must never do
	AsExpected  *bool          `json:",omitempty"` // of the walk
	Differences []string       `json:",omitempty"`
	Log         []string       `json:",omitempty"` // with -v
}

type desktopJSON struct{ DesktopId, Before, After string }

type callJSON struct {
	Time        time.Time
	Action      string
	RegionId    string   `json:",omitempty"`
	DesktopIds  []string `json:",omitempty"`
	StoppedMode string   `json:",omitempty"`
	OsUpdate    string   `json:",omitempty"`
	Status      int      // 0: no answer
	Code        string   `json:",omitempty"`
	RequestId   string   `json:",omitempty"`
	Stopped     []string `json:",omitempty"`
	Started     []string `json:",omitempty"`
	CutOff      []string `json:",omitempty"`
}

type callbackJSON struct {
	Time              time.Time
	Id                string          // webhook-id
	Type              string          `json:",omitempty"`
	Status            int             // that was answered
	SignatureVerified bool            //
	Fault             string          `json:",omitempty"`
	Body              json.RawMessage `json:",omitempty"`
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
		Step: n, Title: r.title, Event: rawJSON(r.event), RequestId: r.result.RequestID,
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
		s.Note("stopctl: %v", err)
		return
	}
	fmt.Fprintf(s.Out, "%s\n", line)
}
