package doctor

import (
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/trial"
)

// TestDoctorProgress: a terminal shows what doctor has read from a slow EDS so far.
func TestDoctorProgress(t *testing.T) {
	c := newClinic(t)
	c.eds.ActionLatency = map[string]time.Duration{"ListTagResources": 700 * time.Millisecond}
	_, shown := trial.OnTerminal(t, stopctl(), func(name string) string { return c.env[name] }, "", "doctor")
	if !strings.Contains(shown, "Asking EDS and the receiver … 0 s · ") || !strings.Contains(shown, "desktops observed") {
		t.Errorf("%q", shown)
	}
}
