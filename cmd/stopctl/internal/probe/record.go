package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"stopdesktops/schema"
)

// Recording is the file: what was asked, what came back, and the verdicts. It has no names.
type Recording struct {
	About    string // what the file is
	Format   string // stopctl.probe/1
	Version  string // the version of stopctl
	RegionId string // the region that was asked
	Lines    []Line // the assumptions, and what was seen

	Exchanges []recorded // what was asked, and what came back, in this order
}

const about = "What Elastic Desktop Service answered to stopctl probe. IDs, names, users, tags, times and tokens are placeholders."

// recorded is one call and its response.
type recorded struct {
	Action      string            // the action of EDS
	Parameters  map[string]string // the parameters of the call
	Status      int               // the HTTP status; 0: there was no response
	Header      map[string]string `json:",omitempty"` // the headers of the response that the function reads
	ClockOffset float64           // seconds that the clock of EDS is ahead
	TookMs      int64             // milliseconds until the response
	Code        string            `json:",omitempty"` // the error code, as the function reads a failure
	Body        any               // the body of the response; null: it was not JSON
}

// Record makes the recording of everything that was asked.
func (p *Probe) Record(version string, lines []Line) *Recording {
	s := newStripper(p.TagKey, p.RegionId)
	r := &Recording{About: about, Format: schema.Probe, Version: version, RegionId: p.RegionId, Lines: lines}
	for _, x := range p.exchanges {
		r.Exchanges = append(r.Exchanges, s.exchange(x, p.RegionId))
	}
	return r
}

func (s *stripper) exchange(x *Exchange, region string) recorded {
	r := recorded{Action: x.Action, Parameters: map[string]string{"RegionId": region}, Status: x.Status, TookMs: x.Took.Milliseconds()}
	for name, value := range x.Parameters {
		r.Parameters[name] = s.parameter(name, value)
	}
	if x.Failure != nil {
		r.Code = code(x)
	}
	if x.Status == 0 {
		return r
	}
	if d, ok := x.skew(); ok {
		r.ClockOffset = math.Round(d.Seconds())
	}
	r.Header = map[string]string{}
	for name := range x.Header {
		if value, ok := s.header(name, x.Header.Get(name)); ok {
			r.Header[name] = value
		}
	}
	if o := x.object(); o != nil {
		r.Body = s.value("", o)
	}
	return r
}

// Text of the file. It is refused if it holds a secret, or a desktop's ID: a check on what strips them.
func (r *Recording) Text(secrets []string, p *Probe) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return nil, err
	}
	for _, x := range p.exchanges {
		secrets = append(secrets, keys(x.rows(), desktopID)...)
	}
	for _, secret := range secrets {
		if len(secret) >= 8 && strings.Contains(b.String(), secret) && !strings.HasPrefix(secret, "ecd-probe") {
			return nil, fmt.Errorf("the file would hold a credential or the ID of a desktop, so it was not written: report this as a bug of stopctl, without the file")
		}
	}
	return b.Bytes(), nil
}
