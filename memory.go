package main

import (
	"os"
	"runtime/debug"
	"strconv"
)

// limitMemory to two thirds of what the function has, in MB: then more is collected before more is
// taken. Without a limit a fleet of 100,000 desktops would take more than the 128 MB of the smallest
// function for what nobody uses any more. GOMEMLIMIT, if set, stays.
func limitMemory(megabytes string) {
	n, err := strconv.ParseInt(megabytes, 10, 32)
	if err != nil || n <= 0 || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(n << 20 / 3 * 2)
}
