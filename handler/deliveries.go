package handler

import (
	"context"
	"sync"
	"time"
)

// responseTime is kept of the reserve for the response when callbacks take long.
const responseTime = 500 * time.Millisecond

// deliveriesAtOnce are the callbacks of a batch that go out side by side.
const deliveriesAtOnce = 20

// deliveries are the callbacks of an invocation under way. All of them together have a reserve's time
// after the work is done: a receiver that is down must not hold back the response.
type deliveries struct {
	limit time.Duration // of one delivery, and of all after the work; 0: none
	slots chan struct{}
	wg    sync.WaitGroup

	mu  sync.Mutex
	end time.Time // when all must have ended; zero: work goes on
}

func newDeliveries(limit time.Duration) *deliveries {
	return &deliveries{limit: limit, slots: make(chan struct{}, deliveriesAtOnce)}
}

// begin a delivery. The context that it gets ends when its time is over.
func (d *deliveries) begin(ctx context.Context, deliver func(context.Context)) {
	d.wg.Go(func() {
		d.slots <- struct{}{}
		defer func() { <-d.slots }()
		if d.limit > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, d.deadline())
			defer cancel()
		}
		deliver(ctx)
	})
}

func (d *deliveries) deadline() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.end.IsZero() {
		return time.Now().Add(d.limit)
	}
	return d.end
}

// finish waits for all of them. From now on they have the limit together.
func (d *deliveries) finish() {
	d.mu.Lock()
	d.end = time.Now().Add(d.limit)
	d.mu.Unlock()
	d.wg.Wait()
}

// deliveryTime ends shortly before the invocation, so that there is time for the response.
func deliveryTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-responseTime))
	}
	return ctx, func() {}
}
