package spelling

import (
	"strings"
	"testing"
)

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"plan", "plan", 0},
		{"", "plan", 4},
		{"plan", "", 4},
		{"pln", "plan", 1},
		{"plaan", "plan", 1},
		{"plun", "plan", 1},
		{"paln", "plan", 1}, // exchanged
		{"Plan", "plan", 1}, // case matters
		{"shanghia", "shanghai", 1},
		{"docter", "timers", 5},
		{strings.Repeat("a", 65), "a", 65},
		{"a", strings.Repeat("a", 65), 65},
	} {
		if got := Edits(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
