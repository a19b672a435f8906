package events

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const oneDesktop = `"DesktopId":"ecd-running1"`

// TestParseRequestRefuses holds one request for each way to be refused. Code and
// path must be right: a refusal for another reason hides a rule that is broken.
func TestParseRequestRefuses(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct{ name, request, code, path string }{
		{"empty", ``, Empty, "$"},
		{"blank", " \n", Empty, "$"},
		{"null", `null`, WrongType, "$"},
		{"array", `[{}]`, WrongType, "$"},
		{"number", `1`, WrongType, "$"},
		{"string", `"{}"`, WrongType, "$"},
		{"no target", `{"RegionId":"cn-hangzhou"}`, NoTarget, "$"},
		{"Exclude is no target", `{"Exclude":{"DesktopId":"ecd-a"}}`, NoTarget, "$"},
		{"trailing data", `{` + oneDesktop + `} {}`, InvalidJSON, "$"},
		{"truncated", `{` + oneDesktop, InvalidJSON, "$"},
		{"not UTF-8", `{` + oneDesktop + ",\"Reason\":\"\xff\"}", InvalidUTF8, "$"},
		{"surrogate encoded in UTF-8", `{` + oneDesktop + ",\"Reason\":\"\xed\xa0\x80\"}", InvalidUTF8, "$"},
		{"half surrogate", `{` + oneDesktop + `,"IdempotencyKey":"\ud800"}`, InvalidUTF8, "$.IdempotencyKey"},
		{"half surrogate, low", `{` + oneDesktop + `,"IdempotencyKey":"\\\udc00"}`, InvalidUTF8, "$.IdempotencyKey"},
		{"half surrogate, then a letter", `{` + oneDesktop + `,"IdempotencyKey":"\ud800\u0041"}`, InvalidUTF8, "$.IdempotencyKey"},
		{"half surrogate in a list", `{"Select":{"EndUserId":["a","\ud800"]}}`, InvalidUTF8, "$.Select.EndUserId[1]"},

		{"unknown field", `{` + oneDesktop + `,"Desktops":[]}`, UnknownField, "$.Desktops"},
		{"unknown empty name", `{"":1}`, UnknownField, "$['']"},
		{"unknown name of separators", `{"__":1}`, UnknownField, "$.__"},
		{"unknown name to escape", `{"it's a\\b":1}`, UnknownField, `$['it\'s a\\b']`},
		{"unknown name with controls", `{"a\u202e\u0000b":1}`, UnknownField, "$['ab']"},
		{"unknown long name", `{"` + long(70) + `":1}`, UnknownField, "$['" + long(64) + "…']"},
		{"unknown long name with marks", `{"` + strings.Repeat(`\u202e`, 4000) + `":1}`, UnknownField, "$['…']"},
		{"Kelvin sign", "{\"Des\u212atopId\":\"ecd-a\"}", UnknownField, "$['Des\u212atopId']"},
		{"Kelvin sign, escaped", `{"Des\u212atopId":"ecd-a"}`, UnknownField, "$['Des\u212atopId']"},
		{"long s", `{"deſktopId":"ecd-a"}`, UnknownField, "$['deſktopId']"},
		{"two plurals", `{"DesktopIdss":"ecd-a"}`, UnknownField, "$.DesktopIdss"},
		{"plural of a plural", `{` + oneDesktop + `,"IdleMinutess":1}`, UnknownField, "$.IdleMinutess"},
		{"a letter less", `{"DesktopI":"ecd-a"}`, UnknownField, "$.DesktopI"},
		{"space in a name", `{"Desktop Id":"ecd-a"}`, UnknownField, "$['Desktop Id']"},

		{"duplicate, exact", `{` + oneDesktop + `,` + oneDesktop + `}`, DuplicateField, "$.DesktopId"},
		{"duplicate, case", `{` + oneDesktop + `,"desktopid":"ecd-a"}`, DuplicateField, "$.desktopid"},
		{"duplicate, separators", `{` + oneDesktop + `,"desktop-ids":"ecd-a"}`, DuplicateField, "$['desktop-ids']"},
		{"duplicate, escaped", `{` + oneDesktop + `,"\u0044esktopId":"ecd-a"}`, DuplicateField, "$.DesktopId"},
		{"duplicate in Select", `{"Select":{"All":true,"all":true}}`, DuplicateField, "$.Select.all"},
		{"duplicate in Exclude", `{"Select":{"All":true},"Exclude":{"Tag":{"Key":"a"},"Tags":{"Key":"b"}}}`, DuplicateField, "$.Exclude.Tags"},
		{"duplicate in Tag", `{"Select":{"Tag":{"Key":"a","KEY":"b"}}}`, DuplicateField, "$.Select.Tag.KEY"},

		{"Account number", `{"Account":1}`, WrongType, "$.Account"},
		{"Account empty", `{"Account":""}`, Empty, "$.Account"},
		{"Account ARN", `{"Account":"acs:ram::1234567890123456:role/stop-desktops"}`, InvalidValue, "$.Account"},
		{"Account of an ID", `{"Account":"1234567890123456"}`, InvalidValue, "$.Account"},
		{"Account upper case", `{"account":"Prod"}`, InvalidValue, "$.account"},
		{"Account twice", `{"Account":"prod","Accounts":"lab"}`, DuplicateField, "$.Accounts"},
		{"Account list with an ARN", `{"Account":["prod","acs:ram::1234567890123456:role/x"]}`, InvalidValue, "$.Account[1]"},
		{"Account list empty", `{"Account":[]}`, Empty, "$.Account"},
		{"accounts and IDs", `{"Account":["prod","lab"],` + oneDesktop + `}`, Conflict, "$.DesktopId"},
		{"Account too long", `{"Account":"a12345678901234567890123456789012"}`, InvalidValue, "$.Account"},
		{"RegionId number", `{"RegionId":1}`, WrongType, "$.RegionId"},
		{"RegionId empty", `{"RegionId":""}`, Empty, "$.RegionId"},
		{"RegionId list empty", `{"RegionId":[" ",""]}`, Empty, "$.RegionId"},
		{"RegionId list with a number", `{"RegionId":["cn-hangzhou",1]}`, WrongType, "$.RegionId[1]"},
		{"RegionId list with a host", `{"RegionId":"cn-hangzhou, cn-beijing.evil.example"}`, InvalidValue, "$.RegionId"},
		{"RegionId list too long", `{"Select":{"All":true},"RegionId":"` + numbered("cn-a%d ", 21) + `"}`, TooLarge, "$.RegionId"},
		{"regions and accounts too many", `{"Select":{"All":true},"Account":"a b c","RegionIds":"` + numbered("cn-a%d ", 7) + `"}`, TooLarge, "$.RegionIds"},
		{"regions and IDs", `{"RegionId":"cn-hangzhou cn-beijing","Select":{"All":true},"desktop_id":"ecd-a"}`, Conflict, "$.desktop_id"},
		{"regions and an approval", `{"RegionId":"cn-hangzhou cn-beijing","DesktopId":"ecd-a","ApprovalToken":"a.b"}`, Conflict, "$.DesktopId"},
		{"RegionId host", `{"RegionId":"cn-hangzhou.evil.example"}`, InvalidValue, "$.RegionId"},
		{"RegionId upper case", `{"region_id":"CN-hangzhou"}`, InvalidValue, "$.region_id"},
		{"RegionId invisible", `{"RegionId":"cn-hangzhou\u200b"}`, InvalidValue, "$.RegionId"},

		{"DesktopId number", `{"DesktopId":1}`, WrongType, "$.DesktopId"},
		{"DesktopId object", `{"DesktopId":{}}`, WrongType, "$.DesktopId"},
		{"DesktopId null", `{"DesktopId":null}`, WrongType, "$.DesktopId"},
		{"DesktopId empty list", `{"DesktopId":[]}`, Empty, "$.DesktopId"},
		{"DesktopId empty text", `{"DesktopId":""}`, Empty, "$.DesktopId"},
		{"DesktopId separators alone", `{"DesktopId":" ,;、\n"}`, Empty, "$.DesktopId"},
		{"DesktopId element number", `{"desktop_ids":["ecd-a","ecd-b","ecd-c",4]}`, WrongType, "$.desktop_ids[3]"},
		{"DesktopId null element", `{"DesktopId":[null]}`, WrongType, "$.DesktopId[0]"},
		{"DesktopId elements empty", `{"DesktopId":[""," ","\t","\u3000"]}`, Empty, "$.DesktopId"},
		{"Exclude.DesktopId elements empty", `{` + oneDesktop + `,"Exclude":{"DesktopId":[""]}}`, Empty, "$.Exclude.DesktopId"},
		{"Exclude.EndUserId elements empty", `{` + oneDesktop + `,"Exclude":{"EndUserId":[" "]}}`, Empty, "$.Exclude.EndUserId"},
		{"Select.EndUserId elements empty", `{"Select":{"EndUserId":["",""]}}`, Empty, "$.Select.EndUserId"},
		{"DesktopId element list", `{"DesktopId":["ecd-a,ecd-b"]}`, InvalidValue, "$.DesktopId[0]"},
		{"DesktopId not of EDS", `{"DesktopId":["ecd-a","i-bp1234"]}`, InvalidValue, "$.DesktopId[1]"},
		{"DesktopId with a wildcard", `{"DesktopId":"ecd-*"}`, InvalidValue, "$.DesktopId"},
		{"DesktopId one bad piece", `{"DesktopId":"ecd-a,x"}`, InvalidValue, "$.DesktopId"},

		{"StoppedMode other", `{"StoppedMode":"Hibernate"}`, InvalidValue, "$.StoppedMode"},
		{"StoppedMode case", `{"StoppedMode":"stopcharging"}`, InvalidValue, "$.StoppedMode"},
		{"StoppedMode empty", `{"StoppedMode":""}`, InvalidValue, "$.StoppedMode"},
		{"StoppedMode bool", `{"StoppedMode":true}`, WrongType, "$.StoppedMode"},

		{"OsUpdate number", `{"OsUpdate":1}`, WrongType, "$.OsUpdate"},
		{"OsUpdate yes", `{"OsUpdate":"yes"}`, WrongType, "$.OsUpdate"},
		{"OsUpdate null", `{"OsUpdate":null}`, WrongType, "$.OsUpdate"},
		{"DryRun upper case", `{"DryRun":"True"}`, WrongType, "$.DryRun"},
		{"DryRun empty", `{"DryRun":""}`, WrongType, "$.DryRun"},
		{"DryRun null", `{"DryRun":null}`, WrongType, "$.DryRun"},
		{"Force list", `{"Force":[true]}`, WrongType, "$.Force"},

		{"IdleMinutes zero", `{"IdleMinutes":0}`, InvalidValue, "$.IdleMinutes"},
		{"IdleMinutes too many", `{"IdleMinutes":43201}`, InvalidValue, "$.IdleMinutes"},
		{"IdleMinutes negative", `{"IdleMinutes":-1}`, InvalidValue, "$.IdleMinutes"},
		{"IdleMinutes fraction", `{"IdleMinutes":1.5}`, WrongType, "$.IdleMinutes"},
		{"IdleMinutes huge", `{"IdleMinutes":1` + strings.Repeat("0", 5000) + `}`, InvalidValue, "$.IdleMinutes"},
		{"IdleMinutes wraps", `{"IdleMinutes":18446744073709551617}`, InvalidValue, "$.IdleMinutes"},
		{"WaitSeconds too many", `{"WaitSeconds":3601}`, InvalidValue, "$.WaitSeconds"},
		{"WaitSeconds minus zero", `{"WaitSeconds":-0}`, InvalidValue, "$.WaitSeconds"},
		{"WaitSeconds bool", `{"WaitSeconds":true}`, WrongType, "$.WaitSeconds"},
		{"On of another name", `{` + oneDesktop + `,"On":"weekend"}`, InvalidValue, "$.On"},
		{"On with capitals", `{` + oneDesktop + `,"On":"Workday"}`, InvalidValue, "$.On"},
		{"On with blanks", `{` + oneDesktop + `,"On":" workday"}`, InvalidValue, "$.On"},
		{"On empty", `{` + oneDesktop + `,"On":""}`, InvalidValue, "$.On"},
		{"On as a list", `{` + oneDesktop + `,"On":["workday"]}`, WrongType, "$.On"},
		{"On as YAML reads it", `{` + oneDesktop + `,"On":true}`, WrongType, "$.On"},
		{"On null", `{` + oneDesktop + `,"On":null}`, WrongType, "$.On"},
		{"On twice", `{` + oneDesktop + `,"On":"workday","on":"holiday"}`, DuplicateField, "$.on"},
		{"Force and IdleMinutes", `{` + oneDesktop + `,"force":true,"idle_minutes":5}`, Conflict, "$.idle_minutes"},

		{"CallbackUrl number", `{"CallbackUrl":1}`, WrongType, "$.CallbackUrl"},
		{"CallbackUrl empty", `{"CallbackUrl":""}`, InvalidValue, "$.CallbackUrl"},
		{"CallbackUrl long", `{"CallbackUrl":"` + long(2049) + `"}`, TooLarge, "$.CallbackUrl"},
		{"CallbackUrl long in bytes", `{"CallbackUrl":"` + strings.Repeat("é", 1025) + `"}`, TooLarge, "$.CallbackUrl"},
		{"CallbackUrl control", `{"CallbackUrl":"https://a\r\nb"}`, InvalidValue, "$.CallbackUrl"},
		{"Reason number", `{"Reason":5}`, WrongType, "$.Reason"},
		{"Reason long", `{"Reason":"` + strings.Repeat("工", 257) + `"}`, TooLarge, "$.Reason"},
		{"RequestedBy long", `{"RequestedBy":"` + long(257) + `"}`, TooLarge, "$.RequestedBy"},
		{"RequestedBy null", `{"RequestedBy":null}`, WrongType, "$.RequestedBy"},
		{"IdempotencyKey empty", `{"IdempotencyKey":""}`, InvalidValue, "$.IdempotencyKey"},
		{"IdempotencyKey blank", `{"IdempotencyKey":"  "}`, InvalidValue, "$.IdempotencyKey"},
		{"IdempotencyKey long", `{"IdempotencyKey":"` + long(129) + `"}`, TooLarge, "$.IdempotencyKey"},
		{"IdempotencyKey control", `{"IdempotencyKey":"a\u0000"}`, InvalidValue, "$.IdempotencyKey"},
		{"IdempotencyKey format", `{"IdempotencyKey":"a\u200b"}`, InvalidValue, "$.IdempotencyKey"},
		{"IdempotencyKey unfilled", `{` + oneDesktop + `,"IdempotencyKey":"{{issue.key}}:{{issue.updated}}"}`, InvalidValue, "$.IdempotencyKey"},
		{"IdempotencyKey half unfilled", `{` + oneDesktop + `,"IdempotencyKey":"IT-101:${updated}"}`, InvalidValue, "$.IdempotencyKey"},
		{"IdempotencyKey unfilled, full-width", `{` + oneDesktop + `,"IdempotencyKey":"｛｛issue.key｝｝"}`, InvalidValue, "$.IdempotencyKey"},
		{"IdempotencyKey number", `{"IdempotencyKey":5}`, WrongType, "$.IdempotencyKey"},

		{"Select text", `{"Select":"all"}`, WrongType, "$.Select"},
		{"Select empty", `{"Select":{}}`, EmptySelector, "$.Select"},
		{"Select empty beside DesktopId", `{` + oneDesktop + `,"Select":{}}`, EmptySelector, "$.Select"},
		{"Select All false", `{"Select":{"All":false}}`, EmptySelector, "$.Select"},
		{"Select All and a filter", `{"Select":{"All":true,"ChargeType":"PostPaid"}}`, Conflict, "$.Select"},
		{"Select All number", `{"Select":{"All":1}}`, WrongType, "$.Select.All"},
		{"Select unknown", `{"Select":{"Status":"Running"}}`, UnknownField, "$.Select.Status"},
		{"Select null filter", `{"Select":{"ChargeType":null}}`, WrongType, "$.Select.ChargeType"},
		{"Select empty filter", `{"Select":{"office_site_id":""}}`, InvalidValue, "$.Select.office_site_id"},
		{"Select blank filter", `{"Select":{"DesktopName":" "}}`, InvalidValue, "$.Select.DesktopName"},
		{"Select wildcard filter", `{"Select":{"DesktopName":"*"}}`, EmptySelector, "$.Select.DesktopName"},
		{"Select long filter", `{"Select":{"DesktopName":"` + long(257) + `"}}`, TooLarge, "$.Select.DesktopName"},
		{"Select filter number", `{"Select":{"DesktopGroupId":1}}`, WrongType, "$.Select.DesktopGroupId"},
		{"Select filter control", `{"Select":{"PolicyGroupId":"a\tb"}}`, InvalidValue, "$.Select.PolicyGroupId"},
		{"Select EndUserId empty", `{"Select":{"EndUserId":[]}}`, Empty, "$.Select.EndUserId"},
		{"Select EndUserId long", `{"Select":{"EndUserId":["` + long(129) + `"]}}`, InvalidValue, "$.Select.EndUserId[0]"},
		{"Select EndUserId control", `{"Select":{"EndUserId":["a\u0007"]}}`, InvalidValue, "$.Select.EndUserId[0]"},
		{"Select EndUserId padded", `{"Select":{"EndUserId":["a "]}}`, InvalidValue, "$.Select.EndUserId[0]"},
		{"Select EndUserId many", `{"Select":{"EndUserId":"` + numbered("u%d,", 10001) + `"}}`, TooLarge, "$.Select.EndUserId"},

		{"Tag empty", `{"Select":{"Tag":[]}}`, Empty, "$.Select.Tag"},
		{"Tag text", `{"Select":{"Tag":"team=design"}}`, WrongType, "$.Select.Tag"},
		{"Tag element text", `{"Select":{"Tag":["team"]}}`, WrongType, "$.Select.Tag[0]"},
		{"Tag no key", `{"Select":{"Tag":[{"Key":"a"},{"Value":"b"}]}}`, MissingField, "$.Select.Tag[1].Key"},
		{"Tag empty object", `{"Select":{"Tag":{}}}`, MissingField, "$.Select.Tag.Key"},
		{"Tag empty key", `{"Select":{"Tag":{"Key":""}}}`, InvalidValue, "$.Select.Tag.Key"},
		{"Tag long key", `{"Select":{"Tag":{"Key":"` + long(129) + `"}}}`, TooLarge, "$.Select.Tag.Key"},
		{"Tag long value", `{"Select":{"Tag":{"Key":"a","Value":"` + long(129) + `"}}}`, TooLarge, "$.Select.Tag.Value"},
		{"Tag null value", `{"Select":{"Tag":{"Key":"a","Value":null}}}`, WrongType, "$.Select.Tag.Value"},
		{"Tag number value", `{"Select":{"Tag":{"Key":"a","Value":1}}}`, WrongType, "$.Select.Tag.Value"},
		{"Tag control value", `{"Select":{"Tag":{"Key":"a","Value":"\n"}}}`, InvalidValue, "$.Select.Tag.Value"},
		{"Tag unknown", `{"Select":{"Tag":{"Key":"a","Values":["b"],"x":1}}}`, WrongType, "$.Select.Tag.Values"},
		{"Tag unknown member", `{"Select":{"Tag":{"Key":"a","Op":"="}}}`, UnknownField, "$.Select.Tag.Op"},
		{"Tag key twice", `{"Select":{"Tag":[{"Key":"a"},{"Key":"a","Value":"b"}]}}`, DuplicateField, "$.Select.Tag[1]"},
		{"Tag two values", `{"Select":{"Tag":[{"Key":"a","Value":"b"},{"Key":"a","Value":"c"}]}}`, DuplicateField, "$.Select.Tag[1]"},
		{"Tag many to exclude", `{` + oneDesktop + `,"Exclude":{"Tag":[` + strings.TrimSuffix(numbered(`{"Key":"k","Value":"%d"},`, 21), ",") + `]}}`, TooLarge, "$.Exclude.Tag"},
		{"Tag many", `{"Select":{"Tag":[` + strings.TrimSuffix(numbered(`{"Key":"k%d"},`, 21), ",") + `]}}`, TooLarge, "$.Select.Tag"},

		{"Exclude empty", `{` + oneDesktop + `,"Exclude":{}}`, EmptySelector, "$.Exclude"},
		{"Exclude text", `{` + oneDesktop + `,"Exclude":"ecd-a"}`, WrongType, "$.Exclude"},
		{"Exclude unknown", `{` + oneDesktop + `,"Exclude":{"OfficeSiteId":"a"}}`, UnknownField, "$.Exclude.OfficeSiteId"},
		{"Exclude bad ID", `{` + oneDesktop + `,"Exclude":{"DesktopId":["x"]}}`, InvalidValue, "$.Exclude.DesktopId[0]"},
		{"Exclude EndUserId with a blank", `{` + oneDesktop + `,"Exclude":{"EndUserId":"li si"}}`, InvalidValue, "$.Exclude.EndUserId"},
		{"Exclude EndUserId with a blank behind a comma", `{` + oneDesktop + `,"Exclude":{"EndUserId":"wang, li si"}}`, InvalidValue, "$.Exclude.EndUserId"},
		{"Select EndUserId with a wide blank", `{"Select":{"EndUserId":"li\u3000si"}}`, InvalidValue, "$.Select.EndUserId"},
		{"Exclude EndUserId of blanks", `{` + oneDesktop + `,"Exclude":{"EndUserId":" ,\u3000\n"}}`, Empty, "$.Exclude.EndUserId"},
		{"Exclude empty list", `{` + oneDesktop + `,"Exclude":{"EndUserId":","}}`, Empty, "$.Exclude.EndUserId"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := ParseRequest([]byte(test.request), "")
			e := asError(t, err)
			if e == nil {
				t.Fatalf("accepted as %+v, want %s at %s", r, test.code, test.path)
			}
			if e.Code != test.code || e.Path != test.path {
				t.Errorf("refused with %s at %s (%v), want %s at %s", e.Code, e.Path, e, test.code, test.path)
			}
			if strings.HasSuffix(test.name, " null") && !strings.Contains(e.Message, "leave the field out") {
				t.Errorf("message does not say what to do: %q", e.Message)
			}
			if !cmp.Equal(r, Request{}) {
				t.Errorf("a refused request came with %+v", r)
			}
			if len(e.Message) > 400 || strings.ContainsFunc(e.Error(), hidden) {
				t.Errorf("message is not fit for a log: %q", e.Error())
			}
		})
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestParseRequestAccepts(t *testing.T) {
	yes, no, zero, empty, b, c := true, false, 0, "", "b", "c"
	one := func(r Request) Request { r.DesktopId = []string{"ecd-running1"}; return r }
	tests := []struct {
		name, request string
		want          Request
	}{
		{"Account", `{"Account":"prod-1",` + oneDesktop + `}`, one(Request{Account: "prod-1"})},
		{"names fold", `{"--R_E-G_I-O_N-iDs_":"cn-hangzhou",` + oneDesktop + `}`, one(Request{RegionId: "cn-hangzhou"})},
		{"all separators", `{"DesktopId":" ecd-a,ecd-b;ecd-c\tecd-d\r\necd-e、ecd-f，ecd-g；ecd-h|ecd-a,, "}`,
			Request{DesktopId: []string{"ecd-a", "ecd-b", "ecd-c", "ecd-d", "ecd-e", "ecd-f", "ecd-g", "ecd-h"}}},
		{"padded and empty elements", `{"DesktopId":["ecd-a"," ecd-b",""," \t","ecd-c\r\n","\u00a0ecd-d\u3000"],"Exclude":{"DesktopId":["ecd-x "],"EndUserId":["","li wei"]}}`,
			Request{DesktopId: []string{"ecd-a", "ecd-b", "ecd-c", "ecd-d"}, Exclude: &Exclude{DesktopId: []string{"ecd-x"}, EndUserId: []string{"li wei"}}}},
		{"repeats", `{"DesktopId":["ecd-b","ecd-a","ecd-b"]}`, Request{DesktopId: []string{"ecd-b", "ecd-a"}}},
		{"escapes", `{"DesktopId":["\u0065cd-a"],"Reason":"\ud83d\ude00\"\\u"}`, Request{DesktopId: []string{"ecd-a"}, Reason: `😀"\u`}},
		{"bools", `{` + oneDesktop + `,"OsUpdate":"false","DryRun":"true","Force":true}`, one(Request{OsUpdate: &no, DryRun: true, Force: true})},
		{"true", `{` + oneDesktop + `,"OsUpdate":true}`, one(Request{OsUpdate: &yes})},
		{"on", `{` + oneDesktop + `,"on":"workday"}`, one(Request{On: Workday})},
		{"On", `{` + oneDesktop + `,"On":"holiday"}`, one(Request{On: Holiday})},
		{"no force and idle", `{` + oneDesktop + `,"Force":false,"IdleMinutes":1}`, one(Request{IdleMinutes: 1})},
		{"wait zero", `{` + oneDesktop + `,"WaitSeconds":0}`, one(Request{WaitSeconds: &zero})},
		{"notes are cleaned", `{` + oneDesktop + `,"Reason":"\u0000 a\r\nb\u2028c\u202e\ue000\u200b\t ","RequestedBy":""}`, one(Request{Reason: "a  b c"})},
		{"long note after cleaning", `{` + oneDesktop + `,"Reason":"` + strings.Repeat(`\u200b`, 300) + strings.Repeat("工", 256) + `"}`,
			one(Request{Reason: strings.Repeat("工", 256)})},
		{"key with a space", `{` + oneDesktop + `,"IdempotencyKey":"a b"}`, one(Request{IdempotencyKey: "a b"})},
		{"all", `{"select":{"all":true}}`, Request{Select: &Select{All: true}}},
		{"all false beside a filter", `{"Select":{"All":false,"ChargeType":"PostPaid"}}`, Request{Select: &Select{ChargeType: "PostPaid"}}},
		{"one tag", `{"Select":{"Tags":{"key":"a","value":""}}}`, Request{Select: &Select{Tag: []Tag{{"a", &empty}}}}},
		{"user with a space", `{"Select":{"EndUserId":["li wei","li wei"]}}`, Request{Select: &Select{EndUserId: []string{"li wei"}}}},
		{"users in a text", `{"Select":{"EndUserId":" lisi , wang;zhao|sun、qian，\u3000zhou；wu\nzheng\r\n"}}`,
			Request{Select: &Select{EndUserId: []string{"lisi", "wang", "zhao", "sun", "qian", "zhou", "wu", "zheng"}}}},
		{"wildcard with text", `{"Select":{"DesktopName":"design*"}}`, Request{Select: &Select{DesktopName: "design*"}}},
		{"exclude", `{` + oneDesktop + `,"Exclude":{"Tag":[{"Key":"a"}]}}`, one(Request{Exclude: &Exclude{Tag: []Tag{{Key: "a"}}}})},
		{"exclude values of one tag", `{` + oneDesktop + `,"Exclude":{"Tag":[{"Key":"a","Value":"b"},{"Key":"a","Value":"c"},{"Key":"a","Value":""},{"Key":"A","Value":"b"}]}}`,
			one(Request{Exclude: &Exclude{Tag: []Tag{{"a", &b}, {"a", &c}, {"a", &empty}, {"A", &b}}}})},
		{"exclude a tag and one value of it", `{` + oneDesktop + `,"Exclude":{"Tag":[{"Key":"a"},{"Key":"a","Value":"b"},{"Key":"a"}]}}`,
			one(Request{Exclude: &Exclude{Tag: []Tag{{Key: "a"}, {"a", &b}}}})},
		{"exclude a tag twice", `{` + oneDesktop + `,"Exclude":{"Tag":[{"Key":"a","Value":""},{"Key":"a","Value":""}]}}`, one(Request{Exclude: &Exclude{Tag: []Tag{{"a", &empty}}}})},
		{"notes with placeholders", `{` + oneDesktop + `,"Reason":"{{issue.key}}","RequestedBy":"${user}"}`, one(Request{Reason: "{{issue.key}}", RequestedBy: "${user}"})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseRequest([]byte(test.request), "$")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			roundTrip(t, got)
		})
	}
}

