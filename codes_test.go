package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNamesAreDocumented: every code of our own and every warning is in docs/requests.md, every setting in the
// README.
func TestNamesAreDocumented(t *testing.T) {
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	codes, settings := map[string]bool{}, map[string]bool{}
	named := []*regexp.Regexp{
		regexp.MustCompile(`(?m)^\t(?:[Cc]ode|Warn)[A-Z]\w*\s+= "([A-Z]\w+)"`),
		regexp.MustCompile(`\b[Cc]ode:\s+"([A-Z]\w+)"`),
	}
	constant, setting := regexp.MustCompile(`(?m)^\t([A-Z]\w+)\s+= "([A-Z]\w+)"`), regexp.MustCompile(`env:"([A-Z_]+)"`)
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
			for _, m := range setting.FindAllStringSubmatch(source, -1) {
				settings[m[1]] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	delete(codes, "IncorrectDesktopStatus") // of EDS, in the sample that checks a skeleton
	if len(codes) < 35 || len(settings) < 30 {
		t.Fatalf("only %d codes and %d settings found", len(codes), len(settings))
	}
	requests, readme := read("docs/requests.md"), read("README.md")
	for code := range codes {
		if !strings.Contains(requests, "`"+code+"`") && !strings.Contains(requests, "`"+code+"…`") {
			t.Errorf("docs/requests.md says nothing of the code %s", code)
		}
	}
	for name := range settings {
		if !strings.Contains(readme, "`"+name+"`") {
			t.Errorf("README.md says nothing of the setting %s", name)
		}
	}
}
