package test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNamesAreDocumented: every reason and every code of our own is in docs/decisions.md, every warning in
// docs/request.md.
func TestNamesAreDocumented(t *testing.T) {
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	codes := map[string]bool{}
	named := []*regexp.Regexp{
		regexp.MustCompile(`(?m)^\t(?:[Cc]ode|Warn)[A-Z]\w*\s+= "([A-Z]\w+)"`),
		regexp.MustCompile(`\b[Cc]ode:\s+"([A-Z]\w+)"`),
	}
	constant := regexp.MustCompile(`(?m)^\t([A-Z]\w+)\s+= "([A-Z]\w+)"`)
	others := []string{"internal/emulator", "internal/deploycheck"}
	for _, root := range []string{"events", "handler", "internal"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && slices.Contains(others, filepath.ToSlash(path)):
				return filepath.SkipDir
			case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			source := read(path)
			for _, pattern := range named {
				for _, m := range pattern.FindAllStringSubmatch(source, -1) {
					codes[m[1]] = true
				}
			}
			for _, m := range constant.FindAllStringSubmatch(source, -1) {
				if root == "events" && m[1] == m[2] {
					codes[m[1]] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	delete(codes, "IncorrectDesktopStatus") // of EDS, in the sample that checks a skeleton
	if len(codes) < 35 {
		t.Fatalf("only %d codes found", len(codes))
	}
	reasons := regexp.MustCompile(`(?m)^\tReason[A-Z]\w*\s+= "([a-z_:]+)"`).FindAllStringSubmatch(read("internal/report/report.go"), -1)
	if len(reasons) < 15 {
		t.Fatalf("only %d reasons found", len(reasons))
	}
	for _, m := range reasons {
		if !strings.Contains(read("docs/decisions.md"), "`"+m[1]) {
			t.Errorf("docs/decisions.md says nothing of the reason %s", m[1])
		}
	}
	pages := read("docs/decisions.md") + read("docs/request.md")
	for code := range codes {
		if !strings.Contains(pages, "`"+code+"`") && !strings.Contains(pages, "`"+code+"…`") {
			t.Errorf("docs/decisions.md says nothing of the code %s", code)
		}
	}
}
