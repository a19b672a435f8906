package test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	link    = regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	// notInAnchor are the characters that a link to a heading leaves out.
	notInAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestLinks: every page and every heading that the README and docs link to is there.
func TestLinks(t *testing.T) {
	docs, _ := filepath.Glob("docs/*.md")
	chinese, _ := filepath.Glob("docs/zh/*.md")
	top, _ := filepath.Glob("*.md")
	for _, file := range slices.Concat(docs, chinese, top) {
		for _, m := range link.FindAllStringSubmatch(page(t, file), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target := file
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(file), m[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", file, m[1])
			} else if m[2] != "" && !slices.Contains(anchors(page(t, target)), m[2]) {
				t.Errorf("%s links to %s%s, and there is no such heading", file, m[1], m[2])
			}
		}
	}
}

func anchors(text string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		name := notInAnchor.ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, "#"+strings.ReplaceAll(name, " ", "-"))
	}
	return all
}

// TestReadmeIsShort: a newcomer reads all of README.md, in a window of 100 columns.
func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 9000 {
		t.Errorf("README.md has %d bytes: move what is not for newcomers into docs", len(text))
	}
	for i, line := range strings.Split(string(text), "\n") {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("line %d of README.md has %d characters", i+1, n)
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
