package probe

import (
	"os"
	"regexp"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
)

// TestProbeProgress: a terminal shows how many calls the probe has made.
func TestProbeProgress(t *testing.T) {
	e := probed(t)
	e.Latency = 50 * time.Millisecond
	code, shown := trial.OnTerminal(t, stopctl(), os.Getenv, "", "probe")
	if code != terminal.ExitOK || !regexp.MustCompile(`Asking EDS … 0 s · call [1-9]`).MatchString(shown) {
		t.Errorf("exit %d: %q", code, shown)
	}
}
