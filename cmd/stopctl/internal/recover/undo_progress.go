package recover

import (
	"fmt"
	"sync/atomic"
)

// startProgress counts how far undo is. String is safe for concurrent use.
type startProgress struct {
	observed atomic.Int64 // desktops, each once
	started  atomic.Int64 // desktops whose start EDS has accepted
}

// observe counts desktops whose state EDS has told.
func (p *startProgress) observe(list []*starting) {
	for _, d := range list {
		if !d.seen {
			d.seen = true
			p.observed.Add(1)
		}
	}
}

// String is the progress for people: "3000 observed, 200 started". It is empty before the first response.
func (p *startProgress) String() string {
	observed, started := p.observed.Load(), p.started.Load()
	switch {
	case observed == 0 && started == 0:
		return ""
	case started == 0:
		return fmt.Sprintf("%d observed", observed)
	}
	return fmt.Sprintf("%d observed, %d started", observed, started)
}

// count the desktops of all regions.
func count(stopped map[string][]string) int {
	n := 0
	for _, ids := range stopped {
		n += len(ids)
	}
	return n
}
