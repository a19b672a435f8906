package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// scripted is an EDS with a function for each action; without one everything is well: every desktop
// runs, nobody is connected, nothing is tagged.
type scripted struct {
	info  func(ctx context.Context, ids []string) ([]stop.Desktop, error)
	stop  func(ctx context.Context, call stop.StopCall) (string, error)
	byID  func(ctx context.Context, ids []string) (stop.Page[stop.Desktop], error)
	list  func(token string) (stop.Page[stop.Desktop], error)
	tags  func(ctx context.Context, tag events.Tag, token string) (stop.Page[stop.Tagged], error)
	stops atomic.Int64
}

func (s *scripted) DescribeDesktopInfo(ctx context.Context, _ string, ids []string) ([]stop.Desktop, error) {
	if s.info != nil {
		return s.info(ctx, ids)
	}
	return running(ids), nil
}

func running(ids []string) []stop.Desktop {
	var rows []stop.Desktop
	for _, id := range ids {
		rows = append(rows, stop.Desktop{DesktopID: id, DesktopStatus: "Running", ConnectionStatus: "Disconnected"})
	}
	return rows
}

func (s *scripted) StopDesktops(ctx context.Context, call stop.StopCall) (string, error) {
	s.stops.Add(1)
	if s.stop != nil {
		return s.stop(ctx, call)
	}
	return "request", nil
}

func (s *scripted) DescribeDesktops(_ context.Context, _ string, _ events.Select, token string) (stop.Page[stop.Desktop], error) {
	return s.list(token)
}

// DescribeDesktopsPage knows no numbers.
func (s *scripted) DescribeDesktopsPage(context.Context, string, events.Select, int) (p stop.Page[stop.Desktop], err error) {
	return p, &stop.CallError{Action: "DescribeDesktops", Family: stop.Invalid, Code: "InvalidParameter"}
}

func (s *scripted) DescribeDesktopsByID(ctx context.Context, _ string, ids []string, _ string) (stop.Page[stop.Desktop], error) {
	if s.byID != nil {
		return s.byID(ctx, ids)
	}
	return stop.Page[stop.Desktop]{Rows: running(ids)}, nil
}

func (s *scripted) ListTagResources(ctx context.Context, _ string, tag events.Tag, token string) (stop.Page[stop.Tagged], error) {
	if s.tags != nil {
		return s.tags(ctx, tag, token)
	}
	return stop.Page[stop.Tagged]{}, nil
}

// ListTagResourcesByID answers what s.tags lists of these desktops, and the total that it names.
func (s *scripted) ListTagResourcesByID(ctx context.Context, _ string, ids []string, token string) (stop.Page[stop.Tagged], error) {
	if s.tags == nil {
		return stop.Page[stop.Tagged]{}, nil
	}
	page, err := s.tags(ctx, events.Tag{}, token)
	page.Rows = slices.DeleteFunc(slices.Clone(page.Rows), func(row stop.Tagged) bool { return !slices.Contains(ids, row.DesktopID) })
	return page, err
}

func (s *scripted) DescribeClientEvents(context.Context, string, time.Time, string) (stop.Page[stop.ClientEvent], error) {
	return stop.Page[stop.ClientEvent]{}, nil
}

// bench is a handler over a scripted EDS, with its log.
type bench struct {
	handler *handler.Handler
	eds     *scripted
	log     bytes.Buffer
	n       int
}

func newBench(eds *scripted, change ...func(*handler.Options)) *bench {
	b := &bench{eds: eds}
	o := handler.Options{
		Policy: handler.Policy{
			Policy:  stop.Policy{MaxDesktops: 1000, Preflight: true, APIConcurrency: 4, Location: time.UTC},
			Regions: []string{"cn-hangzhou"}, StoppedMode: "StopCharging", AllowDirect: true, MaxEventAge: time.Hour,
		},
		Connect: func(secret.Credentials) (stop.EDS, error) { return eds, nil },
		Log:     slog.New(slog.NewJSONHandler(&b.log, nil)),
	}
	for _, c := range change {
		c(&o)
	}
	b.handler = handler.New(o)
	return b
}

