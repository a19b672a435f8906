package terminal

import (
	"context"
	"io"
	"os"
)

// interruptible is standard input whose reading ends when ctx does: no signal wakes a read of a
// terminal or a pipe.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	own, done := make([]byte, len(p)), make(chan result, 1) // p is the caller's again when this returns
	go func() {
		n, err := r.in.Read(own)
		done <- result{n, err}
	}()
	select {
	case got := <-done:
		return copy(p, own[:got.n]), got.err
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
}

// IsTerminal tells whether somebody types what is read.
func IsTerminal(r io.Reader) bool {
	switch in := r.(type) {
	case *interruptible:
		return IsTerminal(in.in)
	case interface{ IsTerminal() bool }:
		return in.IsTerminal()
	case *os.File:
		info, err := in.Stat()
		if err != nil || info.Mode()&os.ModeCharDevice == 0 {
			return false
		}
		null, err := os.Stat(os.DevNull) // is a device too, and nobody types there
		return err != nil || !os.SameFile(info, null)
	}
	return false
}
