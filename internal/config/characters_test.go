package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stopdesktops/internal/config"
)

// values that each variable takes. What is pasted around and into them must be found.
var values = map[string]string{
	"ALLOWED_REGIONS": "cn-hangzhou,cn-shanghai", "STOPPED_MODE": "KeepCharging", "MAX_DESKTOPS": "100", "DENY_DESKTOPS": "ecd-a,ecd-b",
	"DENY_USERS": "alice,bob", "DENY_FILE": "deny.txt", "PROTECT_TAG": "stop-desktops:protected", "KEEP_UNTIL_TAG": "stop-desktops:keep-until",
	"TIMEZONE": "Asia/Shanghai", "CALENDAR_FILE": "calendar.txt", "WEEKEND": "fri,sat", "ALLOW_FORCE": "true", "ALLOW_DIRECT": "false", "EVENT_KINDS": "timer,http", "MAX_EVENT_AGE": "30m", "PREFLIGHT": "true", "WAIT": "30s",
	"DRY_RUN": "true", "DISABLED": "true", "API_CONCURRENCY": "16", "EDS_ENDPOINT": "https://ecd.example.com", "CALLBACK_URL": "https://hooks.example.com/fake-path",
	"CALLBACK_SECRET": "whsec_ZmFrZS1zZWNyZXQtZm9yLXRlc3Rz", "CALLBACK_ALLOWED_HOSTS": "hooks.example.com", "CALLBACK_FORMAT": "slack",
	"CALLBACK_TEMPLATE": "message.json", "CALLBACK_ON": "problems", "CALLBACK_TIMEOUT": "10s", "CALLBACK_MAX_DESKTOPS": "70",
	"WEBHOOK_AUTH": "token", "WEBHOOK_SECRETS": "fake-secret-for-tests-1,fake-secret-for-tests-2", "WEBHOOK_TOKEN_HEADER": "X-Token",
	"ACCOUNTS": "prod=acs:ram::1234567890123456:role/stop-desktops", "ALLOWED_ACCOUNTS": "prod", "ACCOUNTS_EXTERNAL_ID": "fake-external-id",
	"APPROVAL_SECRETS": "one:whsec_ZmFrZS1hcHByb3ZhbC1zZWNyZXQtb25lLW9mLXRlc3Rz", "MAX_APPROVED_DESKTOPS": "5000", "APPROVAL_MINT": "function",
	"STS_ENDPOINT": "https://sts.example.com",
	"ROUTES_FILE":  "other.yaml", "LOG_LEVEL": "debug",
}

// TestEveryVariableIsChecked pastes quotation marks and invisible characters into each variable. A variable that is not
// checked would match nothing, or would be read as another value, without a word.
func TestEveryVariableIsChecked(t *testing.T) {
	folder := t.TempDir()
	for _, name := range config.Variables() {
		value, known := values[name]
		if strings.HasPrefix(name, "FC_") || name == "DEBUG" {
			continue // set by the platform, or read by the SDK
		}
		if !known {
			t.Errorf("no value to check %s with", name)
			continue
		}
		const inside = 1
		for _, c := range []struct {
			value string
			code  rune
			at    int
		}{
			{`"` + value + `"`, '"', 1}, {"'" + value + "'", '\'', 1}, {"“" + value + "”", '“', 1}, {"「" + value + "」", '「', 1}, {"＂" + value + "＂", '＂', 1},
			{"«" + value + "»", '«', 1}, {" " + value + `" `, '"', len(value) + 2}, {"\ufeff" + value, '\ufeff', 1}, {value + "\u200b", '\u200b', len(value) + 1},
			{value[:inside] + "\u200b" + value[inside:], '\u200b', inside + 1}, {value[:inside] + "\r" + value[inside:], '\r', inside + 1},
			{"\u00a0" + value, '\u00a0', 1}, {value[:inside] + "\t" + value[inside:], '\t', inside + 1}, {value + "\u3000", '\u3000', len(value) + 1},
			{"\u200b", '\u200b', 1}, {"\u00a0", '\u00a0', 1}, {`""`, '"', 1},
		} {
			_, faults := config.Read([]string{region, "FC_FUNC_CODE_PATH=" + folder, name + "=" + c.value})
			want := fmt.Sprintf("holds the character U+%04X at position %d", c.code, c.at)
			if !strings.HasPrefix(faults[name], want) || len(faults) != 1 {
				t.Errorf("%s=%q: %v, want %s", name, c.value, faults, want)
			}
			if strings.Contains(faults.Error(), "fake") {
				t.Errorf("%s=%q is shown: %v", name, c.value, faults)
			}
		}
	}
}

