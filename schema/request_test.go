package schema_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"stopdesktops/events"
	"stopdesktops/schema"
	"stopdesktops/schema/schematest"
)

// compare a payload's verdicts. What the parser takes is valid in the spelling in which it is written again.
func compare(t *testing.T, payload string) (schemaErr, parserErr error) {
	t.Helper()
	list, parserErr := events.ParseRequests([]byte(payload), "$")
	for _, r := range list {
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := schematest.Check("request", again); err != nil {
			t.Errorf("the parser takes %.300s, and the schema refuses what it means, %.300s: %v", payload, again, err)
		}
	}
	return schematest.Check("request", []byte(payload)), parserErr
}

func TestRequestTable(t *testing.T) {
	const target = `"DesktopId": ["ecd-a1"]`
	long := strings.Repeat("a", 257)
	many := func(n int, format string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(format, i)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	for _, c := range []struct{ why, payload string }{
		{"no target", `{}`},
		{"no object", `[{` + target + `}]`},
		{"text", `"ecd-a1"`},
		{"unknown field", `{` + target + `, "Desktops": []}`},
		{"null", `{` + target + `, "Reason": null}`},
		{"no ID", `{"DesktopId": ["ecd-"]}`},
		{"long ID", `{"DesktopId": ["ecd-` + strings.Repeat("a", 61) + `"]}`},
		{"other ID", `{"DesktopId": ["i-a1"]}`},
		{"wildcard ID", `{"DesktopId": ["ecd-*"]}`},
		{"number for an ID", `{"DesktopId": [1]}`},
		{"object for IDs", `{"DesktopId": {"a": "ecd-a1"}}`},
		{"no IDs", `{"DesktopId": []}`},
		{"blank text of IDs", `{"DesktopId": "  "}`},
		{"too many IDs", `{"DesktopId": ` + many(100001, `"ecd-a%d"`) + `}`},
		{"account", `{` + target + `, "Account": "Prod"}`},
		{"role of an account", `{` + target + `, "Account": "acs:ram::1234567890123456:role/x"}`},
		{"region", `{` + target + `, "RegionId": "Hangzhou"}`},
		{"region of a host", `{` + target + `, "RegionId": "cn-hangzhou.example.com"}`},
		{"long region", `{` + target + `, "RegionId": "cn-` + long + `"}`},
		{"no regions", `{"Select": {"All": true}, "RegionId": []}`},
		{"no region", `{"Select": {"All": true}, "RegionId": [1]}`},
		{"no accounts in text", `{"Select": {"All": true}, "Account": " , "}`},
		{"too many regions", `{"Select": {"All": true}, "RegionId": ` + many(21, `"cn-a%d"`) + `}`},
		{"wrong region in a text", `{"Select": {"All": true}, "RegionId": "cn-hangzhou, Beijing"}`},
		{"wrong account in a list", `{"Select": {"All": true}, "Account": ["prod", "Lab"]}`},
		{"IDs in two regions", `{` + target + `, "RegionId": ["cn-hangzhou", "cn-beijing"]}`},
		{"IDs in two accounts", `{` + target + `, "Account": "prod、lab"}`},
		{"mode", `{` + target + `, "StoppedMode": "stopcharging"}`},
		{"update", `{` + target + `, "OsUpdate": "yes"}`},
		{"number for a switch", `{` + target + `, "DryRun": 1}`},
		{"Force in text", `{` + target + `, "Force": "true"}`},
		{"Force and IdleMinutes", `{` + target + `, "Force": true, "IdleMinutes": 5}`},
		{"no minutes", `{` + target + `, "IdleMinutes": 0}`},
		{"too many minutes", `{` + target + `, "IdleMinutes": 43201}`},
		{"half a minute", `{` + target + `, "IdleMinutes": 0.5}`},
		{"minutes in words", `{` + target + `, "IdleMinutes": "soon"}`},
		{"negative seconds", `{` + target + `, "WaitSeconds": -1}`},
		{"too many seconds", `{` + target + `, "WaitSeconds": 3601}`},
		{"switch for seconds", `{` + target + `, "WaitSeconds": true}`},
		{"kind of day", `{` + target + `, "On": "weekend"}`},
		{"switch for a day", `{` + target + `, "On": true}`},
		{"blank callback", `{` + target + `, "CallbackUrl": " "}`},
		{"long callback", `{` + target + `, "CallbackUrl": "https://example.com/` + strings.Repeat("a", 2048) + `"}`},
		{"long reason", `{` + target + `, "Reason": "` + long + `"}`},
		{"list of reasons", `{` + target + `, "Reason": ["a"]}`},
		{"number for a person", `{` + target + `, "RequestedBy": 4711}`},
		{"blank key", `{` + target + `, "IdempotencyKey": ""}`},
		{"long key", `{` + target + `, "IdempotencyKey": "` + long + `"}`},
		{"unfilled key", `{` + target + `, "IdempotencyKey": "${id}"}`},
		{"empty token", `{` + target + `, "ApprovalToken": ""}`},
		{"token of two words", `{` + target + `, "ApprovalToken": "a b"}`},
		{"long token", `{` + target + `, "ApprovalToken": "` + strings.Repeat("a", 4097) + `"}`},
		{"token without desktops", `{"Select": {"All": true}, "ApprovalToken": "a.b"}`},
		{"nothing selected", `{"Select": {}}`},
		{"not all selected", `{"Select": {"All": false}}`},
		{"all and a filter", `{"Select": {"All": true, "DesktopName": "a"}}`},
		{"all in text", `{"Select": {"All": "true"}}`},
		{"select text", `{"Select": "all"}`},
		{"unknown filter", `{"Select": {"Name": "a"}}`},
		{"wildcards", `{"Select": {"DesktopName": "*"}}`},
		{"blank filter", `{"Select": {"OfficeSiteId": " "}}`},
		{"long filter", `{"Select": {"PolicyGroupId": "` + long + `"}}`},
		{"unfilled filter", `{"Select": {"ResourceGroupId": "{{group}}"}}`},
		{"quoted filter", `{"Select": {"ChargeType": "'PostPaid'"}}`},
		{"number for a filter", `{"Select": {"SubPayType": 1}}`},
		{"text for a tag", `{"Select": {"Tag": "team=design"}}`},
		{"tag without a key", `{"Select": {"Tag": {"Value": "design"}}}`},
		{"blank key of a tag", `{"Select": {"Tag": {"Key": " "}}}`},
		{"unknown in a tag", `{"Select": {"Tag": {"Key": "a", "Any": true}}}`},
		{"number for a tag's value", `{"Select": {"Tag": [{"Key": "a", "Value": 1}]}}`},
		{"unfilled tag", `{"Select": {"Tag": [{"Key": "a", "Value": "${value}"}]}}`},
		{"no tags", `{"Select": {"Tag": []}}`},
		{"too many tags", `{"Select": {"Tag": ` + many(21, `{"Key": "a%d"}`) + `}}`},
		{"nothing excluded", `{` + target + `, "Exclude": {}}`},
		{"unknown exclusion", `{` + target + `, "Exclude": {"OfficeSiteId": "a"}}`},
		{"no users", `{` + target + `, "Exclude": {"EndUserId": []}}`},
		{"wildcard user", `{` + target + `, "Exclude": {"EndUserId": ["li.*"]}}`},
		{"blank before a user", `{` + target + `, "Exclude": {"EndUserId": [" li.si"]}}`},
		{"two users in one", `{` + target + `, "Exclude": {"EndUserId": ["li.si,wang.wu"]}}`},
		{"long user", `{` + target + `, "Exclude": {"EndUserId": ["` + long + `"]}}`},
		{"too many users", `{` + target + `, "Exclude": {"EndUserId": ` + many(10001, `"user%d"`) + `}}`},
	} {
		schemaErr, parserErr := compare(t, c.payload)
		if schemaErr == nil || parserErr == nil {
			t.Errorf("%s: %.200s: the schema says %v, the parser says %v", c.why, c.payload, schemaErr, parserErr)
		}
	}
}

// lenient are the kinds of spelling that the function takes beyond the schema: a payload of each, and the same in the
// schema's spelling. The description of the schema names them.
var lenient = map[string][2]string{
	"other case":                 {`{"desktopid": ["ecd-a1"]}`, `{"DesktopId": ["ecd-a1"]}`},
	"underscores and a plural s": {`{"desktop_ids": ["ecd-a1"]}`, `{"DesktopId": ["ecd-a1"]}`},
	"blanks around an ID":        {`{"DesktopId": [" ecd-a1 "]}`, `{"DesktopId": ["ecd-a1"]}`},
	"empty elements":             {`{"DesktopId": ["", "ecd-a1"]}`, `{"DesktopId": ["ecd-a1"]}`},
	"blanks around a name":       {`{"DesktopId": ["ecd-a1"], "Account": " prod "}`, `{"DesktopId": ["ecd-a1"], "Account": "prod"}`},
	"whole numbers as text":      {`{"DesktopId": ["ecd-a1"], "IdleMinutes": " 30.0 "}`, `{"DesktopId": ["ecd-a1"], "IdleMinutes": 30}`},
	"blanks around a long note": {`{"DesktopId": ["ecd-a1"], "Reason": "` + strings.Repeat(" ", 300) + `IT-101"}`,
		`{"DesktopId": ["ecd-a1"], "Reason": "IT-101"}`},
}

// TestRequestLeniency shows each kind of spelling that only the function takes.
func TestRequestLeniency(t *testing.T) {
	for why, c := range lenient {
		if schemaErr, parserErr := compare(t, c[0]); schemaErr == nil || parserErr != nil {
			t.Errorf("%s: %s: the schema says %v, the parser says %v", why, c[0], schemaErr, parserErr)
		}
		if schemaErr, parserErr := compare(t, c[1]); schemaErr != nil || parserErr != nil {
			t.Errorf("%s: %s: the schema says %v, the parser says %v", why, c[1], schemaErr, parserErr)
		}
	}
}

// TestRequestOddValues puts each of many values into each field. Where the schema refuses what the parser takes, the
// value is one of a kind that the schema's description names.
func TestRequestOddValues(t *testing.T) {
	values := []string{
		`null`, `true`, `false`, `"true"`, `"false"`, `"True"`, `0`, `1`, `-1`, `30`, `30.0`, `3e1`, `30.5`, `43200`, `43201`, `3600`, `3601`, `1e30`,
		`"0"`, `"30"`, `"99999"`, `""`, `" "`, `"a"`, `" a "`, `"a b"`, `"a,b"`, `"*"`, `"a*"`, `"%"`, `"${a}"`, `"{{a}}"`, `"'a'"`, `"'"`, `"\"a\""`, `"“a”"`,
		`"ecd-a1"`, `"ecd-a1, ecd-b2"`, `"ecd-a1\necd-b2"`, `"cn-hangzhou"`, `"us-east-1"`, `"StopCharging"`, `"KeepCharging"`, `"https://example.com/hook"`,
		`"ü"`, `"李四"`, `"李四、王五"`, `"\u200b"`, `"a\u0000"`, `"\u3000"`,
		`[]`, `[""]`, `["ecd-a1"]`, `["ecd-a1", "ecd-a1"]`, `["ECD-a1"]`, `["a"]`, `["a b"]`, `["a", "b@example.com"]`, `["O'Brien"]`, `["a\u00a0b"]`, `[1]`, `[null]`, `[["ecd-a1"]]`,
		`{}`, `{"Key": "a"}`, `{"Key": "a", "Value": ""}`, `{"Key": "a", "Value": "b"}`, `{"Key": ""}`, `{"Value": "b"}`, `{"key": "a"}`,
		`[{"Key": "a"}, {"Key": "b", "Value": "c"}]`, `[{"Key": "a"}, {"Key": "a"}]`, `[{}]`,
		`{"All": true}`, `{"All": false}`, `{"All": true, "DesktopName": "a"}`, `{"DesktopName": "a"}`, `{"EndUserId": ["a"]}`, `{"DesktopId": ["ecd-a1"]}`,
	}
	for _, length := range []int{32, 33, 64, 65, 128, 129, 256, 257, 2048, 2049} {
		values = append(values, `"`+strings.Repeat("a", length)+`"`, `["`+strings.Repeat("a", length)+`"]`, `["ecd-`+strings.Repeat("a", length-4)+`"]`)
	}
	// What the parser takes beyond the schema, by the spelling of the value.
	spelled := []string{`[""]`, `" a "`, `{"key": "a"}`}
	agreed := 0
	for _, place := range places() {
		for _, value := range values {
			payload := fmt.Sprintf(place, value)
			schemaErr, parserErr := compare(t, payload)
			switch {
			case schemaErr == nil && parserErr == nil:
				agreed++
			case schemaErr != nil && parserErr == nil && !slices.Contains(spelled, value):
				t.Errorf("%.200s: the parser takes it, and the schema does not: %v", payload, schemaErr)
			}
		}
	}
	if agreed < 250 {
		t.Errorf("only %d of the payloads are taken by both", agreed)
	}
}

// places are requests with a gap for the value of each field.
func places() []string {
	var all []string
	of := func(value any, format string) {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(value)) {
			gap := fmt.Sprintf(`{"%s": %%s}`, f.Name)
			all = append(all, fmt.Sprintf(format, gap))
		}
	}
	of(events.Select{}, `{"Select": %s}`)
	of(events.Exclude{}, `{"DesktopId": ["ecd-a1"], "Exclude": %s}`)
	of(events.Tag{}, `{"Select": {"Tag": %s}}`)
	for _, f := range reflect.VisibleFields(reflect.TypeFor[events.Request]()) {
		if f.Name == "DesktopId" {
			all = append(all, `{"DesktopId": %s}`)
		} else {
			all = append(all, `{"DesktopId": ["ecd-a1"], "`+f.Name+`": %s}`)
		}
	}
	return append(all, `{"Select": {"Tag": {"Key": "a", "Value": %s}}}`)
}

