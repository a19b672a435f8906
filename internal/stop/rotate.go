package stop

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// retrySteps is how many retries go once through the desktops of a big event.
const retrySteps = 5

// workList is the unit's targets in the order in which they are worked on. Of a big order each attempt
// begins elsewhere. Without that, a fleet for which the time of one invocation is too short would never
// be done: each attempt would spend its time on the desktops that the ones before have stopped.
//
// Desktops that fit into one wave are all begun at once and keep their order. Nothing else depends on
// this order: limits and conflicts follow the order of the events, and a report that of the request.
func (u *unit) workList() []*target {
	targets := targetsOf(u.orders)
	if wave, _ := u.nextWave(targets); len(wave) == len(targets) {
		return targets
	}
	start := startOf(u.invocation, len(targets))
	start -= start % MaxDesktopsPerCall // so that the attempts divide the desktops into the same calls
	return append(targets[start:len(targets):len(targets)], targets[:start]...)
}

// startOf returns where, among n desktops, an attempt begins.
//
// The n-th retry of the platform begins n-1 fifths of the way through the desktops. If one attempt can
// do a fifth of them, the first five retries do all. Later retries begin half-way between those places,
// then at the quarters, and so on (van der Corput's sequence): that serves fleets which need more
// attempts. Steps of the golden ratio suit any number of attempts, but after five of them gaps of 0.24
// are left, and such a fleet needs eight.
//
// Without a count the function cannot tell whether this is the first attempt: senders over HTTP,
// EventBridge and people repeat an event in a new invocation. Such an attempt begins at a place that its
// request ID determines.
func startOf(inv Invocation, n int) int {
	if inv.RetryCount <= 0 {
		sum := sha256.Sum256([]byte(inv.RequestID)) // request IDs may differ in one digit only
		return int(binary.BigEndian.Uint64(sum[:]) % uint64(n))
	}
	step, round := (inv.RetryCount-1)%retrySteps, (inv.RetryCount-1)/retrySteps
	// between is 0, 1/2, 1/4, 3/4, 1/8 … of the way to the next step: the bits of round, reversed.
	between := float64(bits.Reverse32(uint32(round))) / (1 << 32)
	return int((float64(step)+between)/retrySteps*float64(n)) % n
}
