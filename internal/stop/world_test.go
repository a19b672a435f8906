package stop

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/clock"
	"stopdesktops/internal/report"
)

// world is a small EDS in a synctest bubble. What it answers depends on the call and the time alone.
type world struct {
	t     *testing.T
	began time.Time
	// behave says how long a call takes, and how it fails; nil: every call takes 100 ms.
	behave func(call) (time.Duration, error)
	pages  map[string]int // of a listing, by call.about; absent: one

	mu       sync.Mutex
	desktops []*fakeDesktop
	calls    []call
	// throttled are the regions where a call was throttled.
	throttled map[string]bool
}

type fakeDesktop struct {
	Desktop
	region, office string
	tags           map[string]string
}

// call to the world.
type call struct {
	action, region string
	about          string // the tag, the filter, the age of the uses or the IDs
	ids            []string
	options        string
	page           int
	nth            int           // from 1, of those with this action, region and about
	at             time.Duration // since the world began
}

func newWorld(t *testing.T, ids ...string) *world {
	w := &world{t: t, began: time.Now(), pages: map[string]int{}, throttled: map[string]bool{}}
	for _, id := range ids {
		w.add(id, regionA)
	}
	return w
}

const (
	regionA = "cn-hangzhou"
	regionB = "cn-beijing"
)

func (w *world) add(id, region string) *fakeDesktop {
	d := &fakeDesktop{region: region, tags: map[string]string{}}
	d.DesktopID, d.DesktopStatus, d.ConnectionStatus, d.EndUserIDs = id, "Running", "Disconnected", []string{"zhang"}
	w.desktops = append(w.desktops, d)
	return d
}

func (w *world) find(id, region string) *fakeDesktop {
	for _, d := range w.desktops {
		if d.DesktopID == id && d.region == region {
			return d
		}
	}
	return nil
}

// make the call: note it, let its time pass, and fail it as the world behaves.
func (w *world) make(ctx context.Context, c call) error {
	c.at = time.Since(w.began)
	w.mu.Lock()
	for _, other := range w.calls {
		if other.action == c.action && other.region == c.region && other.about == c.about {
			c.nth++
		}
	}
	c.nth++
	w.calls = append(w.calls, c)
	w.mu.Unlock()
	delay, err := 100*time.Millisecond, error(nil)
	if w.behave != nil {
		delay, err = w.behave(c)
	}
	if c.action == "StopDesktops" && err == nil {
		w.mu.Lock()
		for _, id := range c.ids {
			w.find(id, c.region).DesktopStatus = "Stopping"
		}
		w.mu.Unlock()
	}
	if !clock.Sleep(ctx, delay) {
		return &CallError{Action: c.action, Family: Ambiguous, Code: "Timeout", Message: "no response"}
	}
	if e := asCallError(err); e != nil {
		failed := *e
		w.mu.Lock()
		defer w.mu.Unlock()
		w.throttled[c.region] = w.throttled[c.region] || e.Family == Throttled
		failed.Action = c.action
		return &failed
	}
	return nil
}

// change the desktops while calls are under way.
func (w *world) change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// forever is longer than every invocation.
const forever = time.Hour

