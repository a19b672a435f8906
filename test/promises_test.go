package test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const promisesHead = `# What the function promises

Scenarios show each promise. A scenario is a test: an event, a fleet, faults, and the expected result. This page is
made from [testdata/promises.txt](../testdata/promises.txt) and the first lines of the scenarios:
` + "`go test ./test -run TestPromises -update`" + `.

A property test also sends thousands of generated events, while the desktops change. It checks every StopDesktops call
against the responses of EDS in the five seconds before.
`

// TestPromises: docs/promises.md says what the scenarios say, and each scenario is in it.
func TestPromises(t *testing.T) {
	const file = "docs/promises.md"
	want := promisesHead + promises(t)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != want {
		t.Errorf("%s is not what the scenarios say (%v): go test ./test -run TestPromises -update", file, err)
	}
}

func promises(t *testing.T) string {
	list, err := os.ReadFile("testdata/promises.txt")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	var named []string
	for line := range strings.Lines(string(list)) {
		name, isScenario := strings.CutPrefix(strings.TrimRight(line, "\n"), "\t")
		switch {
		case isScenario:
			named = append(named, name)
			out.WriteString(scenarioLine(t, name))
		case name != "" && !strings.HasPrefix(name, "#"):
			fmt.Fprintf(&out, "\n## %s\n\n", name)
		}
	}
	out.WriteString("\n## Everything else\n\n")
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".txtar"); !slices.Contains(named, name) {
			out.WriteString(scenarioLine(t, name))
		}
	}
	return out.String()
}

func scenarioLine(t *testing.T, name string) string {
	archive, err := txtar.ParseFile("testdata/scenarios/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	summary := strings.Join(strings.Fields(string(archive.Comment)), " ")
	if summary == "" {
		t.Errorf("%s does not begin with what it shows", name)
	}
	return fmt.Sprintf("* [%s](../testdata/scenarios/%[1]s.txtar): %s\n", name, summary)
}
