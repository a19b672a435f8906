package stop

import (
	"context"
	"sync"
	"sync/atomic"
)

// slot is a place in the pace that calls are made in. What makes calls gets one as an argument: a
// caller that holds a slot must not wait for a second one, or all slots could end up with callers that
// wait. Where the argument is nil, each call takes a slot of its own.
//
// Goroutines that share a slot give it back while all of them wait. A throttled call may wait for a
// minute, and other calls need its place meanwhile.
type slot struct {
	pace *pace

	mu      sync.Mutex
	working int // goroutines that share the slot and do not wait
	epoch   int
	shown   hint // by the calls since the place was taken
	// returning is closed when the slot has a place again; nil: nobody waits for one.
	returning chan struct{}
}

// inSlot runs f in the slot s, or in a new one if s is nil. The error is that of f, or errTimeUp if no
// place became free in time.
func (p *pace) inSlot(ctx context.Context, s *slot, f func(*slot) error) error {
	if s != nil {
		return f(s)
	}
	return p.inNewSlot(ctx, inOrder, f)
}

// inLaterSlot is inSlot for one of many calls that the others must not wait for.
func (p *pace) inLaterSlot(ctx context.Context, f func(*slot) error) error {
	return p.inNewSlot(ctx, afterAll, f)
}

func (p *pace) inNewSlot(ctx context.Context, behind int, f func(*slot) error) error {
	epoch, err := p.queue(ctx, behind)
	if err != nil {
		return errTimeUp
	}
	s := &slot{pace: p, working: 1, epoch: epoch}
	defer s.suspend() // also when f panics
	return f(s)
}

// note records whether a call in the slot was throttled.
func (s *slot) note(action string, throttled bool) {
	shown := s.pace.note(action, throttled)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = max(s.shown, shown)
}

// suspend says that a goroutine of the slot waits, or has ended. The last one gives the place back.
func (s *slot) suspend() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.working--; s.working == 0 {
		s.pace.leave(s.epoch, s.shown)
		s.shown = noHint
	}
}

// resume says that a goroutine of the slot goes on. The first one waits for a place, before those that
// had none yet: what it has learned so far grows old. After the end of ctx it takes the place without
// waiting, because no call is made then.
//
// No goroutine that holds a place waits for anything but its call, so this wait ends, whatever the
// waiting goroutine itself holds, such as a listing that others wait for.
func (s *slot) resume(ctx context.Context) {
	if s == nil {
		return
	}
	s.mu.Lock()
	s.working++
	if s.working > 1 {
		returning := s.returning
		s.mu.Unlock()
		if returning != nil {
			<-returning
		}
		return
	}
	returning := make(chan struct{})
	s.returning = returning
	s.mu.Unlock()

	epoch := s.pace.reenter(ctx) // without the lock: it may take long

	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch, s.returning = epoch, nil
	close(returning)
}

// outside runs wait while the slot is free for others.
func (s *slot) outside(ctx context.Context, wait func() bool) bool {
	s.suspend()
	defer s.resume(ctx)
	return wait()
}

// together runs tasks side by side in the slot, and waits for all of them.
func (s *slot) together(tasks []func()) {
	if len(tasks) == 0 {
		return
	}
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
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working += n
}
