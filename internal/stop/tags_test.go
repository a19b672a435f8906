package stop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// bothTags are a policy with both tags, as in every deployment.
var bothTags = Policy{ProtectTag: tag("protect"), KeepUntilTag: "keep"}

func excluding(tags ...events.Tag) func(*events.Request) {
	return func(q *events.Request) { q.Exclude = &events.Exclude{Tag: tags} }
}

// actions are the actions of the calls so far, sorted.
func (w *world) actions() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		all = append(all, c.action)
	}
	slices.Sort(all)
	return all
}

// TestThreeCalls: one desktop is one observation, one call for its tags and one stop, the first two at once.
// The tags of the region do not count.
func TestThreeCalls(t *testing.T) {
	for name, c := range map[string]struct {
		order Order
		calls string
		took  time.Duration
	}{
		"by ID":              {ordered("ecd-a"), "DescribeDesktopInfo ListTagResourcesByID StopDesktops", 200 * time.Millisecond},
		"excluding tags":     {ordered("ecd-a").with(excluding(tag("night"), tag("protect"))), "DescribeDesktopInfo ListTagResourcesByID StopDesktops ListTagResources ListTagResources", 200 * time.Millisecond},
		"by its office":      {Order{Request: events.Request{Select: &events.Select{OfficeSiteId: "site-a"}}}, "DescribeDesktops ListTagResourcesByID StopDesktops", 300 * time.Millisecond},
		"office and ID":      {ordered("ecd-a").with(func(q *events.Request) { q.Select = &events.Select{OfficeSiteId: "site-a"} }), "DescribeDesktopInfo DescribeDesktops ListTagResourcesByID StopDesktops", 200 * time.Millisecond},
		"an office of none":  {Order{Request: events.Request{Select: &events.Select{OfficeSiteId: "site-none"}}}, "DescribeDesktops", 100 * time.Millisecond},
		"a desktop not here": {ordered("ecd-nosuch"), "DescribeDesktopInfo DescribeDesktopInfo ListTagResourcesByID", 200 * time.Millisecond},
	} {
		inWorld(t, name, func(t *testing.T, w *world) {
			w.add("ecd-a", regionA).office = "site-a"
			w.add("ecd-p", regionA).tags["protect"] = ""
			w.pages["protect"], w.pages["keep"] = 50, 50
			got := w.do(testEngine(bothTags), c.order)[0]
			calls := w.actions()
			want := strings.Fields(c.calls)
			slices.Sort(want)
			if !slices.Equal(calls, want) {
				t.Errorf("calls %v, want %v", calls, want)
			}
			if got.at != c.took {
				t.Errorf("%s after %v, want %v", got, got.at, c.took)
			}
		})
	}
}

// TestSharedTagCalls: events that share a call share the calls for tags: two for 100 desktops.
func TestSharedTagCalls(t *testing.T) {
	inWorld(t, "", func(t *testing.T, w *world) {
		var orders []Order
		for i := range 100 {
			id := fmt.Sprintf("ecd-%03d", i)
			if d := w.add(id, regionA); i%10 == 0 {
				d.tags["protect"] = ""
			}
			orders = append(orders, ordered(id))
		}
		for i, got := range w.do(testEngine(bothTags), orders...) {
			if protected := got.Desktops[0].Reason == report.ReasonProtected; protected != (i%10 == 0) {
				t.Errorf("%d: %s", i, got)
			}
		}
		if calls := counted(w.actions()); calls != "DescribeDesktopInfo, ListTagResourcesByID × 2, StopDesktops" {
			t.Error(calls)
		}
	})
}

// TestTagsSpare: what a tag says counts the same whichever way it is read.
func TestTagsSpare(t *testing.T) {
	gold := "gold"
	for _, few := range []int{0, fewDesktops} {
		inWorld(t, fmt.Sprint(few), func(t *testing.T, w *world) {
			for id, tags := range map[string]map[string]string{
				"ecd-a": {"other": ""}, "ecd-b": {"protect": "no"}, "ecd-c": {"keep": "1999-01-01"}, "ecd-d": {"keep": "2999-01-01"},
				"ecd-e": {"keep": "soon", "other": ""}, "ecd-f": {"tier": "gold"}, "ecd-g": {"tier": "iron"}, "ecd-h": {"night": ""}, "ecd-i": nil,
			} {
				w.add(id, regionA).tags = tags
			}
			e := testEngine(bothTags)
			e.few = few
			o := ordered("ecd-a", "ecd-b", "ecd-c", "ecd-d", "ecd-e", "ecd-f", "ecd-g", "ecd-h", "ecd-i").with(excluding(events.Tag{Key: "tier", Value: &gold}, tag("night")))
			w.want(w.do(e, o)[0], "accepted, ecd-a accepted, ecd-b skipped protected, ecd-c accepted, ecd-d skipped keep_until, ecd-e skipped keep_until_unreadable, "+
				"ecd-f skipped excluded, ecd-g accepted, ecd-h skipped excluded, ecd-i accepted")
		})
	}
}

