package routes

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
)

const someRoutes = `http:
  - path: /jira
    auth: {scheme: hub-sha256, secrets: [JIRA_SECRET]}
    async: true
    time: {path: $.at}
    when: [{path: $.status, is: Approved}]
    request: {DesktopId: $.desktops, Reason: $.key}
  - {path: /own, auth: {scheme: token, secrets: [TOKEN]}, cloudevents: true}
  - {path: /few, auth: {scheme: token, secrets: [TOKEN]}, allow: {regions: [cn-hangzhou], batch: 2}}
events:
  - {source: acme.itsm, type: approved, request: {DesktopId: $.d}}
`

func tryRoutes(t *testing.T, text, stdin string, args ...string) (code int, out, err string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "routes.yaml")
	if e := os.WriteFile(file, []byte(text), 0o600); e != nil {
		t.Fatal(e)
	}
	var stdout, stderr bytes.Buffer
	code = stopctl().Execute(context.Background(), append([]string{"routes", "-routes", file}, args...), terminal.Outside{In: strings.NewReader(stdin), Out: &stdout, Err: &stderr})
	trial.Valid(t, stdout.String())
	if stdout.Len() > 0 && stdout.Bytes()[0] == '{' && !strings.Contains(stdout.String(), `"Format": "stopctl.routes/1"`) {
		t.Errorf("no format in %s", &stdout)
	}
	return code, stdout.String(), stderr.String()
}

func TestRoutesCheck(t *testing.T) {
	code, out, err := tryRoutes(t, someRoutes, "", "check")
	for _, want := range []string{"/jira", "hub-sha256", "async, mapped", "/own", "CloudEvents", "acme.itsm approved", "4 routes, no fault"} {
		if code != terminal.ExitOK || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q: %s%s", code, want, out, err)
		}
	}
	code, out, err = tryRoutes(t, strings.Replace(someRoutes, "$.desktops", "$..desktops", 1)+"  - {type: x}\n", "", "check")
	if code != terminal.ExitUnexpected || out != "" || !strings.Contains(err, "routes.yaml:7: http[0].request.DesktopId: uses ..") || !strings.Contains(err, "routes.yaml:12: events[1]: needs source") {
		t.Errorf("exit %d %s%s", code, out, err)
	}
}

// TestRoutesApprove: the list says which plans a route approves, and a tried body shows no token.
func TestRoutesApprove(t *testing.T) {
	const text = "http:\n  - path: /plan\n    auth: {scheme: standard, secrets: [A]}\n  - path: /approved\n    auth: {scheme: standard, secrets: [B]}\n    approves: [/plan, /approved]\n"
	if code, out, err := tryRoutes(t, text, "", "check"); code != terminal.ExitOK || !strings.Contains(out, "approves /plan /approved") {
		t.Errorf("exit %d %s%s", code, out, err)
	}
	const token = "eyJLZXkiOiJmYWtlIn0.ZmFrZQ"
	code, out, err := tryRoutes(t, text, `{"DesktopId":"ecd-a","ApprovalToken":"`+token+`"}`, "try", "/approved", "-f", "-")
	if code != terminal.ExitOK || strings.Contains(out+err, token) || !strings.Contains(out, `"ApprovalToken": "(hidden ApprovalToken)"`) {
		t.Errorf("exit %d %s%s", code, out, err)
	}
}

