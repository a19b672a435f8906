package handler_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/handler"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
)

// batchOf events of the bus, each of which names so many desktops, none of them twice.
func batchOf(sizes ...int) []byte {
	var all []string
	next := 0
	for i, n := range sizes {
		var names strings.Builder
		for range n {
			fmt.Fprintf(&names, "ecd-%d ", next)
			next++
		}
		all = append(all, fmt.Sprintf(`{"specversion":"1.0","id":"%d","source":"s","type":"t","data":{"DesktopId":"%s"}}`, i, names.String()))
	}
	return []byte("[" + strings.Join(all, ",") + "]")
}

func manyAllowed(o *handler.Options) { o.Policy.MaxDesktops = 1_000_000 }

// TestManyNamed: the events of an invocation that name more than 100,000 desktops together are refused, and the others are done.
// What was done is a duplicate when the batch comes again, so there is room for what was refused.
func TestManyNamed(t *testing.T) {
	if testing.Short() {
		t.Skip("it names 220,000 desktops: make test-large runs it")
	}
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{}, manyAllowed)
		for attempt, want := range []string{
			`0 accepted 60000; 1 rejected $[1].data.DesktopId the event names 60000 desktops, and the events before it in this invocation name 60000; the limit is 100000 for all of them. Nothing of it was stopped: send it again in a smaller batch.; 2 accepted 40000; 3 rejected $[3].data.DesktopId the event names 1 desktops, and the events before it in this invocation name 100000; the limit is 100000 for all of them. Nothing of it was stopped: send it again in a smaller batch.`,
			`0 duplicate 0; 1 accepted 60000; 2 duplicate 0; 3 accepted 1`,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			reports := b.handler.Reports(ctx, handler.Invocation{RequestID: fmt.Sprint(attempt)}, batchOf(60_000, 60_000, 40_000, 1))
			cancel()
			var got []string
			for _, rep := range reports {
				line := fmt.Sprint(strings.TrimPrefix(rep.EventId, "s|"), " ", rep.Status)
				if p := rep.Error; p != nil {
					line += " " + p.Path + " " + p.Message
					if p.Code != "TooLarge" || p.HTTPStatus != 413 || !p.Retryable {
						t.Errorf("%+v", p)
					}
				} else {
					line += fmt.Sprint(" ", len(rep.Desktops))
				}
				got = append(got, line)
			}
			if strings.Join(got, "; ") != want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
			}
		}
	})
}

// TestManyExcluded: lists of what is not to be stopped take as much memory as lists of what is.
func TestManyExcluded(t *testing.T) {
	list := func(prefix string, n int) string {
		var names strings.Builder
		for i := range n {
			fmt.Fprintf(&names, "%s-%d,", prefix, i)
		}
		return names.String()
	}
	for field, exclude := range map[string]string{
		"$[11].Exclude.DesktopId": `"DesktopId":"` + list("ecd", 9_000) + `"`,
		"$[11]":                   `"EndUserId":"` + list("user", 9_000) + `"`,
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(&scripted{}, manyAllowed)
			var all []string
			for i := range 12 {
				all = append(all, fmt.Sprintf(`{"DesktopId":"ecd-x%d","Exclude":{%s}}`, i, exclude))
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			reports := b.handler.Reports(ctx, handler.Invocation{RequestID: "1"}, []byte("["+strings.Join(all, ",")+"]"))
			for i, rep := range reports {
				if refused := rep.Status == report.StatusRejected; refused != (i == 11) {
					t.Errorf("%s: event %d is %s: %+v", field, i, rep.Status, rep.Error)
				}
			}
			if p := reports[11].Error; p == nil || p.Code != "TooLarge" || p.Path != field || reports[11].Exclude != nil {
				t.Errorf("%+v", p)
			}
		})
	}
}

// BenchmarkNamed is the memory in use at the first call that stops desktops, without the invocation itself: one event that names
// as many desktops as may be, the same number in a batch, and a batch that names 32 times as many.
func BenchmarkNamed(b *testing.B) {
	many := make([]int, 54)
	for i := range many {
		many[i] = 60_000
	}
	for name, raw := range map[string][]byte{
		"100,000 in one event":     batchOf(100_000),
		"100,000 in 4 events":      batchOf(25_000, 25_000, 25_000, 25_000),
		"3,240,000 in 54 events":   batchOf(many...),
		"100,000 in 10,000 events": batchOf(tens()...),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				var once sync.Once
				var before, then runtime.MemStats
				eds := &scripted{stop: func(context.Context, stop.StopCall) (string, error) {
					once.Do(func() { runtime.GC(); runtime.ReadMemStats(&then) })
					return "request", nil
				}}
				h := newBench(eds, manyAllowed, func(o *handler.Options) { o.Log = slog.New(slog.DiscardHandler) }).handler
				runtime.GC()
				runtime.ReadMemStats(&before)
				_ = h.Reports(context.Background(), handler.Invocation{RequestID: fmt.Sprint(i)}, raw)
				b.ReportMetric(float64(then.HeapAlloc-before.HeapAlloc)/(1<<20), "live-MB")
			}
		})
	}
}

func tens() []int {
	sizes := make([]int, 10_000)
	for i := range sizes {
		sizes[i] = 10
	}
	return sizes
}

// TestRefusedIsShown: the report of an event that is not done still shows what it selects and excludes,
// up to the limit of an invocation.
func TestRefusedIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{})
		var all []string
		for i, excluded := range []int{60_000, 60_000, 1} {
			var names strings.Builder
			for n := range excluded {
				fmt.Fprintf(&names, "ecd-%d ", n)
			}
			all = append(all, fmt.Sprintf(`{"specversion":"1.0","id":"%d","source":"s","type":"t","time":"1999-12-31T00:00:00Z",`+
				`"data":{"Select":{"All":true},"Exclude":{"DesktopId":"%s"}}}`, i, names.String()))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var got []string
		for _, rep := range b.handler.Reports(ctx, handler.Invocation{}, []byte("["+strings.Join(all, ",")+"]")) {
			line := string(rep.Status)
			if rep.Select != nil && rep.Select.All && rep.Exclude != nil {
				line += fmt.Sprint(" ", len(rep.Exclude.DesktopId))
			}
			got = append(got, line)
		}
		if want := "stale 60000; stale; stale 1"; strings.Join(got, "; ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
		}
	})
}
