package plan

import (
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/trial"
)

// TestPlanProgress: a terminal shows what a plan has read from a slow EDS so far.
func TestPlanProgress(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", "Desktops:\n  - {DesktopId: ecd-running1}\n  - {DesktopId: ecd-running2}\nActionLatency: {ListTagResources: 900ms}\n")
	t.Chdir(t.TempDir())
	code, shown := trial.OnTerminal(t, stopctl(), func(string) string { return "" }, `{"DesktopId":["ecd-running1","ecd-running2"]}`, "plan", "-f", "-", "-emulate", fleet)
	if code != 0 || !strings.Contains(shown, "Asking an emulated account …\n") || !strings.Contains(shown, "Asking EDS … 0 s") || !strings.Contains(shown, " 2 desktops observed") {
		t.Errorf("exit %d: %q", code, shown)
	}
}