// TestLineBreaks are part of a list that was written over several lines, and of nothing else. A secret with one never
// matches.
func TestLineBreaks(t *testing.T) {
	folder := t.TempDir()
	lists := []string{"ALLOWED_REGIONS", "ACCOUNTS", "ALLOWED_ACCOUNTS", "EVENT_KINDS", "WEEKEND", "DENY_DESKTOPS", "DENY_USERS", "CALLBACK_ALLOWED_HOSTS"}
	for name, value := range values {
		_, faults := config.Read([]string{region, "FC_FUNC_CODE_PATH=" + folder, name + "=" + value + "\r\n"})
		if found := strings.Contains(faults[name], "a line break"); found == slices.Contains(lists, name) {
			t.Errorf("%s with a line break at its end: %v", name, faults)
		}
	}
	c := read(t, "DENY_DESKTOPS=ecd-a,\n  ecd-b\n", "DENY_USERS=alice,\r\n\tbob\r\n", "ALLOWED_REGIONS=cn-hangzhou,\ncn-shanghai\n")
	if len(c.Denied) != 2 || !slices.Equal(c.DenyUsers, []string{"alice", "bob"}) || len(c.AllowedRegions) != 2 {
		t.Errorf("%+v", c)
	}
}

// TestBlanksAround a value change nothing.
func TestBlanksAround(t *testing.T) {
	folder := t.TempDir()
	for _, file := range []string{"message.json", "deny.txt"} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(`#{}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "calendar.txt"), []byte("complete 2026"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		want, faults := config.Read([]string{region, "FC_FUNC_CODE_PATH=" + folder, name + "=" + value})
		got, others := config.Read([]string{region, "FC_FUNC_CODE_PATH=" + folder, name + "= \t" + value + " \t"})
		if !reflect.DeepEqual(faults, others) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, without the blanks %v", name, others, faults)
		}
	}
}

// TestTags tells what EDS takes for a tag from what it does not. A tag that no desktop can carry protects nothing.
func TestTags(t *testing.T) {
	long := strings.Repeat("长", 128)
	for _, c := range []struct {
		value string
		says  string // empty: it is a tag
	}{
		{"stop-desktops:protected", ""}, {"部门:研发", ""}, {"部门=研发", ""}, {"защита=да", ""}, {"a/b.c_d+e@f", ""}, {"night shift=yes or no", ""},
		{long, ""}, {long + "=" + long, ""}, {"my-acs:x", ""}, {"my-aliyun", ""}, {"k=aliyun", ""},
		{"key=", "no value behind its =: write the key alone"}, {"key= ", "no value behind its ="}, {"=value", "no key before its ="},
		{"key=“value”", "U+201C at position 5"}, {"key='value'", "U+0027 at position 5"}, {"'key'=value", "U+0027 at position 1"}, {`it"s`, "U+0022 at position 3"},
		{"stop-desktops：protected", "U+FF1A at position 14, full-width"}, {"key＝value", "U+FF1D at position 4"}, {"ｋey", "U+FF4B at position 1"}, {"a、b", "U+3001 at position 2"},
		{"${env('TAG')}", "a placeholder"}, {"{{tag}}", "a placeholder"},
		{long + "x", "a key of more than 128"}, {"key=" + long + "x", "a value of more than 128"},
		{"acs:x", `a key that starts with "acs:"`}, {"ACS:x", `a key that starts with "acs:"`}, {"key=acs:x", `a value that starts with "acs:"`},
		{"aliyun", `a key that starts with "aliyun"`}, {"Aliyun:x", `a key that starts with "aliyun"`},
		{"http://x", "http:// or https://"}, {"key=see HTTPS://x", "a value with http:// or https://"},
	} {
		for _, name := range []string{"PROTECT_TAG", "KEEP_UNTIL_TAG"} {
			if name == "KEEP_UNTIL_TAG" && strings.Contains(c.value, "=") {
				continue // a key alone
			}
			_, faults := config.Read([]string{region, name + "=" + c.value})
			if c.says == "" && len(faults) > 0 || c.says != "" && (!strings.Contains(faults[name], c.says) || len(faults) != 1) {
				t.Errorf("%s=%s: %v, want %q", name, c.value, faults, c.says)
			}
		}
	}
}

