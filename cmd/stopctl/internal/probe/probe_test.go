package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

const (
	region  = "cn-hangzhou"
	protect = "stop-desktops:protected"
	spare   = "ecd-7w78ozhjcwa3u0001" // that a test may stop
)

// account is one in which every question can be asked: more than ten desktops, pooled, tagged and used ones.
func account() *emulator.EDS {
	e := &emulator.EDS{StopTime: 50 * time.Millisecond}
	for i := range 12 {
		d := emulator.Desktop{DesktopId: fmt.Sprintf("ecd-7w78ozhjcwa3u%04d", i+1), DesktopName: fmt.Sprintf("Seat of Anna No. %d", i+1),
			EndUserIds: []string{fmt.Sprintf("anna.%d@example.com", i+1)}, OfficeSiteId: "cn-hangzhou+dir-4711004711", ResourceGroupId: "rg-acme-secret"}
		switch {
		case i == 1:
			d.DesktopStatus = "Stopped"
		case i == 2:
			d.ConnectionStatus = "Connected"
		case i < 5:
			d.DesktopGroupId, d.PolicyGroupId = "dg-acme-pool", "pg-acme-policy"
		case i < 8:
			d.Tags = []emulator.Tag{{Key: protect, Value: "by order of Bertha"}, {Key: "acme:owner", Value: "Bertha"}}
		}
		if i == 5 { // names that look like words of the API
			d.DesktopName, d.EndUserIds = "Hildegard", []string{"erika"}
		}
		e.Desktops = append(e.Desktops, d)
	}
	for i := range 5 {
		e.ClientEvents = append(e.ClientEvents, emulator.ClientEvent{DesktopId: e.Desktops[i].DesktopId, EndUserId: "anna.1@example.com",
			EventType: "DESKTOP_CONNECT", Ago: time.Duration(i+1) * time.Hour})
	}
	return e
}

