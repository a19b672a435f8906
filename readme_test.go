package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)

// TestLinks: what the README and docs point at is there.
func TestLinks(t *testing.T) {
	docs, _ := filepath.Glob("docs/*.md")
	for _, file := range append(docs, "README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", file, m[1])
			}
		}
	}
}

// TestEveryReasonHasAScenario: each status, outcome and reason that a report can hold is shown by a
// scenario.
func TestEveryReasonHasAScenario(t *testing.T) {
	var all strings.Builder
	files, _ := filepath.Glob("testdata/scenarios/*.txtar")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, want, _ := strings.Cut(string(text), "-- want --")
		all.WriteString(want)
	}
	source, err := os.ReadFile("internal/report/report.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?m)^\t(?:Reason|Status)?[A-Z]\w+\s+(?:Outcome|Status)?\s*= "([a-z_:]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(named) < 30 {
		t.Fatalf("only %d names found in internal/report/report.go", len(named))
	}
	for _, m := range named {
		callback := strings.Contains(m[0], "Callback")
		if !callback && !strings.Contains(all.String(), m[1]) {
			t.Errorf("no scenario shows %q", m[1])
		}
	}
}