// send one event with a minute's time, and return its report or its failure.
func (b *bench) send(event string) (report.Report, *handler.Failure) {
	return b.sendWithin(time.Minute, event)
}

func (b *bench) sendWithin(timeout time.Duration, event string) (report.Report, *handler.Failure) {
	b.n++
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	response, err := b.handler.Handle(ctx, handler.Invocation{RequestID: fmt.Sprint(b.n)}, []byte(event))
	var failure *handler.Failure
	errors.As(err, &failure)
	rep, _ := response.(report.Report)
	return rep, failure
}

func ids(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("ecd-%05d", i))
	}
	return strings.Join(all, " ")
}

// TestTooSlow: observations that take longer than they may be relied on stop nothing.
func TestTooSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{info: func(_ context.Context, ids []string) ([]stop.Desktop, error) {
			time.Sleep(6 * time.Second)
			return running(ids), nil
		}})
		_, failure := b.sendWithin(10*time.Minute, `{"DesktopId":"ecd-a"}`)
		if b.eds.stops.Load() != 0 || failure == nil || !strings.Contains(failure.Message, "TooSlow") {
			t.Errorf("%d stops, %v", b.eds.stops.Load(), failure)
		}
	})
}

// TestCallUnderWay: a stop that is under way when the time to work ends may take a quarter of the
// reserve for its response, and no more: the rest is for the callback and the response of the function.
func TestCallUnderWay(t *testing.T) {
	for took, want := range map[time.Duration]bool{18200 * time.Millisecond: true, 18800 * time.Millisecond: false} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			b := newBench(&scripted{stop: func(ctx context.Context, _ stop.StopCall) (string, error) {
				select {
				case <-time.After(took):
					return "request", nil
				case <-ctx.Done():
					return "", &stop.CallError{Action: "StopDesktops", Family: stop.Ambiguous, Code: "Timeout"}
				}
			}})
			_, failure := b.sendWithin(20*time.Second, `{"DesktopId":"ecd-a"}`)
			if accepted := failure == nil; accepted != want || time.Since(begun) > 18600*time.Millisecond {
				t.Errorf("a response after %s: accepted %v, at %s", took, accepted, time.Since(begun))
			}
		})
	}
}

// TestEndlessListing: a service whose pages go round is found out at the first repetition.
func TestEndlessListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pages := 0
		b := newBench(&scripted{list: func(token string) (stop.Page[stop.Desktop], error) {
			pages++
			return stop.Page[stop.Desktop]{Listed: 1, NextToken: map[string]string{"": "a", "a": "b", "b": "a"}[token]}, nil
		}})
		_, failure := b.send(`{"Select":{"All":true}}`)
		if failure == nil || !strings.Contains(failure.Message, "EndlessListing") || pages != 3 {
			t.Errorf("%d pages, %v", pages, failure)
		}
	})
}

// TestForeignRows: a listing's rows with IDs that are none are left out; a desktop told twice in one
// observation is believed neither way.
func TestForeignRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{list: func(string) (stop.Page[stop.Desktop], error) {
			return stop.Page[stop.Desktop]{Rows: running([]string{"", "i-123", "ecd-a", "ecd-a", "ecd-b&x=1"})}, nil
		}})
		rep, _ := b.send(`{"Select":{"All":true}}`)
		if len(rep.Desktops) != 1 || rep.Desktops[0].DesktopId != "ecd-a" {
			t.Errorf("%+v", rep.Desktops)
		}
		b = newBench(&scripted{info: func(context.Context, []string) ([]stop.Desktop, error) {
			rows := running([]string{"ecd-a", "ecd-a"})
			rows[0].ConnectionStatus = "Connected"
			return rows, nil
		}})
		rep, _ = b.send(`{"DesktopId":"ecd-a"}`)
		if b.eds.stops.Load() != 0 || rep.Counts[report.Skipped] != 1 {
			t.Errorf("%d stops, %+v", b.eds.stops.Load(), rep)
		}
	})
}