// on makes a probe of an emulated account.
func on(t *testing.T, e *emulator.EDS) *Probe {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	client, err := eds.New(eds.Options{Regions: []string{region}, Endpoint: server.URL, Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	key := emulator.OperatorCredential
	if e.Credentials != nil {
		key = e.Credentials[0]
	}
	session, err := client.ConnectOperator(secret.Credentials{AccessKeyID: key.AccessKeyId,
		AccessKeySecret: secret.New(key.AccessKeySecret), SecurityToken: secret.New(key.SecurityToken)})
	if err != nil {
		t.Fatal(err)
	}
	return &Probe{TagKey: protect, RegionId: region, Ask: func(ctx context.Context, action string, parameters map[string]string) (*eds.Response, error) {
		return eds.Ask(ctx, session, action, region, parameters)
	}}
}

var impatient = Timing{Every: 5 * time.Millisecond, Follow: time.Second, Wait: 10 * time.Second}

// both asks everything, the stop included.
func both(t *testing.T, p *Probe, desktopID string, timing Timing) []Line {
	t.Helper()
	result, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if result.Calls > MaxCalls {
		t.Errorf("%d calls", result.Calls)
	}
	return append(result.Lines, p.Stop(t.Context(), desktopID, timing).Lines...)
}

// differing are the names of the lines with a difference.
func differing(lines []Line) []string {
	var names []string
	for _, l := range lines {
		if l.Verdict == Different {
			names = append(names, l.Name)
		}
	}
	return names
}

// TestNoDifference: the emulator is what the function assumes. Only a denial cannot be seen by a caller that may
// do everything.
func TestNoDifference(t *testing.T) {
	e := account()
	for _, l := range both(t, on(t, e), spare, impatient) {
		if want := map[bool]Verdict{true: NotAsked, false: Same}[l.Name == "denied"]; l.Verdict != want {
			t.Errorf("%s: %s, %s", l.Name, l.Verdict, l.Seen)
		}
	}
	// Nor does it make one in which form a list of nothing comes.
	for form, change := range map[string]func(body map[string]any, name string){
		"null":   func(body map[string]any, name string) { body[name] = nil },
		"absent": func(body map[string]any, name string) { delete(body, name) },
	} {
		other := account()
		other.Alter = func(c emulator.Call, body map[string]any) {
			if list, ok := body[lists[c.Action]].([]any); ok && len(list) == 0 {
				change(body, lists[c.Action])
			}
		}
		for _, l := range both(t, on(t, other), spare, impatient) {
			if l.Verdict == Different || strings.HasPrefix(l.Name, "empty-") && l.Seen != form {
				t.Errorf("%s: %s is %s, %s", form, l.Name, l.Verdict, l.Seen)
			}
		}
	}
	// Nor do the members beside a missing list that the function takes, nor a header that it reads.
	for name, value := range map[string]any{"TotalCount": "0", "MaxResults": nil, "PageNumber": "1", "PageSize": "10", "NextToken": nil, "Success": "true", "HttpStatusCode": nil} {
		other := account()
		other.Alter = func(c emulator.Call, body map[string]any) {
			if list, ok := body[lists[c.Action]].([]any); ok && len(list) == 0 {
				delete(body, lists[c.Action])
				body[name] = value
			}
		}
		if got := differing(both(t, on(t, other), spare, impatient)); got != nil {
			t.Errorf("%s: %v: %q", name, value, got)
		}
	}
	for _, name := range eds.PauseHeaders() {
		other := account()
		other.Headers = map[string]string{name: "1"}
		if got := differing(both(t, on(t, other), spare, impatient)); got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, violation := range e.Violations() { // what it must do wrong to see how it is refused
		if !strings.Contains(violation, "not a value of ResourceType") && !strings.Contains(violation, "stopped "+spare+" again") {
			t.Error(violation)
		}
	}
	for _, c := range e.Calls() {
		if c.Action == "StopDesktops" && !slices.Contains([]string{unknownDesktop, spare}, c.DesktopIds[0]) {
			t.Errorf("stopped %v", c.DesktopIds)
		}
	}
}

// alter changes the bodies of the calls that have these parameters.
func alter(action string, parameters map[string]string, change func(body map[string]any)) func(*emulator.EDS) {
	return func(e *emulator.EDS) {
		e.Alter = func(c emulator.Call, body map[string]any) {
			for name, value := range parameters {
				if got := c.Params.Get(name); got != value && (value != "*" || got == "") {
					return
				}
			}
			if c.Action == action {
				change(body)
			}
		}
	}
}

// rows changes each row of a list.
func rows(list string, change func(map[string]any)) func(map[string]any) {
	return func(body map[string]any) {
		for _, r := range body[list].([]any) {
			change(r.(map[string]any))
		}
	}
}

func fault(f emulator.Fault) func(*emulator.EDS) {
	return func(e *emulator.EDS) { e.Faults = append(e.Faults, f) }
}

// broken has a setting of the emulator for each assumption.
var broken = map[string]func(*emulator.EDS){
	"accepted-calls": fault(emulator.Fault{Action: "DescribeClientEvents", Kind: emulator.FaultError, Code: "InvalidParameter.EventTypes"}),
	"request-id":     alter("DescribeDesktops", map[string]string{"DesktopName": "*"}, func(b map[string]any) { delete(b, "RequestId") }),
	"json":           func(e *emulator.EDS) { e.Headers = map[string]string{"Content-Type": "text/html"} },
	"error-status":   fault(emulator.Fault{Action: "ListTagResources", Call: 4, Kind: emulator.FaultError200}),
	"denied":         fault(emulator.Fault{Action: "DescribeClientEvents", Kind: emulator.FaultError, Status: 403, Code: "Rejected.ByPolicy"}),
	"clock":          func(e *emulator.EDS) { e.DateOffset = -10 * time.Minute },
	"quota-headers":  func(e *emulator.EDS) { e.Headers = map[string]string{"X-Ratelimit-Remaining": "3"} },

	"empty-tags": fault(emulator.Fault{Action: "ListTagResources", Call: 1, Kind: emulator.FaultError, Status: 404, Code: "TagKey.NotFound"}),
	"empty-desktops": alter("DescribeDesktops", map[string]string{"DesktopName": "*"}, func(b map[string]any) {
		delete(b, "Desktops")
		b["DesktopList"] = []any{}
	}),
	"empty-info":       alter("DescribeDesktopInfo", map[string]string{"DesktopId.1": unknownDesktop}, func(b map[string]any) { b["Desktops"], b["TotalCount"] = nil, 1 }),
	"empty-events":     fault(emulator.Fault{Action: "DescribeClientEvents", Call: 1, Kind: emulator.FaultError, Status: 404, Code: "Events.NotFound"}),
	"unknown-office":   fault(emulator.Fault{Action: "DescribeDesktops", Call: 5, Kind: emulator.FaultError, Status: 404, Code: "InvalidOfficeSiteId.NotFound"}),
	"unknown-resource": fault(emulator.Fault{Action: "ListTagResources", Call: 5, Kind: emulator.FaultError, Status: 404, Code: "InvalidResourceId.NotFound"}),

	"page-size": func(e *emulator.EDS) { e.LargestPage = 10 },
	"page-tokens": alter("DescribeDesktops", map[string]string{"MaxResults": "4"}, func(b map[string]any) {
		list := b["Desktops"].([]any)
		list[len(list)-1] = list[0]
	}),
	"page-end":     alter("DescribeDesktops", map[string]string{"FilterDesktopGroup": "false", "DesktopName": "", "OfficeSiteId": ""}, func(b map[string]any) { endless(b) }),
	"total-count":  alter("DescribeDesktops", map[string]string{"MaxResults": "100", "DesktopName": "", "OfficeSiteId": ""}, func(b map[string]any) { b["TotalCount"] = b["TotalCount"].(float64) + 1 }),
	"page-numbers": alter("DescribeDesktops", map[string]string{"PageNumber": "*"}, func(b map[string]any) { b["Desktops"] = b["Desktops"].([]any)[:1] }),
	"page-totals":  alter("DescribeDesktops", map[string]string{"PageNumber": "2"}, func(b map[string]any) { b["TotalCount"] = b["TotalCount"].(float64) + 1 }),
	"tag-pages":    alter("ListTagResources", map[string]string{"MaxResults": "2"}, rows("TagResources", func(r map[string]any) { r["ResourceId"] = spare })),
	"event-pages":  alter("DescribeClientEvents", map[string]string{"MaxResults": "2"}, rows("Events", func(r map[string]any) { r["EventId"] = "event-1" })),

	"same-desktops":      func(e *emulator.EDS) { e.Desktops[11].Ghost = true },
	"unknown-desktop":    func(e *emulator.EDS) { e.UnknownIds = emulator.Refuse },
	"ill-formed-desktop": fault(emulator.Fault{Action: "DescribeDesktopInfo", Call: 5, Kind: emulator.FaultInternal}),
	"desktop-case": alter("DescribeDesktopInfo", map[string]string{"DesktopId.1": inOtherCase(spare)}, func(b map[string]any) {
		b["Desktops"] = []any{map[string]any{"DesktopId": spare, "DesktopStatus": "Running"}}
	}),
	"states":           func(e *emulator.EDS) { e.Desktops[10].DesktopStatus = "Frozen" },
	"pools-hidden":     func(e *emulator.EDS) { e.ShowPooled = emulator.Always },
	"pools-by-id":      func(e *emulator.EDS) { e.ShowPooled = emulator.ByID },
	"row-users":        alter("DescribeDesktops", nil, rows("Desktops", func(r map[string]any) { delete(r, "EndUserIds") })),
	"row-tags":         func(e *emulator.EDS) { e.TagsInDescribe = true },
	"row-sub-pay-type": alter("DescribeDesktops", nil, rows("Desktops", func(r map[string]any) { r["SubPayType"] = "postPaid" })),

	"tag-rows": alter("ListTagResources", map[string]string{"Tag.1.Key": protect, "MaxResults": "100"}, rows("TagResources", func(r map[string]any) { delete(r, "TagValue") })),
	"tag-namespace": func(e *emulator.EDS) {
		e.Desktops[9].OtherTags = map[string][]emulator.Tag{otherNamespace: {{Key: protect}}}
	},
	"namespace-unknown": func(e *emulator.EDS) { e.AnyNamespace = true },
	"event-rows":        alter("DescribeClientEvents", nil, rows("Events", func(r map[string]any) { r["EventTime"] = "2026-11-22 20:00:00" })),

	"stop-unknown": func(e *emulator.EDS) { e.NotFoundError.Code = "Gone" },
	"stop-taken":   fault(emulator.Fault{Action: "StopDesktops", Call: 2, Kind: emulator.FaultError, Code: "InvalidParameter"}),
	"stop-seen":    func(e *emulator.EDS) { e.VisibleAfter, e.StopTime = 1500*time.Millisecond, 1600*time.Millisecond },
	"stop-done":    func(e *emulator.EDS) { e.Desktops[0].NeverStops = true },
	"stop-again":   func(e *emulator.EDS) { e.StateError.Code = "InvalidParameter" },
}

// endless gives the last page a token too.
func endless(body map[string]any) {
	if body["NextToken"] == "" {
		body["NextToken"] = "end"
	}
}

// TestEachDifference breaks each assumption and finds exactly that one. The file of each run, replayed,
// shows the same lines. With -short, each fourth file is replayed.
func TestEachDifference(t *testing.T) {
	var all []string
	for _, s := range sections {
		for _, a := range s.assumptions {
			all = append(all, a.name)
		}
	}
	for _, l := range stopLines {
		all = append(all, l.Name)
	}
	if len(broken) != len(all) {
		t.Errorf("%d assumptions, %d of them broken", len(all), len(broken))
	}
	for i, name := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, timing := account(), impatient
			if broken[name] == nil {
				t.Fatal("nothing breaks it")
			}
			broken[name](e)
			if name == "stop-done" {
				timing.Wait = 400 * time.Millisecond
			}
			p := on(t, e)
			lines := both(t, p, spare, timing)
			if got := differing(lines); !slices.Equal(got, []string{name}) {
				t.Errorf("different: %q", got)
				for _, l := range lines {
					t.Logf("%-10s %-20s %s", l.Verdict, l.Name, l.Seen)
				}
			}
			if strings.HasPrefix(name, "stop-") || testing.Short() && i%4 > 0 { // how long it took is not replayed
				return
			}
			again := both(t, on(t, replayed(t, p, lines)), "ecd-probe0001", timing)
			for i, l := range lines {
				if again[i] != l {
					t.Errorf("replayed:\n%+v, was\n%+v", again[i], l)
				}
			}
		})
	}
}

