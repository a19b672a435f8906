package test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"stopdesktops/internal/emulator"
)

// TestTenThousand: 10,000 desktops and a deadline that does not suffice for them. The function
// answers in time with every desktop in its report; the platform's retry finishes the rest; no
// desktop is stopped twice. (Which have their turn first is left to chance, so this is no scenario.) With -short, there
// are 2,500, and fewer calls at once.
func TestTenThousand(t *testing.T) {
	desktops, atOnce := 10_000, 32
	if testing.Short() {
		desktops, atOnce = 2_500, 4
	}
	synctest.Test(t, func(t *testing.T) {
		s := newScenario(t, txtar.Parse(fmt.Appendf(nil, `
-- env --
MAX_DESKTOPS=100000
API_CONCURRENCY=%d
-- invocation --
Timeout: 9s
-- fleet.yaml --
Latency: 500ms
StopTime: 1s
Generate:
  - {Count: %d, Prefix: ecd-a}
`, atOnce, desktops)))
		event := []byte(expand(fmt.Sprintf(`{"DesktopId":"{{ids ecd-a %d}}"}`, desktops)))

		var untouched []int
		for try := 0; try == 0 || untouched[try-1] > 0; try++ {
			if try == 5 {
				t.Fatalf("not finished after %d tries: untouched %v", try, untouched)
			}
			s.retry = try
			s.invoke("event.json", event)
			rep := s.logged()[0]
			named := map[string]bool{}
			for _, d := range rep.Desktops {
				named[d.DesktopId] = true
			}
			if len(rep.Desktops) != desktops || len(named) != desktops {
				t.Errorf("try %d: %d desktops in the report, %d different", try, len(rep.Desktops), len(named))
			}
			untouched = append(untouched, rep.Counts["not_attempted"])
		}
		if len(untouched) < 2 {
			t.Errorf("the deadline sufficed: this shows nothing")
		}
		var stopped []string
		for _, c := range s.eds.Calls() {
			stopped = append(stopped, c.Stopped...)
		}
		slices.Sort(stopped)
		if all := len(stopped); all != desktops || len(slices.Compact(stopped)) != desktops {
			t.Errorf("%d stops of %d desktops", all, len(slices.Compact(stopped)))
		}
		if v := s.eds.Violations(); len(v) > 0 {
			t.Error(v[0])
		}
		t.Log(fmt.Sprint("untouched after each try: ", untouched))
	})
}

// TestNextWaveIsLookedAtMeanwhile: while some of one wave are being stopped, the next is looked at; and
// still no call rests on a look of more than five seconds before, and none is given up for that, also
// where each call takes three.
func TestNextWaveIsLookedAtMeanwhile(t *testing.T) {
	for _, latency := range []string{"50ms", "3s"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScenario(t, txtar.Parse([]byte(`
-- env --
MAX_DESKTOPS=2000
-- invocation --
Timeout: 120s
-- fleet.yaml --
Latency: `+latency+`
Generate:
  - {Count: 1000, Prefix: ecd-a, DesktopStatus: Stopped}
  - {Count: 1000, Prefix: ecd-b}
`)))
			s.invoke("event.json", []byte(expand(`{"DesktopId":"{{ids ecd-a 1000}} {{ids ecd-b 1000}}"}`)))
			if n := s.logged()[0].Counts["accepted"]; n != 1000 {
				t.Errorf("%s a call: %d accepted, want 1000: %v", latency, n, s.logged()[0].Counts)
			}
			seen, meanwhile := map[string]time.Time{}, 0
			var stops []emulator.Call
			for _, c := range s.eds.Calls() {
				switch c.Action {
				case "StopDesktops":
					stops = append(stops, c)
					for _, id := range c.DesktopIds {
						if age := c.Time.Sub(seen[id]); age > 5*time.Second {
							t.Errorf("%s a call: %s was stopped by a look of %s before", latency, id, age)
						}
					}
				case "DescribeDesktopInfo":
					for _, id := range c.DesktopIds {
						seen[id] = c.Time
					}
					if slices.ContainsFunc(stops, func(stop emulator.Call) bool { return c.Time.Before(stop.Time.Add(stop.Duration)) }) {
						meanwhile++
					}
				}
			}
			if meanwhile == 0 && latency == "50ms" {
				t.Errorf("%s a call: nothing was looked at while something was stopped", latency)
			}
		})
	}
}
