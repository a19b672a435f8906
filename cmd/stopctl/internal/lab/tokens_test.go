package lab

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/events"
	"stopdesktops/internal/approval"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/webhook"
)

const (
	approvalSecrets = "one:whsec_ZmFrZS1hcHByb3ZhbC1zZWNyZXQtb25lLW9mLXRlc3Rz"
	ticketsSecret   = "whsec_ZmFrZS1zZWNyZXQtb2YtYS10aWNrZXQtc3lzdGVt"
)

// TestServeHidesTokens: the page and the terminal show neither the token of an event nor one that the function made.
// The sender gets its own.
func TestServeHidesTokens(t *testing.T) {
	t.Parallel()
	keys, err := approval.Read([]secret.String{secret.New(approvalSecrets)})
	if err != nil {
		t.Fatal(err)
	}
	token, err := keys.Mint(events.Request{RegionId: "cn-hangzhou", StoppedMode: "StopCharging", DesktopId: []string{"ecd-running1"}},
		report.Approval{PlannedBy: "wang.wu", ApprovedBy: "li.si", PlannedAt: time.Now(), Expires: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	routes := trial.File(t, "routes.yaml", "http:\n  - path: /tickets\n    auth: {scheme: standard, secrets: [TICKETS_SECRET]}\n    approves: [/tickets]\n    callback: {url: CALLBACK_URL}\n")
	s := serve(t, "-v", "-env", "ROUTES_FILE="+routes, "-env", "TICKETS_SECRET="+ticketsSecret, "-env", "APPROVAL_MINT=function", "-env", "APPROVAL_SECRETS="+approvalSecrets)
	var shown strings.Builder
	shown.WriteString(s.form(url.Values{"event": {fmt.Sprintf(`{"DesktopId":["ecd-running1"],"ApprovalToken":%q}`, token)}}))
	if !strings.Contains(shown.String(), "success · accepted") || !strings.Contains(shown.String(), "(hidden ApprovalToken)") {
		t.Errorf("%s", shown.String())
	}
	shown.WriteString(s.form(url.Values{"event": {fmt.Sprintf(`{"DesktopId":["ecd-running2"],"Reason":%q,"ApprovalToken":"%sx"}`, token, token)}}))
	body := `{"DryRun":true,"DesktopId":["ecd-running2"],"RequestedBy":"wang.wu"}`
	key, err := webhook.Keys([]secret.String{secret.New(ticketsSecret)})
	if err != nil {
		t.Fatal(err)
	}
	headers := []string{"Content-Type: application/json"}
	for name, values := range webhook.Sign(key, "msg_1", time.Now(), []byte(body)) {
		headers = append(headers, name+": "+values[0])
	}
	status, _, answer := s.call("POST", "/tickets", body, headers...)
	var rep report.Report
	if err := json.Unmarshal([]byte(answer), &rep); err != nil || status != 200 || rep.ApprovalToken == "" {
		t.Fatalf("%d %s", status, answer)
	}
	_, _, html := s.call("GET", "/", "")
	_, _, open := s.call("GET", "/?event=1", "")
	shown.WriteString(html + open)
	s.interrupt()
	shown.WriteString(s.out.String())
	for _, made := range []string{token, rep.ApprovalToken} {
		for _, part := range strings.Split(made, ".") {
			if at := strings.Index(shown.String(), part); at >= 0 {
				t.Errorf("a token is shown: %.200s", shown.String()[max(0, at-100):])
			}
		}
	}
}

// TestBase64Body: a token in the body of an HTTP event is hidden, however the body is written.
func TestBase64Body(t *testing.T) {
	body := []byte(`{"ApprovalToken":"eyJLZXkiOiJvbmUifQ.c2ln"}`)
	event := emulator.HTTPEvent("POST", "/a", map[string][]string{"Content-Type": {"application/octet-stream"}}, body)
	if !strings.Contains(string(event), base64.StdEncoding.EncodeToString(body)) {
		t.Fatalf("%s", event)
	}
	var request struct{ Body []byte }
	if err := json.Unmarshal(eventWithoutTokens(event), &request); err != nil || string(request.Body) != `{"ApprovalToken":"(hidden ApprovalToken)"}` {
		t.Errorf("%s %v", request.Body, err)
	}
}
