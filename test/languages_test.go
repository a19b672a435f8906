package test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// both are the pages that exist in two languages.
var both = map[string]string{
	"README.md":             "README.zh-CN.md",
	"docs/request.md":       "docs/zh/request.md",
	"docs/configuration.md": "docs/zh/configuration.md",
	"docs/callbacks.md":     "docs/zh/callbacks.md",
	"docs/webhooks.md":      "docs/zh/webhooks.md",
	"docs/deploy.md":        "docs/zh/deploy.md",
	"docs/operate.md":       "docs/zh/operate.md",
}

var (
	settingRow   = regexp.MustCompile("(?m)^\\| (`[A-Z_]+`) \\| ([^|]*) \\|")
	fieldRow     = regexp.MustCompile("(?m)^\\| (`[A-Za-z]+`(?:[,、] ?`[A-Za-z]+`)*) \\|")
	commandBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	trailing     = regexp.MustCompile(`(?m)\s+#.*$`)
	yamlBlock    = regexp.MustCompile("(?s)```yaml\n(.*?)```")
)

// TestLanguages: what a Chinese page says of settings, fields, commands and routes is what the English one says. It may
// say less.
func TestLanguages(t *testing.T) {
	for english, chinese := range both {
		en, zh := page(t, english), page(t, chinese)
		for _, m := range settingRow.FindAllStringSubmatch(zh, -1) {
			// The defaults of README.md are in words.
			if !strings.Contains(en, "| "+m[1]+" |") || strings.HasPrefix(english, "docs/") && !strings.Contains(en, "| "+m[1]+" | "+m[2]+" |") {
				t.Errorf("%s says of %s that its default is %s, and %s does not", chinese, m[1], m[2], english)
			}
		}
		for _, block := range [][]string{commands(zh), routes(zh)} {
			for _, text := range block {
				if all := strings.Join(append(commands(en), routes(en)...), "\n"); !strings.Contains(all, text) {
					t.Errorf("%s has this, and %s does not:\n%s", chinese, english, text)
				}
			}
		}
	}
	for _, p := range []string{"configuration", "request"} {
		en, zh := rows(page(t, "docs/"+p+".md")), rows(page(t, "docs/zh/"+p+".md"))
		for _, name := range en {
			if !slices.Contains(zh, name) && !strings.Contains(name, "Match") && name != "`UnusableRows`" && name != "`NoApprovalToken`" {
				t.Errorf("docs/zh/%s.md lacks %s", p, name)
			}
		}
	}
}

func page(t *testing.T, file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows are the names in the first cells of tables.
func rows(text string) []string {
	var names []string
	for _, m := range fieldRow.FindAllStringSubmatch(text, -1) {
		names = append(names, regexp.MustCompile("`[^`]+`").FindAllString(m[1], -1)...)
	}
	for _, m := range settingRow.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// commands are the lines of shell blocks, without their comments.
func commands(text string) []string {
	var all []string
	for _, m := range commandBlock.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.Split(strings.TrimSpace(trailing.ReplaceAllString(m[1], "")), "\n")...)
	}
	return all
}

// routes are the YAML blocks, without their comments.
func routes(text string) []string {
	var all []string
	for _, m := range yamlBlock.FindAllStringSubmatch(text, -1) {
		text := strings.TrimSpace(trailing.ReplaceAllString(m[1], ""))
		all = append(all, strings.ReplaceAll(text, "-en,", ",")) // the language of a message is that of the page
	}
	return all
}
