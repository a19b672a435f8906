package handler_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// closed is an EDS one of whose actions throttles every call until it opens.
type closed struct {
	scripted
	action string
	opens  time.Time
	asks   func() time.Duration // how long each throttled response asks to wait

	mu     sync.Mutex
	called []time.Time // the calls of that action
}

func newClosed(action string, opens time.Duration, asks func() time.Duration) *closed {
	c := &closed{action: action, opens: time.Now().Add(opens), asks: asks}
	c.info = func(_ context.Context, ids []string) ([]stop.Desktop, error) {
		return running(ids), c.respond("DescribeDesktopInfo")
	}
	c.stop = func(context.Context, stop.StopCall) (string, error) { return "request", c.respond("StopDesktops") }
	c.tags = func(context.Context, events.Tag, string) (stop.Page[stop.Tagged], error) {
		return stop.Page[stop.Tagged]{}, c.respond("ListTagResources")
	}
	return c
}

// close it for so long, unless it is closed.
func (c *closed) close(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Now().After(c.opens) {
		c.opens = time.Now().Add(d)
	}
}

func (c *closed) respond(action string) error {
	if action != c.action {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.called = append(c.called, time.Now())
	if !time.Now().Before(c.opens) {
		return nil
	}
	return &stop.CallError{Action: action, Family: stop.Throttled, Code: "Rejected.Throttling", Message: "too many", RetryAfter: c.asks()}
}

func withProtectTag(o *handler.Options) { o.Policy.ProtectTag = events.Tag{Key: "keep"} }

// TestThrottling: a throttled call is made again, evenly, for a whole window of EDS's quota. That holds
// for each action. The function waits as long as EDS asks, but never for a time that is no use.
func TestThrottling(t *testing.T) {
	silent := func() time.Duration { return 0 }
	asks := func(d time.Duration) func() time.Duration { return func() time.Duration { return d } }
	for _, c := range []struct {
		name           string
		opens, timeout time.Duration
		asks           func() time.Duration
		done           bool
		from, to       time.Duration // when it is over
		least, most    int           // calls of the action
	}{
		{"opens after 50 s", 50 * time.Second, 2 * time.Minute, silent, true, 50 * time.Second, 58 * time.Second, 10, 30},
		{"opens after 69 s", 69 * time.Second, 2 * time.Minute, silent, true, 69 * time.Second, 71 * time.Second, 12, 40},
		{"never opens", time.Hour, 10 * time.Minute, silent, false, 70 * time.Second, 70 * time.Second, 12, 40},
		{"asks for 40 s", 40 * time.Second, 2 * time.Minute, asks(40 * time.Second), true, 40 * time.Second, 41 * time.Second, 2, 2},
		{"asks for an hour: one more try at the end of the window", time.Hour, 10 * time.Minute, asks(time.Hour), false, 70 * time.Second, 70 * time.Second, 2, 2},
		{"asks for less than it takes", 50 * time.Second, 2 * time.Minute, asks(10 * time.Millisecond), true, 50 * time.Second, 58 * time.Second, 10, 30},
		{"asks for longer than the time lasts: given up at once", 40 * time.Second, 30 * time.Second, asks(40 * time.Second), false, 0, 0, 1, 1},
		{"the time ends first: tried until then", time.Hour, 30 * time.Second, silent, false, 26500 * time.Millisecond, 26500 * time.Millisecond, 6, 20},
		{"opens shortly before the time ends", 26 * time.Second, 30 * time.Second, silent, true, 26 * time.Second, 26500 * time.Millisecond, 6, 20},
	} {
		for _, action := range []string{"StopDesktops", "DescribeDesktopInfo", "ListTagResources"} {
			t.Run(action+" "+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begin := time.Now()
					eds := newClosed(action, c.opens, c.asks)
					b := newBench(&eds.scripted, withProtectTag)
					_, failure := b.sendWithin(c.timeout, `{"DesktopId":"ecd-a"}`)
					took := time.Since(begin)
					if done := failure == nil; done != c.done || took < c.from || took > c.to {
						t.Errorf("done %v after %s, want %v between %s and %s: %v", done, took, c.done, c.from, c.to, failure)
					}
					if n := len(eds.called); n < c.least || n > c.most {
						t.Errorf("%d calls, want %d to %d", n, c.least, c.most)
					}
					if failure != nil && (!strings.Contains(failure.Message, "Rejected.Throttling") || !strings.Contains(failure.Message, `"Retryable":true`)) {
						t.Errorf("%s", failure.Message)
					}
					for i := 1; i < len(eds.called); i++ {
						if gap := eds.called[i].Sub(eds.called[i-1]); c.asks() == 0 && gap > 8*time.Second {
							t.Errorf("no call for %s", gap)
						}
					}
				})
			})
		}
	}
}