func TestRoutesTry(t *testing.T) {
	const good = `{"at":1795377600000,"status":"Approved","key":"IT-1","desktops":"ecd-a ecd-b"}`
	for _, c := range []struct {
		name, body string
		args       []string
		code       int
		want       []string
	}{
		{"good", good, []string{"try", "/jira", "-f", "-"}, terminal.ExitOK, []string{`"Route": "/jira"`, `"Time": "2026-11-22T20:00:00Z"`, `"ecd-b"`, `"Reason": "IT-1"`}},
		{"flags first", good, []string{"-f", "-", "try", "/jira"}, terminal.ExitOK, []string{`"ecd-b"`}},
		{"ignored", strings.Replace(good, "Approved", "Open", 1), []string{"try", "/jira", "-f", "-"}, terminal.ExitUnexpected, []string{`"Ignored": true`, `"Because": "$.status"`, `the route expects $.status = \"Approved\"; the event has \"Open\".`}},
		{"refused by the mapping", strings.Replace(good, `"IT-1"`, "{}", 1), []string{"try", "/jira", "-f", "-"}, terminal.ExitUnexpected, []string{`"Code": "WrongType"`, `"Path": "$.key"`}},
		{"refused as a request", strings.Replace(good, "ecd-b", "desktop-b", 1), []string{"try", "/jira", "-f", "-"}, terminal.ExitUnexpected, []string{`"Path": "$.desktops"`}},
		{"as it came", `{"DesktopId":"ecd-a"}`, []string{"try", "/own", "-f", "-"}, terminal.ExitOK, []string{`"ecd-a"`}},
		{"an event", `{"d":"ecd-a"}`, []string{"try", "acme.itsm", "-type", "approved", "-f", "-"}, terminal.ExitOK, []string{`"Route": "acme.itsm approved"`}},
		{"an event, encoded twice", `"{\"d\":[\"ecd-a\",\" ecd-b\",\"\"]}"`, []string{"try", "acme.itsm", "-type", "approved", "-f", "-"}, terminal.ExitOK, []string{`"ecd-a"`, `"ecd-b"`}},
		{"encoded twice", `"{\"DesktopId\":\"ecd-a\"}"`, []string{"try", "/few", "-f", "-"}, terminal.ExitOK, []string{`"ecd-a"`}},
		{"a text", `"stop"`, []string{"try", "acme.itsm", "-type", "approved", "-f", "-"}, terminal.ExitUnexpected, []string{`"Code": "InvalidJSON"`}},
		{"the only region", `{"DesktopId":"ecd-a"}`, []string{"try", "/few", "-f", "-"}, terminal.ExitOK, []string{`"RegionId": "cn-hangzhou"`}},
		{"another region", `{"DesktopId":"ecd-a","RegionId":"cn-beijing"}`, []string{"try", "/few", "-f", "-"}, terminal.ExitUnexpected, []string{`"Code": "NotAllowed"`, `"Path": "$.RegionId"`}},
		{"force", `{"DesktopId":"ecd-a","Force":true}`, []string{"try", "/few", "-f", "-"}, terminal.ExitUnexpected, []string{`"Path": "$.Force"`}},
		{"two", `[{"DesktopId":"ecd-a"},{"DesktopId":"ecd-b"}]`, []string{"try", "/few", "-f", "-"}, terminal.ExitOK, []string{`"ecd-a"`, `"ecd-b"`}},
		{"one of two is bad", `[{"DesktopId":"ecd-a"},{"DesktopIdz":"ecd-b"}]`, []string{"try", "/few", "-f", "-"}, terminal.ExitUnexpected, []string{`"ecd-a"`, `"Path": "$[1].DesktopIdz"`}},
		{"three", `[{"DesktopId":"ecd-a"},{"DesktopId":"ecd-b"},{"DesktopId":"ecd-c"}]`, []string{"try", "/few", "-f", "-"}, terminal.ExitUnexpected, []string{"holds 3 requests; the route takes at most 2"}},
		{"two regions", `{"Select":{"All":true},"RegionId":["cn-hangzhou","cn-beijing"]}`, []string{"try", "/few", "-f", "-"}, terminal.ExitUnexpected,
			[]string{`"RegionId": "cn-hangzhou"`, `"RegionId": "cn-beijing"`, `"Code": "NotAllowed"`, `"Path": "$.RegionId"`}},
		{"IDs in two regions", `{"DesktopId":"ecd-a","RegionId":["cn-hangzhou","cn-beijing"]}`, []string{"try", "/few", "-f", "-"}, terminal.ExitUnexpected,
			[]string{`"Code": "Conflict"`, `"Path": "$.DesktopId"`}},
		{"no route", `{}`, []string{"try", "jira", "-f", "-"}, terminal.ExitUsage, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, err := tryRoutes(t, someRoutes, c.body, c.args...)
			for _, want := range c.want {
				if code != c.code || !strings.Contains(out, want) {
					t.Errorf("exit %d, no %s: %s%s", code, want, out, err)
				}
			}
		})
	}
}

func TestRoutesUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"wants check or try":             {"list"},
		"Did you mean check?":            {"chekc"},
		"wants a route and -f":           {"try", "/jira"},
		"no route for \"/other\"":        {"try", "/other", "-f", "-"},
		"no route for \"acme.itsm\"":     {"try", "acme.itsm", "-f", "-"},
		"there is no flag -x":            {"check", "-x"},
		"no such file or directory":      {"try", "/jira", "-f", "no-such-file.json"},
		"routes wants check or try. See": {},
	} {
		if code, out, err := tryRoutes(t, someRoutes, "{}", args...); code != terminal.ExitUsage || out != "" || !strings.Contains(err, want) {
			t.Errorf("%q: exit %d %s%s", args, code, out, err)
		}
	}
}