func (w *world) DescribeDesktopInfo(ctx context.Context, region string, ids []string) ([]Desktop, error) {
	if err := w.make(ctx, call{action: "DescribeDesktopInfo", region: region, about: strings.Join(ids, " "), ids: ids}); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var rows []Desktop
	for _, d := range w.desktops {
		if d.region == region && slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, d.DesktopID) }) {
			row := d.Desktop
			row.EndUserIDs = nil
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// page of a listing: all rows are on the last one.
func page[T any](w *world, c *call, token string) (last bool, next string) {
	_, _ = fmt.Sscan(token, &c.page)
	if c.page+1 < w.pages[c.about] {
		return false, fmt.Sprint(c.page + 1)
	}
	return true, ""
}

func (w *world) DescribeDesktops(ctx context.Context, region string, choice events.Select, token string) (p Page[Desktop], err error) {
	c := call{action: "DescribeDesktops", region: region, about: "all"}
	switch {
	case choice.OfficeSiteId != "":
		c.about = "office " + choice.OfficeSiteId
	case len(choice.EndUserId) > 0:
		c.about = "users " + strings.Join(choice.EndUserId[:min(3, len(choice.EndUserId))], " ")
	}
	last, next := page[Desktop](w, &c, token)
	if err := w.make(ctx, c); err != nil {
		return p, err
	}
	p.NextToken, p.Listed = next, 1 // a page has rows, if only of others
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.desktops {
		if last && d.region == region && (choice.OfficeSiteId == "" || choice.OfficeSiteId == d.office) &&
			(len(choice.EndUserId) == 0 || slices.ContainsFunc(choice.EndUserId, func(u string) bool { return slices.Contains(d.EndUserIDs, u) })) {
			p.Rows = append(p.Rows, d.Desktop)
		}
	}
	return p, nil
}

// DescribeDesktopsPage is not asked for: the world does not say how many desktops there are.
func (w *world) DescribeDesktopsPage(context.Context, string, events.Select, int) (p Page[Desktop], err error) {
	panic("a page by number")
}

func (w *world) DescribeDesktopsByID(ctx context.Context, region string, ids []string, _ string) (p Page[Desktop], err error) {
	if err := w.make(ctx, call{action: "DescribeDesktopsByID", region: region, about: strings.Join(ids, " "), ids: ids}); err != nil {
		return p, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.desktops {
		if d.region == region && slices.Contains(ids, d.DesktopID) {
			p.Rows = append(p.Rows, d.Desktop)
		}
	}
	return p, nil
}

func (w *world) ListTagResources(ctx context.Context, region string, tag events.Tag, token string) (p Page[Tagged], err error) {
	c := call{action: "ListTagResources", region: region, about: tag.Key}
	if tag.Value != nil {
		c.about += "=" + *tag.Value
	}
	last, next := page[Tagged](w, &c, token)
	if err := w.make(ctx, c); err != nil {
		return p, err
	}
	p.NextToken, p.Listed = next, 1 // a page has rows, if only of others
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.desktops {
		if value, ok := d.tags[tag.Key]; ok && last && d.region == region && (tag.Value == nil || *tag.Value == value) {
			p.Rows = append(p.Rows, Tagged{DesktopID: d.DesktopID, Key: tag.Key, Value: value})
		}
	}
	return p, nil
}

// ListTagResourcesByID pages like a listing. It does not know an ID in another case, as a service may.
func (w *world) ListTagResourcesByID(ctx context.Context, region string, ids []string, token string) (p Page[Tagged], err error) {
	c := call{action: "ListTagResourcesByID", region: region, about: strings.Join(ids, " "), ids: ids}
	last, next := page[Tagged](w, &c, token)
	if len(ids) < 1 || len(ids) > 50 {
		w.t.Errorf("the tags of %d desktops", len(ids))
	}
	if err := w.make(ctx, c); err != nil {
		return p, err
	}
	p.NextToken, p.Listed = next, 1
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.desktops {
		if last && d.region == region && slices.Contains(ids, d.DesktopID) {
			for key, value := range d.tags {
				p.Rows = append(p.Rows, Tagged{DesktopID: d.DesktopID, Key: key, Value: value})
			}
		}
	}
	return p, nil
}

func (w *world) DescribeClientEvents(ctx context.Context, region string, since time.Time, token string) (p Page[ClientEvent], err error) {
	c := call{action: "DescribeClientEvents", region: region, about: w.began.Sub(since).Round(time.Minute).String()}
	p.Listed = 1
	_, p.NextToken = page[ClientEvent](w, &c, token)
	return p, w.make(ctx, c)
}

// StopDesktops has its effect at the beginning, as EDS may show it before the response.
func (w *world) StopDesktops(ctx context.Context, stop StopCall) (string, error) {
	c := call{action: "StopDesktops", region: stop.RegionID, about: strings.Join(stop.DesktopIDs, " "), ids: stop.DesktopIDs, options: stop.StoppedMode}
	w.check(c)
	return "request " + c.about, w.make(ctx, c)
}

func (w *world) check(c call) {
	seen := map[string]bool{}
	for _, id := range c.ids {
		if seen[id] {
			w.t.Errorf("%s twice in one call", id)
		}
		if seen[id] = true; w.find(id, c.region) == nil {
			w.t.Errorf("StopDesktops for %s, which is not there", id)
		}
	}
}

// seen are the calls of an action, as text.
func (w *world) seen(action string) (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if c.action == action {
			all = append(all, strings.TrimSpace(c.about+" "+c.options))
		}
	}
	slices.Sort(all)
	return all
}

// stoppedAt is when the last StopDesktops call for the desktop was made; 0: none was.
func (w *world) stoppedAt(id string) (at time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if c.action == "StopDesktops" && slices.Contains(c.ids, id) {
			at = c.at
		}
	}
	return at
}

