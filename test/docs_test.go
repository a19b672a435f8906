package test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var recipe = regexp.MustCompile("(?s)<!-- routes of ([a-z-]+) -->\n```yaml\n(.*?)```")

// TestRecipes: the routes that docs/webhooks.md shows are those that its scenarios run, each of its
// links leads somewhere, and each sample body is sent by a scenario.
func TestRecipes(t *testing.T) {
	text, err := os.ReadFile("docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	found := recipe.FindAllStringSubmatch(string(text), -1)
	if len(found) < 10 {
		t.Errorf("%d recipes", len(found))
	}
	for _, m := range found {
		archive, err := txtar.ParseFile("testdata/scenarios/" + m[1] + ".txtar")
		if err != nil {
			t.Error(err)
			continue
		}
		if want := section(archive, "routes.yaml"); m[2] != want {
			t.Errorf("%s: docs/webhooks.md says\n%s\nthe scenario runs\n%s", m[1], m[2], want)
		}
	}
	for _, m := range regexp.MustCompile(`\]\((\.\./testdata/[^)#]+)`).FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(filepath.Join("docs", m[1])); err != nil {
			t.Error(err)
		}
	}
	samples, err := filepath.Glob("testdata/webhooks/*/*.json")
	if err != nil || len(samples) < 10 {
		t.Fatalf("%d samples: %v", len(samples), err)
	}
	var scenarios strings.Builder
	files, _ := filepath.Glob("testdata/scenarios/*.txtar")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		scenarios.Write(text)
	}
	for _, sample := range samples {
		if name := strings.TrimPrefix(filepath.ToSlash(sample), "testdata/webhooks/"); !strings.Contains(scenarios.String(), "File: "+name+"\n") {
			t.Errorf("%s is sent by no scenario", sample)
		}
	}
}
