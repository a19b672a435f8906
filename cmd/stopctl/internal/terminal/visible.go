package terminal

import (
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// visibleWriter writes control and formatting characters as escapes, whatever command prints them: text from
// reports, logs and responses must not move the cursor, colour the screen or turn a line round. Only the screen's
// marked sequences pass. An escape means the same in JSON.
type visibleWriter struct {
	to io.Writer
	mu sync.Mutex
}

// mark begins the screen's own sequences. It is another in each process, so that no foreign text holds it.
var mark = "\x1b" + rand.Text()

// eraseLine is a marked sequence: the next text is written over the line.
var eraseLine = mark + "K"

func (w *visibleWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	parts := strings.Split(string(p), mark)
	for i, part := range parts {
		parts[i] = escaped(part, func(r rune) bool { return r != '\t' && hidden(r) })
	}
	text := strings.Join(parts, mark)
	text = strings.ReplaceAll(text, eraseLine, "\r\x1b[K")
	if _, err := io.WriteString(w.to, strings.ReplaceAll(text, mark, "\x1b[")); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *visibleWriter) unwrap() io.Writer { return w.to }

// Visible writes control and formatting characters as escapes, for a text whose columns count, or that leaves stopctl
// another way than by its output.
func Visible(text string) string { return escaped(text, hidden) }

func hidden(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }

// joins tells whether r puts two emoji together to one. Anywhere else such a character only hides.
func joins(before, r rune) bool {
	const joiner, emojiStyle = '\u200d', '\ufe0f'
	return r == joiner && (before == emojiStyle || unicode.In(before, unicode.So, unicode.Sk))
}

// escaped writes some characters as escapes, and bytes that are no UTF-8.
func escaped(text string, some func(rune) bool) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, some) {
		return text
	}
	var b strings.Builder
	before := ' '
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case some(r) && !joins(before, r):
			for _, unit := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}
