package test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestRecipeIdentity: the scenario of each recipe shows an approval that stops desktops, the same event again
// as a duplicate that stops nothing, and a second approval with another ID that stops other desktops.
func TestRecipeIdentity(t *testing.T) {
	for _, m := range recipe.FindAllStringSubmatch(readDoc(t), -1) {
		name := m[1]
		if !strings.HasPrefix(name, "webhook-") { // not of a ticketing system
			continue
		}
		archive, err := txtar.ParseFile("testdata/scenarios/" + name + ".txtar")
		if err != nil {
			t.Error(err)
			continue
		}
		stopped, again := stopsById(section(archive, "want"))
		if len(stopped) < 2 {
			t.Errorf("%s: %d events stop desktops; show two approvals of one ticket, with two IDs", name, len(stopped))
		}
		lists := map[string]bool{}
		for _, call := range stopped {
			lists[call] = true
		}
		if len(lists) != len(stopped) {
			t.Errorf("%s: the approvals stop the same desktops, so it does not show that the second one counts", name)
		}
		if !slices.ContainsFunc(again, func(id string) bool { return stopped[id] != "" }) {
			t.Errorf("%s: no event that stopped desktops comes again as a duplicate", name)
		}
	}
}

// stopsById are, of what a scenario wants, the events with a StopDesktops call, and those that are duplicates.
func stopsById(want string) (stopped map[string]string, again []string) {
	stopped = map[string]string{}
	id, status := "", ""
	for line := range strings.Lines(want) {
		line = strings.TrimSuffix(line, "\n")
		switch _, event, found := strings.Cut(line, ", event "); {
		case found:
			if id = event; status == "duplicate" {
				again = append(again, id)
			}
		case strings.HasPrefix(line, "  call StopDesktops "):
			stopped[id] = line
		case strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "   "):
			status = strings.TrimSpace(line)
		}
	}
	return stopped, again
}

var (
	bodyOfRecipe = regexp.MustCompile("(?s)<!-- body of ([a-z-]+/[a-z-]+\\.json) -->\n```(json|js)\n(.*?)```")
	placeholder  = regexp.MustCompile(`\\\{\\\{.*?\\\}\\\}|<.*?>`) // quoted for a pattern: {{issue.key}}, <desktops>
	memberOfJS   = regexp.MustCompile(`(?s)JSON\.stringify\(\{(.*)\}\)`)
)

// TestRecipeBodies: each body that a recipe tells the administrator to write makes the sample that the
// scenarios send, with values where the placeholders are.
func TestRecipeBodies(t *testing.T) {
	found := bodyOfRecipe.FindAllStringSubmatch(readDoc(t), -1)
	if len(found) < 6 {
		t.Errorf("%d bodies", len(found))
	}
	for _, m := range found {
		sample, err := os.ReadFile("testdata/webhooks/" + m[1])
		if err != nil {
			t.Error(err)
			continue
		}
		if m[2] == "js" {
			sameMembers(t, m[1], sample, m[3])
			continue
		}
		pattern := placeholder.ReplaceAllString(regexp.QuoteMeta(compact(m[3])), `.+`)
		if !regexp.MustCompile("^" + pattern + "$").MatchString(compact(string(sample))) {
			t.Errorf("%s: docs/webhooks.md says\n%s\nthe scenarios send\n%s", m[1], m[3], sample)
		}
	}
}

// sameMembers: a script sends the members of the sample, and no other.
func sameMembers(t *testing.T, name string, sample []byte, script string) {
	t.Helper()
	var want map[string]any
	object := memberOfJS.FindStringSubmatch(script)
	if err := json.Unmarshal(sample, &want); err != nil || object == nil {
		t.Errorf("%s: %v, or no JSON.stringify({…}) in\n%s", name, err, script)
		return
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?:^|,)\s*([A-Za-z]+):`).FindAllStringSubmatch(object[1], -1) {
		got = append(got, m[1])
	}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Errorf("%s: the script of docs/webhooks.md sends %v, the scenarios %s", name, got, sample)
	}
}

func compact(text string) string { return strings.Join(strings.Fields(text), "") }

func readDoc(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
