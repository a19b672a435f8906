package stop

import (
	"os"
	"slices"
	"strings"
	"testing"

	"stopdesktops/internal/report"
)

// TestTransitions tries every change of a target's state. What the table lacks is a panic; after a lost
// response, what would hide it is Unconfirmed instead.
func TestTransitions(t *testing.T) {
	lost := &CallError{Family: Ambiguous, Code: "Lost"}
	hides := []state{planned, failed, notAttempted}
	for from := range states {
		for to := range states {
			for _, lostCall := range []*CallError{nil, lost} {
				tg := &target{state: from, result: noResult, lost: lostCall}
				panicked := func() (panicked bool) {
					defer func() { panicked = recover() != nil }()
					tg.to(to, &result{code: "new"})
					return false
				}()
				want, allowed := to, slices.Contains(transitions[from], to)
				if lostCall != nil && slices.Contains(hides, to) {
					want, allowed = unconfirmed, from == unconfirmed || slices.Contains(transitions[from], unconfirmed)
				}
				switch {
				case panicked == allowed:
					t.Errorf("%s to %s, lost %t: panic %t", from, to, lostCall != nil, panicked)
				case panicked && (tg.state != from || tg.result != noResult):
					t.Errorf("%s to %s changed the target although it is impossible", from, to)
				case !panicked && tg.state != want:
					t.Errorf("%s to %s led to %s, want %s", from, to, tg.state, want)
				case !panicked && want == to && tg.code != "new":
					t.Errorf("%s to %s: the result is not the new one", from, to)
				case !panicked && want != to && from != unconfirmed && tg.code != report.CodeUnconfirmed:
					t.Errorf("%s to %s hides a lost response", from, to)
				}
				shows := to == accepted || to == stopping || to == stopped
				if !panicked && lostCall != nil && (tg.lost == nil) != shows {
					t.Errorf("%s to %s: lost %v", from, to, tg.lost)
				}
			}
		}
	}
}

// TestPicture holds the picture in doc.go against the table.
func TestPicture(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	drawn := readPicture(t, string(source))
	for from := range states {
		listed := slices.Clone(transitions[from])
		slices.Sort(listed)
		if d := slices.Sorted(slices.Values(drawn[from])); !slices.Equal(d, listed) {
			t.Errorf("from %s the picture leads to %v, the table to %v", from, d, listed)
		}
	}
}

// readPicture reads the arrows of a picture. A line that begins with a state leads on from it, each arrow
// from what is before it. A line that begins with an arrow, or with │, leads from the last state at the
// margin; ↓ leads from there to the next state at the margin.
func readPicture(t *testing.T, doc string) map[state][]state {
	drawn := map[state][]state{}
	margin, down, seen := []state(nil), false, false
	for line := range strings.Lines(doc) {
		text, in := strings.CutPrefix(line, "//\t")
		if !in {
			continue
		}
		text, _, _ = strings.Cut(text, "(")
		parts := strings.Split(strings.Trim(text, " │\n"), "──→")
		if strings.Contains(text, "↓") {
			down = true
			continue
		}
		if first := statesIn(t, parts[0]); len(first) > 0 {
			if down {
				draw(drawn, margin, first)
			}
			margin, down = first, false
		}
		from := margin
		for _, part := range parts[1:] {
			to := statesIn(t, part)
			draw(drawn, from, to)
			from, seen = to, true
		}
	}
	if !seen {
		t.Error("there is no picture")
	}
	return drawn
}

func draw(drawn map[state][]state, from, to []state) {
	for _, f := range from {
		for _, s := range to {
			if !slices.Contains(drawn[f], s) {
				drawn[f] = append(drawn[f], s)
			}
		}
	}
}

// statesIn are the states that a text lists.
func statesIn(t *testing.T, text string) (all []state) {
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		i := slices.Index(stateNames[:], name)
		if i < 0 {
			t.Errorf("the picture names %q, which is no state", name)
			continue
		}
		all = append(all, state(i))
	}
	return all
}

// TestOutcomes: every state at the end of a target has its outcome.
func TestOutcomes(t *testing.T) {
	for s := range states {
		_, fixed := outcomes[s]
		byResult := s == spared || s == undetermined
		open := s == pending || s == sent
		if fixed == (byResult || open) {
			t.Errorf("%s: fixed outcome %t", s, fixed)
		}
	}
	if slices.Contains(stateNames[:], "") {
		t.Error("a state has no name")
	}
}

// TestFailedWithoutTime: an order whose session could not be made in time has a result for each desktop.
func TestFailedWithoutTime(t *testing.T) {
	r := Failed(ordered("ecd-a"), errTimeUp)
	if len(r.Desktops) != 1 || r.Desktops[0].Reason != report.ReasonDeadline || r.Desktops[0].Outcome != report.NotAttempted {
		t.Errorf("%+v", r)
	}
}
