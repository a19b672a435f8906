package callback

import (
	"errors"
	"maps"
	"net/url"

	"stopdesktops/internal/secret"
	"stopdesktops/internal/webhook"
)

// Settings say where reports go and how they are written there, as an operator wrote it: for the whole
// function, or for one route.
type Settings struct {
	URL      secret.String   // empty: only the destinations that events name
	Secrets  []secret.String // that sign
	Format   string          // one of Formats
	Skeleton []byte          // replaces that of the format; nil: that of the format
	On       string          // All or Problems
}

// Which reports go to the configured destination.
const (
	All      = "all"
	Problems = "problems" // partial, failed, rejected and blocked
)

// Destination is where reports go, and how they are written there: settings that were checked.
type Destination struct {
	// url that reports go to unless their event names another. It may hold a token. Empty: only events that
	// name a destination have their reports delivered.
	url secret.String
	// format of the deliveries.
	format format
	// On says which reports go to the URL: All or Problems. One that an event asked for always goes.
	On string
	// RobotSecret signs for the robot at the URL, where the format is one of a robot that signs.
	RobotSecret secret.String
	// Keys sign each delivery; several while they are rotated; none: no signature.
	Keys []webhook.Key
}

// Names say how the operator writes each of the settings. Faults go by them.
type Names struct{ URL, Secrets, Format, Template, On string }

// Variables are the names of the settings for the whole function.
var Variables = Names{URL: "CALLBACK_URL", Secrets: "CALLBACK_SECRET", Format: "CALLBACK_FORMAT", Template: "CALLBACK_TEMPLATE", On: "CALLBACK_ON"}

// Destination checks the settings. Faults are by name.
func (s Settings) Destination(names Names) (*Destination, Faults) {
	faults := Faults{}
	format, bad := parseFormat(s.Format, s.Skeleton, names)
	maps.Copy(faults, bad)
	d := &Destination{url: s.URL, format: format, On: s.On}
	var err error
	d.Keys, d.RobotSecret, err = format.signing(s.Secrets)
	faults.add(names.Secrets, err)
	if !s.URL.Empty() {
		faults.add(names.URL, checkConfigured(s.URL.Reveal()))
	}
	if s.On != All && s.On != Problems {
		faults.add(names.On, errors.New("must be all or problems"))
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return d, nil
}

// Origin returns the scheme and the host of the URL, which are no secret; nil if there is no URL.
func (d *Destination) Origin() *url.URL {
	u := d.parsed()
	if u == nil {
		return nil
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}
}

// parsed returns the URL; nil if there is none.
func (d *Destination) parsed() *url.URL {
	u, err := url.Parse(d.url.Reveal())
	if err != nil || d.url.Empty() {
		return nil
	}
	return u
}
