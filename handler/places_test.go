package handler_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/report"
)

// TestManyPlaces: the accounts and regions of a batch make as many events as a batch may have. The request that would make
// more is refused as a whole, and those behind it that fit are not.
func TestManyPlaces(t *testing.T) {
	const of20, more = `{"RegionId":"%s","Select":{"All":true},"DryRun":true}`, 500
	var regions []string
	for i := range 20 {
		regions = append(regions, fmt.Sprintf("cn-a%d", i))
	}
	request := fmt.Sprintf(of20, strings.Join(regions, " "))
	batch := "[" + strings.Repeat(request+",", more) + `{"RegionId":"cn-a1","Select":{"All":true},"DryRun":true}]`
	b := newBench(&scripted{})
	reports := b.handler.Reports(t.Context(), handler.Invocation{RequestID: "r"}, []byte(batch))
	count := map[string]int{}
	for _, rep := range reports {
		if rep.Status != report.StatusRejected || rep.Error == nil {
			t.Fatalf("%+v", rep)
		}
		count[rep.Error.Code]++
	}
	if len(reports) > events.MaxBatch || count[events.TooLarge] != 1 || count[report.CodeNotAllowed] != 499*20+1 {
		t.Errorf("%d reports, %v", len(reports), count)
	}
	if last := reports[len(reports)-2]; last.EventId != "r#499" || last.Error.Path != "$[499]" || last.Error.Retryable {
		t.Errorf("%+v %+v", last, last.Error)
	}
}

// TestPlacesAreABatch: the response to several regions is that to a batch, and the response to a list of one is not.
func TestPlacesAreABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&scripted{}, func(o *handler.Options) { o.Policy.Regions = []string{"cn-hangzhou", "cn-beijing"} })
		for _, c := range []struct{ regions, want string }{
			{`"cn-hangzhou"`, "r"},
			{`["cn-hangzhou","cn-hangzhou"]`, "r"},
			{`["cn-hangzhou","cn-beijing"]`, "r#cn-hangzhou r#cn-beijing"},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			response, err := b.handler.Handle(ctx, handler.Invocation{RequestID: "r"}, []byte(`{"RegionId":`+c.regions+`,"Select":{"Tag":{"Key":"k"}},"DryRun":true}`))
			cancel()
			var got []string
			switch response := response.(type) {
			case report.Report:
				got = append(got, response.EventId)
			case handler.Batch:
				for _, rep := range response.Reports {
					got = append(got, rep.EventId)
				}
			}
			if _, several := response.(handler.Batch); err != nil || strings.Join(got, " ") != c.want || several != (len(got) > 1) {
				t.Errorf("%s: %T %v %v", c.regions, response, got, err)
			}
		}
	})
}
