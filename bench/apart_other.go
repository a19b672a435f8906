//go:build !linux

package main

// apart is for Linux alone.
func apart() (begin func(start func() error) error, undo func() error, ok bool) {
	return nil, nil, false
}