// tagsAs is a world whose tags by ID are answered by a function.
type tagsAs struct {
	*world
	tags func(ids []string, token string) (Page[Tagged], error)
}

func (w tagsAs) ListTagResourcesByID(_ context.Context, _ string, ids []string, token string) (Page[Tagged], error) {
	return w.tags(ids, token)
}

// TestTagsUnknown: tags that EDS does not tell, or tells for something else, spare the desktop.
func TestTagsUnknown(t *testing.T) {
	row := func(id, key string) Tagged { return Tagged{DesktopID: id, Key: key} }
	notFound := &CallError{Family: NotFound, Code: "InvalidResourceId.NotFound", Message: "no"}
	for name, c := range map[string]struct {
		tags func(ids []string, token string) (Page[Tagged], error)
		want string
	}{
		"fails": {func([]string, string) (p Page[Tagged], err error) { return p, forbidden },
			"failed, ecd-a failed Forbidden, ecd-b failed Forbidden"},
		"fails on the second page": {func(_ []string, token string) (p Page[Tagged], err error) {
			if token != "" {
				return p, forbidden
			}
			return Page[Tagged]{Rows: []Tagged{row("ecd-a", "team")}, Listed: 1, NextToken: "2"}, nil
		}, "failed, ecd-a failed Forbidden, ecd-b failed Forbidden"},
		"a page that is missing": {func(_ []string, token string) (p Page[Tagged], err error) {
			if token != "" {
				return p, nil
			}
			return Page[Tagged]{Rows: []Tagged{row("ecd-a", "team")}, Listed: 1, TotalCount: 2, NextToken: "2"}, nil
		}, "failed, ecd-a failed UnreadableAnswer, ecd-b failed UnreadableAnswer"},
		"of a desktop that was not asked for": {func([]string, string) (Page[Tagged], error) {
			return Page[Tagged]{Rows: []Tagged{row("ecd-c", "team")}, Listed: 1}, nil
		}, "failed, ecd-a failed UnreadableAnswer, ecd-b failed UnreadableAnswer"},
		"of an ID in another case": {func([]string, string) (Page[Tagged], error) {
			return Page[Tagged]{Rows: []Tagged{row("ecd-A", "team"), row("ecd-a", "team")}, Listed: 1}, nil
		}, "partial, ecd-a failed OtherCase, ecd-b accepted"},
		"one is refused": {func(ids []string, _ string) (p Page[Tagged], err error) {
			if slices.Contains(ids, "ecd-a") {
				return p, notFound
			}
			return p, nil
		}, "partial, ecd-a failed InvalidResourceId.NotFound, ecd-b accepted"},
		"every call is refused": {func([]string, string) (p Page[Tagged], err error) { return p, notFound },
			"failed, ecd-a failed InvalidResourceId.NotFound, ecd-b failed InvalidResourceId.NotFound"},
	} {
		inWorld(t, name, func(t *testing.T, w *world) {
			w.add("ecd-a", regionA)
			w.add("ecd-b", regionA)
			w.want(w.doAs(tagsAs{w, c.tags}, testEngine(bothTags), ordered("ecd-a", "ecd-b"))[0], c.want)
			if calls := w.seen("StopDesktops"); strings.Contains(strings.Join(calls, " "), "ecd-a") {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

// TestTagsThatComeLate: tags that come after the time is up, or that never come, spare the desktop.
func TestTagsThatComeLate(t *testing.T) {
	inWorld(t, "", func(t *testing.T, w *world) {
		w.add("ecd-a", regionA)
		w.behave = func(c call) (time.Duration, error) {
			if c.action == "ListTagResourcesByID" {
				return invocationTime - 50*time.Millisecond, nil
			}
			return 100 * time.Millisecond, nil
		}
		w.want(w.do(testEngine(bothTags), ordered("ecd-a"))[0], "failed, ecd-a not_attempted deadline")
	})
}

// TestTagSetMeanwhile: a tag that is set after the tags were read spares the desktop if more than 5 seconds pass
// before its call, and if another event has read it.
func TestTagSetMeanwhile(t *testing.T) {
	inWorld(t, "before a second call", func(t *testing.T, w *world) {
		a := w.add("ecd-a", regionA)
		w.add("ecd-b", regionA)
		w.behave = func(c call) (time.Duration, error) {
			if c.action == "StopDesktops" && c.at < time.Second {
				w.change(func() { a.tags["protect"] = "" })
				return 6 * time.Second, &CallError{Family: Throttled, Code: "Slow"}
			}
			return 100 * time.Millisecond, nil
		}
		w.want(w.do(testEngine(bothTags), ordered("ecd-a", "ecd-b"))[0], "accepted, ecd-a skipped protected, ecd-b accepted")
	})
	inWorld(t, "and the state is fresh", func(t *testing.T, w *world) {
		a := w.add("ecd-a", regionA)
		w.behave = func(c call) (time.Duration, error) {
			if strings.HasPrefix(c.about, "users") && c.nth == 1 {
				time.AfterFunc(time.Second, func() { w.change(func() { a.tags["protect"] = "" }) })
				return 8 * time.Second, nil // then the state is observed again, and the tags are old
			}
			return 100 * time.Millisecond, nil
		}
		o := ordered("ecd-a").with(func(q *events.Request) { q.Exclude = &events.Exclude{EndUserId: []string{"li"}} })
		w.want(w.do(testEngine(bothTags), o)[0], "done, ecd-a skipped protected")
	})
	// The second event waits for whose the desktops are, and makes its call by tags that are 4 seconds old.
	// The third one has read that the desktop is protected meanwhile.
	for name, third := range map[string]Order{
		"read by another by ID":     ordered("ecd-a").with(excluding(tag("none"))),
		"read by another by region": Order{Request: events.Request{Select: &events.Select{All: true}}}.with(excluding(tag("none"))),
	} {
		inWorld(t, name, func(t *testing.T, w *world) {
			a := w.add("ecd-a", regionA)
			for i := range fewDesktops {
				w.add(fmt.Sprint("ecd-", i), regionA)
			}
			w.behave = func(c call) (time.Duration, error) {
				switch {
				case strings.HasPrefix(c.about, "users"):
					return 4 * time.Second, nil
				case c.action == "ListTagResourcesByID" && c.nth == 2, c.about == "protect":
					time.AfterFunc(200*time.Millisecond, func() { w.change(func() { a.tags["protect"] = "" }) })
					return time.Second, nil
				}
				return 100 * time.Millisecond, nil
			}
			second := ordered("ecd-a").with(func(q *events.Request) { q.Exclude = &events.Exclude{EndUserId: []string{"li"}} })
			third.Begin = func(context.Context) bool {
				time.Sleep(50 * time.Millisecond) // while the tags are read for the second event
				return true
			}
			got := w.do(testEngine(bothTags), second, third)
			w.want(got[0], "done, ecd-a skipped protected")
			if d := got[1].of("ecd-a"); d.Reason != report.ReasonProtected {
				t.Errorf("%+v", d)
			}
		})
	}
}

// TestTagsInAnotherCase: a filter by ID may miss the tag of an ID that is written otherwise. EDS writes IDs
// in lower case, so IDs with capital letters are looked up in the listings, which are compared folded.
func TestTagsInAnotherCase(t *testing.T) {
	inWorld(t, "", func(t *testing.T, w *world) {
		w.add("ecd-vip1", regionA).tags["protect"] = ""
		w.add("ecd-VIP1", regionA) // as if EDS observed and stopped it under either name
		w.add("ecd-b", regionA)
		got := w.do(testEngine(bothTags), ordered("ecd-VIP1"), ordered("ecd-b"))
		w.want(got[0], "done, ecd-VIP1 skipped protected")
		w.want(got[1], "accepted, ecd-b accepted")
		if calls := w.seen("ListTagResourcesByID"); !slices.Equal(calls, []string{"ecd-b"}) {
			t.Errorf("tags by ID of %v", calls)
		}
	})
}

// TestTagsOfASelection: a selection of few desktops reads their tags by ID. The listings of the region are
// made for one of many, beside its further pages.
func TestTagsOfASelection(t *testing.T) {
	all := Order{Request: events.Request{Select: &events.Select{All: true}}}
	byTag := Order{Request: events.Request{Select: &events.Select{Tag: []events.Tag{tag("team")}}}}
	for name, c := range map[string]struct {
		order    Order
		desktops int
		byID     int
		byRegion int
	}{
		"few":         {all, fewDesktops, 2, 0},
		"many":        {all, fewDesktops + 1, 0, 2},
		"few by tag":  {byTag, fewDesktops, 2, 0},
		"many by tag": {byTag, fewDesktops + 1, 0, 2},
	} {
		inWorld(t, name, func(t *testing.T, w *world) {
			for i := range c.desktops {
				w.add(fmt.Sprintf("ecd-%03d", i), regionA).tags["team"] = ""
			}
			w.find("ecd-007", regionA).tags["protect"] = ""
			got := w.do(testEngine(bothTags), c.order)[0]
			if d := got.of("ecd-007"); d.Reason != report.ReasonProtected || len(w.seen("StopDesktops")) == 0 {
				t.Errorf("%+v", d)
			}
			byRegion := slices.DeleteFunc(w.seen("ListTagResources"), func(about string) bool { return about == "team" })
			if byID := w.seen("ListTagResourcesByID"); len(byID) != c.byID || len(byRegion) != c.byRegion {
				t.Errorf("%d calls by ID and %d by region, want %d and %d", len(byID), len(byRegion), c.byID, c.byRegion)
			}
		})
	}
	inWorld(t, "at once", func(t *testing.T, w *world) { // the first page says how many there are
		paging := pagedAs{w}
		for i := range 300 {
			w.add(fmt.Sprintf("ecd-%03d", i), regionA)
		}
		w.doAs(paging, testEngine(bothTags), all)
		for _, c := range w.calls {
			if c.action == "ListTagResources" && c.at != 100*time.Millisecond {
				t.Errorf("%s was listed after %v", c.about, c.at)
			}
		}
	})
}

// pagedAs is a world that pages a selection by 100, and says how many there are.
type pagedAs struct{ *world }

func (w pagedAs) DescribeDesktops(ctx context.Context, region string, choice events.Select, token string) (Page[Desktop], error) {
	p, err := w.world.DescribeDesktops(ctx, region, choice, "")
	from := 0
	_, _ = fmt.Sscan(token, &from)
	p.TotalCount = len(p.Rows)
	if to := from + 100; to < len(p.Rows) {
		p.NextToken = fmt.Sprint(to)
		p.Rows = p.Rows[from:to]
	} else {
		p.Rows = p.Rows[from:]
	}
	p.Listed = len(p.Rows)
	return p, err
}

// TestExcludedTagOfNobody: a warning names a tag that no desktop of the region carries, however its tags were
// read. What a page does not show is no reason for one.
func TestExcludedTagOfNobody(t *testing.T) {
	for name, c := range map[string]struct {
		few      int
		pages    map[string]int
		fails    bool
		warnings int
	}{
		"by ID":                {fewDesktops, nil, false, 1},
		"by region":            {0, nil, false, 1},
		"more pages":           {fewDesktops, map[string]int{"nobody": 2}, false, 0},
		"the page is not told": {fewDesktops, nil, true, 0},
	} {
		inWorld(t, name, func(t *testing.T, w *world) {
			w.add("ecd-a", regionA).tags["here"] = ""
			w.add("ecd-b", regionA)
			w.add("ecd-c", regionA).tags["elsewhere"] = ""
			w.pages = c.pages
			w.behave = func(call call) (time.Duration, error) {
				if c.fails && call.action == "ListTagResources" {
					return 100 * time.Millisecond, forbidden
				}
				return 100 * time.Millisecond, nil
			}
			e := testEngine(bothTags)
			e.few = c.few
			got := w.do(e, ordered("ecd-a", "ecd-b").with(excluding(tag("here"), tag("elsewhere"), tag("nobody"))))[0]
			w.want(got, "accepted, ecd-a skipped excluded, ecd-b accepted")
			if len(got.Warnings) != c.warnings || c.warnings == 1 && got.Warnings[0].Path != "$.Exclude.Tag[2]" {
				t.Errorf("%+v", got.Warnings)
			}
			if c.few > 0 && slices.Contains(w.seen("ListTagResources"), "here") {
				t.Error("a tag that an asked desktop carries was listed")
			}
		})
	}
}
