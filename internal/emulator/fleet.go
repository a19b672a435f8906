package emulator

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Fleet is a file that describes an account: its cloud computers and how the
// service around them behaves. Names are those of the API and of [EDS], whose
// fields say what each means. Durations are such as 300ms or 10m.
type Fleet struct {
	Desktops []Desktop   `yaml:"Desktops"`
	Generate []Generator `yaml:"Generate"`
	Regions  []string    `yaml:"Regions"`

	// Replay answers instead of the fleet. It is another file: [LoadRecording].
	Replay *Recording `yaml:"-"`

	AccountId string  `yaml:"AccountId"`
	Roles     []Role  `yaml:"Roles"`
	Accounts  []Fleet `yaml:"Accounts"`

	ClientEvents []FleetEvent `yaml:"ClientEvents"`
	Credentials  []Credential `yaml:"Credentials"`
	Faults       []Fault      `yaml:"Faults"`
	Changes      []Change     `yaml:"Changes"`

	AllowPermanentKeys bool                     `yaml:"AllowPermanentKeys"`
	MixedCalls         string                   `yaml:"MixedCalls"`
	UnknownIds         string                   `yaml:"UnknownIds"`
	UnknownResources   string                   `yaml:"UnknownResources"`
	StateError         APIError                 `yaml:"StateError"`
	NotFoundError      APIError                 `yaml:"NotFoundError"`
	TagsInDescribe     bool                     `yaml:"TagsInDescribe"`
	EmptyList          string                   `yaml:"EmptyList"`
	NoEndUserIds       bool                     `yaml:"NoEndUserIds"`
	ShowPooled         string                   `yaml:"ShowPooled"`
	LargestPage        int                      `yaml:"LargestPage"`
	NumberedPages      string                   `yaml:"NumberedPages"`
	AnyNamespace       bool                     `yaml:"AnyNamespace"`
	DateOffset         time.Duration            `yaml:"DateOffset"`
	Headers            map[string]string        `yaml:"Headers"`
	StopTime           time.Duration            `yaml:"StopTime"`
	StartTime          time.Duration            `yaml:"StartTime"`
	VisibleAfter       time.Duration            `yaml:"VisibleAfter"`
	ClientEventDelay   time.Duration            `yaml:"ClientEventDelay"`
	Latency            time.Duration            `yaml:"Latency"`
	ActionLatency      map[string]time.Duration `yaml:"ActionLatency"`
	Jitter             time.Duration            `yaml:"Jitter"`
	Seed               uint64                   `yaml:"Seed"`
	MaxQPS             int                      `yaml:"MaxQPS"`
	Quota              int                      `yaml:"Quota"`
	ActionQuota        map[string]int           `yaml:"ActionQuota"`
	QuotaWindow        time.Duration            `yaml:"QuotaWindow"`
	ThrottleStatus     int                      `yaml:"ThrottleStatus"`
	ThrottleTimeLeft   bool                     `yaml:"ThrottleTimeLeft"`
}

// A Generator makes Count desktops alike. Their IDs are Prefix and a number
// from 1, padded to the width of Count, so that they sort; "{n}" in
// DesktopName and EndUserIds becomes that number.
type Generator struct {
	Count   int    `yaml:"Count"`
	Prefix  string `yaml:"Prefix"`
	Desktop `yaml:",inline"`
}

// A FleetEvent is a [ClientEvent] in a file. EventTime is either RFC 3339 or
// relative to the start of the emulator, such as -10m.
type FleetEvent struct {
	DesktopId string `yaml:"DesktopId"`
	EndUserId string `yaml:"EndUserId"`
	EventType string `yaml:"EventType"`
	EventTime string `yaml:"EventTime"`
}

//go:embed fleet.yaml
var defaultFleet []byte

// DefaultFleet is a small fleet in cn-hangzhou for a first trial, one desktop
// for each state that matters. Its text is [DefaultFleetFile].
func DefaultFleet() *Fleet {
	f, err := LoadFleet(bytes.NewReader(defaultFleet))
	if err != nil {
		panic("the built-in fleet: " + err.Error())
	}
	return f
}

// DefaultFleetFile is the file behind [DefaultFleet], to copy and change.
func DefaultFleetFile() []byte { return slices.Clone(defaultFleet) }

