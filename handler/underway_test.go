package handler_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/handler"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// concluded is a Callback that notes when each event's report came, and what it said: "id status".
type concluded struct {
	mu sync.Mutex
	at map[string]time.Duration
	t0 time.Time
}

func (*concluded) Admit(string) error { return nil }

func (c *concluded) Deliver(_ context.Context, _ string, rep report.Report) report.CallbackResult {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := rep.InvocationId + " " + rep.EventId + " " + string(rep.Status)
	if rep.Error != nil {
		line += " " + rep.Error.Code
	}
	c.at[line] = time.Since(c.t0)
	return report.CallbackResult{Status: report.CallbackDelivered}
}

// TestTheSameEventTwiceAtOnce sends events to one instance while it works on the same events in another
// invocation, which begins first and whose stop takes 5 seconds. The reports are compared with their times.
func TestTheSameEventTwiceAtOnce(t *testing.T) {
	const a, b = `{"DesktopId":"ecd-a","IdempotencyKey":"a"}`, `{"DesktopId":"ecd-b","IdempotencyKey":"b"}`
	refused := &stop.CallError{Action: "StopDesktops", Family: stop.Denied, Code: "Refused", Message: "no"}
	type sent struct {
		after, timeout time.Duration
		event          string
	}
	for name, c := range map[string]struct {
		sent  []sent
		err   error // of the first stop
		stops int64
		want  string
	}{
		"the first succeeds, and the second is a duplicate": {
			sent: []sent{{0, time.Minute, a}, {time.Second, time.Minute, a}}, stops: 1,
			want: "1 a accepted 5s; 2 a duplicate 5s",
		},
		"the first fails, and the second does it": {
			sent: []sent{{0, time.Minute, a}, {time.Second, time.Minute, a}}, err: refused, stops: 2,
			want: "1 a failed Refused 5s; 2 a accepted 10s",
		},
		"the first fails, and one of those that wait does it": {
			sent: []sent{{0, time.Minute, a}, {time.Second, time.Minute, a}, {2 * time.Second, time.Minute, a}}, err: refused, stops: 2,
			want: "1 a failed Refused 5s; 2 a accepted 10s; 3 a duplicate 10s or 1 a failed Refused 5s; 2 a duplicate 10s; 3 a accepted 10s",
		},
		"other events of the second invocation do not wait": {
			sent: []sent{{0, time.Minute, a}, {time.Second, time.Minute, "[" + a + "," + b + "]"}}, stops: 2,
			want: "1 a accepted 5s; 2 a duplicate 5s; 2 b accepted 6s",
		},
		"the time of the second is up first: it is not called a duplicate": {
			sent: []sent{{0, time.Minute, a}, {time.Second, 5 * time.Second, a}}, stops: 1,
			want: "1 a accepted 5s; 2 a failed DeadlineExceeded 4s",
		},
		"another request with the same ID is refused at once": {
			sent: []sent{{0, time.Minute, a}, {time.Second, time.Minute, strings.ReplaceAll(a, "ecd-a", "ecd-c")}}, stops: 1,
			want: "1 a accepted 5s; 2 a rejected Conflict 1s",
		},
		"two batches that wait for each other's events": {
			sent: []sent{{0, time.Minute, "[" + a + "," + b + "]"}, {0, time.Minute, "[" + b + "," + a + "]"}}, stops: 1,
			want: "1 a accepted 5s; 1 b accepted 5s; 2 a duplicate 5s; 2 b duplicate 5s",
		},
		"what waited is held to MAX_DESKTOPS of its invocation": {
			sent: []sent{{0, time.Minute, a}, {time.Second, time.Minute, `[` + a + `,{"DesktopId":"ecd-d ecd-e","IdempotencyKey":"d"}]`}}, err: refused, stops: 2,
			want: "1 a failed Refused 5s; 2 a blocked MaxDesktops 5s; 2 d accepted 6s",
		},
		"a dry run neither waits nor is waited for": {
			sent: []sent{{0, time.Minute, a}, {time.Second, time.Minute, strings.Replace(a, "{", `{"DryRun":true,`, 1)}}, stops: 1,
			want: "1 a accepted 5s; 2 a planned 1s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := &concluded{at: map[string]time.Duration{}, t0: time.Now()}
				eds := &scripted{}
				eds.stop = func(context.Context, stop.StopCall) (string, error) {
					first := eds.stops.Load() == 1
					if time.Sleep(5 * time.Second); first {
						return "request", c.err
					}
					return "request", nil
				}
				b := newBench(eds, func(o *handler.Options) {
					o.Callback = told
					if strings.Contains(name, "MAX_DESKTOPS") {
						o.Policy.MaxDesktops = 2
					}
				})
				var wg sync.WaitGroup
				for i, s := range c.sent {
					wg.Go(func() {
						time.Sleep(s.after + time.Duration(i)) // in this order
						ctx, cancel := context.WithTimeout(t.Context(), s.timeout)
						defer cancel()
						_, _ = b.handler.Handle(ctx, handler.Invocation{RequestID: fmt.Sprint(i + 1)}, []byte(s.event))
					})
				}
				wg.Wait()
				var got []string
				for _, line := range slices.Sorted(maps.Keys(told.at)) {
					got = append(got, fmt.Sprint(line, " ", told.at[line].Truncate(time.Second)))
				}
				if !slices.Contains(strings.Split(c.want, " or "), strings.Join(got, "; ")) || eds.stops.Load() != c.stops {
					t.Errorf("%d stops: %s\nwant %d: %s", eds.stops.Load(), strings.Join(got, "; "), c.stops, c.want)
				}
			})
		})
	}
}

// TestAFaultReleasesItsEvent: an invocation that ends by a fault of this program does not make the same
// event wait until its time is up.
func TestAFaultReleasesItsEvent(t *testing.T) {
	for name, change := range map[string]func(*handler.Options, func() bool){
		"before the engine": func(o *handler.Options, first func() bool) {
			connect := o.Connect
			o.Connect = func(c secret.Credentials) (stop.EDS, error) {
				if first() {
					time.Sleep(5 * time.Second)
					panic("a fault")
				}
				return connect(c)
			}
		},
		"in the engine": func(o *handler.Options, first func() bool) {
			o.Connect = func(secret.Credentials) (stop.EDS, error) {
				return &scripted{stop: func(context.Context, stop.StopCall) (string, error) {
					if first() {
						time.Sleep(5 * time.Second)
						panic("a fault")
					}
					return "request", nil
				}}, nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var once sync.Once
				b := newBench(&scripted{}, func(o *handler.Options) {
					change(o, func() (first bool) { once.Do(func() { first = true }); return })
				})
				send := func(id string) (report.Status, error) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					response, err := b.handler.Handle(ctx, handler.Invocation{RequestID: id}, []byte(`{"DesktopId":"ecd-a","IdempotencyKey":"k"}`))
					rep, _ := response.(report.Report)
					return rep.Status, err
				}
				begun := time.Now()
				var wg sync.WaitGroup
				wg.Go(func() {
					var failure *handler.Failure
					if _, err := send("1"); !errors.As(err, &failure) {
						t.Errorf("the first: %v", err)
					}
				})
				time.Sleep(time.Second)
				status, err := send("2")
				wg.Wait()
				if took := time.Since(begun); status != report.StatusAccepted || took > 6*time.Second {
					t.Errorf("the second: %s, %v after %s", status, err, took)
				}
			})
		})
	}
}
