package eds_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// listings are the calls whose answer holds a list.
var listings = map[string]func(context.Context, stop.EDS) (int, error){
	"Desktops of DescribeDesktopInfo": func(ctx context.Context, s stop.EDS) (int, error) {
		rows, err := s.DescribeDesktopInfo(ctx, region, []string{"ecd-a"})
		return len(rows), err
	},
	"Desktops of DescribeDesktops": func(ctx context.Context, s stop.EDS) (int, error) {
		page, err := s.DescribeDesktops(ctx, region, events.Select{All: true}, "")
		return len(page.Rows), err
	},
	"TagResources of ListTagResources": func(ctx context.Context, s stop.EDS) (int, error) {
		page, err := s.ListTagResources(ctx, region, events.Tag{Key: "k"}, "")
		return len(page.Rows), err
	},
	"TagResources of ListTagResources by ID": func(ctx context.Context, s stop.EDS) (int, error) {
		page, err := s.ListTagResourcesByID(ctx, region, []string{"ecd-a"}, "")
		return len(page.Rows), err
	},
	"Events of DescribeClientEvents": func(ctx context.Context, s stop.EDS) (int, error) {
		page, err := s.DescribeClientEvents(ctx, region, time.Now(), "")
		return len(page.Rows), err
	},
}

// partsOf returns the list and the action that a name of listings holds.
func partsOf(name string) (member, action string) {
	member, action, _ = strings.Cut(name, " of ")
	return member, strings.TrimSuffix(action, " by ID")
}

// TestEmptyLists: whether EDS sends a list of nothing as [], as null or not at all is not documented. A
// list that is missing for another reason must not pass for an empty one. Taken for it, no desktop
// would be protected, none in use, and every one not found. LIST is the name of the list of each call.
func TestEmptyLists(t *testing.T) {
	empty := []string{
		`{"RequestId":"REQ-1","LIST":[]}`,
		`{"RequestId":"REQ-1","LIST":null}`,
		`{"RequestId":"REQ-1"}`,
		`{"RequestId":"REQ-1","NextToken":""}`,
		`{"RequestId":"REQ-1","NextToken":null,"LIST":null}`,
		`{"RequestId":"REQ-1","MaxResults":100,"PageNumber":1,"PageSize":10,"TotalCount":0}`,
		`{"RequestId":"REQ-1","TotalCount":"0","LIST":null}`,
		`{"RequestId":"REQ-1","TotalCount":null,"MaxResults":null}`,
		`{"RequestId":"REQ-1","Code":"200","Message":"successful","Success":true,"HttpStatusCode":200}`,
		`{"RequestId":"REQ-1","Code":"OK","Success":"true","HttpStatusCode":"200","LIST":null}`,
		`{"RequestId":"REQ-1","Code":"","Message":""}`,
		`{"RequestId":"REQ-1","Code":null,"Message":null,"Success":null,"HttpStatusCode":null}`,
		`{"RequestId":"REQ-1","LIST":[],"New":{"Member":1}}`, // new members stand beside lists of any length
	}
	unreadable := []string{
		`{"RequestId":"REQ-1","LIST":{}}`,
		`{"RequestId":"REQ-1","LIST":[1]}`,
		`{"RequestId":"REQ-1","LIST":"none"}`,
		`{"RequestId":"REQ-1","LIST":""}`,
		`{"RequestId":"REQ-1","LIST":false}`,
		// The list, renamed or wrapped.
		`{"RequestId":"REQ-1","LISTSet":[{"DesktopId":"ecd-a"}]}`,
		`{"RequestId":"REQ-1","Items":[]}`,
		`{"RequestId":"REQ-1","Items":null}`,
		`{"RequestId":"REQ-1","LIST":null,"Items":null}`,
		`{"RequestId":"REQ-1","Data":{"LIST":[]}}`,
		`{"RequestId":"REQ-1","list":null}`,
		// There is more.
		`{"RequestId":"REQ-1","NextToken":"page2"}`,
		`{"RequestId":"REQ-1","NextToken":"page2","LIST":null}`,
		`{"RequestId":"REQ-1","TotalCount":1}`,
		`{"RequestId":"REQ-1","TotalCount":"1","LIST":null}`,
		`{"RequestId":"REQ-1","TotalCount":-1}`,
		`{"RequestId":"REQ-1","TotalCount":[]}`,
		// What is there has another shape than it should.
		`{"RequestId":"REQ-1","NextToken":{}}`,
		`{"RequestId":"REQ-1","MaxResults":[]}`,
		`{"RequestId":"REQ-1","PageNumber":"first"}`,
		`{"RequestId":"REQ-1","PageSize":{}}`,
		`{"RequestId":"REQ-1","Success":1}`,
		`{"RequestId":"REQ-1","HttpStatusCode":204}`,
		`{"RequestId":"REQ-1","HttpStatusCode":302}`,
		`{"RequestId":"REQ-1","Message":["gone"]}`,
	}
	for name, call := range listings {
		member, action := partsOf(name)
		for _, body := range empty {
			body = strings.ReplaceAll(body, "LIST", member)
			if n, err := call(t.Context(), connect(t, serve(t, answer(200, body)).Dial)); n != 0 || err != nil {
				t.Errorf("%s %s: %d rows, %v", action, body, n, err)
			}
		}
		for _, body := range unreadable {
			body = strings.ReplaceAll(body, "LIST", member)
			_, err := call(t.Context(), connect(t, serve(t, answer(200, body)).Dial))
			e := callError(t, err)
			if e.Family != stop.Ambiguous || e.Code != "UnreadableAnswer" || e.RequestID != "REQ-1" || e.Action != action {
				t.Errorf("%s %s: %+v", action, body, e)
			}
		}
		for body, status := range map[string]int{`{}`: 200, `null`: 200, `[]`: 200, `{"` + member + `":[]}`: 200, `{"RequestId":""}`: 200,
			`{"RequestId":"REQ-1"}`: 202, `{"RequestId":"REQ-2","` + member + `":null}`: 206} {
			_, err := call(t.Context(), connect(t, serve(t, answer(status, body)).Dial))
			if e := callError(t, err); e.Code != "UnreadableAnswer" {
				t.Errorf("%s %d %s: %+v", action, status, body, e)
			}
		}
	}
}

