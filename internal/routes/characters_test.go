package routes_test

import (
	"strings"
	"testing"

	"stopdesktops/internal/routes"
)

// TestCharacters finds, in each text of the file, what was pasted along. A source, a condition or a path with it would
// never match, and a filter by it would silently fall away.
func TestCharacters(t *testing.T) {
	lookup := func(name string) (string, bool) {
		value, ok := map[string]string{
			"GOOD": "fake-secret-for-tests", "URL": "https://hooks.example.com/", "QUOTED": `"fake-secret-for-tests"`, "BROKEN": "fake-secret\n-for-tests",
			"UNSEEN": "fake-secret-\u200bfor-tests", "NOTHING": " \t", "NBSP": "\u00a0", "SPACED": " fake-secret-for-tests , fake-secret-for-tests-2 ",
			"SIGNATURE": "v1,whsec_ZmFrZS1zZWNyZXQtZm9yLXRlc3Rz", "QUOTED_URL": "“https://hooks.example.com/”", "SPACED_URL": " https://hooks.example.com/ ",
		}[name]
		return value, ok
	}
	auth := func(secret string) string {
		return "http:\n  - path: /a\n    auth: {scheme: token, secrets: [" + secret + "]}\n"
	}
	more := func(text string) string { return auth("GOOD") + "    " + text + "\n" }
	for _, c := range []struct{ text, says string }{
		{"events: [{source: acme.itsm, type: ' a.b '}]", ""},
		{"events: [{source: 审批, type: 已批准}]", ""},
		{"events: [{source: “acme.itsm”}]", "events[0].source: holds the character U+201C at position 1, a quotation mark"},
		{"events: [{source: \"acme\\u200B.itsm\"}]", "source: holds the character U+200B at position 5"},
		{"events: [{source: acme．itsm}]", "source: holds the character U+FF0E at position 5"},
		{"events: [{source: a, type: '\"a.b\"'}]", "type: holds the character U+0022 at position 1"},
		{"events: [{source: a, type: \"a.b\\u00a0\"}]", "type: holds the character U+00A0 at position 4"},
		{"http:\n  - path: /a”\n    auth: {scheme: token, secrets: [GOOD]}", "path: holds the character U+201D at position 3"},
		{"http:\n  - path: \"/\\u200ba\"\n    auth: {scheme: token, secrets: [GOOD]}", "path: holds the character U+200B at position 2"},
		{"http:\n  - path: /a\n    auth: {scheme: token, header: “X-A”, secrets: [GOOD]}", "header: holds the character U+201C"},
		{"http:\n  - path: /a\n    auth: {scheme: ‘token’, secrets: [GOOD]}", "scheme: holds the character U+2018"},

		{auth("SPACED"), ""},
		{auth("QUOTED"), "secrets[0]: names an environment variable that holds the character U+0022 at position 1, a quotation mark"},
		{auth("BROKEN"), "holds the character U+000A at position 12, a line break"},
		{auth("UNSEEN"), "holds the character U+200B at position 13"},
		{auth("NOTHING"), "is not set"},
		{auth("NBSP"), "holds the character U+00A0 at position 1"},
		{strings.Replace(auth("SIGNATURE"), "token", "standard", 1), "secret 1 of 2 is v1, the prefix of a signature"},
		{more("callback: {url: SPACED_URL}"), ""},
		{more("callback: {url: QUOTED_URL}"), "url: names an environment variable that holds the character U+201C at position 1"},
		{more("callback: {url: URL, secrets: [QUOTED]}"), "secrets[0]: names an environment variable that holds the character U+0022"},
		{more("callback: {url: URL, format: “slack”}"), "format: holds the character U+201C"},

		{more("allow: {regions: [“cn-hangzhou”]}"), "regions[0]: holds the character U+201C"},
		{more("allow: {modes: [\"StopCharging\\u200b\"]}"), "modes[0]: holds the character U+200B"},
		{more("when: [{path: $.s, is: 已批准（二级）}]"), ""},
		{more("when: [{path: $.s, is: [Approved, “Done”]}]"), "is[1]: holds the character U+201C"},
		{more("when: [{path: $.s, is: \"Approved\\ufeff\"}]"), "is: holds the character U+FEFF at position 9"},
		{more("when: [{path: \"$.s\\u200b\", is: a}]"), "path: holds the character U+200B at position 4"},
		{more("when: [{path: $.“s”, is: a}]"), "path: holds the character U+201D at position 5"},
		{more("when: [{path: $.“s”.t, is: a}]"), "path: holds the character U+201C outside of quotation marks"},
		{more("when: [{path: $.s．t, is: a}]"), "path: holds the character U+FF0E outside of quotation marks"},
		{more("when: [{path: \"$['“s”．t']\", is: a}]"), ""},
		{more(`when: [{path: "$['a\\u200bb']", is: a}]`), ""},
		{more("when: [{path: $.申请人（工号）, is: a}]"), ""},
		{more("request: {DesktopId: \"$.a\\u00ad\"}"), "DesktopId: holds the character U+00AD"},
		{more("request: {DesktopId: $.a, Exclude.EndUserId: {path: \"$.b\\u200b\", optional: true}}"), "path: holds the character U+200B"},
	} {
		_, err := routes.Read("routes.yaml", c.text, routes.Options{Lookup: lookup, Limits: &limits})
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s\n%v, want %q", c.text, err, c.says)
		}
		if err != nil && strings.Contains(err.Error(), "fake") {
			t.Errorf("%s: %v shows a secret", c.text, err)
		}
	}
}

// TestBlanksInTexts: blanks around a source are not part of it.
func TestBlanksInTexts(t *testing.T) {
	table, err := routes.Read("routes.yaml", "events: [{source: ' acme.itsm ', type: \"a.b\\t\"}]", routes.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if route, _ := table.Event("acme.itsm", "a.b"); route == nil || route.Name != "acme.itsm a.b" {
		t.Errorf("%+v", route)
	}
}
