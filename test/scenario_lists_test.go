package test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/tools/txtar"
)

// TestEmptyLists: what comes out of a scenario does not depend on how EDS answers a list of nothing. All
// of them want the same with every form. With -short, each other scenario has
// one of the forms.
func TestEmptyLists(t *testing.T) {
	trusted() // outside of every bubble
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for i, form := range []string{"null", "absent"} { // [] is in TestScenarios
		for j, file := range files {
			if testing.Short() && i != j%4 {
				continue
			}
			t.Run(form+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				t.Parallel()
				archive, err := txtar.ParseFile(file)
				if err != nil {
					t.Fatal(err)
				}
				var got string
				synctest.Test(t, func(t *testing.T) {
					s := newScenario(t, archive)
					s.eds.EmptyList = form
					got = s.run()
				})
				if want := section(archive, "want"); got != want {
					t.Errorf("%s\n-- want --\n%s-- got --\n%s", archive.Comment, want, got)
				}
			})
		}
	}
}