// done is the result of an order, and when it was there.
type done struct {
	Result
	at time.Duration
}

func (d done) of(id string) report.DesktopReport {
	for _, r := range d.Desktops {
		if r.DesktopId == id {
			return r
		}
	}
	return report.DesktopReport{}
}

// String is what there is to compare: the status and each desktop's outcome.
func (d done) String() string {
	text := []string{string(d.Status)}
	for _, r := range d.Desktops {
		text = append(text, strings.TrimSpace(r.DesktopId+" "+string(r.Outcome)+" "+r.Reason+r.Code))
	}
	slices.Sort(text[1:])
	return strings.Join(text, ", ")
}

// testEngine has so many slots that the limit of calls plays no part.
func testEngine(policy Policy) *Engine {
	policy.Preflight, policy.Location = true, time.UTC
	if policy.MaxDesktops == 0 {
		policy.MaxDesktops = 1000
	}
	if policy.APIConcurrency == 0 {
		policy.APIConcurrency = 1000
	}
	e := New(policy)
	e.paceOf("").limit = e.paceOf("").max
	return e
}

// invocationTime is how long an invocation of these tests may work.
const invocationTime = 3 * time.Minute

// do the orders with the engine, and hold what must always hold.
func (w *world) do(e *Engine, orders ...Order) []done {
	w.t.Helper()
	return w.doAs(w, e, orders...)
}

// doAs is do with a service that answers some calls in the place of the world.
func (w *world) doAs(service EDS, e *Engine, orders ...Order) []done {
	w.t.Helper()
	results := make([]done, len(orders))
	var mu sync.Mutex
	handed := make([]int, len(orders))
	for i := range orders {
		if orders[i].Session == nil {
			orders[i].Session = service
		}
		if orders[i].Request.RegionId == "" {
			orders[i].Request.RegionId = regionA
		}
		if orders[i].Where == nil {
			orders[i].Where = func(field string) string { return "$" + field }
		}
		if orders[i].EventID == "" {
			orders[i].EventID = fmt.Sprintf("event-%d", i)
		}
	}
	inv := Invocation{RequestID: "1", Log: slog.New(slog.DiscardHandler), End: time.Now().Add(invocationTime), CallEnd: time.Now().Add(invocationTime + 5*time.Second)}
	e.Do(w.t.Context(), inv, orders, func(i int, r Result) {
		mu.Lock()
		defer mu.Unlock()
		results[i] = done{r, time.Since(w.began)}
		handed[i]++
	})
	for i, n := range handed {
		if n != 1 {
			w.t.Errorf("the result of order %d was handed over %d times", i, n)
		}
		for _, id := range orders[i].Request.DesktopId {
			if n := strings.Count(results[i].String()+" ", " "+id+" "); n != 1 {
				w.t.Errorf("%s is %d times in the result of order %d: %s", id, n, i, results[i])
			}
		}
	}
	if time.Now().After(inv.CallEnd) {
		w.t.Error("Do returned too late")
	}
	for account, p := range e.paces {
		if p.running != 0 || len(p.waiting) != 0 {
			w.t.Errorf("account %q: after the work %d slots are taken and %d wait", account, p.running, len(p.waiting))
		}
	}
	return results
}

func ordered(ids ...string) Order { return Order{Request: events.Request{DesktopId: ids}} }

func (o Order) with(change func(*events.Request)) Order {
	change(&o.Request)
	return o
}
