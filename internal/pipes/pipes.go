// Package pipes is a network of pipes for tests: a fake clock can see through it, as it cannot through
// sockets.
package pipes

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"
)

// Listener accepts what is dialled over it, whatever the address. It is a net.Listener for one server.
type Listener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once

	mu    sync.Mutex
	dials []Dialled
}

// Dialled is a connection that was asked for, and when.
type Dialled struct {
	Address string
	At      time.Time
}

// Listen makes a Listener.
func Listen() *Listener { return &Listener{conns: make(chan net.Conn), done: make(chan struct{})} }

// Dial makes a connection to the server that accepts here.
func (l *Listener) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	l.mu.Lock()
	l.dials = append(l.dials, Dialled{address, time.Now()})
	l.mu.Unlock()
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Dials are the connections asked for so far.
func (l *Listener) Dials() []Dialled {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.dials)
}

func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *Listener) Close() error { l.once.Do(func() { close(l.done) }); return nil }

func (l *Listener) Addr() net.Addr { return &net.TCPAddr{} }