// TestThrottlingLeavesTheOtherAttempts: responses that were throttled do not use up the attempts after other
// failures, and the other way round.
func TestThrottlingLeavesTheOtherAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		b := newBench(&scripted{stop: func(context.Context, stop.StopCall) (string, error) {
			switch n++; {
			case n == 30:
				return "request", nil
			case n%5 == 0:
				return "", &stop.CallError{Action: "StopDesktops", Family: stop.Temporary, Code: "ServiceUnavailable"}
			}
			return "", &stop.CallError{Action: "StopDesktops", Family: stop.Throttled, Code: "Throttling"}
		}})
		if _, failure := b.sendWithin(10*time.Minute, `{"DesktopId":"ecd-a"}`); failure != nil {
			t.Errorf("after %d calls: %v", n, failure)
		}
	})
}

// TestThrottledCallHoldsUpNoOther: an event whose calls are throttled for 50 seconds gives its places
// away wherever it waits: also while it observes again what it is about to stop, and while one of its
// batches waits for a listing that another one makes. Events that make other calls go on meanwhile. One that makes
// the same call may try at once, or after the last try of another event.
func TestThrottledCallHoldsUpNoOther(t *testing.T) {
	for _, c := range []struct {
		action   string
		desktops int
		places   int
	}{
		{"StopDesktops", 1, 1},
		{"DescribeDesktopInfo", 1, 1},
		{"ListTagResources", 1, 1},
		{"DescribeDesktopInfo", 400, 4},
		{"ListTagResources", 400, 4},
		{"ListTagResources", 1000, 4},
	} {
		t.Run(fmt.Sprintf("%s of %d", c.action, c.desktops), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				eds, begin := newClosed(c.action, 0, func() time.Duration { return 0 }), time.Now()
				respond := eds.stop
				eds.stop = func(ctx context.Context, call stop.StopCall) (string, error) {
					if time.Since(begin) < 6*time.Second { // the first calls: what they rest on grows old
						time.Sleep(6 * time.Second)
						eds.close(50 * time.Second)
						return "", &stop.CallError{Action: "StopDesktops", Family: stop.Temporary, Code: "ServiceUnavailable"}
					}
					return respond(ctx, call)
				}
				other := &scripted{list: func(string) (stop.Page[stop.Desktop], error) {
					return stop.Page[stop.Desktop]{Rows: running([]string{"ecd-other"})}, nil
				}}
				event, within := `{"DesktopId":"ecd-other","DryRun":true}`, time.Second
				switch c.action {
				case "DescribeDesktopInfo":
					event = `{"Select":{"OfficeSiteId":"site-1"}}` // its listing shows the state
				case "ListTagResources":
					within = 8 * time.Second // it waits for a call that finds out whether the quota is free: see package stop's quota
				}
				b := newBench(nil, withProtectTag, func(o *handler.Options) {
					o.Policy.APIConcurrency = c.places
					o.Connect = func(key secret.Credentials) (stop.EDS, error) {
						if key.AccessKeyID == "other" {
							return other, nil
						}
						return &eds.scripted, nil
					}
				})
				var done sync.WaitGroup
				done.Go(func() {
					if _, failure := b.sendWithin(5*time.Minute, `{"DesktopId":"`+ids(c.desktops)+`"}`); failure != nil {
						t.Error(failure)
					}
					if took := time.Since(begin); took < 56*time.Second || took > 75*time.Second {
						t.Errorf("the throttled event took %s", took)
					}
				})
				time.Sleep(20 * time.Second)
				asked := time.Now()
				inv := handler.Invocation{RequestID: "other", Credentials: secret.Credentials{AccessKeyID: "other"}}
				if _, err := b.handler.Handle(context.Background(), inv, []byte(event)); err != nil {
					t.Error(err)
				}
				if took := time.Since(asked); took > within {
					t.Errorf("the other event took %s", took)
				}
				done.Wait()
			})
		})
	}
}

// TestThrottledListingIsGivenUpOnce: four batches wait for one listing that is throttled for good. It is
// given up after one window for all of them, and not after one window for each.
func TestThrottledListingIsGivenUpOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eds, begin := newClosed("ListTagResources", 0, func() time.Duration { return 0 }), time.Now()
		eds.stop = func(context.Context, stop.StopCall) (string, error) {
			time.Sleep(6 * time.Second)
			eds.close(time.Hour)
			return "", &stop.CallError{Action: "StopDesktops", Family: stop.Temporary, Code: "ServiceUnavailable"}
		}
		b := newBench(&eds.scripted, withProtectTag)
		_, failure := b.sendWithin(30*time.Minute, `{"DesktopId":"`+ids(400)+`"}`)
		if took := time.Since(begin); failure == nil || took > 80*time.Second {
			t.Errorf("%v after %s", failure, took)
		}
	})
}
