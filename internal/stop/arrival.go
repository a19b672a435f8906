package stop

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// arrivalTime is how long orders that come at nearly the same time wait for each other.
const arrivalTime = 5 * time.Millisecond

// arrival lets orders that come at nearly the same time act one by one, in the order of their events:
// which of two equal events is done must not be left to chance.
type arrival struct {
	run *run

	mu      sync.Mutex
	serving bool
	waiting []*act
}

// act is what an order does, one order after the other.
type act struct {
	index int // of the order
	do    func()
	done  chan struct{}
	err   error
}

// each runs the acts, and returns when all of them have run.
func (a *arrival) each(acts ...*act) error {
	if a.run.units == 1 {
		for _, one := range acts {
			one.do()
		}
		return nil
	}
	for _, one := range acts {
		one.done = make(chan struct{})
	}
	a.mu.Lock()
	a.waiting = append(a.waiting, acts...)
	if !a.serving {
		a.serving = true
		go a.serve()
	}
	a.mu.Unlock()
	var err error
	for _, one := range acts {
		<-one.done
		err = cmp.Or(err, one.err)
	}
	return err
}

// serve runs the acts that wait, and ends when there are no more.
func (a *arrival) serve() {
	for a.more() {
		time.Sleep(arrivalTime)
		a.mu.Lock()
		group := a.waiting
		a.waiting = nil
		a.mu.Unlock()
		slices.SortStableFunc(group, func(x, y *act) int { return cmp.Compare(x.index, y.index) })
		for _, one := range group {
			one.err = a.run.guard(func() error { one.do(); return nil })
			close(one.done)
		}
	}
}

// more reports whether acts wait. If none does, the next one starts serve anew.
func (a *arrival) more() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serving = len(a.waiting) > 0
	return a.serving
}
