package lab

import (
	"slices"
	"sync"
	"sync/atomic"

	"stopdesktops/cmd/stopctl/internal/page"
)

// maxHistory is how many events the page shows.
const maxHistory = 50

// history keeps what became of the latest events, for the page.
type history struct {
	working atomic.Int32 // events under way

	mu   sync.Mutex
	list []page.Event // the newest first
}

func (h *history) add(e page.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = slices.Insert(h.list, 0, e)
	h.list = h.list[:min(len(h.list), maxHistory)]
}

func (h *history) events() []page.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.list)
}
