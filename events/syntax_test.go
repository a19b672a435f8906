package events

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestSyntaxFaults: what is no JSON is told in the words of who wrote it, with line and column.
func TestSyntaxFaults(t *testing.T) {
	for _, c := range []struct{ text, says, at string }{
		{"{\"a\":\"x\ny\"}", "a line break inside a text", "line 1, column 8"},
		{"{\n \"a\":\"x\",\n \"b\":\"y\r\n\"}", "a line break inside a text", "line 3, column 8"},
		{"{\"a\":\"x\ty\"}", "a tab inside a text", "line 1, column 8"},
		{"{\"a\":\"x\u0007\"}", "the control character U+0007 inside a text", "column 8"},
		{`{"a":"C:\Users"}`, "a backslash inside a text that escapes nothing", "column 10"},
		{`{"a":"\u12g4"}`, "a backslash inside a text that escapes nothing", "column 11"},
		{`{"a":"he said "no""}`, "a quotation mark inside a text without a backslash", "column 16"},

		{"{\n  \"a\": 1,\n}", "a comma after the last member", "line 3, column 1"},
		{`["a",]`, "a comma after the last element", "column 6"},
		{`{"a":[1,2,],"b":1}`, "a comma after the last element", "column 11"},
		{`{"a":1,,"b":2}`, "two commas in a row", "column 8"},
		{`{,"a":1}`, "a comma before the first member", "column 2"},
		{`{"a":1 "b":2}`, "a comma is missing", "column 8"},
		{`{"a":[1 2]}`, "a comma is missing", "column 9"},
		{`{"a":["x" "y"]}`, "a comma is missing", "column 11"},
		{`{"a":[{} {}]}`, "a comma is missing", "column 10"},
		{`{"a" 1}`, "a colon is missing after a name", "column 6"},
		{`{"a" "b"}`, "a colon is missing after a name", "column 6"},
		{`{"a"}`, "a colon and a value are missing after a name", "column 5"},
		{`{"a","b"}`, "a colon and a value are missing after a name", "column 5"},
		{`{"a":}`, "a value is missing after a colon", "column 6"},
		{`{"a":,"b":1}`, "a value is missing after a colon", "column 6"},
		{`{"a"=1}`, "an equals sign where a colon belongs", "column 5"},
		{`{"a":1;"b":2}`, "a semicolon where a comma belongs", "column 7"},
		{`{"a":[1}`, "a } closes another bracket than was opened last", "column 8"},
		{`{"a":1]`, "a ] closes another bracket than was opened last", "column 7"},
		{`{"a":1}}`, "one } too many", "column 8"},
		{`{"a":1} {"b":2}`, "there is more after the end", "column 9"},
		{`{"a":1},`, "there is more after the end", "column 8"},
		{`{"a":1} x`, "there is more after the end", "column 9"},
		{`{"a":1} "x"`, "there is more after the end", "column 9"},

		{`{'a':1}`, "a single quotation mark where a double one belongs", "column 2"},
		{`{"a":'b'}`, "a single quotation mark where a double one belongs", "column 6"},
		{`{“a”:1}`, "the quotation mark U+201C (“) where a straight one belongs", "column 2"},
		{`{"ä":”b”}`, "the quotation mark U+201D (”)", "column 6"},
		{`{「a」:1}`, "the quotation mark U+300C", "column 2"},
		{`{«a»:1}`, "the quotation mark U+00AB", "column 2"},
		{"{\"a\":`b`}", "the quotation mark U+0060 (`)", "column 6"},
		{`{＂a＂:1}`, "the quotation mark U+FF02", "column 2"},
		{`{"a"：1}`, "the full-width character U+FF1A (：) where JSON has a narrow one", "column 5"},
		{`{"a":1，"b":2}`, "the full-width character U+FF0C (，)", "column 7"},
		{`｛"a":1｝`, "the full-width character U+FF5B (｛)", "column 1"},
		{`{"a":[1、2]}`, "the full-width character U+3001 (、)", "column 8"},
		{"{\u00a0\"a\":1}", "U+00A0, which is invisible, does not belong there", "column 2"},
		{"{\"a\":\u200b1}", "U+200B, which is invisible, does not belong there", "column 6"},
		{"{\"a\":1\u0000}", "U+0000, which is invisible, does not belong there", "column 7"},

		{`{"a":NaN}`, "NaN and Infinity do not exist in JSON", "column 6"},
		{`{"a":nan}`, "NaN and Infinity do not exist in JSON", "column 7"},
		{`{"a":-Infinity}`, "NaN and Infinity do not exist in JSON", "column 7"},
		{`{"a":None}`, "a word for nothing", "column 6"},
		{`{"a":undefined}`, "a word for nothing", "column 6"},
		{`{"a":nil}`, "a word for nothing", "column 7"},
		{`{"a":True}`, "true, false and null are written in small letters", "column 6"},
		{`{"a":FALSE}`, "true, false and null are written in small letters", "column 6"},
		{`{"a":NULL}`, "true, false and null are written in small letters", "column 6"},
		{`{"a":tru}`, "a word that JSON does not have", "column 9"},
		{`{"a":tru,"b":1}`, "a word that JSON does not have", "column 9"},
		{`{"a":trueish}`, "a word that JSON does not have", "column 10"},
		{`{"a":ecd-a}`, "a text without quotation marks", "column 6"},
		{`{a:1}`, "a name without quotation marks", "column 2"},
		{`{"a":1,b:2}`, "a name without quotation marks", "column 8"},
		{`please stop it`, "a text without quotation marks", "column 1"},
		{`DesktopId=ecd-a&Force=true`, "a text without quotation marks", "column 1"},
		{`{"a":012}`, "a number that is not written as JSON", "column 7"},
		{`{"a":+1}`, "a number that is not written as JSON", "column 6"},
		{`{"a":.5}`, "a number that is not written as JSON", "column 6"},
		{`{"a":5.}`, "a number that is not written as JSON", "column 8"},
		{`{"a":0x10}`, "a number that is not written as JSON", "column 7"},
		{`{"a":1_000}`, "a number that is not written as JSON", "column 7"},
		{`{"a":-}`, "a number that is not written as JSON", "column 7"},

		{"{\"a\":1} // two", "a comment, which JSON does not have", "column 9"},
		{"{/* one */\"a\":1}", "a comment, which JSON does not have", "column 2"},
		{"{\"a\":1, # one\n\"b\":2}", "a comment, which JSON does not have", "column 9"},
		{`{"a":${ticket}}`, "a placeholder that was not filled in", "column 6"},
		{`{"a":{{ticket}}}`, "a placeholder that was not filled in", "column 7"},
		{`<html></html>`, "this begins like HTML or XML", "column 1"},
		{"\x1f\x8b\x08rest", "compressed data", "column 1"},
		{`{[1]}`, "a name in quotation marks is missing before U+005B ([)", "column 2"},

		{`{"a":1`, "the text ends in the middle, with 1 open brackets", "column 7"},
		{`{"a":[{"b":[`, "the text ends in the middle, with 4 open brackets", "column 13"},
		{`{"a"`, "the text ends in the middle, with 1 open brackets", "column 5"},
		{`{"a":"b`, "the text ends inside a string", "column 8"},
		{`{"a":"b\`, "the text ends inside a string", "column 9"},
		{`{"a":"b\"`, "the text ends inside a string", "column 10"},
		{`{"a":tr`, "the text ends in the middle", "column 8"},
		{`"abc`, "the text ends inside a string", "column 5"},
		{`-`, "the text ends in the middle", "column 2"},
	} {
		_, err := ParseRequest([]byte(c.text), "$.data")
		if e := asError(t, err); e == nil || e.Code != InvalidJSON || e.Path != "$.data" || !strings.Contains(e.Message, c.says) || !strings.Contains(e.Message, c.at+": ") {
			t.Errorf("%q: %v\n  want %s, at %s", c.text, err, c.says, c.at)
		}
	}
}

// TestSyntaxFaultsInBatches: the place is that in the whole text.
func TestSyntaxFaultsInBatches(t *testing.T) {
	for text, want := range map[string]string{
		"[{\"a\":1},\n {\"a\":1,},\n {}]": "$[1]: is not JSON at line 2, column 9: a comma after the last member",
		"[{\"a\":1}\n {\"a\":1}]":         "$: is not JSON at line 2, column 2: a comma is missing",
		"[{\"a\":1},":                     "$: is not JSON at line 1, column 10: the text ends in the middle, with 1 open brackets",
		"[{}] []":                         "$: is not JSON at line 1, column 6: there is more after the end",
	} {
		for _, decode := range []func([]byte) ([]Event, error){Decode, DecodeBody} {
			if _, err := decode([]byte(text)); err == nil || err.Error() != want {
				t.Errorf("%q: %v\nwant %s", text, err, want)
			}
		}
	}
}

// FuzzSyntax: whatever is no JSON, its fault is told without a panic, at a place within the text.
func FuzzSyntax(f *testing.F) {
	for _, seed := range []string{`{"a":"b\`, "[1,", "\"\\u12", "{{", "}", "\xff", "{\"\":-", `["a" "b]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if json.Valid(b) {
			return
		}
		e := syntaxFault(b, place{parent: "$"})
		asError(t, e)
		if at, _ := syntaxOffset(b); at > len(b) {
			t.Fatalf("at %d of %d", at, len(b))
		}
	})
}
