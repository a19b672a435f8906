package events

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// pairs of quotation marks that people and their editors write, and what is typed for one.
var pairs = []string{`""`, `''`, "``", "´´", "“”", "‘’", "„“", "‚‘", "«»", "‹›", "「」", "『』", "〝〞", "﹁﹂", "｢｣", "＂＂", "＇＇", "｀｀", "′′", "″″", "❝❞", "《》", "“\""}

// TestUserIds: what can match nobody is refused with its place, in the users to be stopped and in
// those to be spared: an exclusion that matches nobody spares nobody.
func TestUserIds(t *testing.T) {
	bad := map[string]string{
		"alice,bob": "U+002C (,) at character 6", "alice;bob": "U+003B (;)", "alice|bob": "U+007C (|)", "alice，bob": "U+FF0C (，) at character 6",
		"alice；bob": "U+FF1B", "alice、bob": "U+3001", "alice｜bob": "U+FF5C",
		"alice﹐bob": "U+FE50 (﹐) at character 6", "alice︐bob": "U+FE10", "alice﹔bob": "U+FE54", "alice﹑bob": "U+FE51", "alice،bob": "U+060C", "alice؛bob": "U+061B",
		"a﹡": "wildcards", "︖": "wildcards", "﹛user﹜": "placeholder", "﹩user": "placeholder", "a*": "wildcards", "a?": "wildcards", "a＊": "wildcards", "？": "wildcards",
		"{{ticket.requester}}": "placeholder", "${env('KEEP')}": "U+0027 (') at character 7", "${KEEP}": "placeholder", "{user}": "placeholder", "$user": "placeholder",
		"｛｛user｝｝": "placeholder", "＄user": "placeholder",
		" alice": "blank at an end", "alice ": "blank at an end", "\u00a0alice": "U+00A0, which is invisible, at character 1", "alice\u3000": "U+3000",
		"ali\u200bce": "U+200B, which is invisible, at character 4", "\ufeffalice": "U+FEFF, which is invisible, at character 1", "alice\u200d": "U+200D",
		"alice\u00ad": "U+00AD", "alice\n": "U+000A", "al\tice": "U+0009", "alice\u202e": "U+202E", "alice\u2060": "U+2060", "alice\ufe0f": "U+FE0F",
		"alice\u3164": "U+3164", "alice\u034f": "U+034F", "alice\u2800": "U+2800", "alice\u2003": "U+2003", "alice\u0000": "U+0000",
	}
	for _, pair := range pairs {
		runes := []rune(pair)
		bad[string(runes[0])+"alice"+string(runes[1])] = "without quotation marks"
		bad["alice"+string(runes[1])] = "at character 6"
		bad["o"+string(runes[0])+"brien"] = "at character 2"
	}
	for _, where := range []string{"Select", "Exclude"} {
		for id, says := range bad {
			list, _ := json.Marshal([]string{"", "bob", id})
			r, err := ParseRequest([]byte(fmt.Sprintf(`{%s,%q:{"end_user_ids":%s}}`, oneDesktop, where, list)), "$")
			if e := asError(t, err); e == nil || e.Code != InvalidValue || e.Path != "$."+where+".end_user_ids[2]" || !strings.Contains(e.Message, says) {
				t.Errorf("%s %q: %+v, %v; want %q", where, id, r, err, says)
			}
		}
		for _, id := range []string{"alice", "li wei", "li.si@example.com", "EXAMPLE\\li", "li-si_2", "李四", "José", "user+tag", "#1", "a=b", "a/b:c", "12345", "~", "O\u02bcBrien"} {
			list, _ := json.Marshal([]string{id})
			if _, err := ParseRequest([]byte(fmt.Sprintf(`{%s,%q:{"EndUserId":%s}}`, oneDesktop, where, list)), "$"); err != nil {
				t.Errorf("%s %q: %v", where, id, err)
			}
		}
	}
	// In one text the separators divide, and each item must be an ID.
	_, err := ParseRequest([]byte(`{`+oneDesktop+`,"Exclude":{"EndUserId":"alice; “bob”"}}`), "$")
	if e := asError(t, err); e == nil || e.Path != "$.Exclude.EndUserId" || !strings.Contains(e.Message, "at item 2: is not a user ID: it has U+201C (“) at character 1") {
		t.Error(err)
	}
}

