package main

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"stopdesktops/handler"
	"stopdesktops/internal/emulator"
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
			}
		}
	}
	return secrets
}

// show keeps what an invocation shows: log, response and function error.
func (s *scenario) show(answer any, err error) {
	text, _ := json.Marshal(answer)
	s.shown.WriteString(s.log.String())
	s.shown.Write(text)
	if h, ok := answer.(handler.HTTPResponse); ok {
		s.shown.WriteString(h.Body)
	}
	var failure *handler.Failure
	if errors.As(err, &failure) {
		s.shown.WriteString(failure.Message)
	}
}

// checkLeaks searches everything that the scenario showed, callbacks included, for everything secret.
func (s *scenario) checkLeaks() {
	s.shown.WriteString(s.out.String())
	for _, receiver := range []*emulator.Receiver{s.receiver, s.robot} {
		for _, d := range receiver.Deliveries() {
			s.shown.Write(d.Body)
		}
	}
	for _, secret := range leaks(s.shown.String(), s.secrets()) {
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
