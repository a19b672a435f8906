package lab

import (
	"slices"
	"strings"
	"sync"
	"time"

	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/internal/report"
)

// logbook keeps what the function prints, by lines.
type logbook struct {
	mu   sync.Mutex
	done []string
	rest string // the line that has not ended
}

func (b *logbook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rest += string(p)
	for {
		line, after, ended := strings.Cut(b.rest, "\n")
		if !ended {
			return len(p), nil
		}
		b.done, b.rest = append(b.done, line), after
	}
}

// forget what was printed so far.
func (b *logbook) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done = nil
}

func (b *logbook) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.done)
}

// logPatience is how long the log may lag behind the answer: they come through different pipes.
const logPatience = time.Second

// await returns the lines and the reports in them, once so many reports with so many callbacks are
// there as a whole, or when waiting helps no more.
func (b *logbook) await(reports, callbacks int) ([]string, []report.Report) {
	for deadline := time.Now().Add(logPatience); ; time.Sleep(2 * time.Millisecond) {
		lines := b.lines()
		found := reportfile.ReadReports(lines)
		if complete(found, reports, callbacks) || time.Now().After(deadline) {
			return lines, found
		}
	}
}

// complete says whether so many reports are there with all their desktops, and so many callbacks.
func complete(reports []report.Report, want, callbacks int) bool {
	if len(reports) < want {
		return false
	}
	for _, rep := range reports {
		n := 0
		for _, count := range rep.Counts {
			n += count
		}
		if n != len(rep.Desktops) {
			return false
		}
		if rep.Callback != nil {
			callbacks--
		}
	}
	return callbacks <= 0
}