// TestPatterns: of tags and other filters only what a template left behind is refused. They may hold
// nearly anything.
func TestPatterns(t *testing.T) {
	request := map[string]string{ // what stands for the text, in JSON
		"$.Select.Tag.Key": `{"Select":{"Tag":{"Key":%s}}}`, "$.Select.Tag[0].Value": `{"Select":{"Tag":[{"Key":"a","Value":%s}]}}`,
		"$.Exclude.Tag[1].Key": `{` + oneDesktop + `,"Exclude":{"Tag":[{"Key":"a"},{"Key":%s}]}}`, "$.Exclude.Tag.Value": `{` + oneDesktop + `,"Exclude":{"Tag":{"Key":"a","Value":%s}}}`,
	}
	for _, name := range []string{"OfficeSiteId", "DesktopGroupId", "PolicyGroupId", "ResourceGroupId", "ChargeType", "SubPayType", "DesktopName"} {
		request["$.Select."+name] = `{"Select":{"` + name + `":%s}}`
	}
	bad := []string{"${env('KEEP')}", "a${b", "{{ticket.tag}}", "x-{{y", "“{{x}}”", "a\u200b", "\ufeffa", "a\u00a0", "a\n"}
	for _, pair := range pairs {
		runes := []rune(pair)
		bad = append(bad, string(runes[0])+"prod"+string(runes[1]), " "+pair+" ")
	}
	good := []string{"a,b", "a;b|c", "3.5\" disk", "it's", "5'", "{a}", "$5", "a*b?", "a=b", "(«a», «b»)", "李四", "“a” and b", "❤\ufe0f", " a "}
	for path, format := range request {
		for _, text := range bad {
			quoted, _ := json.Marshal(text)
			_, err := ParseRequest([]byte(fmt.Sprintf(format, quoted)), "$")
			if e := asError(t, err); e == nil || e.Code != InvalidValue || e.Path != path {
				t.Errorf("%q at %s: %v", text, path, err)
			}
		}
		for _, text := range good {
			quoted, _ := json.Marshal(text)
			if _, err := ParseRequest([]byte(fmt.Sprintf(format, quoted)), "$"); err != nil {
				t.Errorf("%q at %s: %v", text, path, err)
			}
		}
	}
	// A reason is for people.
	if r, err := ParseRequest([]byte(`{`+oneDesktop+`,"Reason":"\"{{ticket}}\" ${x}"}`), "$"); err != nil || r.Reason != `"{{ticket}}" ${x}` {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestDesktopIdFaults names what nobody can see in an ID, and where it is.
func TestDesktopIdFaults(t *testing.T) {
	for id, says := range map[string]string{
		"ecd-\u200ba": "U+200B, which is invisible, at character 5", " \u3000ecd-\ufeffa ": "U+FEFF, which is invisible, at character 7",
		"\u200becd-a": "at character 1", "ecd–a": "U+2013 (–) at character 4", "еcd-a": "U+0435 (е) at character 1", "ｅcd-a": "U+FF45 (ｅ)",
		"ecd-a,ecd-b": "U+002C (,) at character 6", "ecd-a ecd-b": "U+0020, which is invisible, at character 6", "“ecd-a”": "U+201C (“) at character 1",
		"{{ids}}": "U+007B ({) at character 1", "ecd-a\u00a0b": "U+00A0", "ecd-a_b": "U+005F (_) at character 6", "i-bp1234": "is not a desktop ID", "ecd-": "is not a desktop ID",
	} {
		list, _ := json.Marshal([]string{"ecd-b", id})
		_, err := ParseRequest([]byte(`{"Select":{"All":true},"Exclude":{"DesktopId":`+string(list)+`}}`), "$")
		if e := asError(t, err); e == nil || e.Code != InvalidValue || e.Path != "$.Exclude.DesktopId[1]" || !strings.Contains(e.Message, says) {
			t.Errorf("%q: %v; want %q", id, err, says)
		}
	}
	_, err := ParseRequest([]byte(`{"DesktopId":"ecd-a, ecd-\u200bb"}`), "$")
	if e := asError(t, err); e == nil || !strings.Contains(e.Message, "at item 2: is not a desktop ID such as ecd-7w78ozhjcwa3u0001: it has U+200B, which is invisible, at character 5") {
		t.Error(err)
	}
}
