package setting_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"stopdesktops/internal/setting"
)

var kinds = []setting.Kind{setting.Word, setting.Name, setting.User, setting.Text, setting.Secret}

// quotes of every kind that people paste along.
const quotes = "\"'`´‘’‚‛“”„‟‹›«»′″「」『』〝〞〟＂＇｢｣‴‵‶‷ʹʺˊˋ❛❜❝❞❮❯🙶"

// unseen characters: controls, formats, fillers, selectors, and blanks that look like the ordinary one.
const unseen = "\x00\x01\x1b\x7f\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u180e\u2000\u2003\u2007\u2009\u200a\u200b\u200c\u200d\u200e\u200f" +
	"\u2028\u2029\u202a\u202e\u202f\u205f\u2060\u2061\u2064\u2066\u2069\u2800\u3000\u3164\ufe0e\ufe0f\ufeff\uffa0\ue000\U000e0001\U000e0100"

// TestEveryKind holds what no setting may hold against every kind, at its start, inside and at its end.
func TestEveryKind(t *testing.T) {
	for _, kind := range kinds {
		for _, good := range []string{"", " ", "value", "  value\t", "a-b:c/d=e", "v.1_2"} {
			if err := kind.Check(good); err != nil {
				t.Errorf("%s %q: %v", kind, good, err)
			}
		}
		for _, r := range unseen + "\r\n\v\f" {
			for position, value := range map[int]string{1: string(r) + "value", 3: "va" + string(r) + "lue", 6: "value" + string(r)} {
				says(t, kind.Check(value), kind, value, fmt.Sprintf("U+%04X at position %d,", r, position))
			}
		}
		for _, r := range quotes {
			says(t, kind.Check(string(r)+"value"), kind, string(r)+"value", fmt.Sprintf("U+%04X at position 1, a quotation mark", r))
			says(t, kind.Check(" value"+string(r)+" "), kind, " value"+string(r), fmt.Sprintf("U+%04X at position 7, a quotation mark", r))
		}
		says(t, kind.Check("value\xff"), kind, "not UTF-8", "not UTF-8 at position 6")
	}
}

func says(t *testing.T, err error, kind setting.Kind, value, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s %q: %v, want %q", kind, value, err, want)
	}
}

// TestKinds tells the kinds apart by what each may hold.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		value string
		takes string // the kinds that take it
	}{
		{"plain", "word name user text secret"},
		{"部门:研发", "name user text secret"},
		{"защита", "name user text secret"},
		{"ｶﾀｶﾅ", "name user text secret"}, // half-width letters are no look-alikes of ASCII
		{"e\u0301te\u0301", "name user text secret"},
		{"ecd：a", "text"},
		{"ｐrotected", "text"},
		{"ecd﹕a", "text"}, // small and vertical forms
		{"ecd︓a", "text"},
		{"甲﹐乙", "text"},
		{"甲︐乙", "text"},
		{"ا،ب", "name text secret"},
		{"ا؛ب", "name text secret"},
		{"O\u02bcBrien", "name user text secret"}, // a letter
		{"甲，乙", "text"},
		{"甲、乙", "text"},
		{"保留（夜间）", "text"},
		{"it's", "text secret"},
		{`a"b`, "text secret"},
		{"a“b", "text secret"},
		{"a「电脑」b", "text"},
		{"a b", "word name text secret"},
		{"a;b", "word name text secret"},
		{"a|b", "word name text secret"},
		{"a*", "word name text secret"},
		{"a?", "word name text secret"},
		{"{a}", "word name text secret"},
		{"$a", "word name text secret"},
		{"${env(X)}", "secret"}, // package webhook knows placeholders of secrets
		{"{{x}}", "secret"},
	} {
		for _, kind := range kinds {
			if err, takes := kind.Check(c.value), strings.Contains(c.takes, string(kind)); (err == nil) != takes {
				t.Errorf("%s %q: %v", kind, c.value, err)
			}
		}
	}
}

// TestList counts from the start of the whole list, and looks at the ends of each item.
func TestList(t *testing.T) {
	for _, c := range []struct {
		kind       setting.Kind
		list, says string
	}{
		{setting.Word, "a, b ,\n c\r\n,", ""},
		{setting.User, "alice,\n李四", ""},
		{setting.Secret, "one, two", ""},
		{setting.Secret, "one,two\n", "U+000A at position 8"},
		{setting.Secret, "one\n,two", "U+000A at position 4"},
		{setting.Secret, "one, 'two'", "U+0027 at position 6"},
		{setting.Secret, "\"one,two\"", "U+0022 at position 1"},
		{setting.Secret, "o\"ne,t'wo", ""},
		{setting.Word, "a,b\u200b,c", "U+200B at position 4"},
		{setting.Word, "李,a，b", "U+674E at position 1"},
		{setting.User, "alice，bob", "U+FF0C at position 6"},
		{setting.User, "alice,bob carol", "U+0020 at position 10"},
		{setting.Word, "a\nb", "U+000A at position 2"},
	} {
		if err := c.kind.CheckList(c.list); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %q: %v, want %q", c.kind, c.list, err, c.says)
		}
	}
}

// TestEmpty takes for empty what holds blanks and line breaks alone. An invisible character is not nothing: it would
// switch a protection off.
func TestEmpty(t *testing.T) {
	for value, empty := range map[string]bool{"": true, " \t\r\n": true, "\u00a0": false, "\u200b": false, "\ufeff": false, "\u3000": false, `""`: false} {
		if setting.Empty(value) != empty {
			t.Errorf("%q: %v", value, !empty)
		}
	}
}

// TestLines numbers lines as editors do.
func TestLines(t *testing.T) {
	var got []string
	for n, line := range setting.Lines([]byte("# comment\r\n\r\n  a b  # x\r\n\t\n#\nc\rd\n\u00a0\ne")) {
		got = append(got, fmt.Sprintf("%d:%s", n, line))
	}
	if want := []string{"3:a b", "6:c\rd", "7:\u00a0", "8:e"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for range setting.Lines([]byte("a\nb")) {
		break // as a caller may
	}
}

// TestDecode reads files as editors save them.
func TestDecode(t *testing.T) {
	for file, want := range map[string]string{"a": "a", "": "", "\ufeffa": "a", "\ufeff": "", "a\ufeff": "a\ufeff"} {
		if text, err := setting.Decode([]byte(file)); err != nil || string(text) != want {
			t.Errorf("%q: %q, %v", file, text, err)
		}
	}
	for _, file := range []string{"\xff\xfea\x00", "\xfe\xff\x00a", "a\x00\n\x00", "\xff\xfe\x00\x00a\x00\x00\x00", "\x00\x00\xfe\xff"} {
		if _, err := setting.Decode([]byte(file)); err == nil || !strings.Contains(err.Error(), "UTF-8") {
			t.Errorf("%q: %v", file, err)
		}
	}
}
