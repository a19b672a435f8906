package eds_test

import (
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// TestDescribeDesktopInfo reads a state as it is told, and nothing into what is not told.
func TestDescribeDesktopInfo(t *testing.T) {
	body := `{"RequestId":"REQ-1","Desktops":[
		{"DesktopId":"ecd-a","DesktopStatus":"Running","ConnectionStatus":"Connected","ManagementFlag":["Migrating"],"New":1},
		{"DesktopId":"ecd-b","DesktopStatus":"Brand\u202eNew\n` + strings.Repeat("x", 100) + `"},
		{"DesktopId":"ecd-c","ConnectionStatus":null,"ManagementFlag":null}]}`
	got, err := connect(t, serve(t, answer(200, body)).Dial).DescribeDesktopInfo(t.Context(), region, []string{"ecd-a", "ecd-b", "ecd-c"})
	if err != nil {
		t.Fatal(err)
	}
	want := []stop.Desktop{
		{DesktopID: "ecd-a", DesktopStatus: "Running", ConnectionStatus: "Connected", ManagementFlags: []string{"Migrating"}},
		{DesktopID: "ecd-b", DesktopStatus: "BrandNew " + strings.Repeat("x", 32-len("BrandNew ")) + "…"},
		{DesktopID: "ecd-c"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestDescribeDesktopsFilters: a row that contradicts a filter is dropped, whatever the service
// thinks. It would be a desktop that nobody asked to stop. A row that does not say is kept: the
// service was asked to filter, and not every row tells everything.
func TestDescribeDesktopsFilters(t *testing.T) {
	const told = `"OfficeSiteId":"cn-hangzhou+dir-1","DesktopGroupId":"dg-1","DesktopName":"Anna","ChargeType":"PostPaid","PolicyGroupId":"pg-1","EndUserIds":["anna","bob"]`
	for _, c := range []struct {
		name   string
		row    string
		choice events.Select
		kept   bool
	}{
		{"all", told, events.Select{All: true}, true},
		{"office", told, events.Select{OfficeSiteId: "cn-hangzhou+dir-1"}, true},
		{"another office", told, events.Select{OfficeSiteId: "cn-hangzhou+dir-2"}, false},
		{"a part of the office's ID", told, events.Select{OfficeSiteId: "cn-hangzhou+dir"}, false},
		{"office not told", ``, events.Select{OfficeSiteId: "cn-hangzhou+dir-2"}, true},
		{"group", told, events.Select{DesktopGroupId: "dg-1"}, true},
		{"another group", told, events.Select{DesktopGroupId: "dg-2"}, false},
		{"name", told, events.Select{DesktopName: "Anna"}, true},
		{"a part of the name", told, events.Select{DesktopName: "Ann"}, false},
		{"the name in another case", told, events.Select{DesktopName: "anna"}, false},
		{"charge type", told, events.Select{ChargeType: "PostPaid"}, true},
		{"another charge type", told, events.Select{ChargeType: "PrePaid"}, false},
		{"a sub pay type is never told", told, events.Select{SubPayType: "monthPackage"}, true},
		{"policy", told, events.Select{PolicyGroupId: "pg-1"}, true},
		{"another policy", told, events.Select{PolicyGroupId: "pg-2"}, false},
		{"policy in the list", `"PolicyGroupId":"pg-1","PolicyGroupIdList":["pg-1","pg-2"]`, events.Select{PolicyGroupId: "pg-2"}, true},
		{"policy not in the list", `"PolicyGroupId":"pg-3","PolicyGroupIdList":["pg-1","pg-2"]`, events.Select{PolicyGroupId: "pg-3"}, false},
		{"user", told, events.Select{EndUserId: []string{"zoe", "bob"}}, true},
		{"another user", told, events.Select{EndUserId: []string{"zoe"}}, false},
		{"a part of the user", told, events.Select{EndUserId: []string{"bo"}}, false},
		{"pooled, nobody assigned", `"EndUserIds":[]`, events.Select{EndUserId: []string{"zoe"}}, true},
		{"one of two filters", told, events.Select{OfficeSiteId: "cn-hangzhou+dir-1", DesktopName: "Zoe"}, false},
		{"both filters", told, events.Select{OfficeSiteId: "cn-hangzhou+dir-1", DesktopName: "Anna"}, true},
		{"a resource group is never told", told, events.Select{ResourceGroupId: "rg-1"}, true},
	} {
		body := `{"RequestId":"REQ-1","Desktops":[{"DesktopId":"ecd-a"` + strings.TrimSuffix(","+c.row, ",") + `}]}`
		page, err := connect(t, serve(t, answer(200, body)).Dial).DescribeDesktops(t.Context(), region, c.choice, "")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if kept := len(page.Rows) == 1; kept != c.kept {
			t.Errorf("%s: kept %v, want %v", c.name, kept, c.kept)
		}
	}
}

// TestDescribeDesktopsByID tells whose desktops are, and keeps apart that nobody is told from that nobody
// is assigned: the first is no knowledge.
func TestDescribeDesktopsByID(t *testing.T) {
	body := `{"RequestId":"REQ-1","NextToken":"page 2","Desktops":[
		{"DesktopId":"ecd-a","DesktopStatus":"Running","EndUserIds":["Anna","bob"]},
		{"DesktopId":"ecd-b","EndUserIds":[]},
		{"DesktopId":"ecd-c"},
		{"DesktopId":"ecd-d","EndUserIds":null}]}`
	got, err := connect(t, serve(t, answer(200, body)).Dial).DescribeDesktopsByID(t.Context(), region, []string{"ecd-a", "ecd-b", "ecd-c", "ecd-d"}, "")
	want := stop.Page[stop.Desktop]{NextToken: "page 2", Listed: 4, Rows: []stop.Desktop{
		{DesktopID: "ecd-a", DesktopStatus: "Running", EndUserIDs: []string{"Anna", "bob"}},
		{DesktopID: "ecd-b", EndUserIDs: []string{}},
		{DesktopID: "ecd-c"},
		{DesktopID: "ecd-d"},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	if _, err := connect(t, serve(t, answer(200, `{"RequestId":"REQ-1","Machines":[]}`)).Dial).DescribeDesktopsByID(t.Context(), region, []string{"ecd-a"}, ""); err == nil {
		t.Error("a response whose list has another name is taken for an empty one")
	}
}

// TestDescribeDesktopsPage reads rows and the way to the next page, also from a page whose every row
// was dropped: the next one may hold what was asked for.
func TestDescribeDesktopsPage(t *testing.T) {
	body := `{"RequestId":"REQ-1","NextToken":"page 2","TotalCount":9,"Desktops":[
		{"DesktopId":"ecd-a","DesktopStatus":"Running","ConnectionStatus":"Disconnected","ManagementFlag":"Updating","DesktopName":"A"},
		{"DesktopId":"ecd-b","DesktopStatus":"Stopped","ManagementFlags":["Migrating","Updating"],"ManagementFlag":"Other"}]}`
	s := connect(t, serve(t, answer(200, body)).Dial)
	got, err := s.DescribeDesktops(t.Context(), region, events.Select{All: true}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := stop.Page[stop.Desktop]{NextToken: "page 2", Listed: 2, TotalCount: 9, Rows: []stop.Desktop{
		{DesktopID: "ecd-a", DesktopStatus: "Running", ConnectionStatus: "Disconnected", ManagementFlags: []string{"Updating"}},
		{DesktopID: "ecd-b", DesktopStatus: "Stopped", ManagementFlags: []string{"Migrating", "Updating"}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	got, err = s.DescribeDesktops(t.Context(), region, events.Select{SubPayType: "postPaid", DesktopName: "B"}, "")
	if err != nil || got.NextToken != "page 2" || len(got.Rows) != 1 || got.Listed != 2 {
		t.Errorf("after dropping a row: %+v, %v", got, err)
	}
}

// TestListTagResources: only the tag that was asked for counts. Taken for it, another tag of the
// same desktop would protect it, or its value would be read as a time.
func TestListTagResources(t *testing.T) {
	const body = `{"RequestId":"REQ-1","NextToken":"page2","TagResources":[
		{"ResourceId":"ecd-a","TagKey":"team","TagValue":"red"},
		{"ResourceId":"ecd-a","TagKey":"stop-desktops:protected","TagValue":"yes"},
		{"ResourceId":"ecd-b","TagKey":"team","TagValue":"blue"},
		{"ResourceId":"ecd-c","TagKey":"Team","TagValue":"red"},
		{"ResourceId":"ecd-d","TagKey":"team"}]}`
	s := connect(t, serve(t, answer(200, body)).Dial)
	for _, c := range []struct {
		tag  events.Tag
		want []stop.Tagged
	}{
		{events.Tag{Key: "team"}, []stop.Tagged{{DesktopID: "ecd-a", Key: "team", Value: "red"}, {DesktopID: "ecd-b", Key: "team", Value: "blue"}, {DesktopID: "ecd-d", Key: "team"}}},
		{events.Tag{Key: "team", Value: pointer("red")}, []stop.Tagged{{DesktopID: "ecd-a", Key: "team", Value: "red"}}},
		{events.Tag{Key: "team", Value: pointer("")}, []stop.Tagged{{DesktopID: "ecd-d", Key: "team"}}},
		{events.Tag{Key: "stop-desktops:protected"}, []stop.Tagged{{DesktopID: "ecd-a", Key: "stop-desktops:protected", Value: "yes"}}},
		{events.Tag{Key: "nobody"}, []stop.Tagged{}},
	} {
		page, err := s.ListTagResources(t.Context(), region, c.tag, "")
		if err != nil || page.NextToken != "page2" || !reflect.DeepEqual(page.Rows, c.want) {
			t.Errorf("%+v: %+v, %v", c.tag, page, err)
		}
	}
	page, err := s.ListTagResourcesByID(t.Context(), region, []string{"ecd-a", "ecd-b"}, "")
	if err != nil || page.NextToken != "page2" || len(page.Rows) != 5 || page.Rows[3] != (stop.Tagged{DesktopID: "ecd-c", Key: "Team", Value: "red"}) {
		t.Errorf("by ID: %+v, %v", page, err)
	}
}

// TestDescribeClientEvents: an act whose time nobody can read counts as happening now, which spares
// the desktop.
func TestDescribeClientEvents(t *testing.T) {
	const body = `{"RequestId":"REQ-1","NextToken":"page2","Events":[
		{"DesktopId":"ecd-a","EventType":"DESKTOP_CONNECT","EventTime":"2026-11-22T20:59:51Z"},
		{"DesktopId":"ecd-b","EventType":"DESKTOP_START","EventTime":"2026-11-23T04:59:51+08:00"},
		{"DesktopId":"ecd-c","EventType":"DESKTOP_START","EventTime":"yesterday"},
		{"DesktopId":"ecd-d","EventType":"DESKTOP_START","EventTime":""},
		{"DesktopId":"ecd-e","EventType":"DESKTOP_START"}]}`
	synctest.Test(t, func(t *testing.T) {
		page, err := connect(t, serve(t, answer(200, body)).Dial).DescribeClientEvents(t.Context(), region, time.Now(), "")
		if err != nil || page.NextToken != "page2" || len(page.Rows) != 5 {
			t.Fatalf("%+v, %v", page, err)
		}
		at := time.Date(2026, 11, 22, 20, 59, 51, 0, time.UTC)
		for i, want := range []stop.ClientEvent{
			{DesktopID: "ecd-a", Type: "DESKTOP_CONNECT", Time: at},
			{DesktopID: "ecd-b", Type: "DESKTOP_START", Time: at},
			{DesktopID: "ecd-c", Type: "DESKTOP_START", Time: time.Now()},
			{DesktopID: "ecd-d", Type: "DESKTOP_START", Time: time.Now()},
			{DesktopID: "ecd-e", Type: "DESKTOP_START", Time: time.Now()},
		} {
			got := page.Rows[i]
			if got.DesktopID != want.DesktopID || got.Type != want.Type || !got.Time.Equal(want.Time) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
	})
}

// TestRowsWithoutID: nobody knows which desktop such a row protects, so the listing fails. Rows that name
// a desktop do not help, and another key of the row does not either.
func TestRowsWithoutID(t *testing.T) {
	for _, c := range []struct{ listing, id, rows string }{
		{"TagResources of ListTagResources", "ResourceId", `"TagResources":[{"ResourceId":"ecd-a","TagKey":"k"},{ID"TagKey":"k","TagValue":"v"}]`},
		{"TagResources of ListTagResources", "ResourceId", `"TagResources":[{ID"TagKey":"team","TagValue":"v"},{"ResourceId":"ecd-a","TagKey":"k"}]`},
		{"TagResources of ListTagResources by ID", "ResourceId", `"TagResources":[{"ResourceId":"ecd-a","TagKey":"k"},{ID"TagKey":"k","TagValue":"v"}]`},
		{"Events of DescribeClientEvents", "DesktopId", `"Events":[{"DesktopId":"ecd-a","EventType":"DESKTOP_START","EventTime":"2026-11-22T20:59:51Z"},{ID"EventType":"DESKTOP_START","EventTime":"2026-11-22T20:59:51Z"}]`},
	} {
		for _, id := range []string{"", `"NAME":null,`, `"NAME":"",`, `"NAME":" \t",`, `"RenamedNAME":"ecd-b",`} {
			body := `{"RequestId":"REQ-1",` + strings.Replace(c.rows, "ID", strings.Replace(id, "NAME", c.id, 1), 1) + `}`
			rows, err := listings[c.listing](t.Context(), connect(t, serve(t, answer(200, body)).Dial))
			if e := callError(t, err); e.Code != "UnreadableAnswer" || e.Message != "EDS answered without "+c.id || rows != 0 {
				t.Errorf("%s: %d rows, %v", body, rows, err)
			}
		}
	}
}
