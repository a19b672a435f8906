package handler_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/stop"
)

// TestNothingFound: an observation that finds nothing at all is made once more before the IDs count as not
// found, and a part of the rows is taken as it is.
func TestNothingFound(t *testing.T) {
	for _, c := range []struct {
		name         string
		responses    []string // the IDs of the rows of each observation; the last one goes on
		observations int64
		counts       string
	}{
		{"nothing, then all", []string{"", "ecd-a ecd-b"}, 2, `{"accepted":2}`},
		{"nothing, then one", []string{"", "ecd-b"}, 2, `{"accepted":1,"not_found":1}`},
		{"nothing twice", []string{"", ""}, 2, `{"not_found":2}`},
		{"one of two", []string{"ecd-a"}, 1, `{"accepted":1,"not_found":1}`},
		{"rows of others only", []string{"ecd-c ecd-d", "ecd-a ecd-b"}, 2, `{"accepted":2}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var observations atomic.Int64
				b := newBench(&scripted{info: func(context.Context, []string) ([]stop.Desktop, error) {
					n := int(observations.Add(1))
					return running(strings.Fields(c.responses[min(n, len(c.responses))-1])), nil
				}})
				rep, failure := b.send(`{"DesktopId":"ecd-a ecd-b"}`)
				counts, _ := json.Marshal(rep.Counts)
				if failure != nil {
					counts = []byte(failure.Message)
				}
				if !strings.Contains(string(counts), c.counts) || observations.Load() != c.observations {
					t.Errorf("%d observations, %s", observations.Load(), counts)
				}
			})
		})
	}
}

// TestPromisedRows: an empty page before the TotalCount is reached does not end a listing. The rows that
// are missing could be those that spare a desktop.
func TestPromisedRows(t *testing.T) {
	type page = stop.Page[stop.Desktop]
	full := func(listed, total int, next string) page {
		return page{Rows: running([]string{"ecd-a" + next}), Listed: listed, TotalCount: total, NextToken: next}
	}
	for _, c := range []struct {
		name  string
		pages []page
		whole bool
	}{
		{"nothing at all", []page{{}}, true},
		{"nothing, promised 3", []page{{TotalCount: 3}}, false},
		{"no promise", []page{full(100, 0, "x"), {}}, true},
		{"all that was promised, then an empty page", []page{full(100, 100, "x"), {}}, true},
		{"the same, and the promise repeated", []page{full(100, 100, "x"), {TotalCount: 100}}, true},
		{"less than promised", []page{full(100, 101, "x"), {}}, false},
		{"less than promised on the second page", []page{full(100, 250, "x"), full(100, 0, "y"), {}}, false},
		{"the promise comes late", []page{full(100, 0, "x"), {TotalCount: 120}}, false},
		{"rows were deleted meanwhile", []page{full(100, 101, "x"), {TotalCount: 100}}, true},
		{"an empty page in the middle", []page{full(100, 120, "x"), {NextToken: "y"}, full(20, 120, "")}, false},
		{"rows that nobody asked for count", []page{full(100, 120, "x"), {Listed: 20, TotalCount: 120}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(&scripted{list: func(token string) (stop.Page[stop.Desktop], error) {
					return c.pages[map[string]int{"": 0, "x": 1, "y": 2}[token]], nil
				}})
				_, failure := b.send(`{"Select":{"All":true}}`)
				if whole := failure == nil || !strings.Contains(failure.Message, "UnreadableAnswer"); whole != c.whole {
					t.Errorf("%v", failure)
				}
			})
		})
	}
}

// TestPromisedTags: the same holds for who carries a tag, whose page goes through other hands.
func TestPromisedTags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{tags: func(_ context.Context, _ events.Tag, token string) (stop.Page[stop.Tagged], error) {
			if token == "" {
				return stop.Page[stop.Tagged]{Rows: []stop.Tagged{{DesktopID: "ecd-a"}}, Listed: 1, TotalCount: 2, NextToken: "x"}, nil
			}
			return stop.Page[stop.Tagged]{}, nil
		}}, func(o *handler.Options) { o.Policy.ProtectTag = events.Tag{Key: "k"} })
		if _, failure := b.send(`{"DesktopId":"ecd-b"}`); b.eds.stops.Load() != 0 || failure == nil || !strings.Contains(failure.Message, "UnreadableAnswer") {
			t.Errorf("%d stops, %v", b.eds.stops.Load(), failure)
		}
	})
}
