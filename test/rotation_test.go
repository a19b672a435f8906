package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"stopdesktops/internal/report"

	"golang.org/x/tools/txtar"
)

// TestEachRetryGetsFurther: the time of one invocation suffices for a part of a fleet only. The retries
// finish it, whether they carry a count or are new invocations, whether the event names its desktops or
// selects them. No desktop is stopped twice, and the reports name the desktops in the order asked. With -short, there
// are half as many desktops, and one call at once.
func TestEachRetryGetsFurther(t *testing.T) {
	trusted() // outside of every bubble
	desktops, atOnce := 3000, 2
	if testing.Short() {
		desktops, atOnce = 1500, 1
	}
	named := fmt.Sprintf("{{ids ecd-a %d}}", desktops)
	for _, c := range []struct {
		name    string
		event   string
		counted bool
		most    int // invocations
	}{
		{"by ID, counted", `{"DesktopId":"` + named + `"}`, true, 6},
		{"by tag, counted", `{"Select":{"Tag":[{"Key":"night"}]}}`, true, 6},
		{"timer, counted", `{"triggerTime":"{{now}}","triggerName":"nightly","payload":"{\"DesktopId\":\"` + named + `\"}"}`, true, 6},
		{"by ID, not counted", `{"DesktopId":"` + named + `"}`, false, 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScenario(t, txtar.Parse(fmt.Appendf(nil, `
-- env --
MAX_DESKTOPS=100000
API_CONCURRENCY=%d
-- invocation --
Timeout: 9s
-- fleet.yaml --
Latency: 1s
StopTime: 1s
ActionLatency: {ListTagResources: 10ms, DescribeClientEvents: 10ms}
Generate:
  - {Count: %d, Prefix: ecd-a, Tags: [{Key: night}]}
`, atOnce, desktops)))
				event := []byte(expand(c.event))
				var left []int
				for done := false; !done; {
					if len(left) > c.most {
						t.Fatalf("not done: %v", left)
					}
					if c.counted {
						s.retry = len(left)
					}
					s.invoke("event.json", event)
					rep := s.logged()[0]
					left = append(left, len(running(s)))
					done = left[len(left)-1] == 0
					checkOrder(t, rep, desktops)
				}
				if len(left) < 5 || len(left) > c.most {
					t.Errorf("done after %d invocations, want 5 to %d", len(left), c.most)
				}
				var stopped []string
				for _, call := range s.eds.Calls() {
					stopped = append(stopped, call.Stopped...)
				}
				slices.Sort(stopped)
				if all := len(stopped); all != desktops || len(slices.Compact(stopped)) != desktops {
					t.Errorf("%d stops", all)
				}
				t.Log("running after each invocation:", left)
			})
		})
	}
}

// running are the desktops that nobody has stopped.
func running(s *scenario) (ids []string) {
	for _, d := range s.eds.Desktops {
		if now, _ := s.eds.Desktop(d.DesktopId); now.DesktopStatus == "Running" {
			ids = append(ids, d.DesktopId)
		}
	}
	return ids
}

// checkOrder of a report: each desktop once, those with the same outcome in the order asked.
func checkOrder(t *testing.T, rep report.Report, desktops int) {
	t.Helper()
	if len(rep.Desktops) != desktops {
		t.Errorf("%d desktops in the report", len(rep.Desktops))
	}
	last := map[report.Outcome]string{}
	for _, d := range rep.Desktops {
		if strings.Compare(d.DesktopId, last[d.Outcome]) <= 0 {
			t.Fatalf("%s %s after %s", d.Outcome, d.DesktopId, last[d.Outcome])
		}
		last[d.Outcome] = d.DesktopId
	}
}

// TestRotationStaysWithinAnEvent: each event begins elsewhere with its own desktops. Conflicts are decided
// as without rotation.
func TestRotationStaysWithinAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScenario(t, txtar.Parse([]byte(`
-- env --
MAX_DESKTOPS=900
API_CONCURRENCY=1
-- invocation --
RetryCount: 3
-- fleet.yaml --
Generate:
  - {Count: 300, Prefix: ecd-a}
  - {Count: 300, Prefix: ecd-b}
  - {Count: 300, Prefix: ecd-c}
`)))
		s.invoke("event.json", []byte(expand(`[{"DesktopId":"{{ids ecd-a 300}}"},
			{"DesktopId":"{{ids ecd-a 300}} {{ids ecd-b 300}}","StoppedMode":"KeepCharging"},{"DesktopId":"{{ids ecd-c 300}}"}]`)))
		var first []string
		for _, c := range s.eds.Calls() {
			if c.Action == "StopDesktops" {
				first = append(first, c.DesktopIds[0])
			}
		}
		for prefix, want := range map[string][]string{
			"ecd-a": {"ecd-a101", "ecd-a201", "ecd-a001"}, "ecd-b": {"ecd-b001", "ecd-b101", "ecd-b201"}, "ecd-c": {"ecd-c101", "ecd-c201", "ecd-c001"},
		} {
			if got := slices.DeleteFunc(slices.Clone(first), func(id string) bool { return !strings.HasPrefix(id, prefix) }); !slices.Equal(got, want) {
				t.Errorf("the calls begin with %v, want %v", got, want)
			}
		}
		reports := s.logged()
		if reports[0].Counts["accepted"] != 300 || reports[1].Counts["accepted"] != 300 || reports[1].Counts["skipped"] != 300 || reports[2].Counts["accepted"] != 300 {
			t.Errorf("%v, %v, %v", reports[0].Counts, reports[1].Counts, reports[2].Counts)
		}
	})
}
