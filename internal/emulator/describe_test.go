package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

type page struct {
	Desktops     []struct{ DesktopId string }
	TagResources []struct{ ResourceId, TagKey string }
	Events       []struct{ DesktopId, EventTime string }
	NextToken    string
	TotalCount   int
}

func (p page) ids() string {
	var list []string
	for _, d := range p.Desktops {
		list = append(list, d.DesktopId)
	}
	for _, r := range p.TagResources {
		list = append(list, r.ResourceId+":"+r.TagKey)
	}
	for _, ev := range p.Events {
		list = append(list, ev.DesktopId)
	}
	return strings.Join(list, " ")
}

// pages follows NextToken to the end.
func pages(t *testing.T, base, action string, pairs ...string) (sizes []int, all string, last page) {
	t.Helper()
	var list []string
	token := ""
	for {
		q := query(pairs...)
		if token != "" {
			q.Set("NextToken", token)
		}
		var p page
		call{action: action, query: q}.send(t, base).decode(t, &p)
		list = append(list, p.ids())
		sizes = append(sizes, len(p.Desktops)+len(p.TagResources)+len(p.Events))
		if token = p.NextToken; token == "" {
			return sizes, strings.Join(list, " "), p
		}
	}
}

func TestFilters(t *testing.T) {
	e := &emulator.EDS{Desktops: []emulator.Desktop{
		{DesktopId: "ecd-a", OfficeSiteId: "o1", PolicyGroupId: "p1", ResourceGroupId: "r1", EndUserIds: []string{"alice", "bob"}, DesktopName: "A"},
		{DesktopId: "ecd-b", ChargeType: "PrePaid", SubPayType: "prePaid", DesktopStatus: "Stopped", Tags: []emulator.Tag{{"k", "v"}, {"k2", ""}}},
		{DesktopId: "ecd-p", DesktopGroupId: "dg-1", EndUserIds: []string{"alice"}, Tags: []emulator.Tag{{"k", "w"}}},
		{DesktopId: "ecd-z", RegionId: "cn-beijing"},
	}}
	base := serve(t, e)
	for _, tt := range []struct{ filter, want string }{
		{"", "ecd-a ecd-b"},
		{"FilterDesktopGroup=false", "ecd-a ecd-b ecd-p"},
		{"FilterDesktopGroup=true", "ecd-a ecd-b"},
		{"DesktopId=ecd-p ecd-a ecd-z ecd-none", "ecd-a"},
		{"DesktopId=ecd-p ecd-a ecd-z ecd-none;FilterDesktopGroup=false", "ecd-a ecd-p"},
		{"DesktopGroupId=dg-1", ""},
		{"DesktopGroupId=dg-1;FilterDesktopGroup=false", "ecd-p"},
		{"OfficeSiteId=o1", "ecd-a"},
		{"PolicyGroupId=p1", "ecd-a"},
		{"ResourceGroupId=r1", "ecd-a"},
		{"DesktopName=A", "ecd-a"},
		{"EndUserId=bob carol", "ecd-a"},
		{"EndUserId=alice;FilterDesktopGroup=false", "ecd-a ecd-p"},
		{"ChargeType=PrePaid", "ecd-b"},
		{"SubPayType=postPaid", "ecd-a"},
		{"DesktopStatus=Stopped", "ecd-b"},
		{"DesktopStatusList=Stopped Running", "ecd-a ecd-b"},
		{"Tag.1.Key=k;FilterDesktopGroup=false", "ecd-b ecd-p"},
		{"Tag.1.Key=k;Tag.1.Value=v;FilterDesktopGroup=false", "ecd-b"},
		{"Tag.1.Key=k;Tag.2.Key=k2;FilterDesktopGroup=false", "ecd-b"},
		{"Tag.1.Key=k;Tag.1.Value=;FilterDesktopGroup=false", ""},
		{"RegionId=cn-beijing", "ecd-z"},
		{"DesktopStatus=Stopped;DesktopName=A", ""},
	} {
		var pairs []string
		for pair := range strings.SplitSeq(tt.filter, ";") {
			if name, value, ok := strings.Cut(pair, "="); ok {
				pairs = append(pairs, name, value)
			}
		}
		var p page
		call{action: "DescribeDesktops", query: query(pairs...)}.send(t, base).decode(t, &p)
		if p.ids() != tt.want || p.TotalCount != len(p.Desktops) {
			t.Errorf("%s: %s (%d), want %s", tt.filter, p.ids(), p.TotalCount, tt.want)
		}
	}
	noViolations(t, e)
}

