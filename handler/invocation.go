package handler

import (
	"time"

	"stopdesktops/internal/secret"
)

// Invocation is copied once from the context that the platform gives.
type Invocation struct {
	RequestID    string
	FunctionName string
	// RetryCount is 0 at the first delivery, n at the n-th retry of the platform.
	RetryCount  int
	Credentials secret.Credentials
	// Day is a time whose day counts instead of the events' own, where a request has On. Zero: theirs counts. Only
	// plans of what is still to come have it.
	Day time.Time
}

// The reserve is the part of the function's time that is kept for the callback and the response.
const (
	reserveShare = 10 // one part in ten of the time left at the start
	minReserve   = 2 * time.Second
	maxReserve   = 10 * time.Second
)

// Reserve returns the reserve of an invocation that has so much time left.
func Reserve(left time.Duration) time.Duration {
	return min(max(left/reserveShare, minReserve), maxReserve)
}
