// Package spelling measures how far a mistyped word is from a known one, for errors that ask "did you mean".
package spelling

// longest is the length of the longest word that is compared, in bytes. Foreign text may be of any length.
const longest = 64

// Edits returns how many bytes must be inserted, removed, changed or exchanged with their neighbour to make b of a. A
// word of more than 64 bytes is far from all others: the result is its length then. Case matters.
func Edits(a, b string) int {
	if most := max(len(a), len(b)); most > longest {
		return most
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
