package callback

import (
	"errors"
	"maps"

	"stopdesktops/internal/secret"
	"stopdesktops/internal/webhook"
)

// Settings say where reports go and how they look there, as an operator wrote them: for the whole
// function, or for one route.
type Settings struct {
	URL      secret.String   // empty: only the destinations that events name
	Secrets  []secret.String // that sign
	Format   string          // one of Formats
	Skeleton []byte          // of one's own; nil: that of the format
	On       string          // All or Problems
}

// Which reports go to the configured destination.
const (
	All      = "all"
	Problems = "problems" // partial, failed, rejected and blocked
)

// Destination is where reports go, and how they look there.
type Destination struct {
	// URL that reports go to unless their event names another. It may hold a token of its own and is
	// a secret. Empty: only events that name a destination have their reports delivered.
	URL secret.String
	// On says which reports go to URL: All or Problems. One that an event asked for always goes.
	On string
	// Format of the deliveries.
	Format Format
	// RobotSecret signs for the robot behind URL, where Format is one of a robot that signs.
	RobotSecret secret.String
	// Keys sign each delivery; several while they are exchanged; none: no signature.
	Keys []webhook.Key
}

// Destination that the settings mean. Faults are by the variable that the function has for each.
func (s Settings) Destination() (Destination, Faults) {
	faults := Faults{}
	format, bad := ParseFormat(s.Format, s.Skeleton)
	maps.Copy(faults, bad)
	d := Destination{URL: s.URL, On: s.On, Format: format}
	var err error
	d.Keys, d.RobotSecret, err = format.Signing(s.Secrets)
	faults.add("CALLBACK_SECRET", err)
	if !s.URL.Empty() {
		_, err := parseConfigured(s.URL.Reveal())
		faults.add("CALLBACK_URL", err)
	}
	if s.On != All && s.On != Problems {
		faults.add("CALLBACK_ON", errors.New("must be all or problems"))
	}
	if len(faults) > 0 {
		return Destination{}, faults
	}
	return d, nil
}
