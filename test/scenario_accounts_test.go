package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"stopdesktops/handler"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
)

// calls of each account so far.
func (s *scenario) calls() [][]emulator.Call {
	var all [][]emulator.Call
	for _, account := range s.eds.All() {
		all = append(all, account.Calls())
	}
	return all
}

// after returns the calls that are not among those before.
func after(before, now [][]emulator.Call) []emulator.Call {
	var all []emulator.Call
	for i, calls := range now {
		all = append(all, calls[len(before[i]):]...)
	}
	return all
}

// accountText says which account answered a call; nothing of the function's own.
func accountText(c emulator.Call) string {
	if c.AccountId == "" || c.AccountId == emulator.DefaultAccountId {
		return ""
	}
	return " in account " + c.AccountId
}

// secretVariable tells the variables of scenarios that hold secrets.
var secretVariable = regexp.MustCompile(`SECRETS?$|TOKENS?$|EXTERNAL_ID$`)

// secrets that went into the scenario: keys and tokens of every identity, and the secrets of the settings.
func (s *scenario) secrets() []string {
	secrets := []string{callbackSecret, robotSecret}
	identities := []emulator.Credential{emulator.DefaultCredential}
	for _, account := range s.eds.All() {
		identities = append(append(identities, account.Credentials...), emulator.Issued(account)...)
	}
	for _, c := range identities {
		secrets = append(secrets, c.AccessKeySecret, c.SecurityToken)
	}
	for line := range strings.Lines(section(s.archive, "env")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if secretVariable.MatchString(name) {
			for item := range strings.SplitSeq(value, ",") {
				secrets = append(secrets, strings.TrimSpace(item))
				if _, text, named := strings.Cut(item, ":whsec_"); named {
					secrets = append(secrets, text)
				}
			}
		}
	}
	for _, token := range s.tokens {
		secrets = append(secrets, token)
		secrets = append(secrets, strings.Split(token, ".")...)
	}
	return secrets
}

// show keeps what an invocation shows: log, response and function error.
func (s *scenario) show(answer any, err error) {
	s.shown.WriteString(s.log.String())
	if h, ok := answer.(handler.HTTPResponse); ok {
		body, _ := s.withoutTokens([]byte(h.Body))
		h.Body = string(body)
		s.shown.WriteString(h.Body)
		answer = h
	}
	text, _ := json.Marshal(answer)
	s.shown.Write(text)
	var failure *handler.Failure
	if errors.As(err, &failure) {
		s.shown.WriteString(failure.Message)
	}
}

// checkLeaks searches everything that the scenario showed, callbacks included, for everything secret.
func (s *scenario) checkLeaks() {
	s.shown.WriteString(s.out.String())
	for _, d := range s.receiver.Deliveries() {
		s.shown.Write(d.Body)
	}
	for _, d := range s.robot.Deliveries() { // of a route
		body, _ := s.withoutTokens(d.Body)
		s.shown.Write(body)
	}
	for _, secret := range append(leaks(s.shown.String(), s.secrets()), tokenForm.FindAllString(s.shown.String(), -1)...) {
		s.t.Errorf("the secret %q is shown", secret)
	}
}

// leaks are the secrets that a text shows.
func leaks(text string, secrets []string) []string {
	var found []string
	for _, secret := range secrets {
		if len(secret) >= 8 && strings.Contains(text, secret) {
			found = append(found, secret)
		}
	}
	return found
}

// TestLeaks: the search finds what it is to find.
func TestLeaks(t *testing.T) {
	if found := leaks("a token-of-somebody b", []string{"token-of-nobody", "token-of-somebody", "a"}); len(found) != 1 {
		t.Errorf("%q", found)
	}
}

// TestFiftyInvocations go over one instance and two other accounts at once. Each call is signed for the account of
// its event, and no account hears of the desktops of another. Run it with -race.
func TestFiftyInvocations(t *testing.T) {
	trusted()
	archive := &txtar.Archive{Files: []txtar.File{
		{Name: "env", Data: []byte("ACCOUNTS=prod=acs:ram::2000000000000000:role/stop-desktops,lab=acs:ram::3000000000000000:role/stop-desktops\nALLOWED_ACCOUNTS=prod,lab")},
		{Name: "fleet.yaml", Data: []byte(`
Generate: [{Count: 50, Prefix: ecd-own}]
Accounts:
- {AccountId: "2000000000000000", Roles: [{RoleName: stop-desktops, Trusts: ["1000000000000000"], SessionTime: 5m}], Generate: [{Count: 50, Prefix: ecd-prod}]}
- {AccountId: "3000000000000000", Roles: [{RoleName: stop-desktops, Trusts: ["1000000000000000"], Latency: 1s}], Generate: [{Count: 50, Prefix: ecd-lab}]}
`)}}}
	synctest.Test(t, func(t *testing.T) {
		s := newScenario(t, archive)
		names := []string{"own", "prod", "lab"}
		var wait sync.WaitGroup
		for i := range 50 {
			name := names[i%len(names)]
			event := fmt.Sprintf(`{"Account":%q,"DesktopId":"ecd-%s%02d"}`, name, name, i+1)
			event = strings.Replace(event, `"Account":"own",`, "", 1)
			inv, ctx, cancel := s.invocation()
			inv.RequestID = fmt.Sprintf("1-fifty-%d", i)
			wait.Go(func() {
				defer cancel()
				for _, rep := range s.handler.Reports(ctx, inv, []byte(event)) {
					if rep.Status != report.StatusAccepted || rep.Account != strings.TrimPrefix(name, "own") {
						t.Errorf("invocation %d: %s in %q: %+v", i, rep.Status, rep.Account, rep.Error)
					}
				}
			})
		}
		wait.Wait()
		stopped := 0
		for i, account := range s.eds.All() {
			issued := map[string]bool{}
			for _, c := range emulator.Issued(account) {
				issued[c.AccessKeyId] = true
			}
			for _, c := range account.Calls() {
				right := issued[c.AccessKeyId]
				if i == 0 {
					right = c.AccessKeyId == emulator.DefaultCredential.AccessKeyId
				}
				for _, id := range c.DesktopIds {
					right = right && strings.HasPrefix(id, "ecd-"+names[i])
				}
				if !right || c.Status != http.StatusOK {
					t.Errorf("account %d: %s %v was signed by %s: %d %s", i, c.Action, c.DesktopIds, c.AccessKeyId, c.Status, c.Code)
				}
				stopped += len(c.Stopped)
			}
			if v := account.Violations(); len(v) > 0 {
				t.Error(v)
			}
		}
		if stopped != 50 {
			t.Errorf("%d desktops were stopped", stopped)
		}
		time.Sleep(10 * time.Second) // TLS connections that are closed from both ends say so for 5 seconds
	})
}
