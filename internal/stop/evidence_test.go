package stop

import (
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/report"
)

// TestEvidenceOfTheBlocked: the limit is evidence about what the blocked order would have stopped, and not about a
// desktop that another order has stopped.
func TestEvidenceOfTheBlocked(t *testing.T) {
	open, taken := &target{state: planned, result: noResult}, &target{state: accepted, result: noResult}
	blockedBy([]*target{open, taken}, 7)
	if open.evidence == nil || open.evidence.MaxDesktops != 7 || taken.evidence != nil {
		t.Errorf("%+v %+v", open.evidence, taken.evidence)
	}
}

// TestEvidenceIsClean: keys and values of tags are foreign text, and EDS may one day name an act that is not known here.
func TestEvidenceIsClean(t *testing.T) {
	e := carriesTag("k\x1b[31m\u202e", "a\nb"+strings.Repeat("x", 1000))
	if e.Tag != "k[31m" || !strings.HasPrefix(e.TagValue, "a bx") || len(e.TagValue) > 140 {
		t.Errorf("%q %q", e.Tag, e.TagValue)
	}
	for _, act := range UserActs {
		if got := userActOf(act).String(); got != act {
			t.Errorf("%s: %s", act, got)
		}
	}
	now := time.Now()
	if e := usedAt(now, userActOf("DESKTOP_DANCE"), now); e.Use != "" || !e.UsedAt.Equal(now) {
		t.Errorf("%+v", e)
	}
}

// TestEvidenceKeepsVerdictsShared: desktops that a rule spares for the same reason share their result, whenever they
// were used.
func TestEvidenceKeepsVerdictsShared(t *testing.T) {
	r := &run{verdicts: map[verdict]*result{}}
	v := func(at time.Time) verdict {
		return verdict{outcome: report.Skipped, reason: report.ReasonNotIdle, evidence: usedAt(at, 1, at)}
	}
	if r.because(v(time.Now())) != r.because(v(time.Now().Add(time.Hour))) {
		t.Error("two desktops that are not idle have two results")
	}
}
