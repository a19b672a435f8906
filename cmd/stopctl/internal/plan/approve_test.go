package plan

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/events"
	"stopdesktops/schema/schematest"
)

const approvalSecrets = "one:whsec_ZmFrZS1hcHByb3ZhbC1zZWNyZXQtb25lLW9mLXRlc3Rz"

const approveFleet = `Desktops:
  - {DesktopId: ecd-a}
  - {DesktopId: ecd-b}
  - {DesktopId: ecd-c}
  - {DesktopId: ecd-busy, ConnectionStatus: Connected}
`

// planFile plans with a limit that suffices, and returns the plan's file.
func planFile(t *testing.T, fleet string, more ...string) string {
	t.Helper()
	args := append([]string{"plan", "-f", "-", "-t", "", "-env", "MAX_DESKTOPS=5", "-emulate", fleet, "-o", "json"}, more...)
	code, out, stderr := execute(t, `{"Select":{"All":true},"IdleMinutes":30,"Reason":"window"}`, args...)
	if code != terminal.ExitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	return trial.File(t, "plan.json", out)
}

var secretAndLimit = map[string]string{"APPROVAL_SECRETS": approvalSecrets, "MAX_DESKTOPS": "1"}

// TestApprove: the request that is written is one that the function takes, for the desktops of the plan, above
// MAX_DESKTOPS. The summary shows no token.
func TestApprove(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", approveFleet)
	code, out, stderr := executeIn(t, secretAndLimit, "yes\n", "approve", "-by", "li.si", "-t", "", "-emulate", fleet, planFile(t, fleet, "-by", "wang.wu"))
	if code != terminal.ExitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{"Planned by wang.wu", "would stop 3 desktops", "    3  Running, Disconnected", "    1  skipped: a user is connected", `"IdleMinutes":30`, "Reason: window", "nothing has changed", "Approve it as li.si?"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
	q, err := events.ParseRequest([]byte(out), "$")
	if err != nil || strings.Join(q.DesktopId, " ") != "ecd-a ecd-b ecd-c" || q.IdleMinutes != 30 || !q.Select.All || q.Reason != "window" || q.IdempotencyKey == "" {
		t.Fatalf("%v in %s", err, out)
	}
	if strings.Contains(stderr, q.ApprovalToken) {
		t.Error("the token is shown")
	}
	code, out, stderr = executeIn(t, secretAndLimit, out, "plan", "-f", "-", "-t", "", "-emulate", fleet)
	if code != terminal.ExitOK || !strings.Contains(out, "planned  3 would_stop") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
}

// TestApproveRegions: a request for several regions is planned, approved and stopped as a request for each, as its IDs
// belong to one.
func TestApproveRegions(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", `Regions: [cn-hangzhou, cn-beijing]
Desktops: [{DesktopId: ecd-a}, {DesktopId: ecd-b}, {DesktopId: ecd-c, RegionId: cn-beijing}]
`)
	regions := []string{"-t", "", "-emulate", fleet, "-env", "ALLOWED_REGIONS=cn-hangzhou,cn-beijing"}
	request := `{"Select":{"All":true},"RegionId":["cn-hangzhou","cn-beijing"]}`
	code, out, stderr := execute(t, request, append([]string{"plan", "-f", "-", "-by", "wang.wu", "-o", "json"}, regions...)...)
	if code != terminal.ExitOK || !strings.Contains(out, `"EventId": "stopctl-plan#cn-beijing"`) {
		t.Fatalf("exit code %d: %s%s", code, out, stderr)
	}
	args := append(append([]string{"approve", "-by", "li.si"}, regions...), trial.File(t, "plan.json", out))
	code, out, stderr = executeIn(t, secretAndLimit, "yes\n", args...)
	if code != terminal.ExitOK || !strings.Contains(stderr, "nothing has changed") {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	code, out, stderr = executeIn(t, secretAndLimit, out, append([]string{"plan", "-f", "-"}, regions...)...)
	if code != terminal.ExitOK || !strings.Contains(out, "planned  2 would_stop") || !strings.Contains(out, "planned  1 would_stop") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
}

// TestApproveShowsChanges: what would be spared by now is named, and is approved all the same: the rules run again.
func TestApproveShowsChanges(t *testing.T) {
	file := planFile(t, trial.File(t, "fleet.yaml", approveFleet), "-by", "wang.wu")
	later := strings.Replace(approveFleet, "{DesktopId: ecd-b}", "{DesktopId: ecd-b, ConnectionStatus: Connected}", 1)
	target := filepath.Join(t.TempDir(), "approved.json")
	code, out, stderr := executeIn(t, secretAndLimit, "yes\n", "approve", "-by", "li.si", "-out", target, "-t", "", "-emulate", trial.File(t, "later.yaml", later), file)
	if code != terminal.ExitOK || out != "" || !strings.Contains(stderr, "Since the plan: ecd-b skipped connected (a user is connected)") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

// TestApproveShowsOwners: offices and users are counted, long lists are cut with a count, and a desktop that belongs to
// another user since the plan is named. A listing of all desktops tells whose they are, and so does one by their IDs.
func TestApproveShowsOwners(t *testing.T) {
	var fleet, later strings.Builder
	fleet.WriteString("Desktops:\n")
	later.WriteString("Desktops:\n")
	ids, excluded := []string{}, []string{}
	for i := range 32 {
		ids, excluded = append(ids, fmt.Sprintf("ecd-%02d", i)), append(excluded, fmt.Sprintf("ecd-x%02d", i))
		fmt.Fprintf(&fleet, "  - {DesktopId: ecd-%02d, OfficeSiteId: cn-hangzhou+dir-%d, EndUserIds: [user%02d]}\n", i, i%2, i)
		fmt.Fprintf(&later, "  - {DesktopId: ecd-%02d, OfficeSiteId: cn-hangzhou+dir-%d, EndUserIds: [user%02d]}\n", i, i%2, i+i/30)
	}
	fleet.WriteString("  - {DesktopId: ecd-shared, OfficeSiteId: cn-hangzhou+dir-0, EndUserIds: [user00, user01]}\n  - {DesktopId: ecd-pool, OfficeSiteId: cn-hangzhou+dir-0, EndUserIds: []}\n")
	later.WriteString("  - {DesktopId: ecd-shared, OfficeSiteId: cn-hangzhou+dir-9, EndUserIds: [user01, user00]}\n  - {DesktopId: ecd-pool, OfficeSiteId: cn-hangzhou+dir-0, EndUserIds: []}\n")
	ids = append(ids, "ecd-shared", "ecd-pool")
	for name, target := range map[string]string{"all": `"Select":{"All":true}`, "by ID": `"DesktopId":["` + strings.Join(ids, `","`) + `"]`} {
		event := `{` + target + `,"Exclude":{"DesktopId":["` + strings.Join(excluded, `","`) + `"]}}`
		code, out, stderr := execute(t, event, "plan", "-f", "-", "-t", "", "-by", "wang.wu", "-env", "MAX_DESKTOPS=50", "-emulate", trial.File(t, "fleet.yaml", fleet.String()), "-o", "json")
		if code != terminal.ExitOK || schematest.Check("plan", []byte(out)) != nil || strings.Count(out, `"EndUserIds": [`) != 34 {
			t.Fatalf("%s: exit code %d: %s", name, code, stderr)
		}
		file := trial.File(t, "plan.json", out)
		_, _, stderr = executeIn(t, secretAndLimit, "yes\n", "approve", "-by", "li.si", "-t", "", "-emulate", trial.File(t, "later.yaml", later.String()), file)
		for _, want := range []string{
			"Offices of the desktops that it would stop:\n     17  cn-hangzhou+dir-0\n     16  cn-hangzhou+dir-1\n      1  cn-hangzhou+dir-9\n",
			"Users of the desktops that it would stop (33):\n      2  user00\n      2  user01\n      1  nobody\n", "      1  user18\n  and 13 more\nState of",
			`"ecd-x19"]}}` + "\n  Exclude.DesktopId: and 12 more\n",
			"Since the plan: ecd-30 belongs to user31, and belonged to user30\nSince the plan: ecd-31 belongs to user32, and belonged to user31\nSince the plan: ecd-shared is in the office cn-hangzhou+dir-9, and was in cn-hangzhou+dir-0\n",
		} {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: no %q in\n%s", name, want, stderr)
			}
		}
		// The file of a planner who says nothing of users, as of an older version: EDS tells them.
		silent := changed(t, file, func(p *plan) {
			for i := range p.Events[0].Desktops {
				p.Events[0].Desktops[i].EndUserIds, p.Events[0].Desktops[i].OfficeSiteId = nil, ""
			}
		})
		_, _, stderr = executeIn(t, secretAndLimit, "yes\n", "approve", "-by", "li.si", "-t", "", "-emulate", trial.File(t, "later.yaml", later.String()), silent)
		if !strings.Contains(stderr, "      1  cn-hangzhou+dir-9\n") || strings.Contains(stderr, "unknown") {
			t.Errorf("%s: %s", name, stderr)
		}
	}
}

// TestOwnersUnknown: EDS refuses to say whose the desktops are. The plan is made all the same, and the approver is told.
func TestOwnersUnknown(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", "Desktops:\n  - {DesktopId: ecd-a}\nFaults:\n  - {Action: DescribeDesktops, Kind: error, Code: Forbidden.RAM, Status: 403}\n")
	code, out, stderr := execute(t, `{"DesktopId":["ecd-a"]}`, "plan", "-f", "-", "-t", "", "-by", "wang.wu", "-emulate", fleet, "-o", "json")
	if code != terminal.ExitOK || strings.Contains(out, "EndUserIds") || !strings.Contains(stderr, "offices and users of some desktops are not known") {
		t.Fatalf("exit code %d: %s%s", code, out, stderr)
	}
	code, _, stderr = executeIn(t, secretAndLimit, "yes\n", "approve", "-by", "li.si", "-t", "", "-emulate", fleet, trial.File(t, "plan.json", out))
	for _, want := range []string{"offices and users of some desktops are not known", "it would stop:\n      1  unknown\nUsers", "nothing has changed"} {
		if code != terminal.ExitOK || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, no %q in\n%s", code, want, stderr)
		}
	}
}

// TestNotApproved: nothing is written.
func TestNotApproved(t *testing.T) {
	fleet := trial.File(t, "fleet.yaml", approveFleet)
	file := planFile(t, fleet, "-by", "wang.wu")
	nameless := planFile(t, fleet)
	old := changed(t, file, func(p *plan) { p.PlannedAt = time.Now().Add(-8 * 24 * time.Hour) })
	blocked := changed(t, file, func(p *plan) { p.Events[0].Status = "blocked" })
	nothing := changed(t, file, func(p *plan) { p.Events[0].Desktops = p.Events[0].Desktops[:1] })
	for name, c := range map[string]struct {
		environ map[string]string
		stdin   string
		args    []string
		code    int
		says    string
	}{
		"no":           {secretAndLimit, "no\n", []string{"-by", "li.si", file}, terminal.ExitUnexpected, "you did not type yes"},
		"nothing":      {secretAndLimit, "", []string{"-by", "li.si", file}, terminal.ExitUnexpected, "you did not type yes"},
		"same person":  {secretAndLimit, "yes\n", []string{"-by", "Wang.Wu", file}, terminal.ExitUnexpected, "who planned must not approve"},
		"nobody":       {secretAndLimit, "yes\n", []string{"-by", "li.si", nameless}, terminal.ExitUnexpected, "plan again with -by NAME"},
		"no name":      {secretAndLimit, "yes\n", []string{file}, terminal.ExitUsage, "-by NAME is needed"},
		"no secret":    {nil, "yes\n", []string{"-by", "li.si", file}, terminal.ExitUsage, "set APPROVAL_SECRETS"},
		"bad secret":   {map[string]string{"APPROVAL_SECRETS": "fake-secret"}, "yes\n", []string{"-by", "li.si", file}, terminal.ExitUsage, "item 1 of 1 is not a name and a secret"},
		"too long":     {secretAndLimit, "yes\n", []string{"-by", "li.si", "-valid", "169h", file}, terminal.ExitUnexpected, "within 7 days"},
		"old plan":     {secretAndLimit, "yes\n", []string{"-by", "li.si", old}, terminal.ExitUnexpected, "within 7 days"},
		"blocked plan": {secretAndLimit, "yes\n", []string{"-by", "li.si", blocked}, terminal.ExitUnexpected, "only a planned event can be approved"},
		"nothing left": {secretAndLimit, "yes\n", []string{"-by", "li.si", nothing}, terminal.ExitUnexpected, "would stop nothing"},
		"no plan":      {secretAndLimit, "yes\n", []string{"-by", "li.si", fleet}, terminal.ExitUsage, "is not JSON"},
		"standard in":  {secretAndLimit, "yes\n", []string{"-by", "li.si", "-"}, terminal.ExitUsage, "standard input is for your yes"},
		"small limit":  {map[string]string{"APPROVAL_SECRETS": approvalSecrets, "MAX_DESKTOPS": "1", "MAX_APPROVED_DESKTOPS": "2"}, "yes\n", []string{"-by", "li.si", file}, terminal.ExitUnexpected, "MAX_APPROVED_DESKTOPS"},
		"other region": {map[string]string{"APPROVAL_SECRETS": approvalSecrets, "ALLOWED_REGIONS": "cn-shanghai"}, "yes\n", []string{"-by", "li.si", file}, terminal.ExitUnexpected, "would not take the request now"},
	} {
		code, out, stderr := executeIn(t, c.environ, c.stdin, append([]string{"approve", "-t", "", "-emulate", fleet}, c.args...)...)
		if code != c.code || out != "" || !strings.Contains(stderr, c.says) || strings.Contains(stderr, "fake-secret") {
			t.Errorf("%s: exit code %d: %s%s", name, code, out, stderr)
		}
	}
}

// changed returns the file of a plan that somebody has edited.
func changed(t *testing.T, file string, change func(*plan)) string {
	t.Helper()
	p, err := readPlan("", file)
	if err != nil {
		t.Fatal(err)
	}
	change(p)
	text, _ := json.Marshal(p)
	return trial.File(t, "changed.json", string(text))
}

// TestApproveHelp: it names every flag.
func TestApproveHelp(t *testing.T) {
	_, flags := approveFlags()
	flags.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(approveUsage, "\n  -"+f.Name+" ") {
			t.Errorf("the help says nothing of -%s", f.Name)
		}
	})
}

// TestApply: a practice account gets the request as it is. For another account the command is printed.
func TestApply(t *testing.T) {
	file := trial.File(t, "approved.json", `{"DesktopId":["ecd-a","ecd-b"],"ApprovalToken":"a.b"}`)
	answer, sent := "", ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = r.Method + " " + r.URL.Path + " " + string(body)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	for _, c := range []struct {
		endpoint, answer string
		code             int
		says             string
	}{
		{server.URL, `{"EventId":"e","Status":"accepted","PlannedBy":"wang.wu","ApprovedBy":"li.si","Counts":{"accepted":1,"skipped":1},"Desktops":[{"DesktopId":"ecd-b","Outcome":"skipped","Reason":"connected"},{"DesktopId":"ecd-a","Outcome":"accepted"}]}`,
			terminal.ExitOK, "event e  accepted  1 accepted, 1 skipped\nPlanned by wang.wu, approved by li.si.\necd-b  skipped  connected\n"},
		{server.URL, `{"Reports":[{"EventId":"e","Status":"rejected","Error":{"Code":"ApprovalRefused","Message":"expired"}}]}`, terminal.ExitUnexpected, "ApprovalRefused: expired"},
		{server.URL, `{"errorType":"EventRejected","errorMessage":"it expired"}`, terminal.ExitUnexpected, "EventRejected: it expired"},
		{server.URL, `nothing`, terminal.ExitUnexpected, "the function answered 200"},
		{"http://127.0.0.1:1", "", terminal.ExitUnexpected, "cannot be reached"},
		{"", "", terminal.ExitOK, "s invoke -f " + file},
		{"https://ecd.cn-hangzhou.aliyuncs.com", "", terminal.ExitOK, "s invoke -f " + file},
	} {
		answer, sent = c.answer, ""
		code, out, stderr := executeIn(t, map[string]string{"EDS_ENDPOINT": c.endpoint}, "", "apply", file)
		if code != c.code || !strings.Contains(out+stderr, c.says) {
			t.Errorf("%q: exit code %d: %s%s", c.endpoint, code, out, stderr)
		}
		if want := `POST /_emulator/invoke {"DesktopId":["ecd-a","ecd-b"],"ApprovalToken":"a.b"}`; (sent == want) != (c.endpoint == server.URL) {
			t.Errorf("%q: sent %q", c.endpoint, sent)
		}
	}
	for _, bad := range []string{`{"DesktopId":["ecd-a"]}`, `[]`, `{`, `{"Desktop":1}`, `[{"DesktopId":["ecd-a"],"ApprovalToken":"a.b"},{"DesktopId":["ecd-b"]}]`} {
		if code, _, stderr := execute(t, "", "apply", trial.File(t, "bad.json", bad)); code != terminal.ExitUsage {
			t.Errorf("%s: exit code %d: %s", bad, code, stderr)
		}
	}
}
