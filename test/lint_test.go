package test

import (
	"go/build/constraint"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLintSeesEveryTag: make lint gives vet and staticcheck every tag that the files of this repository
// need, so that no file goes unseen. The tags of systems and of the race detector are not the Makefile's.
func TestLintSeesEveryTag(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^TAGS := (.*)$`).FindSubmatch(makefile)
	if m == nil {
		t.Fatal("the Makefile sets no TAGS")
	}
	for _, command := range []string{"go vet", "go tool staticcheck"} {
		if !strings.Contains(string(makefile), "\t"+command+" -tags $(TAGS) ./...\n") {
			t.Errorf("make lint does not give the tags to %s", command)
		}
	}
	given, seen := strings.Split(string(m[1]), ","), 0
	err = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{"build", "dist", ".git"}, path) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			if !constraint.IsGoBuild(line) {
				continue
			}
			expr, err := constraint.Parse(strings.TrimSpace(line))
			if err != nil {
				t.Errorf("%s: %v", path, err)
				break
			}
			expr.Eval(func(tag string) bool {
				seen++
				if !slices.Contains(given, tag) && !slices.Contains([]string{"linux", "windows", "unix", "race"}, tag) {
					t.Errorf("%s: make lint does not give the tag %s", path, tag)
				}
				return true
			})
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Errorf("%d tags in the files: %v", seen, err)
	}
}