// TestListingThatPanics: a fault of ours in one listing fails the event that rests on it, and no other.
func TestListingThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{tags: func(_ context.Context, tag events.Tag, _ string) (stop.Page[stop.Tagged], error) {
			var nothing *report.Report
			return stop.Page[stop.Tagged]{NextToken: nothing.EventId}, nil
		}})
		_, failure := b.send(`[{"DesktopId":"ecd-a","Exclude":{"Tag":{"Key":"k"}}},{"DesktopId":"ecd-b"}]`)
		if b.eds.stops.Load() != 1 || failure == nil || failure.Type != handler.StopPartial || !strings.Contains(failure.Message, `"accepted":1,"failed":1`) {
			t.Errorf("%d stops, %v", b.eds.stops.Load(), failure)
		}
	})
}

// TestPanicIsOneReport: a fault of ours while one event is taken in fails that event and no other.
func TestPanicIsOneReport(t *testing.T) {
	b := newBench(&scripted{}, func(o *handler.Options) { o.Callback = panicking{} })
	reports := b.handler.Reports(context.Background(), handler.Invocation{RequestID: "inv"},
		[]byte(`[{"DesktopId":"ecd-a","CallbackUrl":"https://hooks.example.com/"},{"DesktopId":"ecd-b"}]`))
	if len(reports) != 2 {
		t.Fatalf("%+v", reports)
	}
	if r := reports[0]; r.Status != report.StatusFailed || r.Error == nil || r.Error.Code != report.CodeInternal || r.EventId != "inv#0" {
		t.Errorf("%+v", r)
	}
	if r := reports[1]; !r.Status.Succeeded() || b.eds.stops.Load() != 1 {
		t.Errorf("%d stops, %+v", b.eds.stops.Load(), r)
	}
}

// TestPanicBeforeEvents: a fault of ours while an HTTP request is authenticated is the report of the invocation,
// and its response a problem document.
func TestPanicBeforeEvents(t *testing.T) {
	b := newBench(&scripted{}, func(o *handler.Options) { o.Authenticator = panicking{} })
	raw := []byte(`{"version":"v1","rawPath":"/","headers":{"Content-Type":"application/json"},"body":"{}","requestContext":{"http":{"method":"POST","path":"/"}}}`)
	reports := b.handler.Reports(context.Background(), handler.Invocation{RequestID: "inv"}, raw)
	if len(reports) != 1 || reports[0].Status != report.StatusFailed || reports[0].Error.Code != report.CodeInternal || reports[0].Kind != "http" {
		t.Errorf("%+v", reports)
	}
	got, err := b.handler.Handle(context.Background(), handler.Invocation{RequestID: "inv"}, raw)
	response, ok := got.(handler.HTTPResponse)
	if !ok || err != nil || response.StatusCode != 500 || response.Headers["Content-Type"] != "application/problem+json" {
		t.Errorf("%+v, %v", got, err)
	}
}

// panicking is a collaborator with a fault.
type panicking struct{}

func (panicking) Admit(string) error { panic("sk-secret") }

func (panicking) Verify(*events.HTTPRequest, time.Time) (events.Proof, error) { panic("sk-secret") }

func (panicking) Deliver(context.Context, string, report.Report) report.CallbackResult {
	return report.CallbackResult{}
}

// TestPanicAnywhere: also where nothing nearer contains it, the platform gets an error of a stable type.
func TestPanicAnywhere(t *testing.T) {
	b := newBench(&scripted{}, func(o *handler.Options) {
		o.Connect = func(secret.Credentials) (stop.EDS, error) { panic("sk-secret") }
	})
	_, failure := b.send(`{"DesktopId":"ecd-a"}`)
	if failure == nil || failure.Type != handler.StopFailed || !strings.Contains(failure.Message, report.CodeInternal) {
		t.Errorf("%v", failure)
	}
	if strings.Contains(b.log.String(), "sk-secret") {
		t.Error("the log shows what was panicked with: it may hold anything")
	}
}

