package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// Recording is the file: what was asked, what came back, and the verdicts. It has no names.
type Recording struct {
	About    string
	Format   int // 1; the emulator reads it
	Version  string
	RegionId string
	Lines    []Line

	Exchanges []recorded
}

const about = "What Elastic Desktop Service answered to stopctl probe. IDs, names, users, tags, times and tokens are placeholders."

// recorded is one call and its response.
type recorded struct {
	Action      string
	Parameters  map[string]string
	Status      int               // 0: no response
	Header      map[string]string `json:",omitempty"`
	ClockOffset float64           // seconds that the clock of EDS is ahead
	TookMs      int64
	Code        string `json:",omitempty"` // as the function reads a failure
	Body        any    // null: it was not JSON
}

// Record makes the recording of everything that was asked.
func (p *Probe) Record(version string, lines []Line) *Recording {
	s := newStripper(p.TagKey, p.RegionId)
	r := &Recording{About: about, Format: 1, Version: version, RegionId: p.RegionId, Lines: lines}
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
