package reporting

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"flag"
	"fmt"
	"html"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// nights is the log of the real function over two nights: see test/nights_test.go.
const nights = "../../../../testdata/nights/nights.log"

// execute runs a command line as main does.
func execute(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := terminal.Program{Commands: []terminal.Command{{Name: "report", Run: Command}}}
	return trial.Run(t, p, map[string]string{"TIMEZONE": "Asia/Shanghai"}, stdin, append([]string{"report"}, args...)...)
}

// ofNights is the report of the two nights.
func ofNights(t *testing.T, output string) string {
	t.Helper()
	code, out, stderr := execute(t, "", "-o", output, "-until", "2026-11-25", nights)
	if code != terminal.ExitOK || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	return out
}

// TestMarkdown compares with a golden file.
func TestMarkdown(t *testing.T) {
	got := ofNights(t, "md")
	const golden = "testdata/nights.md"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s", trial.Diff(string(want), got))
	}
}

// TestPlain: a foreign text makes no cell, link, picture or HTML of Markdown.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"a|b":                          `a\|b`,
		"<img src=x>&":                 "&lt;img src=x&gt;&amp;",
		"![x](https://evil.example)":   `\!\[x\](https\://evil.example)`,
		"www.evil.example":             `www\.evil.example`,
		"a\nb":                         "a b",
		"`_code_` would_stop":          "\\`\\_code\\_\\` would_stop",
		`back\slash 夜间 keep_until_now`: `back\\slash 夜间 keep_until_now`,
	} {
		if got := plain(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestCSV: every decision is a row, and no cell is a formula.
func TestCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(ofNights(t, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], columns) || len(rows) != 40 {
		t.Fatalf("%d rows: %q", len(rows), rows[0])
	}
	text := ofNights(t, "csv")
	for _, want := range []string{`'=cmd|' /C calc'!A0`, `'@li.si`, `"'=HYPERLINK(""https://evil.example.com"")"`, "夜间关机", ",DESKTOP_START,2026-11-23 18:00:00,"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a spreadsheet takes %q for a formula", cell)
			}
		}
	}
}

// TestHarmless says which cells get an apostrophe.
func TestHarmless(t *testing.T) {
	for _, cell := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "\u3000=1", `"=1`, "'=1", "＝1", "＋1", "－1", "＠x"} {
		if got := harmless(cell); got != "'"+cell {
			t.Errorf("%q: %q", cell, got)
		}
	}
	for _, cell := range []string{"", "a=b", "ecd-a", "nightly|2026", "2026-11-22", "夜间", "'", " "} {
		if got := harmless(cell); got != cell {
			t.Errorf("%q: %q", cell, got)
		}
	}
}

// TestPage: the page loads nothing, its policy allows its own style and script and nothing else, and what others wrote
// stays text.
func TestPage(t *testing.T) {
	page := ofNights(t, "html")
	policy := html.UnescapeString(between(t, page, `http-equiv="Content-Security-Policy" content="`, `"`))
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %s", policy)
	}
	for directive, text := range map[string]string{"style-src": between(t, page, "<style>", "</style>"), "script-src": between(t, page, "<script>", "</script>")} {
		sum := sha256.Sum256([]byte(text))
		if want := directive + " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) || len(text) < 500 {
			t.Errorf("the policy %s does not allow what is there: %s", policy, want)
		}
	}
	if found := regexp.MustCompile(`(?i)<[^>]*\s(src|href|action|style|on\w+)\s*=`).FindString(page); found != "" {
		t.Errorf("the page has %s", found)
	}
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("%d scripts", n)
	}
	for _, want := range []string{"&lt;script&gt;alert(1)&lt;/script&gt;", "夜间关机", "值班 &lt;on call&gt;", `<form id="filters" hidden>`, `data-outcome="not_found"`} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if got := strings.Count(page, "<tr class="); got != 39 {
		t.Errorf("%d decisions", got)
	}
}

func between(t *testing.T, text, start, end string) string {
	t.Helper()
	_, text, found := strings.Cut(text, start)
	text, _, ended := strings.Cut(text, end)
	if !found || !ended {
		t.Fatalf("nothing is between %s and %s", start, end)
	}
	return text
}