// TestDedupForgets: a duplicate is one for an hour, and among the last 10,000 events.
func TestDedupForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{})
		const event = `{"DesktopId":"ecd-a","IdempotencyKey":"k"}`
		again := func() bool {
			rep, _ := b.send(event)
			return rep.Status == report.StatusDuplicate
		}
		if again() || !again() {
			t.Error("the second is no duplicate of the first")
		}
		if time.Sleep(59 * time.Minute); !again() {
			t.Error("forgotten within the hour")
		}
		if time.Sleep(2 * time.Minute); again() {
			t.Error("remembered beyond the hour")
		}
		for i := range 10_000 {
			b.send(fmt.Sprintf(`{"DesktopId":"ecd-a","IdempotencyKey":"other-%d"}`, i))
		}
		if again() {
			t.Error("more than 10,000 are remembered")
		}
	})
}

// TestDryRunIsNoDuplicate: neither of the real run nor for it.
func TestDryRunIsNoDuplicate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{})
		for _, c := range []struct {
			dry  string
			want report.Status
		}{{"true", report.StatusPlanned}, {"false", report.StatusAccepted}, {"true", report.StatusPlanned}} {
			if rep, _ := b.send(`{"DesktopId":"ecd-a","IdempotencyKey":"k","DryRun":` + c.dry + `}`); rep.Status != c.want {
				t.Errorf("DryRun %s: %s, want %s", c.dry, rep.Status, c.want)
			}
		}
	})
}

// TestLate: an event is late from 15 seconds on.
func TestLate(t *testing.T) {
	for age, asks := range map[time.Duration]bool{14 * time.Second: false, 15 * time.Second: true} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(&scripted{})
			at := time.Now().Add(-age).UTC().Format(time.RFC3339)
			rep, _ := b.send(`{"triggerName":"t","triggerTime":"` + at + `","payload":"{\"DesktopId\":\"ecd-a\"}"}`)
			if (rep.Calls["DescribeClientEvents"] > 0) != asks {
				t.Errorf("%s old: calls %v", age, rep.Calls)
			}
		})
	}
}

// TestLimitSparesForGood: a desktop that the count found spared stays spared, also if a later observation would
// have it stopped: otherwise more than MAX_DESKTOPS could be.
func TestLimitSparesForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observations, listed := 0, false
		b := newBench(&scripted{info: func(_ context.Context, ids []string) ([]stop.Desktop, error) {
			rows := running(ids)
			if observations++; observations <= 2 { // the first is old when it is decided
				for i := range rows[2:] {
					rows[2+i].ConnectionStatus = "Connected"
				}
			}
			time.Sleep(3 * time.Second)
			return rows, nil
		}, tags: func(context.Context, events.Tag, string) (stop.Page[stop.Tagged], error) {
			if !listed {
				time.Sleep(6 * time.Second)
			}
			listed = true
			return stop.Page[stop.Tagged]{}, nil
		}}, func(o *handler.Options) { o.Policy.MaxDesktops, o.Policy.ProtectTag.Key = 2, "protect" })
		rep, failure := b.sendWithin(10*time.Minute, `{"DesktopId":"`+ids(5)+`"}`)
		if rep.Counts[report.Accepted] != 2 || rep.Counts[report.Skipped] != 3 {
			t.Errorf("%v %v", rep.Counts, failure)
		}
	})
}

// TestWaitFollows: an observation that fails during the wait changes nothing of what was seen before it.
func TestWaitFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observations := 0
		b := newBench(&scripted{info: func(_ context.Context, ids []string) ([]stop.Desktop, error) {
			rows := running(ids)
			switch observations++; observations {
			case 2:
				rows[0].DesktopStatus = "Stopping"
			case 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13:
				return nil, &stop.CallError{Action: "DescribeDesktopInfo", Family: stop.Denied, Code: "NoPermission"}
			}
			return rows, nil
		}})
		rep, _ := b.send(`{"DesktopId":"ecd-a","WaitSeconds":20}`)
		if rep.Status != report.StatusAccepted || rep.Counts[report.Stopping] != 1 {
			t.Errorf("%+v", rep)
		}
	})
}

