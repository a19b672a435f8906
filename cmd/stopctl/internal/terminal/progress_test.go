package terminal

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestProgress: a terminal shows what goes on, in one line that is gone at the end. A file gets nothing of it.
func TestProgress(t *testing.T) {
	const label = "下班自动关机 of a very long name that would fill more than one line"
	slow := func() error { time.Sleep(2 * moment); return errFull }
	detail := func() string { return "12 pages read, 1200 desktops observed" }
	for _, live := range []bool{true, false} {
		var err strings.Builder
		s := &Screen{Err: &err, Live: live}
		if got := s.Progress(label, detail, slow); !errors.Is(got, errFull) {
			t.Errorf("the error is %v", got)
		}
		if !live {
			if err.Len() > 0 {
				t.Errorf("progress in a file: %q", err.String())
			}
			continue
		}
		lines := strings.Split(err.String(), eraseLine)
		if len(lines) < 3 || lines[0] != "" || lines[len(lines)-1] != "" {
			t.Fatalf("%q", lines)
		}
		for _, line := range lines[1 : len(lines)-1] {
			if !strings.Contains(line, " 下班自动关机 of a very long na … ") || !strings.HasSuffix(line, " s · "+detail()) || Columns(line) >= Width {
				t.Errorf("%d columns: %s", Columns(line), line)
			}
		}
	}
	var err strings.Builder
	if (&Screen{Err: &err, Live: true}).Progress(label, nil, func() error { return nil }) != nil || err.Len() > 0 {
		t.Errorf("what takes no time is shown: %q", err.String())
	}
}

// TestNoteDuringProgress: a note has a line without progress in it, and progress goes on below.
func TestNoteDuringProgress(t *testing.T) {
	var err strings.Builder
	s := &Screen{Err: &err, Live: true}
	_ = s.Progress("Starting", nil, func() error {
		time.Sleep(2 * moment)
		s.Note("waiting")
		s.Warn("given up")
		time.Sleep(moment)
		return nil
	})
	before, after, found := strings.Cut(err.String(), eraseLine+"waiting\ngiven up\n")
	if !found || !strings.Contains(before, "Starting") || !strings.Contains(after, "Starting") || !strings.HasSuffix(after, eraseLine) {
		t.Errorf("%q", err.String())
	}
}