// replayed is the emulator with the file of a probe as its answers.
func replayed(t *testing.T, p *Probe, lines []Line) *emulator.EDS {
	t.Helper()
	text, err := p.Record("v0", lines).Text(nil, p)
	if err != nil {
		t.Fatal(err)
	}
	r, err := emulator.LoadRecording(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return &emulator.EDS{Replay: r}
}

// TestAsksWhatTheFunctionAsks: accepted-calls is about the calls of the function, parameter by parameter.
func TestAsksWhatTheFunctionAsks(t *testing.T) {
	e := account()
	server := httptest.NewServer(e)
	defer server.Close()
	client, err := eds.New(eds.Options{Regions: []string{region}, Endpoint: server.URL, Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	key := emulator.OperatorCredential
	s, err := client.ConnectOperator(secret.Credentials{AccessKeyID: key.AccessKeyId, AccessKeySecret: secret.New(key.AccessKeySecret), SecurityToken: secret.New(key.SecurityToken)})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, d := range e.Desktops {
		ids = append(ids, d.DesktopId)
	}
	ctx := t.Context()
	_, err1 := s.DescribeDesktopInfo(ctx, region, ids)
	_, err2 := s.DescribeDesktops(ctx, region, events.Select{All: true}, "")
	_, err3 := s.ListTagResources(ctx, region, events.Tag{Key: protect}, "")
	_, err4 := s.DescribeClientEvents(ctx, region, time.Now(), "")
	_, err5 := s.StopDesktops(ctx, stop.StopCall{RegionID: region, DesktopIDs: []string{spare}, StoppedMode: "StopCharging"})
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	other := account()
	both(t, on(t, other), spare, impatient)
	for _, want := range e.Calls() {
		if !slices.ContainsFunc(other.Calls(), func(got emulator.Call) bool {
			return got.Action == want.Action && sameParameters(got.Params, want.Params)
		}) {
			t.Errorf("the probe does not ask %s %v", want.Action, want.Params)
		}
	}
}

// sameParameters compares all but a time.
func sameParameters(a, b url.Values) bool {
	return maps.EqualFunc(a, b, func(x, y []string) bool {
		return x[0] == y[0] || strings.HasPrefix(x[0], "20") && strings.HasPrefix(y[0], "20")
	})
}

// TestListsOfNothing: three forms are empty lists. A renamed list is none, nor is one that promises more.
func TestListsOfNothing(t *testing.T) {
	for body, want := range map[string]result{
		`{"RequestId":"R","Desktops":[]}`:                               {Same, "[]"},
		`{"RequestId":"R","Desktops":null}`:                             {Same, "null"},
		`{"RequestId":"R"}`:                                             {Same, "absent"},
		`{"RequestId":"R","NextToken":"","TotalCount":0,"PageSize":10}`: {Same, "absent"},
		`{"RequestId":"R","Code":"200","Message":"OK","Success":true}`:  {Same, "absent"},
		`{"RequestId":"R","NextToken":null,"Desktops":null}`:            {Same, "null"},
		`{"RequestId":"R","Desktops":[],"Extra":1}`:                     {Same, "[]"},
		`{"RequestId":"R","Extra":1}`:                                   {Different, "absent, beside Extra"},
		`{"RequestId":"R","DesktopList":[]}`:                            {Different, "absent, beside DesktopList"},
		`{"RequestId":"R","Desktops":null,"TotalCount":3}`:              {Different, "null, beside TotalCount"},
		`{"RequestId":"R","Desktops":[],"NextToken":"t"}`:               {Different, "[], beside NextToken"},
		`{"RequestId":"R","Desktops":{}}`:                               {Different, "not a list"},
		`{"RequestId":"R","Desktops":[{"DesktopId":"ecd-a"}]}`:          {Different, "1 rows"},
		`{}`:     {NotAsked, "DescribeDesktops answers 200 UnreadableAnswer"},
		`<html>`: {NotAsked, "DescribeDesktops answers 200 UnreadableAnswer"},
		`{"RequestId":"R","Code":"InternalError","Desktops":[],"Message":"it failed"}`: {NotAsked, "DescribeDesktops answers 200 InternalError"},
	} {
		r := &eds.Response{Status: 200, Body: []byte(body)}
		x := &Exchange{Action: "DescribeDesktops", Status: 200, Body: r.Body, Failure: r.Failure("DescribeDesktops")}
		if got := nothing(x); got != want {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}

// TestNotAsked: an account that cannot show something makes no difference, and says what is missing.
func TestNotAsked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*emulator.EDS)
		lines  map[string]string // name to what is said
	}{
		"no desktop": {func(e *emulator.EDS) { e.Desktops, e.ClientEvents = nil, nil }, map[string]string{
			"page-tokens": "two desktops", "same-desktops": "needs a desktop", "states": "needs a desktop", "pools-hidden": "pooled desktop",
			"tag-rows": "tag one", "event-rows": "no user", "page-size": "more than 10"}},
		"a denial": {func(e *emulator.EDS) {
			own := emulator.OperatorCredential
			own.Deny = []string{"ListTagResources", "DescribeClientEvents", "DescribeDesktopInfo"}
			e.Credentials = []emulator.Credential{own}
		}, map[string]string{"tag-rows": "ecd:ListTagResources is denied (NoPermission)", "empty-events": "is denied", "states": "", "same-desktops": "is denied",
			"empty-info": "is denied", "tag-pages": "is denied", "row-tags": "is denied"}},
		"all denied": {func(e *emulator.EDS) {
			own := emulator.OperatorCredential
			own.Deny = []string{"*"}
			e.Credentials = []emulator.Credential{own}
		}, map[string]string{"accepted-calls": "no call succeeded", "page-size": "is denied", "page-end": "is denied", "total-count": "is denied"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := account()
			c.change(e)
			result, err := on(t, e).Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if d := differing(result.Lines); len(d) > 0 {
				t.Errorf("different: %q", d)
			}
			for _, l := range result.Lines {
				if said, listed := c.lines[l.Name]; listed && said != "" && (l.Verdict != NotAsked || !strings.Contains(l.Seen, said)) {
					t.Errorf("%s: %s, %s; want %q", l.Name, l.Verdict, l.Seen, said)
				}
				if l.Name == "denied" && strings.Contains(name, "denie") && l.Verdict != Same {
					t.Errorf("%s: %s, %s", l.Name, l.Verdict, l.Seen)
				}
			}
		})
	}
}

// TestHopeless: where no question can be answered, none is made up, and the calls are few.
func TestHopeless(t *testing.T) {
	for code, fault := range map[string]emulator.Fault{
		"InvalidAccessKeyId.Inactive": {Kind: emulator.FaultError, Status: 403, Code: "InvalidAccessKeyId.Inactive"},
		"InvalidTimeStamp.Expired":    {Kind: emulator.FaultError, Code: "InvalidTimeStamp.Expired"},
		"ConnectionLost":              {Kind: emulator.FaultDropAfter},
	} {
		e := account()
		e.Faults = []emulator.Fault{fault}
		if result, err := on(t, e).Run(t.Context()); err == nil || result != nil || !strings.Contains(err.Error(), code) || e.Count("") > 2 {
			t.Errorf("%s: %v, %v, %d calls", code, result, err, e.Count(""))
		}
	}
}

// TestMayStop refuses everything but a desktop that runs and that nobody and nothing holds.
func TestMayStop(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*emulator.EDS)
		want   string
	}{
		"fine":               {func(*emulator.EDS) {}, ""},
		"connected":          {func(e *emulator.EDS) { e.Desktops[0].ConnectionStatus = "Connected" }, "Connected"},
		"connection unknown": {func(e *emulator.EDS) { e.Desktops[0].ConnectionStatus = "Unknown" }, "Unknown"},
		"no connection":      {func(e *emulator.EDS) { e.Desktops[0].ConnectionStatus = emulator.NoConnectionStatus }, `""`},
		"stopped":            {func(e *emulator.EDS) { e.Desktops[0].DesktopStatus = "Stopped" }, "Stopped"},
		"being updated":      {func(e *emulator.EDS) { e.Desktops[0].ManagementFlags = []string{"Updating"} }, "updated"},
		"unknown":            {func(e *emulator.EDS) { e.Desktops[0].Ghost = true }, "does not know"},
		"protected":          {func(e *emulator.EDS) { e.Desktops[0].Tags = []emulator.Tag{{Key: protect}} }, "protected"},
		"keep-until":         {func(e *emulator.EDS) { e.Desktops[0].Tags = []emulator.Tag{{Key: KeepUntilKey, Value: "2000-01-01"}} }, "protected"},
		"protected elsewhere": {func(e *emulator.EDS) {
			e.Desktops[0].OtherTags = map[string][]emulator.Tag{otherNamespace: {{Key: protect}}}
		}, "protected"},
		"tags unknown": {fault(emulator.Fault{Action: "ListTagResources", Kind: emulator.FaultInternal}), "InternalError"},
		"no answer":    {fault(emulator.Fault{Action: "DescribeDesktopInfo", Kind: emulator.FaultHTML200}), "Unreadable"},
		"another's row": {alter("DescribeDesktopInfo", nil, rows("Desktops", func(r map[string]any) { r["DesktopId"] = "ecd-another" })),
			"does not know"},
	} {
		e := account()
		c.change(e)
		p := on(t, e)
		err := p.MayStop(t.Context(), spare)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		stopped := p.Stop(t.Context(), spare, impatient)
		if d, _ := e.Desktop(spare); c.want != "" && (stopped.Sent || len(stopped.Lines) != len(stopLines) || d.DesktopStatus == "Stopping") {
			t.Errorf("%s: %+v", name, stopped)
		}
		if n := e.Count("StopDesktops"); c.want != "" && n != 1 { // of the ID that nobody has
			t.Errorf("%s: %d calls of StopDesktops", name, n)
		}
	}
}