// TestWaitUnseen: no observation succeeds during the wait: nobody knows that the desktop runs on.
func TestWaitUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observations := 0
		b := newBench(&scripted{info: func(_ context.Context, ids []string) ([]stop.Desktop, error) {
			if observations++; observations > 1 {
				return nil, &stop.CallError{Action: "DescribeDesktopInfo", Family: stop.Denied, Code: "NoPermission"}
			}
			return running(ids), nil
		}})
		rep, failure := b.send(`{"DesktopId":"ecd-a","WaitSeconds":20}`)
		if rep.Status != report.StatusAccepted || failure != nil {
			t.Errorf("%+v %v", rep, failure)
		}
	})
}

// TestLogLines: the report in one line, then the desktops in lines of at most 80.
func TestLogLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{})
		b.send(`{"DesktopId":"` + ids(170) + `"}`)
		var sizes []int
		for line := range bytes.Lines(b.log.Bytes()) {
			var l struct {
				Msg         string `json:"msg"`
				Part, Parts int
				Desktops    []report.DesktopReport
				Report      report.Report `json:"report"`
			}
			if err := json.Unmarshal(line, &l); err != nil {
				t.Fatal(err)
			}
			if l.Msg == "desktops" {
				sizes = append(sizes, len(l.Desktops))
				if l.Parts != 3 || l.Part != len(sizes) {
					t.Errorf("part %d of %d", l.Part, l.Parts)
				}
			}
			if l.Msg == "report" && l.Report.Desktops != nil {
				t.Error("the report's line holds the desktops")
			}
		}
		if fmt.Sprint(sizes) != "[80 80 10]" {
			t.Errorf("%v", sizes)
		}
	})
}

// TestSparedByAFreshObservation: the next wave is observed while this one is stopped, which may take long.
// What was connected or stopped then and runs now is not left alone by that observation.
func TestSparedByAFreshObservation(t *testing.T) {
	for _, was := range []stop.Desktop{{DesktopStatus: "Running", ConnectionStatus: "Connected"}, {DesktopStatus: "Stopped", ConnectionStatus: "Disconnected"}} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			var first, other string // desktops of the two waves
			b := newBench(&scripted{
				info: func(_ context.Context, ids []string) ([]stop.Desktop, error) {
					switch {
					case first == "":
						first = ids[0]
					case other == "" && ids[0] != first:
						other = ids[0]
					}
					rows := running(ids)
					for i := range rows {
						if rows[i].DesktopID == other && time.Since(begin) < 3*time.Second {
							rows[i].DesktopStatus, rows[i].ConnectionStatus = was.DesktopStatus, was.ConnectionStatus
						}
					}
					return rows, nil
				},
				stop: func(_ context.Context, call stop.StopCall) (string, error) {
					if call.DesktopIDs[0] == first && time.Since(begin) < 12*time.Second {
						return "", &stop.CallError{Family: stop.Throttled, Code: "Throttling", RetryAfter: 5 * time.Second}
					}
					return "r", nil
				},
			}, func(o *handler.Options) { o.Policy.APIConcurrency = 1 })
			if rep, failure := b.sendWithin(5*time.Minute, `{"DesktopId":"`+ids(200)+`"}`); rep.Counts[report.Accepted] != 200 {
				t.Errorf("%v %v", rep.Counts, failure)
			}
		})
	}
}