func TestTagsAreNotInDescribe(t *testing.T) {
	for _, in := range []bool{false, true} {
		e := &emulator.EDS{Desktops: []emulator.Desktop{{DesktopId: "ecd-a", Tags: []emulator.Tag{{"k", "v"}}}}, TagsInDescribe: in}
		a := call{action: "DescribeDesktops", query: query()}.send(t, serve(t, e))
		if strings.Contains(a.body, `"Tags":[{"Key":"k","Value":"v"}]`) != in || strings.Contains(a.body, `"Tags":[]`) == in {
			t.Errorf("%t: %s", in, a.body)
		}
	}
}

func TestEndUserIdsInDescribe(t *testing.T) {
	for _, out := range []bool{false, true} {
		e := &emulator.EDS{Desktops: []emulator.Desktop{{DesktopId: "ecd-a", EndUserIds: []string{"alice"}}, {DesktopId: "ecd-b"}}, NoEndUserIds: out}
		a := call{action: "DescribeDesktops", query: query()}.send(t, serve(t, e))
		if strings.Contains(a.body, `"EndUserIds":["alice"]`) == out || strings.Contains(a.body, `"EndUserIds":[]`) == out || strings.Contains(a.body, "EndUserIds") == out {
			t.Errorf("%t: %s", out, a.body)
		}
	}
}

func TestPages(t *testing.T) {
	e := &emulator.EDS{}
	for i := range 25 {
		d := emulator.Desktop{DesktopId: fmt.Sprintf("ecd-%02d", i), Tags: []emulator.Tag{{"a", "1"}, {"b", "2"}}}
		if i%2 == 1 {
			d.OfficeSiteId = "odd"
		}
		e.Desktops = append(e.Desktops, d)
		e.ClientEvents = append(e.ClientEvents, emulator.ClientEvent{DesktopId: d.DesktopId, EventType: "DESKTOP_START", Ago: time.Duration(i) * time.Minute})
	}
	base := serve(t, e)
	for _, tt := range []struct {
		action string
		pairs  []string
		sizes  string
		total  int
	}{
		{"DescribeDesktops", nil, "[10 10 5]", 25},
		{"DescribeDesktops", []string{"MaxResults", "100"}, "[25]", 25},
		{"DescribeDesktops", []string{"MaxResults", "5"}, "[5 5 5 5 5]", 25},
		{"DescribeDesktops", []string{"MaxResults", "5", "OfficeSiteId", "odd"}, "[5 5 2]", 12},
		{"DescribeDesktops", []string{"MaxResults", "2", "DesktopId", "ecd-07 ecd-01 ecd-20"}, "[2 1]", 3},
		{"ListTagResources", []string{"ResourceType", "ALIYUN::GWS::INSTANCE", "Tag.1.Key", "a", "MaxResults", "7"}, "[7 7 7 7 7 7 7 1]", 0},
		{"ListTagResources", []string{"ResourceType", "ALIYUN::GWS::INSTANCE", "ResourceId", "ecd-01 ecd-02", "MaxResults", "3"}, "[3 1]", 0},
		{"DescribeClientEvents", []string{"MaxResults", "10"}, "[10 10 5]", 0},
	} {
		sizes, all, last := pages(t, base, tt.action, tt.pairs...)
		if fmt.Sprint(sizes) != tt.sizes || last.TotalCount != tt.total {
			t.Errorf("%s %v: pages %v of %d", tt.action, tt.pairs, sizes, last.TotalCount)
		}
		seen := map[string]bool{}
		for _, id := range strings.Fields(all) {
			if seen[id] {
				t.Errorf("%s %v: %s twice", tt.action, tt.pairs, id)
			}
			seen[id] = true
		}
	}
	noViolations(t, e)

	var p page
	call{action: "DescribeDesktops", query: query()}.send(t, base).decode(t, &p)
	a := call{action: "DescribeDesktops", query: query("NextToken", p.NextToken, "OfficeSiteId", "odd")}.send(t, base)
	if a.status != 400 {
		t.Errorf("the token of another query: %d", a.status)
	}
}