// TestNoNames: nothing of the account is in the file, also of members that nobody here knows.
func TestNoNames(t *testing.T) {
	e := account()
	const known, hidden = "X-Ratelimit-User-Api", "X-Acme-Account"
	e.Headers = map[string]string{known: "Limit:100,Remain:99", hidden: "1234567890123456", "X-Ratelimit-Owner": "uid-1234567890123456"}
	e.Alter = func(c emulator.Call, body map[string]any) {
		if list, ok := body["Desktops"].([]any); ok && len(list) > 0 {
			r := list[0].(map[string]any)
			r["HostName"], r["OwnerNumber"], r["anna.1@example.com"] = "pc-of-anna", json.Number("1234567890123456"), true
			r["Nested"] = map[string]any{"DesktopStatus": "Seat of Anna No. 1", "Deep": []any{"203.0.113.99", map[string]any{"Code": "uid 1234567890123456"}}}
		}
		if c.Action == "DescribeClientEvents" {
			body["Message"] = "of anna.1@example.com"
		}
	}
	own := emulator.Credential{AccessKeyId: "STS.FAKE-KEY-OF-ACME", AccessKeySecret: "fake-secret-of-acme", SecurityToken: "fake-token-of-acme", Deny: []string{"StartDesktops"}}
	e.Credentials = []emulator.Credential{own}
	p := on(t, e)
	lines := both(t, p, spare, impatient)
	text, err := p.Record("v0", lines).Text([]string{own.AccessKeyId, own.AccessKeySecret, own.SecurityToken}, p)
	if err != nil {
		t.Fatal(err)
	}
	in := strings.Builder{} // everything that came in or went out
	for _, x := range p.exchanges {
		fmt.Fprintln(&in, x.Parameters, x.Header, string(x.Body))
	}
	private := []string{"Hildegard", "erika", "7w78ozhjcwa3u", "7W78OZHJCWA3U", "Anna", "anna.1@example.com", "example.com", "dir-4711004711", "rg-acme-secret", "dg-acme-pool", "pg-acme-policy",
		"by order of Bertha", "acme:owner", "Bertha", "pc-of-anna", "1234567890123456", "1000000000000000", "203.0.113.7", "203.0.113.99", "172.16.0.10", "2026-01-05",
		"desktopimage-windows", hidden, time.Now().UTC().Format("2006-01-02T15")}
	for _, name := range private {
		if !strings.Contains(in.String(), name) {
			t.Errorf("%q did not come in: the test looks for nothing", name)
		}
		if strings.Contains(string(text), name) {
			t.Errorf("the file has %q:\n%s", name, around(string(text), name))
		}
	}
	for _, secret := range []string{own.AccessKeyId, own.AccessKeySecret, own.SecurityToken, "ACS3-HMAC-SHA256", "Signature", "127.0.0.1"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the file has %q:\n%s", secret, around(string(text), secret))
		}
	}
	for _, kept := range []string{`"DesktopStatus": "Running"`, `"ConnectionStatus": "Connected"`, `"TotalCount": 12`, `"DesktopId": "ecd-probe0001"`, `"Sessions": []`,
		`"Code": "InvalidParameter"`, `"X-Ratelimit-User-Api": "Limit:100,Remain:99"`, `"EventType": "DESKTOP_CONNECT"`, `"TagKey": "stop-desktops:protected"`, "ecd-PROBE0001"} {
		if !strings.Contains(string(text), kept) {
			t.Errorf("the file lacks %s", kept)
		}
	}
}