// TestLogLevels: an alarm on errors tells of what failed, and not of strangers who try the door.
func TestLogLevels(t *testing.T) {
	friend := judge(func(*events.HTTPRequest, time.Time) (events.Proof, error) { return events.Proof{}, nil })
	replayed := judge(func(*events.HTTPRequest, time.Time) (events.Proof, error) {
		return events.Proof{}, report.Unauthenticated("old", "")
	})
	bare := `{"version":"v1","headers":{},"requestContext":{"http":{"method":"GET","path":"/"}},"body":""}`
	for _, c := range []struct {
		event, level string
		judge        handler.Authenticator
		fault        error
	}{
		{`{"DesktopId":"ecd-a"}`, "INFO", nil, nil},
		{`{"DesktopIdz":"ecd-a"}`, "ERROR", nil, nil},
		{httpEvent(`{"DesktopId":"ecd-a"}`), "WARN", nil, nil},
		{httpEvent(`{"DesktopId":"ecd-a"}`), "INFO", friend, nil},
		{httpEvent(`{"DesktopIdz":"ecd-a"}`), "ERROR", friend, nil},
		{httpEvent(`no JSON`), "ERROR", friend, nil},
		{httpEvent(`{"DesktopId":"ecd-a"}`), "WARN", replayed, nil},
		{bare, "WARN", friend, nil},
		{bare, "ERROR", friend, errors.New("misconfigured")},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(&scripted{}, func(o *handler.Options) { o.Authenticator, o.Fault = c.judge, c.fault })
			b.send(c.event)
			for line := range bytes.Lines(b.log.Bytes()) {
				var l struct{ Level string }
				if err := json.Unmarshal(line, &l); err != nil || l.Level != c.level {
					t.Errorf("%s: %s, %v; want %s", c.event, line, err, c.level)
				}
			}
			if b.log.Len() == 0 {
				t.Errorf("%s: nothing is logged", c.event)
			}
		})
	}
}

// judge is an Authenticator by a function.
type judge func(*events.HTTPRequest, time.Time) (events.Proof, error)

func (j judge) Verify(q *events.HTTPRequest, now time.Time) (events.Proof, error) { return j(q, now) }

func httpEvent(body string) string {
	text, _ := json.Marshal(body)
	return `{"version":"v1","headers":{"Content-Type":"application/json"},"requestContext":{"http":{"method":"POST","path":"/"}},"body":` + string(text) + `}`
}

// TestAuthenticator: any error of it refuses, whatever its kind; what it proves is believed.
func TestAuthenticator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			judge  judge
			body   string
			status int
			says   string
		}{
			"an error of another kind": {func(*events.HTTPRequest, time.Time) (events.Proof, error) {
				return events.Proof{}, errors.New("broken")
			}, `{"DesktopId":"ecd-a"}`, 401, "Unauthenticated"},
			"a signed time that is old": {func(_ *events.HTTPRequest, now time.Time) (events.Proof, error) {
				return events.Proof{Time: now.Add(-2 * time.Hour)}, nil
			}, `{"DesktopId":"ecd-a"}`, 200, `"stale"`},
			"a signed ID": {func(*events.HTTPRequest, time.Time) (events.Proof, error) {
				return events.Proof{ID: "signed"}, nil
			}, `{"DesktopId":"ecd-a","IdempotencyKey":"unsigned"}`, 202, `"EventId":"signed"`},
			"a hash of the body": {func(*events.HTTPRequest, time.Time) (events.Proof, error) {
				return events.Proof{BodyHash: "hash"}, nil
			}, `{"DesktopId":"ecd-a"}`, 202, `"EventId":"hash"`},
			"a body that is too large": {func(*events.HTTPRequest, time.Time) (events.Proof, error) {
				return events.Proof{}, nil
			}, `{"DesktopId":"ecd-a"` + strings.Repeat(" ", 256<<10) + `}`, 413, "TooLarge"},
		} {
			b := newBench(&scripted{}, func(o *handler.Options) { o.Authenticator = c.judge })
			got, err := b.handler.Handle(context.Background(), handler.Invocation{RequestID: "1"}, []byte(httpEvent(c.body)))
			response, ok := got.(handler.HTTPResponse)
			if !ok || err != nil || response.StatusCode != c.status || !strings.Contains(response.Body, c.says) {
				t.Errorf("%s: %+v %v", name, got, err)
			}
		}
	})
}

