package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// query is one of docs/operate.md, as far as it chooses lines.
type query struct {
	text       string
	contains   string      // what the search in front asks message for
	conditions []condition // all of which must hold
	paths      []string    // of all that is named
}

type condition struct {
	path, operator string
	values         []string
}

var (
	queryBlock  = regexp.MustCompile("<!-- query: ([a-z]+) -->\n```sql\n((?s:.*?))```")
	extracted   = regexp.MustCompile(`json_extract_scalar\(message, '\$\.([A-Za-z.]+)'\)`)
	conditioned = regexp.MustCompile(`^` + extracted.String() + ` (=|<>|IN) \(?('[^']*'(?:, '[^']*')*)\)?$`)
	searched    = regexp.MustCompile(`^functionName: stop-desktops(?: and message: "([^"]*)")?$`)
)

// readQuery takes a query apart. What it does not understand it refuses, so that no condition goes unnoticed.
func readQuery(text string) (query, error) {
	text = strings.Join(strings.Fields(text), " ")
	q := query{text: text}
	search, analysis, _ := strings.Cut(text, " | ")
	m := searched.FindStringSubmatch(search)
	if m == nil {
		return q, fmt.Errorf("the search is not understood: %s", text)
	}
	if q.contains = m[1]; analysis == "" {
		return q, nil
	}
	choice, where, filtered := strings.Cut(analysis, " FROM log WHERE ")
	if !filtered || !strings.HasPrefix(choice, "SELECT ") {
		return q, fmt.Errorf("not SELECT … FROM log WHERE …: %s", text)
	}
	for _, m := range extracted.FindAllStringSubmatch(text, -1) {
		q.paths = append(q.paths, m[1])
	}
	where, _, _ = strings.Cut(where, " GROUP BY ")
	for part := range strings.SplitSeq(where, " AND ") {
		m := conditioned.FindStringSubmatch(part)
		if m == nil {
			return q, fmt.Errorf("the condition is not understood: %s", part)
		}
		values := strings.Split(strings.Trim(m[3], "'"), "', '")
		q.conditions = append(q.conditions, condition{m[1], m[2], values})
	}
	return q, nil
}

// value at a path of a line: a scalar as text, as SQL has it.
func value(line map[string]any, path string) (text string, there bool) {
	var at any = line
	for name := range strings.SplitSeq(path, ".") {
		members, ok := at.(map[string]any)
		if !ok {
			return "", false
		}
		if at, ok = members[name]; !ok {
			return "", false
		}
	}
	switch at.(type) {
	case map[string]any, []any:
		return "", false
	}
	return fmt.Sprint(at), true
}

func (q query) chooses(raw string, line map[string]any) bool {
	if !strings.Contains(raw, q.contains) {
		return false
	}
	for _, c := range q.conditions {
		got, there := value(line, c.path)
		holds := there && slices.Contains(c.values, got) != (c.operator == "<>")
		if !holds {
			return false
		}
	}
	return true
}

// TestQueries runs what docs/operate.md asks Log Service over the log of the function, and finds the events that each
// query is for, and no others.
func TestQueries(t *testing.T) {
	t.Parallel()
	lines := logOfANight(t)
	text, err := os.ReadFile("docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"failed": "tests|failed tests|partial", "blocked": "tests|blocked", "rejected": "tests|rejected", "stale": "tests|stale", "empty": "tests|empty",
		"callback": "tests|callback", "timer": "timer", "desktop": "tests|blocked tests|callback", "event": "tests|callback",
		"slow": "request tests|blocked tests|callback tests|empty tests|failed tests|partial tests|rejected tests|stale timer",
	}
	alarms, _, _ := strings.Cut(string(text), "\n## Queries")
	for _, m := range queryBlock.FindAllStringSubmatch(string(text), -1) {
		name := m[1]
		q, err := readQuery(strings.ReplaceAll(m[2], "the-event", "tests|callback"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found, members := map[string]bool{}, map[string]bool{}
		for _, raw := range lines {
			var line map[string]any
			if json.Unmarshal([]byte(raw), &line) != nil || !q.chooses(raw, line) { // the runtime's own lines are no JSON
				continue
			}
			id, there := value(line, "EventId")
			if !there {
				id, _ = value(line, "report.EventId")
			}
			switch { // what has no ID of its own
			case strings.HasPrefix(id, "nightly|"):
				id = "timer"
			case !strings.HasPrefix(id, "tests|"):
				id = "request"
			}
			found[id] = true
			for _, path := range q.paths {
				if _, there := value(line, path); there {
					members[path] = true
				}
			}
		}
		var ids []string
		for id := range found {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		if got := strings.Join(ids, " "); got != want[name] {
			t.Errorf("the query %s finds %q, want %q\n%s", name, got, want[name], q.text)
		}
		for _, path := range q.paths {
			if !members[path] {
				t.Errorf("the query %s names %s, which no line that it finds has", name, path)
			}
		}
		if name != "desktop" && name != "event" && !strings.Contains(alarms, "| "+name+" |") {
			t.Errorf("no alarm uses the query %s", name)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("docs/operate.md has no query %v", want)
	}
}

// logOfANight is what the function logs about one event of each kind that an operator wants to hear of.
func logOfANight(t *testing.T) []string {
	s := stageFor(t, emulator.DefaultFleet(), map[string]string{"MAX_DESKTOPS": "1", "WEBHOOK_AUTH": "token", "WEBHOOK_SECRETS": "fake-token-of-the-tests"})
	s.world.Receiver.Answers = []emulator.Answer{{Status: http.StatusGone}} // the first callback
	now, before := time.Now().UTC().Format(time.RFC3339), time.Now().Add(-2*time.Hour).UTC().Format(time.RFC3339)
	send := func(id, at, data string) {
		s.invoke(emulator.Invocation{Event: fmt.Appendf(nil, `{"specversion":"1.0","source":"tests","type":"t","id":%q,"time":%q,"data":%s}`, id, at, data)})
	}
	send("callback", now, `{"DesktopId":"ecd-running1"}`)
	s.invoke(emulator.Invocation{Event: fmt.Appendf(nil, `{"triggerTime":%q,"triggerName":"nightly","payload":"{\"DesktopId\":\"ecd-stopped1\"}"}`, now)})
	send("partial", now, `{"DesktopId":["ecd-running2","ecd-nosuch1"],"Reason":"CHG-1"}`)
	send("failed", now, `{"DesktopId":"ecd-nosuch1","Reason":"CHG-2"}`)
	send("blocked", now, `{"Select":{"All":true}}`)
	send("rejected", now, `{"DesktopId":"ecd-running3","Typo":1}`)
	send("stale", before, `{"DesktopId":"ecd-running3"}`)
	send("empty", now, `{"Select":{"OfficeSiteId":"office-nowhere"}}`)
	s.invoke(emulator.Invocation{Event: emulator.HTTPEvent(http.MethodPost, "/", http.Header{"Authorization": {"Bearer a-wrong-one"}, "Content-Type": {"application/json"}}, []byte(`{}`))})
	return s.log()
}
