package eds_test

import (
	"maps"
	"testing"

	"stopdesktops/internal/eds"
	"stopdesktops/internal/stop"
)

// TestAsk: what goes out is what was given, signed like every call, and what comes back is left as it is.
func TestAsk(t *testing.T) {
	var rec recorder
	s := connect(t, serve(t, &rec).Dial).(*eds.Session)
	r, err := eds.Ask(t.Context(), s, "ListTagResources", region, map[string]string{"ResourceType": "ALIYUN::GWS::DESKTOP", "Tag.1.Key": "a b+ü", "MaxResults": "7"})
	if err != nil || r.Status != 200 || string(r.Body) != `{"RequestId":"REQ-1","Desktops":[],"TagResources":[],"Events":[]}` || r.Header.Get("Date") == "" || r.Took <= 0 || r.Failure("ListTagResources") != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	q := rec.all()[0]
	want := values("RegionId", region, "ResourceType", "ALIYUN::GWS::DESKTOP", "Tag.1.Key", "a b+ü", "MaxResults", "7")
	if got := q.URL.Query(); !maps.EqualFunc(got, want, func(a, b []string) bool { return len(a) == 1 && a[0] == b[0] }) {
		t.Errorf("sent %v", got)
	}
	if q.Method != "POST" || q.Header.Get("x-acs-action") != "ListTagResources" || q.Header.Get("x-acs-version") != "2020-09-30" || q.Header.Get("x-acs-security-token") != key.SecurityToken {
		t.Errorf("%s %v", q.Method, q.Header)
	}
}

// TestAskFailures: a response that is an error is read as the function reads it; no response is an error.
func TestAskFailures(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		code   string
		family stop.Family
	}{
		`{"RequestId":"R","Code":"InvalidDesktopId.NotFound","Message":"no"}`: {404, "InvalidDesktopId.NotFound", stop.NotFound},
		`{"RequestId":"R","Code":"NoPermission","Message":"no"}`:              {403, "NoPermission", stop.Denied},
		`{"RequestId":"R","Code":"InternalError","Message":"no"}`:             {200, "InternalError", stop.Ambiguous},
		`<html>`: {502, "HTTP502", stop.Ambiguous},
		`{}`:     {200, "UnreadableAnswer", stop.Ambiguous},
	} {
		s := connect(t, serve(t, answer(want.status, body)).Dial).(*eds.Session)
		r, err := eds.Ask(t.Context(), s, "DescribeDesktops", region, nil)
		if err != nil || r.Status != want.status || string(r.Body) != body {
			t.Errorf("%s: %+v, %v", body, r, err)
			continue
		}
		if f := r.Failure("DescribeDesktops"); f == nil || f.Code != want.code || f.Family != want.family || f.Action != "DescribeDesktops" {
			t.Errorf("%s: %+v", body, f)
		}
	}
	w := serve(t, &recorder{})
	s := connect(t, w.Dial).(*eds.Session)
	_ = w.Close()
	if r, err := eds.Ask(t.Context(), s, "DescribeDesktops", region, nil); r != nil || callError(t, err).Family != stop.Temporary {
		t.Errorf("nobody there: %+v, %v", r, err)
	}
}

// TestAskIsBounded: it makes the function's calls, in the regions allowed, and no other.
func TestAskIsBounded(t *testing.T) {
	var rec recorder
	s := connect(t, serve(t, &rec).Dial).(*eds.Session)
	for _, c := range []struct{ action, region string }{
		{"StartDesktops", region}, {"DeleteDesktops", region}, {"", region}, {"DescribeDesktops", "cn-beijing"}, {"DescribeDesktops", "evil.example.com/x?"},
	} {
		if r, err := eds.Ask(t.Context(), s, c.action, c.region, nil); r != nil || callError(t, err).Family != stop.Invalid {
			t.Errorf("%s in %s: %+v, %v", c.action, c.region, r, err)
		}
	}
	if n := len(rec.all()); n > 0 {
		t.Errorf("%d requests", n)
	}
}
