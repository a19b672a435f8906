package terminal

import (
	"fmt"
	"sync"
	"time"
)

var spinner = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// During shows that something is going on while f runs: in a terminal with the seconds it has
// taken so far, else with one plain line.
func (s *Screen) During(label string, f func() error) error {
	if !s.Live {
		s.Note("%s …", label)
		return f()
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { s.spin(label, done) })
	err := f()
	close(done)
	wg.Wait()
	return err
}

// EraseLine erases the line of progress.
func (s *Screen) EraseLine() { fmt.Fprint(s.Err, eraseLine) }

func (s *Screen) spin(label string, done <-chan struct{}) {
	started := time.Now()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		hint := ""
		if time.Since(started) > 3*time.Second {
			hint = " (the first time takes up to a minute)"
		}
		fmt.Fprintf(s.Err, "%s%c %s … %d s%s", eraseLine, spinner[i%len(spinner)], label, int(time.Since(started).Seconds()), hint)
		select {
		case <-tick.C:
		case <-done:
			s.EraseLine()
			return
		}
	}
}

// Note tells the person at the terminal something that is not part of the result, unless -q was given.
func (s *Screen) Note(format string, args ...any) {
	if !s.Quiet {
		s.Warn(format, args...)
	}
}

// Warn tells the person at the terminal something that -q does not silence.
func (s *Screen) Warn(format string, args ...any) { fmt.Fprintf(s.Err, format+"\n", args...) }

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
