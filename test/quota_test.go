package test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"
)

// TestQuotaOfAMinute: EDS serves 1,000 calls of each action in any 60 seconds, and no more. Two
// invocations in a row stop 100,000 desktops within the first minute and the rest as soon as the next
// begins: the wait for the quota does not leave the function slow.
func TestQuotaOfAMinute(t *testing.T) {
	if testing.Short() || raceFlag != nil {
		t.Skip("takes minutes under the race detector: make test-large runs it")
	}
	synctest.Test(t, func(t *testing.T) {
		const each = 60_000 // of two invocations: the events of one may name 100,000 desktops at most
		s := newScenario(t, txtar.Parse([]byte(fmt.Sprintf(`
-- env --
MAX_DESKTOPS=200000
-- invocation --
Timeout: 120s
-- fleet.yaml --
Quota: 1000
Latency: 50ms
Generate:
  - {Count: %[1]d, Prefix: ecd-a}
  - {Count: %[1]d, Prefix: ecd-b}
`, each))))
		begin := time.Now()
		for _, prefix := range []string{"ecd-a", "ecd-b"} {
			s.invoke("event.json", []byte(expand(fmt.Sprintf(`{"DesktopId":"{{ids %s %d}}"}`, prefix, each))))
			if rep := s.logged()[0]; rep.Counts["accepted"] != each {
				t.Errorf("%v of %d", rep.Counts, each)
			}
		}
		took := time.Since(begin)
		stopped, throttled := 0, 0
		for _, c := range s.eds.Calls() {
			if c.Time.Sub(begin) < time.Minute {
				stopped += len(c.Stopped)
			}
			if c.Code != "" {
				throttled++
			}
		}
		t.Logf("took %s: %d stopped in the first minute, %d of %d calls throttled", took, stopped, throttled, len(s.eds.Calls()))
		if 50*throttled > len(s.eds.Calls()) {
			t.Errorf("%d of %d calls throttled, 2 %% may be", throttled, len(s.eds.Calls()))
		}
		if stopped < 95_000 || stopped > 100_000 || took > 75*time.Second {
			t.Errorf("took %s: %d stopped in the first minute", took, stopped)
		}
	})
}
