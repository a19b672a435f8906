package emulator

import (
	"io"
	"slices"
	"strings"
	"sync"
)

// maxLines is how many lines of output are kept.
const maxLines = 10_000

// lines collects what is written to it, by lines, and passes it on.
type lines struct {
	tee io.Writer // may be nil

	mu   sync.Mutex
	done []string
	rest strings.Builder // the line that has not ended
}

func newLines(tee io.Writer) *lines { return &lines{tee: tee} }

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(b)
	for {
		line, after, ended := strings.Cut(text, "\n")
		l.rest.WriteString(line)
		if !ended {
			break
		}
		l.done = append(l.done, l.rest.String())
		l.rest.Reset()
		text = after
	}
	if len(l.done) > 2*maxLines {
		l.done = slices.Clone(l.done[len(l.done)-maxLines:])
	}
	if l.tee != nil {
		l.tee.Write(b) // a tee that fails must not stop the function
	}
	return len(b), nil
}

// all is every line kept, the unfinished one included.
func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := slices.Clone(l.done)
	if l.rest.Len() > 0 {
		list = append(list, l.rest.String())
	}
	return list[max(0, len(list)-maxLines):]
}

// last is at most the n last lines.
func (l *lines) last(n int) []string {
	list := l.all()
	return list[max(0, len(list)-n):]
}

// lockedWriter lets stdout and stderr share a writer.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