// TestRequestFields compares the fields of the schema with those of the Go types, and their order.
func TestRequestFields(t *testing.T) {
	text, err := schema.Text("request")
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Properties json.RawMessage `json:"properties"`
		Defs       map[string]struct {
			Properties json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		properties json.RawMessage
		of         reflect.Type
	}{
		"request": {s.Properties, reflect.TypeFor[events.Request]()},
		"Select":  {s.Defs["Select"].Properties, reflect.TypeFor[events.Select]()},
		"Exclude": {s.Defs["Exclude"].Properties, reflect.TypeFor[events.Exclude]()},
		"Tag":     {s.Defs["Tag"].Properties, reflect.TypeFor[events.Tag]()},
	} {
		var want []string
		for _, f := range reflect.VisibleFields(c.of) {
			want = append(want, f.Name)
		}
		if got := members(t, c.properties); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, the type has %v", name, got, want)
		}
	}
}

// members of a JSON object, in its order.
func members(t *testing.T, object json.RawMessage) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(object)))
	var names []string
	for depth, isName := 0, false; ; {
		token, err := d.Token()
		if err != nil {
			return names
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			isName = depth == 1
			continue
		case json.Delim('}'), json.Delim(']'):
			depth--
			isName = depth == 1
			continue
		}
		if depth == 1 && isName {
			names = append(names, token.(string))
		}
		isName = depth == 1 && !isName
	}
}

