package lab

import (
	"os"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/trial"
)

// TestRunProgress: a terminal shows that the function is at work on an event that takes longer than a moment.
func TestRunProgress(t *testing.T) {
	binary := functionBinary(t)
	t.Parallel()
	event := `{"DesktopId":["ecd-running1"],"WaitSeconds":5}`
	code, shown := trial.OnTerminal(t, stopctl(), os.Getenv, event, "run", "-binary", binary, "-event", "-")
	if code != 0 || !strings.Contains(shown, "Event 1 of 1 … 1 s · ") || !strings.Contains(shown, " calls to EDS") {
		t.Errorf("exit %d: %q", code, shown)
	}
	if _, _, err := execute(t, event, "run", "-binary", binary, "-event", "-"); strings.Contains(err, "Event 1") {
		t.Errorf("in a file: %q", err)
	}
}
