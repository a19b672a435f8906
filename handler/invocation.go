package handler

import (
	"time"

	"stopdesktops/internal/secret"
)

// Invocation is what the platform says of one invocation: copied once from its context.
type Invocation struct {
	RequestID    string
	FunctionName string
	// RetryCount is 0 at the first delivery, n at the n-th retry of the platform.
	RetryCount  int
	Credentials secret.Credentials
}

// The reserve is kept of the function's time for the callback and the answer.
const (
	reserveShare = 10 // one part in ten of the time left at the start
	minReserve   = 2 * time.Second
	maxReserve   = 10 * time.Second
)

// Reserve of an invocation that has left so much time.
func Reserve(left time.Duration) time.Duration {
	return min(max(left/reserveShare, minReserve), maxReserve)
}
