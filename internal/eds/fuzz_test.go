package eds

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"stopdesktops/internal/stop"
)

// FuzzRead reads answers of any status and any bytes. What must hold: no panic; a success only for a
// 2xx of JSON with a RequestId; every failure with a family, a code and texts fit for a log.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		``, `{}`, `null`, `[]`, `{"RequestId":"REQ-1"}`, `{"RequestId":"REQ-1","Code":"Throttling.User","Message":"m"}`,
		`{"RequestId":"REQ-1","Desktops":[{"DesktopId":"ecd-a","ManagementFlag":["x"]}]}`, `{"requestid":"REQ-1","RequestId":""}`,
		`{"RequestId":"\u200b"}`, `{"RequestId":1}`, `<html>`, `{"RequestId":"REQ-1","Code":200}`, `{"RequestId":"REQ-1","Code":"200"}`,
	} {
		for _, status := range []int{200, 204, 302, 400, 403, 429, 500, 503} {
			f.Add(status, []byte(body), "Limit:1,TimeLeft:100", "3")
		}
	}
	families := []stop.Family{stop.Throttled, stop.Temporary, stop.Ambiguous, stop.NotFound, stop.WrongState, stop.Denied, stop.Invalid}
	f.Fuzz(func(t *testing.T, status int, body []byte, limit, retryAfter string) {
		header := http.Header{"X-Ratelimit-User-Api": {limit}, "Retry-After": {retryAfter}}
		for _, out := range []any{nil, &desktopInfo{}, &desktopsPage{}, &tagsPage{}, &clientEventsPage{}} {
			x := &exchange{connected: true, answered: true, status: status, header: header, body: slices.Clone(body)}
			requestID, e := x.read(out)
			if e == nil {
				var told struct{ RequestId string }
				if status < 200 || status > 299 || requestID == "" || json.Unmarshal(body, &told) != nil || told.RequestId == "" {
					t.Fatalf("success %q from %d %q", requestID, status, body)
				}
				continue
			}
			if requestID != "" || !slices.Contains(families, e.Family) || e.Code == "" || e.RetryAfter < 0 || e.RetryAfter > time.Hour {
				t.Fatalf("%q %+v from %d %q", requestID, e, status, body)
			}
			for _, text := range []string{e.Code, e.Message, e.RequestID} {
				if len(text) > 256+len("…")+4 || strings.ContainsFunc(text, unicode.IsControl) {
					t.Fatalf("not fit for a log: %q", text)
				}
			}
		}
	})
}

// FuzzEmpty reads responses without their list. What must hold: one that counts as empty has a
// RequestId, and no list, object or token in which rows could be.
func FuzzEmpty(f *testing.F) {
	for _, body := range []string{
		`{"RequestId":"REQ-1"}`, `{"RequestId":"REQ-1","Desktops":null,"NextToken":"","TotalCount":0}`, `{"RequestId":"REQ-1","Rows":[]}`,
		`{"RequestId":"REQ-1","TotalCount":[1]}`, `{"RequestId":"REQ-1","NextToken":"x"}`, `{"RequestId":"REQ-1","Code":"OK","Success":true,"HttpStatusCode":"200"}`,
	} {
		f.Add(200, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		x := &exchange{connected: true, answered: true, status: status, body: slices.Clone(body)}
		var page desktopsPage
		requestID, e := x.read(&page)
		if e != nil || page.Desktops != nil {
			return
		}
		rows, err := rowsOf(response{requestID: requestID, status: status, body: body}, "Desktops", page.Desktops)
		if err != nil {
			return
		}
		var members map[string]any
		if len(rows) > 0 || status != 200 || requestID == "" || page.NextToken != "" || json.Unmarshal(body, &members) != nil {
			t.Fatalf("empty: %d %q", status, body)
		}
		for name, value := range members {
			switch value.(type) {
			case []any, map[string]any:
				t.Fatalf("empty with %s: %q", name, body)
			}
		}
	})
}
