package events

import "time"

// Proof is what the authentication of an HTTP event has established.
type Proof struct {
	ID       string    // covered by the signature; empty if the scheme has none
	Time     time.Time // covered by the signature; zero if the scheme has none
	BodyHash string    // of the body, where the signature covers it
}
