package main

import (
	"fmt"
	"sync"
	"time"
)

var spinner = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// during shows that something is going on while f runs: in a terminal with the seconds it has
// taken so far, else with one plain line.
func (s *screen) during(label string, f func() error) error {
	if !s.live {
		s.note("%s …", label)
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

func (s *screen) spin(label string, done <-chan struct{}) {
	started := time.Now()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		hint := ""
		if time.Since(started) > 3*time.Second {
			hint = " (the first time takes up to a minute)"
		}
		fmt.Fprintf(s.err, "\r\x1b[K%c %s … %d s%s", spinner[i%len(spinner)], label, int(time.Since(started).Seconds()), hint)
		select {
		case <-tick.C:
		case <-done:
			fmt.Fprint(s.err, "\r\x1b[K")
			return
		}
	}
}

// note tells the person at the terminal something that is not part of the result.
func (s *screen) note(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }

// duration for people.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(1, d.Milliseconds()))
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