// TestPastedSecrets tells how a secret is to be pasted. It shows none.
func TestPastedSecrets(t *testing.T) {
	const secret = "whsec_ZmFrZS1zZWNyZXQtZm9yLXRlc3Rz"
	for _, c := range []struct{ environ, variable, says string }{
		{"CALLBACK_SECRET=v1," + secret, "CALLBACK_SECRET", "secret 1 of 2 is v1, the prefix of a signature: paste the secret without it, from whsec_ on"},
		{"CALLBACK_SECRET=" + secret + ",v1a," + secret, "CALLBACK_SECRET", "secret 2 of 3 is v1"},
		{"CALLBACK_SECRET=whsec_" + secret, "CALLBACK_SECRET", "whsec_ twice"},
		{"WEBHOOK_TOKEN_HEADER=X-Token:", "WEBHOOK_TOKEN_HEADER", "the name of a header"},
		{"WEBHOOK_TOKEN_HEADER=X Token", "WEBHOOK_TOKEN_HEADER", "the name of a header"},
	} {
		_, faults := config.Read([]string{region, "CALLBACK_URL=https://hooks.example.com/", c.environ})
		if !strings.Contains(faults[c.variable], c.says) || len(faults) != 1 || strings.Contains(faults.Error(), "ZmFrZS") {
			t.Errorf("%s: %v", c.environ, faults)
		}
	}
}

// TestDenyUsers takes whole user IDs of any script, and nothing that would match nobody.
func TestDenyUsers(t *testing.T) {
	for _, c := range []struct{ value, says string }{
		{"alice, 李四 ,", ""}, {`CORP\alice,bob@example.com`, ""},
		{"alice;bob", "U+003B"}, {"alice|bob", "U+007C"}, {"alice bob", "U+0020"}, {"alice、bob", "U+3001"}, {"alice，bob", "U+FF0C"},
		{"al*", "U+002A"}, {"alic?", "U+003F"}, {"“alice”", "U+201C"}, {"al'ice", "U+0027"}, {"{alice}", "U+007B"}, {"$USER", "U+0024"}, {"${env(X)}", "a placeholder"},
		{"alice," + strings.Repeat("李", 129), "item 2 of 2 is longer than 128"},
	} {
		_, faults := config.Read([]string{region, "DENY_USERS=" + c.value})
		if c.says == "" && len(faults) > 0 || c.says != "" && (!strings.Contains(faults["DENY_USERS"], c.says) || len(faults) != 1) {
			t.Errorf("%s: %v, want %q", c.value, faults, c.says)
		}
	}
}

// TestMarkedFiles reads files that an editor gave a byte order mark, and says so of those in UTF-16.
func TestMarkedFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("message.json", "\ufeff"+`{"text":"${Status}"}`)
	write("routes.yaml", "\ufeffevents:\n  - source: a\n")
	if c := read(t, "FC_FUNC_CODE_PATH="+folder, "CALLBACK_FORMAT=custom", "CALLBACK_TEMPLATE=message.json", "CALLBACK_URL=https://hooks.example.com/"); c.Routes == nil || c.Callback == nil {
		t.Errorf("%+v", c)
	}
	write("message.json", "\xff\xfe{\x00}\x00")
	write("routes.yaml", "\xfe\xff\x00e\x00:")
	_, faults := config.Read([]string{region, "FC_FUNC_CODE_PATH=" + folder, "CALLBACK_FORMAT=custom", "CALLBACK_TEMPLATE=message.json", "CALLBACK_URL=https://hooks.example.com/"})
	for _, name := range []string{"CALLBACK_TEMPLATE", "ROUTES_FILE"} {
		if !strings.Contains(faults[name], "is in UTF-16, or no text: save it as UTF-8") {
			t.Errorf("%v", faults)
		}
	}
}