// TestRequestSamples compares the verdicts on what comes in the samples and the scenarios.
func TestRequestSamples(t *testing.T) {
	both := 0
	for name, payload := range samples(t) {
		schemaErr, parserErr := compare(t, payload)
		switch {
		case schemaErr == nil && parserErr == nil:
			both++
		case schemaErr != nil && parserErr == nil && name != spelledOtherwise:
			t.Errorf("%s: %.300s: the parser takes it, and the schema does not: %v", name, payload, schemaErr)
		}
	}
	if both < 150 {
		t.Errorf("only %d requests of the samples are taken by both", both)
	}
}

// spelledOtherwise is the sample that shows how lenient the function is.
const spelledOtherwise = "../testdata/events/direct.json $"

// samples are the payloads of all samples and scenarios, by file and path.
func samples(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	add := func(name string, raw []byte) {
		list, _ := events.Decode(raw) // without a fault, or without events
		for _, e := range list {
			at := name + " " + e.Path
			if e.HTTP != nil {
				inBody, _ := events.DecodeBody(e.HTTP.Body)
				for _, b := range inBody {
					all[at+" body "+b.Path] = string(b.Payload)
				}
			}
			all[at] = string(e.Payload)
		}
	}
	for _, pattern := range []string{"../testdata/events/*.json", "../testdata/events/bad/*.json"} {
		for _, file := range glob(t, pattern) {
			if !strings.HasSuffix(file, ".golden.json") {
				add(file, read(t, file))
			}
		}
	}
	for _, file := range glob(t, "../testdata/scenarios/*.txtar") {
		for _, f := range txtar.Parse(read(t, file)).Files {
			if strings.HasPrefix(f.Name, "event") {
				add(file+" "+f.Name, f.Data)
			}
		}
	}
	for name, payload := range all {
		if payload == "" {
			delete(all, name)
		}
	}
	return all
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	return files
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
