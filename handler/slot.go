package handler

import (
	"context"
	"sync"
	"sync/atomic"
)

// slot is a place in the gate that calls are made in. It is kept in the context: a call within a slot
// does not wait for another one, because with all slots held by such callers nothing would go on.
//
// Goroutines that share a slot give it back while all of them wait. A throttled call may wait for a
// minute, and other calls need its place meanwhile.
type slot struct {
	gate *gate

	mu      sync.Mutex
	working int // goroutines that share the slot and do not wait
	epoch   int
	pace    pace // of the calls since the slot was taken
	// back is closed when the slot is held again after it was given back.
	back chan struct{}
}

type slotKey struct{}

// slotOf returns the slot of ctx, or nil.
func slotOf(ctx context.Context) *slot {
	s, _ := ctx.Value(slotKey{}).(*slot)
	return s
}

// turn runs f within the limit of calls at once. The error is that of f, or errTimeUp if no slot
// became free in time.
func (r *run) turn(ctx context.Context, f func(context.Context) error) error {
	if slotOf(ctx) != nil {
		return f(ctx)
	}
	epoch, err := r.h.gate.enter(ctx)
	if err != nil {
		return errTimeUp
	}
	s := &slot{gate: r.h.gate, working: 1, epoch: epoch, back: make(chan struct{})}
	close(s.back)
	defer s.suspend() // also when f panics
	return f(context.WithValue(ctx, slotKey{}, s))
}

// note records whether a call in the slot was throttled.
func (s *slot) note(action string, throttled bool) {
	p := s.gate.note(action, throttled)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pace = max(s.pace, p)
}

// suspend says that a goroutine of the slot waits, or has ended. The last one gives the slot back.
func (s *slot) suspend() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.working--; s.working == 0 {
		s.gate.leave(s.epoch, s.pace)
		s.pace = unknownPace
	}
}

// resume says that a goroutine of the slot goes on. The first one waits for a place in the gate, before
// those who had none yet: what it has learned so far grows old. After the end of ctx it takes the place
// without waiting, because no call is made then.
//
// No goroutine that holds a place waits for anything but its call, so this wait ends, whatever the
// waiting goroutine itself holds, such as a listing that others wait for.
func (s *slot) resume(ctx context.Context) {
	if s == nil {
		return
	}
	s.mu.Lock()
	s.working++
	back := s.back
	first := s.working == 1
	if first {
		back = make(chan struct{})
		s.back = back
	}
	s.mu.Unlock()
	if !first {
		<-back
		return
	}
	epoch := s.gate.reenter(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch = epoch
	close(back)
}

// outside runs wait without the slot of ctx.
func outside(ctx context.Context, wait func() bool) bool {
	s := slotOf(ctx)
	s.suspend()
	defer s.resume(ctx)
	return wait()
}

// together runs tasks side by side in the slot of ctx, and waits for all of them.
func together(ctx context.Context, tasks []func()) {
	if len(tasks) == 0 {
		return
	}
	s := slotOf(ctx)
	s.share(len(tasks) - 1)
	var left atomic.Int64
	left.Store(int64(len(tasks)))
	var wg sync.WaitGroup
	for _, task := range tasks {
		wg.Go(func() {
			defer func() {
				if left.Add(-1) > 0 {
					s.suspend()
				} // the last one leaves its share to the caller
			}()
			task()
		})
	}
	wg.Wait()
}

// share lets n more goroutines work in the slot, which the caller holds.
func (s *slot) share(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working += n
}