// TestHours says how long a stop lasted: at least and at most.
func TestHours(t *testing.T) {
	for name, c := range map[string]struct{ decisions, want string }{
		"nothing since":               {`20 1 stopped Stopped`, "0.0 4.0 yes"},
		"seen stopped":                {`20 1 stopped Stopped|22 2 already_stopped Stopped`, "2.0 4.0 yes"},
		"seen stopped by a rule":      {`20 1 stopped Stopped|22 2 skipped Stopped`, "2.0 4.0 yes"},
		"seen hibernated":             {`20 1 stopped Stopped|22 2 already_stopped Hibernated`, "2.0 4.0 yes"},
		"running again":               {`20 1 accepted Running|21 2 already_stopped Stopped|23 3 skipped Running`, "1.0 3.0 "},
		"started at a known time":     {`20 1 stopped Stopped|23 3 skipped Running DESKTOP_START 22`, "0.0 2.0 "},
		"connected at a known time":   {`20 1 stopped Stopped|23 3 skipped Running DESKTOP_CONNECT 22`, "0.0 2.0 "},
		"used before the stop":        {`20 1 stopped Stopped|23 3 skipped Running DESKTOP_START 19`, "0.0 3.0 "},
		"cut off by the stop":         {`20 1 stopped Stopped|23 3 skipped Running DESKTOP_DISCONNECT 21`, "0.0 3.0 "},
		"two events of an invocation": {`20 1 accepted Running|20 1 accepted Running|22 2 already_stopped Stopped`, "2.0 4.0 yes"},
		"still on its way down":       {`20 1 accepted Running|21 2 stopping Stopping|22 3 already_stopped Stopped`, "2.0 4.0 yes"},
		"stopped again":               {`20 1 stopped Stopped|22 2 stopped Stopped`, "0.0 2.0 |0.0 2.0 yes"},
		"a plan that saw it running":  {`20 1 stopped Stopped|22 2 would_stop Running`, "0.0 2.0 "},
		"not by the function":         {`20 1 already_stopped Stopped`, ""},
		"a failure":                   {`20 1 stopped Stopped|22 2 failed `, "0.0 4.0 yes"},
	} {
		code, out, stderr := execute(t, logOf(c.decisions), "-o", "csv", "-tz", "UTC", "-until", "2026-11-23", "-")
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || code != terminal.ExitOK {
			t.Fatalf("%s: exit code %d, %v %s", name, code, err, stderr)
		}
		var got []string
		for _, row := range rows[1:] {
			if hours := row[len(row)-3:]; hours[1] != "" {
				got = append(got, strings.Join(hours, " "))
			}
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// logOf decisions about one desktop: hour, invocation, outcome, state, and perhaps a use and its hour.
func logOf(decisions string) string {
	var log strings.Builder
	for i, text := range strings.Split(decisions, "|") {
		f := append(strings.Split(text, " "), "", "", "", "")
		evidence := ""
		if f[4] != "" {
			evidence = fmt.Sprintf(`,"Evidence":{"Use":"%s","UsedAt":"2026-11-22T%s:00:00Z"}`, f[4], f[5])
		}
		fmt.Fprintf(&log, `{"time":"2026-11-22T%s:00:00Z","msg":"report","InvocationId":"%s","report":{"InvocationId":"%s","EventId":"e%d","Status":"done"}}`+"\n", f[0], f[1], f[1], i)
		fmt.Fprintf(&log, `{"time":"2026-11-22T%s:00:00Z","msg":"desktops","InvocationId":"%s","EventId":"e%d","Desktops":[{"DesktopId":"ecd-a","Outcome":"%s","State":"%s"%s}]}`+"\n", f[0], f[1], i, f[2], f[3], evidence)
	}
	return log.String()
}

// TestReportUsage says how to call it, and what is not complete.
func TestReportUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, terminal.ExitUsage, "name a file"},
		{[]string{"nosuch.log"}, terminal.ExitUsage, "nosuch.log"},
		{[]string{"-o", "pdf", nights}, terminal.ExitUsage, "-o pdf: md, html or csv"},
		{[]string{"-tz", "Mars/Phobos", nights}, terminal.ExitUsage, "-tz Mars/Phobos"},
		{[]string{"-until", "tomorrow", nights}, terminal.ExitUsage, `-until "tomorrow" is no time`},
		{[]string{"-nosuch"}, terminal.ExitUsage, "See stopctl report -h."},
		{[]string{"-"}, terminal.ExitUnexpected, "event e1: the report names 0 of 3 desktops"},
	} {
		if code, _, stderr := execute(t, `{"EventId":"e1","Status":"done","Counts":{"stopped":3}}`, c.args...); code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit code %d, %s, want %s", c.args, code, stderr, c.want)
		}
	}
	_, fs := reportFlags()
	fs.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(reportUsage, "\n  -"+f.Name+" ") {
			t.Errorf("the help says nothing of -%s", f.Name)
		}
	})
}

// TestReportExamples runs the examples of -h.
func TestReportExamples(t *testing.T) {
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
	begins := []string{"# Desktops stopped, 2026-11-23 04:00 to 2026-11-24 04:00\n\n10 events, 36 decisions.", "<!DOCTYPE html>", "Day,Time,EventId,"}
	_, examples, _ := strings.Cut(reportUsage, "\nExamples:\n\n")
	examples, _, _ = strings.Cut(examples, "\n\n")
	lines := strings.Split(examples, "\n")
	if len(lines) != len(begins) {
		t.Fatalf("%d examples", len(lines))
	}
	for i, line := range lines {
		command, _, _ := strings.Cut(line, " > ")
		if code, out, stderr := execute(t, "", strings.Fields(command)[2:]...); code != terminal.ExitOK || !strings.HasPrefix(out, begins[i]) {
			t.Errorf("%s: exit code %d, %s%s", line, code, out[:min(200, len(out))], stderr)
		}
	}
}
