package terminal

import (
	"fmt"
	"io"
	"sync"
	"time"
)

var spinner = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// During shows that something is going on while f runs: in a terminal as Progress does, else with one plain line.
func (s *Screen) During(label string, detail func() string, f func() error) error {
	if !s.Live {
		s.Note("%s …", label)
	}
	return s.Progress(label, detail, f)
}

// Progress shows in a terminal, and nowhere else, that something is going on while f runs: the seconds that it has
// taken, and the detail, if that is not nil. The line comes after a moment, and is gone afterwards.
func (s *Screen) Progress(label string, detail func() string, f func() error) error {
	if !s.Live {
		return f()
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { s.spin(label, detail, done) })
	defer wg.Wait()
	defer close(done)
	return f()
}

func (s *Screen) spin(label string, detail func() string, done <-chan struct{}) {
	started := time.Now()
	select {
	case <-time.After(moment):
	case <-done:
		return
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		text := fmt.Sprintf("%c %s … %d s", spinner[i%len(spinner)], Cut(label, longestLabel, ""), int(time.Since(started).Seconds()))
		if detail != nil {
			if more := detail(); more != "" {
				text += " · " + more
			}
		}
		s.line.show(s.Err, Cut(text, Width-1, "…")) // a line that wraps cannot be erased
		select {
		case <-tick.C:
		case <-done:
			s.line.show(s.Err, "")
			return
		}
	}
}

// progressLine is the line of Progress. A note written meanwhile erases it first. The zero value shows nothing.
type progressLine struct {
	mu    sync.Mutex
	shown bool
}

// show text in place of what the line showed. Empty erases it.
func (l *progressLine) show(w io.Writer, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprint(w, eraseLine, text)
	l.shown = text != ""
}

// write a line of its own, in place of the line of Progress, which comes back below it.
func (l *progressLine) write(w io.Writer, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown {
		fmt.Fprint(w, eraseLine)
	}
	l.shown = false
	fmt.Fprintln(w, text)
}

// moment after which progress is worth a line.
const moment = 300 * time.Millisecond

// longestLabel leaves room for the seconds and the detail.
const longestLabel = 30

// Note tells the person at the terminal something that is not part of the result, unless -q was given.
func (s *Screen) Note(format string, args ...any) {
	if !s.Quiet {
		s.Warn(format, args...)
	}
}

// Warn tells the person at the terminal something that -q does not silence.
func (s *Screen) Warn(format string, args ...any) { s.line.write(s.Err, fmt.Sprintf(format, args...)) }

// Duration for people.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(1, d.Milliseconds()))
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
