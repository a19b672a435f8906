package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Recording is what a service answered, as stopctl probe writes it.
type Recording struct {
	RegionId string // that was asked
	byCall   map[string][]*recordedAnswer
}

// A recordedAnswer is one response of a recording.
type recordedAnswer struct {
	Action     string
	Parameters map[string]string
	Status     int
	Header     map[string]string
	// ClockOffset is how many seconds the service's clock was ahead.
	ClockOffset float64
	Body        json.RawMessage // null: the response was not JSON
}

// recordingFormat is what a file of stopctl probe says in its member Format.
const recordingFormat = "stopctl.probe/1"

// LoadRecording reads the file that stopctl probe writes.
func LoadRecording(r io.Reader) (*Recording, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var file struct {
		Format    string
		RegionId  string
		Exchanges []*recordedAnswer
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	switch {
	case file.Format != recordingFormat:
		return nil, fmt.Errorf("recording: Format %q is not %s: the file is not one of stopctl probe, or of another version", file.Format, recordingFormat)
	case len(file.Exchanges) == 0:
		return nil, errors.New("recording: there are no Exchanges")
	}
	rec := &Recording{RegionId: file.RegionId, byCall: map[string][]*recordedAnswer{}}
	for i, x := range file.Exchanges {
		if x == nil || x.Action == "" || x.Status < 0 || x.Status > 599 {
			return nil, fmt.Errorf("recording: Exchanges[%d] has no Action, or a Status that is not one of HTTP", i)
		}
		if x.Status < 200 { // there was no response
			continue
		}
		parameters := url.Values{}
		for name, value := range x.Parameters {
			parameters.Set(name, value)
		}
		call := callKey(x.Action, parameters)
		rec.byCall[call] = append(rec.byCall[call], x)
	}
	return rec, nil
}

// callKey is what calls have in common that get the same responses: action and
// parameters. The values of times differ from run to run.
func callKey(action string, parameters url.Values) string {
	names := []string{action}
	for name, values := range parameters {
		value := strings.Join(values, "\x00")
		if name == "StartTime" || name == "EndTime" {
			value = ""
		}
		names = append(names, name+"="+value)
	}
	slices.Sort(names[1:])
	return strings.Join(names, "\n")
}

// replay is any call while EDS has a recording.
type replay struct{}

// run finds the response. Equal calls get their responses in the order of the
// recording, and then the last one again.
func (replay) run(e *EDS, c *Call, _ time.Time) (any, *apiError) {
	call := callKey(c.Action, c.Params)
	answers := e.Replay.byCall[call]
	if len(answers) == 0 {
		return nil, &apiError{Status: http.StatusNotFound, Code: "NotRecorded", Message: "The recording has no such call."}
	}
	i := min(e.played[call], len(answers)-1)
	e.played[call]++
	return answers[i], nil
}

// apply makes the recorded response the reply.
func (a *recordedAnswer) apply(c *Call, rep *reply) {
	var told struct{ Code, RequestId string }
	_ = json.Unmarshal(a.Body, &told) // a response need not have them
	c.Status, c.Code = a.Status, told.Code
	rep.status, rep.body, rep.raw = a.Status, nil, []byte("This was not JSON.\n")
	if len(a.Body) > 0 && !bytes.Equal(a.Body, []byte("null")) {
		rep.raw = a.Body
	}
	rep.header = http.Header{}
	for name, value := range a.Header {
		rep.header.Set(name, value)
	}
	rep.header.Set("Date", c.Time.Add(time.Duration(a.ClockOffset*float64(time.Second))).UTC().Format(http.TimeFormat))
}
