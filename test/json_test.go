package test

import (
	"regexp"
	"strings"
	"testing"

	"stopdesktops/schema"
	"stopdesktops/schema/schematest"
)

var jsonBlock = regexp.MustCompile("(?s)```json\n(.*?)```")

// TestJSONPage: docs/json.md names each schema and each format, and its examples are valid.
func TestJSONPage(t *testing.T) {
	text := page(t, "docs/json.md")
	shown := map[string]bool{}
	for _, m := range jsonBlock.FindAllStringSubmatch(text, -1) {
		if _, err := schematest.Output(m[1]); err != nil {
			t.Errorf("%v in\n%s", err, m[1])
		}
		if format := regexp.MustCompile(`"Format": "([^"]+)"`).FindStringSubmatch(m[1]); format != nil {
			shown[format[1]] = true
		}
	}
	for _, name := range schema.Names() {
		if !strings.Contains(text, "["+name+"](../schema/"+name+".json)") {
			t.Errorf("docs/json.md does not link schema/%s.json", name)
		}
		if name == "request" || name == "report" {
			continue
		}
		format := "stopctl." + name + "/1"
		if !strings.Contains(text, "| `"+format+"` |") || !strings.Contains(text, "\n### "+name+"\n") {
			t.Errorf("docs/json.md does not describe %s", format)
		}
		if name != "probe" && !shown[format] { // whose file is long
			t.Errorf("docs/json.md has no example of %s", format)
		}
	}
}

// TestRequestExamples: the requests that docs/request.md shows first are valid.
func TestRequestExamples(t *testing.T) {
	blocks := jsonBlock.FindAllStringSubmatch(page(t, "docs/request.md"), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, m := range blocks {
		if err := schematest.Check("request", []byte(m[1])); err != nil {
			t.Errorf("%v in\n%s", err, m[1])
		}
	}
}