func TestClientEvents(t *testing.T) {
	var clk clock
	at := func(d time.Duration) string { return clk.now().Add(d).Format("2006-01-02T15:04:05Z") }
	e := &emulator.EDS{Now: clk.now, ClientEventDelay: time.Minute, Desktops: []emulator.Desktop{
		{DesktopId: "ecd-a", EndUserIds: []string{"alice"}}, {DesktopId: "ecd-b"}, {DesktopId: "ecd-z", RegionId: "cn-beijing"}},
		ClientEvents: []emulator.ClientEvent{
			{DesktopId: "ecd-a", EndUserId: "alice", EventType: "DESKTOP_CONNECT", EventTime: clk.now().Add(-2 * time.Hour)},
			{DesktopId: "ecd-b", EndUserId: "bob", EventType: "DESKTOP_DISCONNECT", Ago: time.Hour},
			{DesktopId: "ecd-z", EventType: "DESKTOP_START", Ago: time.Hour},
		}}
	base := serve(t, e)
	events := func(pairs ...string) string {
		t.Helper()
		var p page
		call{action: "DescribeClientEvents", query: query(pairs...), now: clk.now()}.send(t, base).decode(t, &p)
		return p.ids()
	}
	for _, tt := range []struct {
		pairs []string
		want  string
	}{
		{nil, "ecd-b ecd-a"},
		{[]string{"StartTime", at(-time.Hour)}, "ecd-b"},
		{[]string{"StartTime", at(-time.Hour + time.Second)}, ""},
		{[]string{"EndTime", at(-time.Hour - time.Second)}, "ecd-a"},
		{[]string{"EventTypes", "DESKTOP_CONNECT DESKTOP_START"}, "ecd-a"},
		{[]string{"EventType", "DESKTOP_DISCONNECT"}, "ecd-b"},
		{[]string{"DesktopId", "ecd-a"}, "ecd-a"},
		{[]string{"EndUserId", "bob"}, "ecd-b"},
		{[]string{"RegionId", "cn-beijing"}, "ecd-z"},
	} {
		if tt.pairs != nil && (tt.pairs[0] == "DesktopId" || tt.pairs[0] == "EndUserId") {
			q := query()
			q.Set(tt.pairs[0], tt.pairs[1])
			var p page
			call{action: "DescribeClientEvents", query: q, now: clk.now()}.send(t, base).decode(t, &p)
			if p.ids() != tt.want {
				t.Errorf("%v: %s", tt.pairs, p.ids())
			}
			continue
		}
		if got := events(tt.pairs...); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.pairs, got, tt.want)
		}
	}
	e.Set("ecd-a", emulator.State{ConnectionStatus: new("Connected")})
	e.AddClientEvent(emulator.ClientEvent{DesktopId: "ecd-b", EventType: "DESKTOP_START", EventTime: clk.now()})
	recent := []string{"StartTime", at(-time.Second)}
	if got := events(recent...); got != "" {
		t.Errorf("before the delay: %s", got)
	}
	clk.advance(time.Minute)
	if got := events(recent...); got != "ecd-b ecd-a" && got != "ecd-a ecd-b" {
		t.Errorf("after the delay: %s", got)
	}
	noViolations(t, e)
}

// TestRowSize: a response of 100 rows is about as large as a real one.
func TestRowSize(t *testing.T) {
	f := &emulator.Fleet{Generate: []emulator.Generator{{Count: 100, Prefix: "ecd-g", Desktop: emulator.Desktop{EndUserIds: []string{"user{n}"}}}}}
	a := call{action: "DescribeDesktops", query: query("MaxResults", "100")}.send(t, serve(t, f.EDS()))
	if n := len(a.body) / 100; n < 800 || n > 1200 {
		t.Errorf("a row has %d bytes", n)
	}
}

// TestBigFleet: the fleet is not copied for a call.
func TestBigFleet(t *testing.T) {
	f := &emulator.Fleet{Generate: []emulator.Generator{{Count: 100_000, Prefix: "ecd-g", Desktop: emulator.Desktop{Tags: []emulator.Tag{{"k", "v"}}}}}}
	e := f.EDS()
	base := serve(t, e)
	start := time.Now()
	var p page
	for range 20 {
		q := query("MaxResults", "100")
		if p.NextToken != "" {
			q.Set("NextToken", p.NextToken)
		}
		p = page{}
		call{action: "DescribeDesktops", query: q}.send(t, base).decode(t, &p)
	}
	if p.TotalCount != 100_000 || p.Desktops[99].DesktopId != "ecd-g002000" {
		t.Errorf("page 20: %d, %s", p.TotalCount, p.Desktops[99].DesktopId)
	}
	if a := stop(t, base, "ecd-g000001", "ecd-g100000"); a.status != 200 {
		t.Error(a.body)
	}
	t.Logf("took %s", time.Since(start))
}

func TestJSONIsWhatItIs(t *testing.T) {
	e := &emulator.EDS{Desktops: []emulator.Desktop{{DesktopId: "ecd-a", ConnectionStatus: emulator.NoConnectionStatus}}}
	base := serve(t, e)
	a := call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a")}.send(t, base)
	if !strings.Contains(a.body, `"ConnectionStatus":""`) || !strings.Contains(a.body, `"ManagementFlag":[]`) || a.header.Get("Content-Type") != "application/json;charset=utf-8" {
		t.Errorf("%v %s", a.header, a.body)
	}
	var body map[string]any
	a = stop(t, base, "ecd-none")
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"RequestId", "HostId", "Code", "Message", "Recommend"} {
		if body[name] == "" || body[name] == nil {
			t.Errorf("no %s in %s", name, a.body)
		}
	}
}
