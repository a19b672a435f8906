package terminal

import "strings"

// DidYouMean returns " Did you mean X?" for the name nearest to a mistyped word, with prefix before it, or empty if
// none is near.
func DidYouMean(prefix, word string, names []string) string {
	best, nearest := "", 3 // edits
	for _, name := range names {
		if d := edits(strings.ToLower(word), name); d < nearest && d < max(len(word), len(name)) && d*2 <= len(name) {
			best, nearest = name, d
		}
	}
	if best == "" {
		return ""
	}
	return " Did you mean " + prefix + best + "?"
}

// edits returns how many bytes must be inserted, removed, changed or exchanged with their neighbour to make b of a.
// Words of more than 32 bytes are far from all.
func edits(a, b string) int {
	if len(a) > 32 {
		return len(a)
	}
	var before, last []int // the rows above
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
