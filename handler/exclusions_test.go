package handler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// owners is an EDS that knows whose its desktops are: "ecd-7" belongs to "u7".
type owners struct {
	scripted
	n int // desktops

	mu    sync.Mutex
	asked [][]string // users, by call
}

// users of desktop i: every 50th belongs to the first user, too.
func (o *owners) users(i int) []string {
	if i%50 == 49 {
		return []string{fmt.Sprintf("u%d", i), "u0"}
	}
	return []string{fmt.Sprintf("u%d", i)}
}

func (o *owners) row(i int) stop.Desktop {
	d := running([]string{fmt.Sprintf("ecd-%d", i)})[0]
	d.EndUserIDs = o.users(i)
	return d
}

func (o *owners) DescribeDesktops(_ context.Context, _ string, choice events.Select, _ string) (p stop.Page[stop.Desktop], err error) {
	o.mu.Lock()
	o.asked = append(o.asked, choice.EndUserId)
	o.mu.Unlock()
	for i := range o.n {
		if choice.All || slices.ContainsFunc(o.users(i), func(u string) bool { return slices.Contains(choice.EndUserId, u) }) {
			p.Rows = append(p.Rows, o.row(i))
		}
	}
	return p, nil
}

func (o *owners) DescribeDesktopsByID(_ context.Context, _ string, ids []string, _ string) (p stop.Page[stop.Desktop], err error) {
	for i := range o.n {
		if d := o.row(i); slices.Contains(ids, d.DesktopID) {
			p.Rows = append(p.Rows, d)
		}
	}
	return p, nil
}

func newOwners(n int) (*owners, *bench) {
	o := &owners{n: n}
	return o, newBench(&o.scripted, func(h *handler.Options) {
		h.Connect = func(secret.Credentials) (stop.EDS, error) { return o, nil }
	})
}

func usersText(from, to int) string {
	var all []string
	for i := range to - from {
		all = append(all, fmt.Sprintf("u%d", from+i))
	}
	return strings.Join(all, ",")
}

// TestManyUsers: EDS filters by 100 users at once, so more are asked for in parts, in selections and
// in exclusions. A desktop of two users is asked for once.
func TestManyUsers(t *testing.T) {
	for request, want := range map[string]map[report.Outcome]int{
		`{"Select":{"EndUserId":"` + usersText(0, 250) + `"}}`:                                               {report.Accepted: 251},
		`{"Select":{"All":true},"Exclude":{"EndUserId":"` + usersText(0, 250) + `"}}`:                        {report.Skipped: 251, report.Accepted: 49},
		`{"Select":{"All":true},"Exclude":{"EndUserId":"` + strings.ToUpper(usersText(100, 300)) + `"}}`:     {report.Skipped: 200, report.Accepted: 100},
		`{"Select":{"EndUserId":"` + usersText(0, 250) + `"},"DesktopId":["ecd-1","ecd-299","ecd-251"]}`:     {report.Accepted: 2, report.Skipped: 1},
		`{"DesktopId":["ecd-1","ecd-2"],"Exclude":{"EndUserId":"` + strings.ToUpper(usersText(2, 3)) + `"}}`: {report.Accepted: 1, report.Skipped: 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			o, b := newOwners(300)
			rep, failure := b.send(request)
			if failure != nil || !mapsEqual(rep.Counts, want) {
				t.Errorf("%.60s: %v, %v; want %v", request, rep.Counts, failure, want)
			}
			for _, users := range o.asked {
				if len(users) > 100 {
					t.Errorf("%.60s: a call with %d users", request, len(users))
				}
			}
			seen := map[string]bool{}
			for _, d := range rep.Desktops {
				if seen[d.DesktopId] {
					t.Errorf("%s twice", d.DesktopId)
				}
				seen[d.DesktopId] = true
			}
		})
	}
}

func mapsEqual(got, want map[report.Outcome]int) bool { return fmt.Sprint(got) == fmt.Sprint(want) }

// TestSameKeyOfUsers: lists of users that only begin and end alike are not taken for the same.
func TestSameKeyOfUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, b := newOwners(10)
		_, _ = b.send(`[{"DesktopId":["ecd-2","ecd-3"],"Exclude":{"EndUserId":["u1","u2","u9"]},"DryRun":true,"Reason":"a"},
			{"DesktopId":["ecd-2","ecd-3"],"Exclude":{"EndUserId":["u1","u3","u9"]},"DryRun":true,"Reason":"b"}]`)
		spared := map[string]string{"a": "ecd-2", "b": "ecd-3"}
		for _, rep := range b.reports(t) {
			for _, d := range rep.Desktops {
				if (d.Outcome == report.Skipped) != (d.DesktopId == spared[rep.Reason]) {
					t.Errorf("%s: %s %s", rep.Reason, d.DesktopId, d.Outcome)
				}
			}
			delete(spared, rep.Reason)
		}
		if len(spared) > 0 {
			t.Errorf("no report of %v", spared)
		}
	})
}

