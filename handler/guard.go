package handler

import (
	"runtime/debug"

	"stopdesktops/internal/report"
)

// guard runs f. It returns the problem of a panic, so that the panic fails one item and not the invocation.
func (r *run) guard(f func()) (p *report.Problem) {
	defer func() {
		if recover() != nil {
			r.logPanic()
			p = internalError()
		}
	}()
	f()
	return nil
}

// logPanic logs where a panic arose. It does not log the value of the panic: that may hold anything.
func (r *run) logPanic() { r.log.Error("panic", "stack", string(debug.Stack())) }
