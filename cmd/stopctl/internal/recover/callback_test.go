package recover

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/internal/emulator"
)

// fakeSecret is that of the receivers here.
const fakeSecret = "whsec_ZmFrZS1zZWNyZXQtb2YtYS1jYWxsYmFjay1yZWNlaXZlcg=="

func resendWith(t *testing.T, stdin string, env map[string]string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = stopctl().Execute(context.Background(), append([]string{"callback"}, args...), terminal.Outside{
		In: strings.NewReader(stdin), Out: &stdout, Err: &stderr, Getenv: func(name string) string { return env[name] }})
	return code, stdout.String(), stderr.String()
}

// TestResend: a report from a log or a response is delivered whole and signed, wherever it is told to go.
func TestResend(t *testing.T) {
	receiver := &emulator.Receiver{Secrets: []string{fakeSecret}}
	server := httptest.NewServer(receiver)
	defer server.Close()
	configured := map[string]string{"CALLBACK_URL": server.URL + "/hook?token=fake-token", "CALLBACK_SECRET": fakeSecret, "CALLBACK_ON": "problems"}
	elsewhere := map[string]string{"CALLBACK_URL": "http://127.0.0.1:1/", "CALLBACK_SECRET": fakeSecret}
	done := `{"EventId":"e2","Status":"done","Callback":{"Status":"failed","Attempts":3}}`
	for _, c := range []struct {
		name, stdin string
		env         map[string]string
		args        []string
		deliveries  int
	}{
		{"an answer", oneReport, configured, []string{"resend", "-"}, 1},
		{"a batch, also what the filter would hold back", `{"Reports":[` + oneReport + `,` + done + `]}`, configured, []string{"resend", "-"}, 2},
		{"lines of the log", `{"msg":"report","report":{"EventId":"e1","Status":"partial","Counts":{"failed":1}}}` + "\n" +
			`{"msg":"desktops","EventId":"e1","Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"}]}`, configured, []string{"resend", "-"}, 1},
		{"somewhere else", oneReport, elsewhere, []string{"resend", "-to", server.URL, "-"}, 1},
	} {
		before := len(receiver.Deliveries())
		code, out, err := resendWith(t, c.stdin, c.env, c.args...)
		if code != terminal.ExitOK || strings.Contains(out+err, "fake-token") || !strings.Contains(out, "delivered to 127.0.0.1 at the first try") {
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

// TestResendWhich: each report that somebody waits for goes out, and no other, unless that is asked for.
func TestResendWhich(t *testing.T) {
	receiver := &emulator.Receiver{Secrets: []string{fakeSecret}}
	server := httptest.NewServer(receiver)
	defer server.Close()
	env := map[string]string{"CALLBACK_URL": server.URL, "CALLBACK_SECRET": fakeSecret}
	const (
		failed    = `{"EventId":"e-failed","Status":"done","Callback":{"Status":"failed","Attempts":3}}`
		late      = `{"EventId":"e-late","Status":"done","Callback":{"Status":"not_attempted"}}`
		delivered = `{"EventId":"e-delivered","Status":"done","Callback":{"Status":"delivered"}}`
		ignored   = `{"EventId":"e-ignored","Status":"ignored"}`
		stranger  = `{"EventId":"e-stranger","Status":"rejected","Error":{"Code":"Unauthenticated"}}`
		refused   = `{"EventId":"e-refused","Status":"rejected","Error":{"Code":"NotAllowed"}}`
		routed    = `{"EventId":"e-routed","Route":"/jira","Status":"done"}`
		done      = `{"EventId":"e-routed","Route":"/jira","Status":"done","Callback":{"Status":"delivered"}}`
		logged    = `{"msg":"report","report":{"EventId":"e-1","Status":"done"}}
{"msg":"callback","EventId":"e-1","Host":"a.example.com","Callback":{"Status":"delivered"}}
{"msg":"report","report":{"EventId":"e-2","Status":"done"}}
{"msg":"callback","EventId":"e-2","Host":"127.0.0.1","Callback":{"Status":"failed"}}`
	)
	batch := func(reports ...string) string { return `{"Reports":[` + strings.Join(reports, ",") + `]}` }
	for _, c := range []struct {
		name, stdin string
		args        []string
		sent        string // events
		code        int
		says        string
	}{
		{"all kinds", batch(failed, late, delivered, ignored, stranger, refused), nil, "e-failed e-late e-refused", terminal.ExitOK, "event e-delivered is left out: it was delivered; -all"},
		{"all of them", batch(failed, delivered, ignored, stranger, routed), []string{"-all"}, "e-failed e-delivered e-ignored e-stranger e-routed", terminal.ExitOK, ""},
		{"ignored", ignored, nil, "", terminal.ExitOK, "it was ignored; -all sends it too\nstopctl: nothing is left to deliver"},
		{"a stranger", stranger, nil, "", terminal.ExitOK, "it was not authenticated"},
		{"the log", logged, nil, "e-2", terminal.ExitOK, "event e-1 is left out: it was delivered"},
		{"the log, and another receiver", strings.ReplaceAll(logged, "127.0.0.1", "b.example.com"), nil, "", terminal.ExitUsage, "event e-2 has its receiver at b.example.com"},
		{"the log, another receiver, and where to", strings.ReplaceAll(logged, "127.0.0.1", "b.example.com"), []string{"-to", server.URL}, "e-2", terminal.ExitOK, ""},
		{"a route", batch(failed, routed), nil, "", terminal.ExitUsage, "event e-routed came by the route /jira"},
		{"a route that has it", batch(failed, done), nil, "e-failed", terminal.ExitOK, "event e-routed is left out: it was delivered"},
		{"a route, and where to", batch(routed, delivered), []string{"-to", server.URL}, "e-routed", terminal.ExitOK, "event e-delivered is left out"},
		{"an ID that moves the cursor", `{"EventId":"e\u001b[2J","Status":"done"}`, nil, "e\x1b[2J", terminal.ExitOK, ""},
	} {
		before := len(receiver.Deliveries())
		code, out, err := resendWith(t, c.stdin, env, slices.Concat([]string{"resend"}, c.args, []string{"-"})...)
		var sent []string
		for _, d := range receiver.Deliveries()[before:] {
			sent = append(sent, d.Event.Subject)
		}
		if code != c.code || strings.Join(sent, " ") != c.sent || !strings.Contains(err, c.says) || strings.Contains(out+err, "\x1b") {
			t.Errorf("%s: exit %d, sent %q\n%s%s", c.name, code, sent, out, err)
		}
	}
}

func TestResendFails(t *testing.T) {
	server := httptest.NewServer(&emulator.Receiver{Secrets: []string{fakeSecret}}) // takes nothing unsigned
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
		{"refused", map[string]string{"CALLBACK_URL": server.URL}, []string{"resend", "-"}, oneReport, terminal.ExitUnexpected, "failed http_401 to 127.0.0.1"},
		{"no destination", nil, []string{"resend", "-"}, oneReport, terminal.ExitUsage, "where to?"},
		{"a bad destination", map[string]string{"CALLBACK_URL": "http://tickets.example/fake-token"}, []string{"resend", "-"}, oneReport, terminal.ExitUsage, "CALLBACK_URL may be http:// on loopback only"},
		{"a bad secret", map[string]string{"CALLBACK_URL": server.URL, "CALLBACK_SECRET": "fake-token"}, []string{"resend", "-"}, oneReport, terminal.ExitUsage, "CALLBACK_SECRET"},
		{"a bad format", map[string]string{"CALLBACK_URL": server.URL, "CALLBACK_FORMAT": "fax"}, []string{"resend", "-"}, oneReport, terminal.ExitUsage, "CALLBACK_FORMAT must be one of"},
		{"a bad skeleton", map[string]string{"CALLBACK_URL": server.URL, "CALLBACK_FORMAT": "custom", "CALLBACK_TEMPLATE": own}, []string{"resend", "-"}, oneReport, terminal.ExitUsage, "${Nothing}"},
		{"no report", map[string]string{"CALLBACK_URL": server.URL}, []string{"resend", "-"}, "hello", terminal.ExitUsage, "holds no report"},
		{"no file", map[string]string{"CALLBACK_URL": server.URL}, []string{"resend"}, "", terminal.ExitUsage, "wants one file"},
		{"no verb", nil, nil, "", terminal.ExitUsage, "wants resend"},
		{"help", nil, []string{"resend", "-h"}, "", terminal.ExitOK, "Usage: stopctl callback resend"},
		{"help without the verb", nil, []string{"-h"}, "", terminal.ExitOK, "Usage: stopctl callback resend"},
	} {
		code, out, err := resendWith(t, c.in, c.env, c.args...)
		if code != c.code || !strings.Contains(out+err, c.says) || strings.Contains(out+err, "fake-token") {
			t.Errorf("%s: exit %d\n%s%s", c.name, code, out, err)
		}
	}
}

// TestResendProgress: a terminal shows that a slow receiver is waited for.
func TestResendProgress(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(700 * time.Millisecond) }))
	defer server.Close()
	getenv := func(name string) string { return map[string]string{"CALLBACK_URL": server.URL}[name] }
	code, shown := trial.OnTerminal(t, stopctl(), getenv, oneReport, "callback", "resend", "-")
	if code != terminal.ExitOK || !strings.Contains(shown, "Delivering event e1 … 0 s") {
		t.Errorf("exit %d: %q", code, shown)
	}
}