// LoadFleet reads a fleet from YAML or JSON. An unknown field, a wrong type or
// an impossible value is refused with its line.
func LoadFleet(r io.Reader) (*Fleet, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var f Fleet
	strict := yaml.NewDecoder(bytes.NewReader(text))
	strict.KnownFields(true)
	err = strict.Decode(&f)
	if typed := (*yaml.TypeError)(nil); errors.As(err, &typed) {
		return nil, fmt.Errorf("fleet: %w\nThe form of each field is in internal/emulator/fleet.yaml and fleet.go", err)
	}
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	if err := strict.Decode(new(any)); err != io.EOF {
		return nil, fmt.Errorf("fleet: more than one document")
	}
	var root yaml.Node // the same again, for the lines
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	c := fleetCheck{root: &root, ids: map[string]bool{}}
	c.fleet(&f)
	return &f, c.err
}

// desktops is the whole fleet: what is listed, then what is generated.
func (f *Fleet) desktops() []Desktop {
	list := slices.Clone(f.Desktops)
	for _, g := range f.Generate {
		for n := 1; n <= g.Count; n++ {
			list = append(list, g.desktop(n))
		}
	}
	return list
}

// desktop is the nth generated one.
func (g *Generator) desktop(n int) Desktop {
	number := fmt.Sprintf("%0*d", len(strconv.Itoa(g.Count)), n)
	d := g.Desktop
	d.DesktopId = g.Prefix + number
	d.DesktopName = strings.ReplaceAll(d.DesktopName, "{n}", number)
	d.EndUserIds = slices.Clone(d.EndUserIds)
	for i := range d.EndUserIds {
		d.EndUserIds[i] = strings.ReplaceAll(d.EndUserIds[i], "{n}", number)
	}
	return d
}

// EDS is a new service with this fleet. Every call gives an independent one.
func (f *Fleet) EDS() *EDS {
	e := &EDS{
		Desktops: f.desktops(), Regions: slices.Clone(f.Regions), Credentials: slices.Clone(f.Credentials),
		Faults: slices.Clone(f.Faults), Changes: slices.Clone(f.Changes),
		AllowPermanentKeys: f.AllowPermanentKeys, MixedCalls: f.MixedCalls, UnknownIds: f.UnknownIds, UnknownResources: f.UnknownResources,
		StateError: f.StateError, NotFoundError: f.NotFoundError, TagsInDescribe: f.TagsInDescribe, EmptyList: f.EmptyList, NoEndUserIds: f.NoEndUserIds,
		ShowPooled: f.ShowPooled, LargestPage: f.LargestPage, NumberedPages: f.NumberedPages, AnyNamespace: f.AnyNamespace, DateOffset: f.DateOffset, Headers: maps.Clone(f.Headers),
		StopTime: f.StopTime, StartTime: f.StartTime, VisibleAfter: f.VisibleAfter, ClientEventDelay: f.ClientEventDelay,
		Latency: f.Latency, ActionLatency: maps.Clone(f.ActionLatency), Jitter: f.Jitter, Seed: f.Seed,
		Replay: f.Replay,
		MaxQPS: f.MaxQPS, Quota: f.Quota, ActionQuota: maps.Clone(f.ActionQuota), QuotaWindow: f.QuotaWindow,
		ThrottleStatus: f.ThrottleStatus, ThrottleTimeLeft: f.ThrottleTimeLeft,
	}
	e.AccountId, e.Roles = f.AccountId, slices.Clone(f.Roles)
	for i := range f.Accounts {
		account := f.Accounts[i].EDS()
		if account.Credentials == nil {
			account.Credentials = []Credential{} // the default ones are of the first account
		}
		e.Accounts = append(e.Accounts, account)
	}
	for _, ev := range f.ClientEvents {
		c, _ := ev.clientEvent() // LoadFleet checked it
		e.ClientEvents = append(e.ClientEvents, c)
	}
	return e
}

// clientEvent reads the time of the event.
func (ev FleetEvent) clientEvent() (ClientEvent, error) {
	c := ClientEvent{DesktopId: ev.DesktopId, EndUserId: ev.EndUserId, EventType: ev.EventType}
	if ago, err := time.ParseDuration(ev.EventTime); err == nil {
		c.Ago = -ago
		return c, nil
	}
	t, err := time.Parse(time.RFC3339, ev.EventTime)
	if err != nil {
		return c, fmt.Errorf("EventTime %q is neither RFC 3339 nor a duration such as -10m", ev.EventTime)
	}
	c.EventTime = t
	return c, nil
}