// waiting is a Callback that takes all the time there is.
type waiting struct{}

func (waiting) Admit(string) error { return nil }

func (waiting) Deliver(ctx context.Context, _ string, _ report.Report) report.CallbackResult {
	<-ctx.Done()
	return report.CallbackResult{Status: report.CallbackFailed}
}

// TestCallbackTime: a callback takes at most the reserve, and however late it begins, half a second
// is left for the response.
func TestCallbackTime(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{0: 2 * time.Second, 18200 * time.Millisecond: 19500 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(&scripted{stop: func(context.Context, stop.StopCall) (string, error) {
				time.Sleep(took)
				return "request", nil
			}}, func(o *handler.Options) { o.Callback = waiting{} })
			begun := time.Now()
			rep, failure := b.sendWithin(20*time.Second, `{"DesktopId":"ecd-a"}`)
			if took := time.Since(begun); failure != nil || rep.Status != report.StatusAccepted || took != want {
				t.Errorf("%s after %s, want %s; %v", rep.Status, took, want, failure)
			}
		})
	}
}

// dead is a receiver that never responds. It counts what was begun, and what found no time.
type dead struct{ begun, late atomic.Int64 }

func (*dead) Admit(string) error { return nil }

func (d *dead) Deliver(ctx context.Context, _ string, _ report.Report) report.CallbackResult {
	if ctx.Err() != nil {
		d.late.Add(1)
		return report.CallbackResult{Status: report.CallbackNotAttempted}
	}
	d.begun.Add(1)
	<-ctx.Done()
	return report.CallbackResult{Status: report.CallbackFailed}
}

// TestDeadReceiver: the callbacks of 1,000 events share the reserve, a tenth of the time. Each report is in the log.
func TestDeadReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const events = 1000
		receiver := &dead{}
		b := newBench(&scripted{}, func(o *handler.Options) { o.Callback, o.Policy.APIConcurrency = receiver, 32 })
		var batch []string
		for i := range events {
			batch = append(batch, fmt.Sprintf(`{"DesktopId":"ecd-%d"}`, i))
		}
		begun := time.Now()
		_, failure := b.sendWithin(time.Minute, "["+strings.Join(batch, ",")+"]")
		if took := time.Since(begun); failure != nil || took > 6*time.Second {
			t.Errorf("the response came after %v: %v", took, failure)
		}
		if begun, late := receiver.begun.Load(), receiver.late.Load(); begun < 20 || begun+late != events {
			t.Errorf("%d deliveries were begun, %d found no time", begun, late)
		}
		log := b.log.String()
		if reports, results := strings.Count(log, `"msg":"report"`), strings.Count(log, `"msg":"callback"`); reports != events || results != events {
			t.Errorf("%d reports are in the log, %d results of callbacks", reports, results)
		}
	})
}

// TestNeverMade: the time was up before anybody could ask who is protected. That is not nobody: a
// dry run would promise to stop what no real run may touch.
func TestNeverMade(t *testing.T) {
	for range 20 { // which of two things that are ready is taken first is left to chance
		synctest.Test(t, func(t *testing.T) {
			b := newBench(&scripted{tags: func(ctx context.Context, _ events.Tag, _ string) (stop.Page[stop.Tagged], error) {
				<-ctx.Done()
				return stop.Page[stop.Tagged]{}, nil
			}}, func(o *handler.Options) {
				o.Policy.ProtectTag.Key, o.Policy.KeepUntilTag, o.Policy.APIConcurrency, o.Policy.DryRun = "protect", "keep", 1, true
			})
			rep, _ := b.sendWithin(10*time.Second, `{"DesktopId":"ecd-a"}`)
			if rep.Counts[report.WouldStop] > 0 {
				t.Fatalf("%+v", rep)
			}
		})
	}
}
