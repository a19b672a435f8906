package why

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/internal/report"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// nights is the log of the real function over two nights: see test/nights_test.go.
const nights = "../../../../testdata/nights/nights.log"

// execute runs a command line as main does.
func execute(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := terminal.Program{Commands: []terminal.Command{{Name: "why", Run: Command}}}
	return trial.Run(t, p, map[string]string{"TIMEZONE": "Asia/Shanghai"}, stdin, append([]string{"why"}, args...)...)
}

// TestWhy compares with a golden file: a desktop that several events meant, one of each rule, and one that no report names.
func TestWhy(t *testing.T) {
	all := ""
	for _, c := range []struct {
		desktop string
		code    int
	}{
		{"ecd-anna", terminal.ExitOK}, {"ecd-bo", terminal.ExitOK}, {"ecd-kept", terminal.ExitOK}, {"ecd-prot", terminal.ExitOK}, {"ecd-boss", terminal.ExitOK},
		{"ecd-wang", terminal.ExitOK}, {"ecd-lab", terminal.ExitOK}, {"ecd-done", terminal.ExitOK}, {"ecd-nosuch", terminal.ExitOK}, {"ecd-nobody", terminal.ExitUnexpected},
	} {
		code, out, stderr := execute(t, "", c.desktop, nights)
		if code != c.code || stderr != "" {
			t.Errorf("%s: exit code %d, %s", c.desktop, code, stderr)
		}
		all += "$ stopctl why " + c.desktop + " nights.log\n" + out + "\n"
	}
	const golden = "testdata/why.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(all), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if all != string(want) {
		t.Errorf("%s", trial.Diff(string(want), all))
	}
}

