package emulator_test

import (
	"testing"

	"stopdesktops/internal/emulator"
)

// TestPeakRSSIsTheInstances: what the emulator itself has in memory is not taken for the instance's.
func TestPeakRSSIsTheInstances(t *testing.T) {
	ours := make([]byte, 200<<20)
	for i := 0; i < len(ours); i += 4096 {
		ours[i] = 1
	}
	p := start(t, emulator.Options{})
	p.Stop()
	if peak := p.PeakRSS(); peak < 1<<20 || peak >= int64(len(ours)) {
		t.Errorf("the peak is %d bytes; the emulator had more than %d", peak, len(ours))
	}
	ours[0]++ // alive until here
}
