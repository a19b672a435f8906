package recover

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/internal/emulator"
)

// TestUndoProgress: a terminal shows how far a long undo is, and its notes on lines of their own. A file gets the notes
// alone, and -q none.
func TestUndoProgress(t *testing.T) {
	account := func(t *testing.T) (ids []string) {
		e := &emulator.EDS{ActionLatency: map[string]time.Duration{"DescribeDesktopInfo": 400 * time.Millisecond, "StartDesktops": 400 * time.Millisecond}, StopTime: 2 * time.Second}
		for i := range 150 {
			id := fmt.Sprintf("ecd-%03d", i)
			ids = append(ids, id)
			e.Desktops = append(e.Desktops, emulator.Desktop{DesktopId: id, DesktopStatus: "Stopped"})
		}
		e.Desktops[0].DesktopStatus = "Stopping"
		trial.Account(t, e)
		return ids
	}
	t.Run("terminal", func(t *testing.T) {
		code, shown := trial.OnTerminal(t, stopctl(), os.Getenv, reportOf(account(t)...), "undo", "-apply", "-")
		for _, want := range []string{"Starting 150 desktops … ", " · 100 observed", " · 150 observed, 100 started", "\r\x1b[Kstopctl: 1 desktop in cn-hangzhou still Stopping: waiting\n"} {
			if code != terminal.ExitOK || !strings.Contains(shown, want) {
				t.Errorf("exit %d: no %q in %q", code, want, shown)
			}
		}
	})
	t.Run("file", func(t *testing.T) {
		code, _, err := undoWith(t, reportOf(account(t)...), "-apply", "-")
		if code != terminal.ExitOK || strings.Contains(err, "observed") || !strings.Contains(err, "waiting\n") {
			t.Errorf("exit %d: %q", code, err)
		}
	})
	t.Run("quiet", func(t *testing.T) {
		code, shown := trial.OnTerminal(t, stopctl(), os.Getenv, reportOf(account(t)...), "undo", "-q", "-apply", "-")
		if code != terminal.ExitOK || shown != "" {
			t.Errorf("exit %d: %q", code, shown)
		}
	})
}
