package terminal

import (
	"strings"

	"stopdesktops/internal/spelling"
)

// DidYouMean returns " Did you mean X?" for the name nearest to a mistyped word, with prefix before it, or empty if
// none is near.
func DidYouMean(prefix, word string, names []string) string {
	best, nearest := "", 3 // edits
	for _, name := range names {
		if d := spelling.Edits(strings.ToLower(word), name); d < nearest && d < max(len(word), len(name)) && d*2 <= len(name) {
			best, nearest = name, d
		}
	}
	if best == "" {
		return ""
	}
	return " Did you mean " + prefix + best + "?"
}
