package handler

import (
	"testing"
	"time"
	"unsafe"
)

// TestAge: an event is forgotten after an hour by either clock. The platform may freeze an instance, whose
// monotonic clock may then stop, and somebody may set the wall clock back.
func TestAge(t *testing.T) {
	at := time.Now()
	for _, c := range []struct{ awake, wall, want time.Duration }{
		{time.Minute, time.Minute, time.Minute},
		{time.Minute, 2 * time.Hour, 2 * time.Hour},
		{2 * time.Hour, -time.Hour, 2 * time.Hour},
	} {
		now := setWall(at.Add(c.awake), c.wall-c.awake)
		if awake, wall := now.Sub(at), now.Round(0).Sub(at.Round(0)); awake != c.awake || wall != c.wall {
			t.Fatalf("the clocks say %s and %s, want %s and %s", awake, wall, c.awake, c.wall)
		}
		if got := age(at, now); got != c.want {
			t.Errorf("%s awake, %s on the wall: age %s, want %s", c.awake, c.wall, got, c.want)
		}
	}
}

// setWall moves the wall clock's reading of t by whole seconds, and leaves its monotonic reading as it is:
// package time has no function for what a frozen instance sees. The seconds are above the lowest 30 bits.
func setWall(t time.Time, by time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t)) // the first field of time.Time
	*wall += uint64(int64(by/time.Second)) << 30
	return t
}
