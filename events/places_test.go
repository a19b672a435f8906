package events

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseRequests: a request is one for each account and region that it names, in their order.
func TestParseRequests(t *testing.T) {
	for _, test := range []struct {
		name, places string
		want         string // account/region of each request
	}{
		{"none", ``, "/"},
		{"one of each", `"Account":"prod","RegionId":"cn-hangzhou",`, "prod/cn-hangzhou"},
		{"lists of one", `"Account":["prod"],"RegionId":["cn-hangzhou"],`, "prod/cn-hangzhou"},
		{"blanks and empty elements", `"RegionId":[" cn-hangzhou","","cn-beijing\n"],`, "/cn-hangzhou /cn-beijing"},
		{"a region twice", `"RegionId":["cn-hangzhou","cn-beijing"," cn-hangzhou"],`, "/cn-hangzhou /cn-beijing"},
		{"a text", `"region_ids":"cn-hangzhou、cn-beijing; cn-shanghai",`, "/cn-hangzhou /cn-beijing /cn-shanghai"},
		{"accounts", `"Accounts":["prod","lab"],`, "prod/ lab/"},
		{"accounts in a region", `"Account":["prod","lab"],"RegionId":"cn-hangzhou",`, "prod/cn-hangzhou lab/cn-hangzhou"},
		{"accounts and regions", `"Account":["prod","lab"],"RegionId":["cn-hangzhou","cn-beijing"],`,
			"prod/cn-hangzhou prod/cn-beijing lab/cn-hangzhou lab/cn-beijing"},
		{"as many as there may be", `"RegionId":"` + numbered("cn-a%d ", maxPlaces) + `",`, strings.TrimSpace(numbered("/cn-a%d ", maxPlaces))},
	} {
		t.Run(test.name, func(t *testing.T) {
			list, err := ParseRequests([]byte(`{`+test.places+`"Select":{"All":true},"IdleMinutes":30}`), "$")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range list {
				got = append(got, r.Account+"/"+r.RegionId)
				if want := (Request{Account: r.Account, RegionId: r.RegionId, Select: &Select{All: true}, IdleMinutes: 30}); !cmp.Equal(r, want) {
					t.Errorf("the rest is not the same everywhere: %s", cmp.Diff(want, r))
				}
				roundTrip(t, r)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestParseRequest: what can be done for one account and region only refuses several.
func TestParseRequest(t *testing.T) {
	payload, _ := json.Marshal(map[string]any{"Select": map[string]bool{"All": true}, "RegionId": []string{"cn-hangzhou", "cn-beijing"}})
	if r, err := ParseRequest(payload, "$[1]"); err == nil || asError(t, err).Code != Conflict || asError(t, err).Path != "$[1]" || !cmp.Equal(r, Request{}) {
		t.Errorf("got %+v, %v", r, err)
	}
}