// TestWhyEveryReason: each reason and outcome of a report has a rule and says what would have to change, also without
// evidence, as reports of older versions are.
func TestWhyEveryReason(t *testing.T) {
	source, err := os.ReadFile("../../../../internal/report/report.go")
	if err != nil {
		t.Fatal(err)
	}
	reasons := regexp.MustCompile(`(?m)^\tReason\w+ += "([a-z_:]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(reasons) < 10 {
		t.Fatalf("%d reasons", len(reasons))
	}
	for _, m := range reasons {
		a := answerTo(t, `{"EventId":"e","InvocationId":"1","Status":"done","IdleMinutes":30,"Desktops":[{"DesktopId":"ecd-a","RegionId":"cn-hangzhou","Outcome":"skipped","Reason":"`+m[1]+`"}]}`)
		if e := a.Events[0]; e.ToStop == "" || e.Rule == "" || e.Rule == m[1] {
			t.Errorf("%s: %+v", m[1], e)
		}
	}
	for outcome := range report.Severity {
		a := answerTo(t, `{"EventId":"e","InvocationId":"1","Status":"done","Desktops":[{"DesktopId":"ecd-a","Outcome":"`+string(outcome)+`","Code":"Unconfirmed"}]}`)
		left := outcome.Problem() && outcome != report.NotAttempted || outcome == report.WouldStop
		if e := a.Events[0]; left && e.ToStop == "" || e.Rule == "" && outcome != report.Skipped && outcome != report.NotAttempted {
			t.Errorf("%s: %+v", outcome, e)
		}
	}
	for _, status := range []report.Status{report.StatusRejected, report.StatusBlocked, report.StatusStale, report.StatusDuplicate, report.StatusDisabled, report.StatusIgnored, report.StatusFailed} {
		a := answerTo(t, `{"EventId":"e","InvocationId":"1","Status":"`+string(status)+`"}`)
		if e := a.Events[0]; e.Relation != perhaps || e.Rule == "" || e.ToStop == "" || strings.Contains(e.Rule, "does not name every") {
			t.Errorf("%s: %+v", status, e)
		}
	}
}

// answerTo asks for ecd-a.
func answerTo(t *testing.T, text string, args ...string) answer {
	t.Helper()
	_, out, stderr := execute(t, text, append(append([]string{"-o", "json"}, args...), "ecd-a", "-")...)
	var a answer
	if err := json.Unmarshal([]byte(out), &a); err != nil || len(a.Events) == 0 {
		t.Fatalf("%v: %s%s", err, out, stderr)
	}
	return a
}

// TestWhyRelations: what the reports do not tell is not claimed.
func TestWhyRelations(t *testing.T) {
	const about = `{"InvocationId":"1","EventId":"e1","Status":"done","RegionId":"cn-hangzhou","Counts":{"skipped":1},"Desktops":[{"DesktopId":"ecd-A","RegionId":"cn-hangzhou","Outcome":"skipped","Reason":"connected"}]}`
	const other = `{"InvocationId":"2","EventId":"e2","Status":"done","Counts":{"skipped":1},"Desktops":[{"DesktopId":"ecd-b","Outcome":"skipped"}]}`
	for name, c := range map[string]struct {
		reports   string
		code      int
		relations string
		others    int
	}{
		"in another case":                  {about, 0, "named", 0},
		"a report that is there twice":     {about + "," + about, 0, "named", 0},
		"a duplicate of an event about it": {about + `,{"InvocationId":"2","EventId":"e1","Status":"duplicate"}`, 0, "named perhaps", 0},
		"a duplicate of another":           {about + "," + other + `,{"InvocationId":"3","EventId":"e2","Status":"duplicate"}`, 0, "named", 2},
		"another region":                   {about + `,{"InvocationId":"2","EventId":"e2","Status":"stale","RegionId":"cn-beijing"}`, 0, "named", 1},
		"desktops that are lost":           {strings.Replace(other, `"skipped":1`, `"skipped":3`, 1), 1, "perhaps", 0},
		"a stranger":                       {about + `,{"InvocationId":"2","EventId":"e2","Status":"rejected","Error":{"Code":"Unauthenticated","Message":""}}`, 0, "named", 0},
		"an empty selection":               {`{"InvocationId":"1","EventId":"e1","Status":"done","Select":{"All":true}}`, 1, "not_selected", 0},
	} {
		code, out, stderr := execute(t, `{"Reports":[`+c.reports+`]}`, "-o", "json", "ecd-a", "-")
		var a answer
		if err := json.Unmarshal([]byte(out), &a); err != nil {
			t.Fatalf("%s: %v %s%s", name, err, out, stderr)
		}
		var relations []string
		for _, e := range a.Events {
			relations = append(relations, string(e.Relation))
		}
		if got := strings.Join(relations, " "); code != c.code || got != c.relations || a.Others != c.others {
			t.Errorf("%s: exit code %d, %q, %d others", name, code, got, a.Others)
		}
	}
}

// TestWhyUsage says how to call it.
func TestWhyUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "name a desktop"},
		{[]string{"ecd-a"}, "name a desktop"},
		{[]string{nights, "ecd-a"}, "is no ID of a desktop: give the ID first"},
		{[]string{"ecd-a", "nosuch.log"}, "nosuch.log"},
		{[]string{"ecd-a", "-", "-"}, "can be read once"},
		{[]string{"-tz", "Mars/Phobos", "ecd-a", nights}, "-tz Mars/Phobos: is no time zone"},
		{[]string{"-o", "xml", "ecd-a", nights}, "-o xml"},
		{[]string{"-color", "red", "ecd-a", nights}, "-color red"},
		{[]string{"-nosuch"}, "See stopctl why -h."},
	} {
		if code, out, stderr := execute(t, "", c.args...); code != terminal.ExitUsage || out != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit code %d, %s, want %s", c.args, code, stderr, c.want)
		}
	}
	_, fs := whyFlags()
	fs.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(whyUsage, "\n  -"+f.Name+" ") {
			t.Errorf("the help says nothing of -%s", f.Name)
		}
	})
}

// TestWhyExamples runs the examples of -h.
func TestWhyExamples(t *testing.T) {
	log, err := os.ReadFile(nights)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, name := range []string{"function.log", "monday.log", "tuesday.log"} {
		if err := os.WriteFile(name, log, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, examples, _ := strings.Cut(whyUsage, "\nExamples:\n\n")
	examples, _, _ = strings.Cut(examples, "\n\n")
	n := 0
	for line := range strings.Lines(examples) {
		code, out, stderr := execute(t, "", strings.Fields(line)[2:]...)
		if code != terminal.ExitOK || !strings.HasPrefix(out, "ecd-anna  5 reports: ") || !strings.Contains(out, "Times are in Asia/Shanghai.") {
			t.Errorf("%s: exit code %d, %s%s", line, code, out, stderr)
		}
		n++
	}
	if n != 2 {
		t.Errorf("%d examples", n)
	}
}