// roundTrip checks that a request written and read again is the same.
func roundTrip(t *testing.T, r Request) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseRequest(b, "$")
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if diff := cmp.Diff(r, again); diff != "" {
		t.Errorf("%s: -first +again:\n%s", b, diff)
	}
}

func TestPathPrefix(t *testing.T) {
	_, err := ParseRequest([]byte(`{"DesktopId":["x"]}`), "$[3].data.messageBody[0]")
	if e := asError(t, err); e == nil || e.Path != "$[3].data.messageBody[0].DesktopId[0]" {
		t.Errorf("got %v", err)
	}
}

func TestValidIDs(t *testing.T) {
	ids := map[string]bool{
		"ecd-running1": true, "ecd-A-9": true, "ecd--": true, "ecd-" + strings.Repeat("a", 60): true,
		"": false, "ecd-": false, "ecd": false, "ECD-a": false, "ecd-" + strings.Repeat("a", 61): false,
		"ecd-a_b": false, "ecd-a b": false, "ecd-a\n": false, "ecd-é": false, " ecd-a": false, "ecd-a.": false,
	}
	for id, want := range ids {
		if got := ValidDesktopId(id); got != want {
			t.Errorf("ValidDesktopId(%q) = %v", id, got)
		}
	}
	regions := map[string]bool{
		"cn-hangzhou": true, "ap-southeast-1": true, "cn-shanghai-finance-1": true, "us-1": true, "cn-" + strings.Repeat("a", 29): true,
		"": false, "cn": false, "c-a": false, "cn-": false, "-cn": false, "cn--a": false, "cn-a-": false, "c1-a": false,
		"CN-a": false, "cn-A": false, "cn-a.b": false, "cn-a\n": false, "cn-" + strings.Repeat("a", 30): false, "cn-ä": false,
	}
	for id, want := range regions {
		if got := ValidRegionId(id); got != want {
			t.Errorf("ValidRegionId(%q) = %v", id, got)
		}
	}
}
