package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stopdesktops/internal/emulator"
)

func resendWith(t *testing.T, stdin string, env map[string]string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = stopctl(context.Background(), append([]string{"callback"}, args...), outside{
		in: strings.NewReader(stdin), out: &stdout, err: &stderr, getenv: func(name string) string { return env[name] }})
	return code, stdout.String(), stderr.String()
}

// TestResend: what stands in a log or an answer arrives, whole and signed, wherever it is told to go.
func TestResend(t *testing.T) {
	receiver := &emulator.Receiver{Secrets: []string{callbackSecret}}
	server := httptest.NewServer(receiver)
	defer server.Close()
	configured := map[string]string{"CALLBACK_URL": server.URL + "/hook?token=fake-token", "CALLBACK_SECRET": callbackSecret, "CALLBACK_ON": "problems"}
	elsewhere := map[string]string{"CALLBACK_URL": "http://127.0.0.1:1/", "CALLBACK_SECRET": callbackSecret}
	done := `{"EventId":"e2","Status":"done","Callback":{"Status":"failed","Attempts":3}}`
	for _, c := range []struct {
		name, stdin string
		env         map[string]string
		args        []string
		deliveries  int
	}{
		{"an answer", report, configured, []string{"resend", "-"}, 1},
		{"a batch, also what the filter would hold back", `{"Reports":[` + report + `,` + done + `]}`, configured, []string{"resend", "-"}, 2},
		{"lines of the log", `{"msg":"report","report":{"EventId":"e1","Status":"partial","Counts":{"failed":1}}}` + "\n" +
			`{"msg":"desktops","EventId":"e1","Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"}]}`, configured, []string{"resend", "-"}, 1},
		{"somewhere else", report, elsewhere, []string{"resend", "-to", server.URL, "-"}, 1},
	} {
		before := len(receiver.Deliveries())
		code, out, err := resendWith(t, c.stdin, c.env, c.args...)
		if code != exitOK || strings.Contains(out+err, "fake-token") || !strings.Contains(out, "delivered to 127.0.0.1 at the first try") {
			t.Errorf("%s: exit %d\n%s%s", c.name, code, out, err)
		}
		all := receiver.Deliveries()[before:]
		if len(all) != c.deliveries {
			t.Errorf("%s: %d deliveries", c.name, len(all))
		}
		for _, d := range all {
			if !d.SignatureOK || d.Err != "" || d.Duplicate || strings.Contains(string(d.Body), `"Callback"`) {
				t.Errorf("%s: %+v %s", c.name, d, d.Body)
			}
		}
		if strings.HasPrefix(c.name, "lines") && !strings.Contains(string(all[0].Body), "ecd-f") {
			t.Errorf("the desktops are missing: %s", all[0].Body)
		}
	}
}

func TestResendFails(t *testing.T) {
	server := httptest.NewServer(&emulator.Receiver{Secrets: []string{callbackSecret}}) // takes nothing unsigned
	defer server.Close()
	own := filepath.Join(t.TempDir(), "message.json")
	if err := os.WriteFile(own, []byte(`{"a":"${Nothing}"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		env  map[string]string
		args []string
		in   string
		code int
		says string
	}{
		{"refused", map[string]string{"CALLBACK_URL": server.URL}, []string{"resend", "-"}, report, exitUnexpected, "failed http_401 to 127.0.0.1"},
		{"no destination", nil, []string{"resend", "-"}, report, exitUsage, "where to?"},
		{"a bad destination", map[string]string{"CALLBACK_URL": "http://tickets.example/fake-token"}, []string{"resend", "-"}, report, exitUsage, "CALLBACK_URL may be http:// on loopback only"},
		{"a bad secret", map[string]string{"CALLBACK_URL": server.URL, "CALLBACK_SECRET": "fake-token"}, []string{"resend", "-"}, report, exitUsage, "CALLBACK_SECRET"},
		{"a bad format", map[string]string{"CALLBACK_URL": server.URL, "CALLBACK_FORMAT": "fax"}, []string{"resend", "-"}, report, exitUsage, "CALLBACK_FORMAT must be one of"},
		{"a bad skeleton", map[string]string{"CALLBACK_URL": server.URL, "CALLBACK_FORMAT": "custom", "CALLBACK_TEMPLATE": own}, []string{"resend", "-"}, report, exitUsage, "${Nothing}"},
		{"no report", map[string]string{"CALLBACK_URL": server.URL}, []string{"resend", "-"}, "hello", exitUsage, "holds no report"},
		{"no file", map[string]string{"CALLBACK_URL": server.URL}, []string{"resend"}, "", exitUsage, "wants one file"},
		{"no verb", nil, nil, "", exitUsage, "wants resend"},
		{"help", nil, []string{"resend", "-h"}, "", exitOK, "Usage: stopctl callback resend"},
		{"help without the verb", nil, []string{"-h"}, "", exitOK, "Usage: stopctl callback resend"},
	} {
		code, out, err := resendWith(t, c.in, c.env, c.args...)
		if code != c.code || !strings.Contains(out+err, c.says) || strings.Contains(out+err, "fake-token") {
			t.Errorf("%s: exit %d\n%s%s", c.name, code, out, err)
		}
	}
}
