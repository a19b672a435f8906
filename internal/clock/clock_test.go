package clock_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/internal/clock"
)

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		if !clock.Sleep(t.Context(), time.Minute) || time.Since(begin) != time.Minute {
			t.Errorf("ended after %s", time.Since(begin))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin = time.Now()
		if clock.Sleep(ctx, time.Minute) || time.Since(begin) != time.Second {
			t.Errorf("with a context that ends after 1s: ended after %s", time.Since(begin))
		}
	})
}