func around(text, name string) string {
	i := strings.Index(text, name)
	return text[max(0, i-200):min(len(text), i+200)]
}

// TestTextIsChecked: what strips the names is checked once more before anything is written.
func TestTextIsChecked(t *testing.T) {
	p := on(t, account())
	if _, err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := p.Record("v0", []Line{{Seen: "of " + spare}})
	if text, err := r.Text(nil, p); err == nil || text != nil {
		t.Error("an ID got through")
	}
	r = p.Record("a-fake-secret", nil)
	if text, err := r.Text([]string{"", "short", "a-fake-secret"}, p); err == nil || text != nil {
		t.Error("a secret got through")
	}
}

// TestBudget: a service that throttles every call costs no more than the calls that were named.
func TestBudget(t *testing.T) {
	p := &Probe{TagKey: protect, RegionId: region, calls: MaxCalls - 1,
		Ask: func(context.Context, string, map[string]string) (*eds.Response, error) {
			return &eds.Response{Status: 429, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"RequestId":"R","Code":"Throttling.User"}`)}, nil
		}}
	result, err := p.Run(t.Context())
	if err != nil || result.Calls != MaxCalls || len(differing(result.Lines)) > 0 || len(p.exchanges) != 1 {
		t.Errorf("%v, %q, %d calls", err, differing(result.Lines), len(p.exchanges))
	}
}