// TestErrorsInListings: a success outside that is a failure inside is an error, with or without a list.
func TestErrorsInListings(t *testing.T) {
	for name, call := range listings {
		member, action := partsOf(name)
		for body, want := range map[string]string{
			`{"RequestId":"REQ-1","Success":false}`:                       "Unsuccessful",
			`{"RequestId":"REQ-1","Success":false,"LIST":[]}`:             "Unsuccessful",
			`{"RequestId":"REQ-1","Code":"200","Success":"false"}`:        "Unsuccessful",
			`{"RequestId":"REQ-1","Code":"Unknown","LIST":null}`:          "Unknown",
			`{"RequestId":"REQ-1","HttpStatusCode":500,"LIST":[]}`:        "HTTP500",
			`{"RequestId":"REQ-1","HttpStatusCode":"403","Code":"OK"}`:    "HTTP403",
			`{"RequestId":"REQ-1","Code":"Throttling.User","LIST":[]}`:    "Throttling.User",
			`{"RequestId":"REQ-1","HttpStatusCode":404,"Code":"New.One"}`: "New.One",
		} {
			body = strings.ReplaceAll(body, "LIST", member)
			_, err := call(t.Context(), connect(t, serve(t, answer(200, body)).Dial))
			if e := callErrorOrEmpty(t, err); e.Code != want || e.RequestID != "REQ-1" || e.Action != action {
				t.Errorf("%s %s: %+v", action, body, e)
			}
		}
	}
}

// TestTotalCount: a number that is told in an odd way does not spoil the rows beside it.
func TestTotalCount(t *testing.T) {
	for told, want := range map[string]int{`7`: 7, `"7"`: 7, `0`: 0, `null`: 0, `-7`: 0, `"many"`: 0, `{}`: 0, `1.5`: 0, `99999999999999999999`: 0} {
		body := `{"RequestId":"REQ-1","TotalCount":` + told + `,"Desktops":[{"DesktopId":"ecd-a"}]}`
		page, err := connect(t, serve(t, answer(200, body)).Dial).DescribeDesktops(t.Context(), region, events.Select{All: true}, "")
		if err != nil || page.TotalCount != want || len(page.Rows) != 1 {
			t.Errorf("%s: %+v, %v", told, page, err)
		}
	}
}
