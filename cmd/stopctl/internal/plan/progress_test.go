package plan

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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

// TestApplyProgress: a terminal shows that the function is waited for.
func TestApplyProgress(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(700 * time.Millisecond)
		_, _ = io.WriteString(w, `{"EventId":"e","Status":"accepted"}`)
	}))
	defer server.Close()
	file := trial.File(t, "approved.json", `{"DesktopId":["ecd-a"],"ApprovalToken":"a.b"}`)
	code, shown := trial.OnTerminal(t, stopctl(), func(name string) string { return map[string]string{"EDS_ENDPOINT": server.URL}[name] }, "", "apply", file)
	if code != 0 || !strings.Contains(shown, "Waiting for the report … 0 s") {
		t.Errorf("exit %d: %q", code, shown)
	}
}