// reports as the log has them.
func (b *bench) reports(t *testing.T) (reports []report.Report) {
	for line := range strings.Lines(b.log.String()) {
		var l struct {
			Msg      string
			Report   report.Report          `json:"report"`
			Desktops []report.DesktopReport `json:"Desktops"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		switch l.Msg {
		case "report":
			reports = append(reports, l.Report)
		case "desktops":
			last := &reports[len(reports)-1]
			last.Desktops = append(last.Desktops, l.Desktops...)
		}
	}
	return reports
}

// TestManyWarnings: if no item of a list matches, the first items are named and the rest counted.
// So many excluded desktops that it would cost many calls are not observed.
func TestManyWarnings(t *testing.T) {
	for request, want := range map[string]struct {
		warnings, observations int
		last                   string
	}{
		`{"DesktopId":"ecd-1","Exclude":{"EndUserId":"` + usersText(1000, 1500) + `"}}`: {21, 1, "$.Exclude.EndUserId 480 more items match no desktop"},
		`{"DesktopId":"ecd-1","Exclude":{"EndUserId":"` + usersText(1000, 1021) + `"}}`: {21, 1, "$.Exclude.EndUserId[20]"},
		`{"DesktopId":"ecd-1","Exclude":{"DesktopId":"` + ids(250) + `"}}`:              {21, 7, "$.Exclude.DesktopId 230 more"},
		`{"DesktopId":"ecd-1","Exclude":{"DesktopId":"` + ids(1001) + `"}}`:             {0, 1, ""},
		`{"DesktopId":"ecd-1","Exclude":{"DesktopId":"ecd-1 ecd-5"}}`:                   {0, 2, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			o, b := newOwners(10)
			observations := 0
			o.info = func(_ context.Context, ids []string) ([]stop.Desktop, error) {
				o.mu.Lock()
				defer o.mu.Unlock()
				observations++
				return running(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return len(id) > len("ecd-1") })), nil
			}
			rep, failure := b.send(request)
			last := ""
			if n := len(rep.Warnings); n > 0 {
				last = rep.Warnings[n-1].Path + " " + rep.Warnings[n-1].Message
			}
			if failure != nil || len(rep.Warnings) != want.warnings || observations != want.observations || !strings.HasPrefix(last, want.last) {
				t.Errorf("%.80s: %d warnings, %d observations, last %q, %v; want %+v", request, len(rep.Warnings), observations, last, failure, want)
			}
		})
	}
}

// TestNoWarningWithoutKnowledge: an exclusion that could not be checked is not called one that
// matches nothing.
func TestNoWarningWithoutKnowledge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		observations := 0
		b := newBench(&scripted{info: func(_ context.Context, ids []string) ([]stop.Desktop, error) {
			if observations++; observations > 1 {
				return nil, &stop.CallError{Action: "DescribeDesktopInfo", Family: stop.Denied, Code: "NoPermission"}
			}
			return running(ids), nil
		}})
		rep, failure := b.send(`{"DesktopId":"ecd-1","Exclude":{"DesktopId":"ecd-2"}}`)
		if failure != nil || rep.Status != report.StatusAccepted || len(rep.Warnings) > 0 || observations != 2 {
			t.Errorf("%+v, %v, %d observations", rep, failure, observations)
		}
	})
}

// TestListedTwice: a desktop that a listing has twice, with different states, is believed neither way.
func TestListedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{list: func(string) (stop.Page[stop.Desktop], error) {
			rows := running([]string{"ecd-a", "ecd-a"})
			rows[1].ConnectionStatus = "Connected"
			return stop.Page[stop.Desktop]{Rows: rows}, nil
		}, info: func(_ context.Context, ids []string) ([]stop.Desktop, error) {
			rows := running(ids)
			rows[0].ConnectionStatus = "Connected"
			return rows, nil
		}})
		rep, _ := b.send(`{"Select":{"All":true}}`)
		if b.eds.stops.Load() != 0 || rep.Counts[report.Skipped] != 1 {
			t.Errorf("%d stops, %+v", b.eds.stops.Load(), rep.Counts)
		}
	})
}
