package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// The signs were computed with openssl and Python: for DingTalk the secret signs "timestamp\nsecret", for Feishu
// "timestamp\nsecret" signs nothing.
const (
	robotSecret  = "SECfakefakefakefake"
	robotMillis  = "1795377600000"
	dingTalkSign = "EoRuUTpl6/VEFyYZZvvpJRMNAxqiruxKm9u1KGkGqns="
	robotSeconds = "1795377600"
	feishuSign   = "ZiA6BY/BFvqq6VDSiNPSE78XcEqfQzgHCWyRrGG9450="
)

func TestRobots(t *testing.T) {
	signed := "?timestamp=" + robotMillis + "&sign=" + url.QueryEscape(dingTalkSign)
	feishu := `{"msg_type":"text","content":{"text":"x"},"timestamp":"` + robotSeconds + `","sign":"` + feishuSign + `"}`
	for _, c := range []struct {
		name, robot, query, body string
		secrets                  []string
		status                   int
		says, err                string
	}{
		{"DingTalk", emulator.RobotDingTalk, "", `{"msgtype":"text"}`, nil, 200, `"errcode":0`, ""},
		{"DingTalk, signed", emulator.RobotDingTalk, signed, `{"msgtype":"text"}`, []string{robotSecret}, 200, `"errcode":0`, ""},
		{"DingTalk, another secret", emulator.RobotDingTalk, signed, `{"msgtype":"text"}`, []string{"other"}, 200, `"errcode":310000`, "the sign is wrong"},
		{"DingTalk, not signed", emulator.RobotDingTalk, "", `{"msgtype":"text"}`, []string{robotSecret}, 200, `"errcode":310000`, "timestamp is missing"},
		{"Feishu, signed", emulator.RobotFeishu, "", feishu, []string{robotSecret}, 200, `"code":0`, ""},
		{"Feishu, altered time", emulator.RobotFeishu, "", strings.Replace(feishu, robotSeconds, "1795377601", 1), []string{robotSecret}, 200, `"code":19021`, "the sign is wrong"},
		{"WeCom", emulator.RobotWeCom, "", `{"msgtype":"markdown"}`, nil, 200, `"errcode":0`, ""},
		{"Slack", emulator.RobotSlack, "", `{"text":"x"}`, nil, 200, "ok", ""},
		{"Slack, a CloudEvent", emulator.RobotSlack, "", `{"specversion":"1.0"}`, nil, 400, "invalid_payload", "none of the members"},
		{"no JSON", emulator.RobotWeCom, "", `hello`, nil, 200, `"errcode":93017`, "not a JSON object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rc := &emulator.Receiver{Robot: c.robot, Secrets: c.secrets, Now: func() time.Time { return time.UnixMilli(1795377600000 + 1000) }}
			server := httptest.NewServer(rc)
			defer server.Close()
			resp, err := http.Post(server.URL+"/robot"+c.query, "application/json", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			d := rc.Deliveries()[0]
			if resp.StatusCode != c.status || !strings.Contains(string(body), c.says) || (c.err == "") != (d.Err == "") || !strings.Contains(d.Err, c.err) {
				t.Errorf("%d %s; %s", resp.StatusCode, body, d.Err)
			}
			if wantOK := c.err == "" && c.secrets != nil; d.SignatureOK != wantOK {
				t.Errorf("SignatureOK %v", d.SignatureOK)
			}
		})
	}
}

// TestRobotsByPath: whatever the receiver is otherwise, a path that ends in the name of a robot is one.
func TestRobotsByPath(t *testing.T) {
	rc := &emulator.Receiver{Secrets: []string{"whsec_ZmFrZS1zZWNyZXQtb2YtYS1jYWxsYmFjay1yZWNlaXZlcg=="}}
	server := httptest.NewServer(rc)
	defer server.Close()
	for i, c := range []struct {
		path, body string
		status     int
		err        string
	}{
		{"/x/slack", `{"text":"x"}`, 200, ""},
		{"/x/slack", `{}`, 400, "none of the members slack requires"},
		{"/x/custom", `{}`, 200, ""},
		{"/x/custom", `[]`, 400, "not a JSON object"},
		{"/x/feishu", `{"msg_type":"text"}`, 200, ""},
		{"/x/slack/hook", `{"text":"x"}`, 401, "webhook-id"},
	} {
		resp, err := http.Post(server.URL+c.path, "application/json", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if d := rc.Deliveries()[i]; resp.StatusCode != c.status || (c.err == "") != (d.Err == "") || !strings.Contains(d.Err, c.err) {
			t.Errorf("%s %s: %d; %s", c.path, c.body, resp.StatusCode, d.Err)
		}
	}
}
