package emulator

import (
	"context"
	"slices"
)

// maxAsyncRetries is the most retries the emulator does, Function Compute's
// default.
const maxAsyncRetries = 3

// invokeAsync runs an invocation whose caller was answered 202 already, and
// again while it fails, with the same event and request ID.
func (t *HTTPTrigger) invokeAsync(ctx context.Context, inv Invocation) {
	defer t.background.Done()
	for try := 0; ; try++ {
		inv.RetryCount = try
		res, err := t.Function.Invoke(ctx, inv)
		if err != nil {
			res.RequestID, res.RetryCount, res.FunctionError = inv.RequestID, try, asFunctionError(err)
		}
		t.mu.Lock()
		t.async = append(t.async, res)
		t.mu.Unlock()
		if res.FunctionError == nil || try >= min(t.MaxRetries, maxAsyncRetries) {
			return
		}
		sleep(ctx, t.RetryDelay)
	}
}

// Async is the result of every asynchronous try so far, failed ones included,
// in the order of their end.
func (t *HTTPTrigger) Async() []Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.async)
}

// Wait waits for all asynchronous invocations with their retries.
func (t *HTTPTrigger) Wait() { t.background.Wait() }
