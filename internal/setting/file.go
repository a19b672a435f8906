package setting

import (
	"bytes"
	"errors"
	"iter"
	"strings"
)

// Decode returns the text of a file in UTF-8, without the byte order mark that editors put in front. A file in UTF-16 or
// UTF-32 is refused: read as UTF-8 none of its lines would say what its writer sees.
func Decode(file []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xfe")), bytes.HasPrefix(file, []byte("\xfe\xff")), bytes.IndexByte(file, 0) >= 0:
		return nil, errors.New("is in UTF-16, or no text: save it as UTF-8")
	}
	return bytes.TrimPrefix(file, []byte("\ufeff")), nil
}

// Lines yields the lines of a text with their numbers, from 1. A # begins a comment. Blanks at the ends of a line, its
// comment, and lines without anything else are left out.
func Lines(text []byte) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			line, _, _ = strings.Cut(strings.TrimRight(line, "\r\n"), "#")
			if line = Trim(line); line != "" && !yield(number, line) {
				return
			}
		}
	}
}
