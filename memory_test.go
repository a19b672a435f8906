package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for _, c := range []struct {
		megabytes, own string
		want           int64
	}{
		{"128", "", 128 << 20 / 3 * 2},
		{"32768", "", 32768 << 20 / 3 * 2},
		{"", "", math.MaxInt64},
		{"0", "", math.MaxInt64},
		{"-128", "", math.MaxInt64},
		{"128MB", "", math.MaxInt64},
		{"128", "1GiB", math.MaxInt64},
	} {
		t.Setenv("GOMEMLIMIT", c.own)
		debug.SetMemoryLimit(math.MaxInt64)
		limitMemory(c.megabytes)
		if limit := debug.SetMemoryLimit(-1); limit != c.want {
			t.Errorf("FC_FUNCTION_MEMORY_SIZE=%s GOMEMLIMIT=%s: limit %d, want %d", c.megabytes, c.own, limit, c.want)
		}
	}
}
