package reportfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReadAll: a report that is in a log, a response and a callback counts once, with what each of them says of it.
func TestReadAll(t *testing.T) {
	const logged = `{"time":"2026-11-22T21:00:00Z","msg":"report","InvocationId":"1","report":{"InvocationId":"1","EventId":"e1","Status":"done","Counts":{"stopped":2}}}
{"time":"2026-11-22T21:00:01Z","msg":"callback","InvocationId":"1","EventId":"e1","Callback":{"Status":"delivered"}}
{"time":"2026-11-22T20:00:00Z","msg":"report","InvocationId":"2","report":{"InvocationId":"2","EventId":"e1","Status":"duplicate"}}
{"time":"2026-11-22T20:00:00Z","msg":"report","report":{"EventId":"e1","Status":"rejected"}}
{"time":"2026-11-22T20:00:01Z","msg":"report","report":{"EventId":"e1","Status":"rejected"}}
`
	const answer = `{"InvocationId":"1","EventId":"e1","Status":"done","Counts":{"stopped":2},"Desktops":[{"DesktopId":"ecd-a","Outcome":"stopped"},{"DesktopId":"ecd-b","Outcome":"stopped"}]}`
	const other = `{"InvocationId":"3","EventId":"e3","Status":"done"}`
	var names []string
	for i, text := range []string{other, answer, logged} {
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err, i)
		}
		names = append(names, name)
	}
	all, err := ReadAll("test", names, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, f := range all {
		order = append(order, f.InvocationId+string(f.Status))
	}
	if got := strings.Join(order, " "); got != "2duplicate rejected rejected 1done 3done" {
		t.Fatalf("%s", got)
	}
	if f := all[3]; len(f.Desktops) != 2 || f.Missing() != 0 || f.Callback == nil || !f.At().Equal(time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", f)
	}
}

// TestRecordedTime: a record of stopctl run says when, by its log or by its calls to EDS. A report of the function counts
// its calls, and keeps them.
func TestRecordedTime(t *testing.T) {
	const line = `{\"time\":\"2026-11-22T20:00:03Z\",\"msg\":\"report\",\"report\":{\"InvocationId\":\"1\",\"EventId\":\"e1\"}}`
	for record, want := range map[string]string{
		`{"Step":1,"Reports":[{"InvocationId":"1","EventId":"e1","Status":"done"}],"Calls":[{"Time":"2026-11-22T20:00:01Z"},{"Time":"2026-11-22T20:00:02Z"}],"Log":["` + line + `"]}`: "20:00:03",
		`{"Step":1,"Reports":[{"InvocationId":"1","EventId":"e1","Status":"done"}],"Calls":[{"Time":"2026-11-22T20:00:01Z"},{"Time":"2026-11-22T20:00:02Z"}]}`:                        "20:00:02",
		`{"InvocationId":"1","EventId":"e1","Status":"done","Calls":{"StopDesktops":1}}`:                                                                                              "00:00:00",
	} {
		for _, text := range []string{record, record + "\n" + `{"msg":"other"}`} {
			if !strings.Contains(text, "Step") && strings.Contains(text, "\n") {
				continue // a report alone is a whole file
			}
			all, err := ReadAll("test", []string{"-"}, strings.NewReader(text))
			if err != nil || len(all) != 1 || all[0].LoggedAt.Format(time.TimeOnly) != want {
				t.Errorf("%s: %+v %v", text, all, err)
			} else if want == "00:00:00" && all[0].Calls["StopDesktops"] != 1 {
				t.Errorf("%s: %+v", text, all[0].Calls)
			}
		}
	}
}
