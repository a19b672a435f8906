package doctor

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/sign"
	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/secret"
)

// TestProof: the dry runs that doctor tells one to send make each call that the role must be allowed, stop
// nothing, and one fails if a call is not.
func TestProof(t *testing.T) {
	for _, denied := range []string{"", "DescribeDesktopInfo", "DescribeDesktops", "ListTagResources", "DescribeClientEvents"} {
		t.Run("denied "+denied, func(t *testing.T) {
			c := newClinic(t)
			deny(denied)(t, c)
			all, _ := c.findingsOf(t)
			i := slices.IndexFunc(all, func(f finding) bool { return f.Check == "dry run" })
			var events []string
			for part := range strings.SplitSeq(strings.ReplaceAll(all[i].Do, "ecd-…", "ecd-running1"), "\n") {
				if _, event, ok := strings.Cut(part, " -e '"); ok {
					events = append(events, strings.TrimSuffix(event, "'"))
				}
			}
			if len(events) != 2 {
				t.Fatalf("the events of %q: %q", all[i].Do, events)
			}

			before := len(c.eds.Calls())
			s := readCheckup(t, func(name string) string { return c.env[name] })
			s.config.DryRun = false // the request's own must do
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			who, h := emulator.DefaultCredential, compose.Handler(s.config, s.faults, compose.Outside{Log: io.Discard})
			var failed error
			for _, event := range events {
				_, err := h.Handle(ctx, handler.Invocation{
					Credentials: secret.Credentials{AccessKeyID: who.AccessKeyId, AccessKeySecret: secret.New(who.AccessKeySecret), SecurityToken: secret.New(who.SecurityToken)},
				}, []byte(event))
				failed = errors.Join(failed, err)
			}
			if denied != "" {
				if failed == nil || !strings.Contains(failed.Error(), "NoPermission") {
					t.Errorf("%q: %v", events, failed)
				}
				return
			}
			if failed != nil {
				t.Errorf("%q: %v", events, failed)
			}
			made := map[string]bool{}
			for _, call := range c.eds.Calls()[before:] {
				made[call.Action] = true
			}
			if got, want := slices.Sorted(maps.Keys(made)), []string{"DescribeClientEvents", "DescribeDesktopInfo", "DescribeDesktops", "ListTagResources"}; !slices.Equal(got, want) {
				t.Errorf("%q make the calls %q, want %q", events, got, want)
			}
		})
	}
}

// member of a request, as a sentence has it.
var member = regexp.MustCompile(`"(\w+)": (true|\d+|\{[^}]*\})`)

// TestProofOverTheTrigger: with ALLOW_DIRECT=false doctor tells nobody to invoke the function, which would be
// refused, and the requests that it names instead prove the same.
func TestProofOverTheTrigger(t *testing.T) {
	const secretOfSender = "whsec_ZmFrZS1zZWNyZXQtb2YtYS13ZWJob29rLXNlbmRlci0wMQ=="
	c := newClinic(t, "LOG_LEVEL:", "ALLOW_DIRECT: \"false\"\n        LOG_LEVEL:")
	c.env["WEBHOOK_AUTH"], c.env["WEBHOOK_SECRETS"] = "standard", secretOfSender
	all, _ := c.findingsOf(t)
	members := map[string]string{}
	for _, f := range all {
		if strings.Contains(f.Do, "invoke -e") {
			t.Errorf("says to invoke what refuses it: %+v", f)
		}
		if f.Check == "dry run" {
			for _, m := range member.FindAllStringSubmatch(f.Do, -1) {
				members[m[1]] = m[0]
			}
		}
		if f.Check == "ecd:StopDesktops" && !strings.Contains(f.Do, "make deploy\n  then a request for it over the trigger") {
			t.Errorf("%+v", f)
		}
	}
	if names := slices.Sorted(maps.Keys(members)); !slices.Equal(names, []string{"DryRun", "IdleMinutes", "Select"}) {
		t.Fatalf("requests of %q", names)
	}

	before := len(c.eds.Calls())
	s := readCheckup(t, func(name string) string { return c.env[name] })
	s.config.DryRun = false // the request's own must do
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	who, h := emulator.DefaultCredential, compose.Handler(s.config, s.faults, compose.Outside{Log: io.Discard})
	as := handler.Invocation{Credentials: secret.Credentials{AccessKeyID: who.AccessKeyId, AccessKeySecret: secret.New(who.AccessKeySecret), SecurityToken: secret.New(who.SecurityToken)}}
	for _, request := range []string{`{"DesktopId": "ecd-running1", ` + members["IdleMinutes"], "{" + members["Select"]} {
		body := []byte(request + ", " + members["DryRun"] + "}")
		answer, err := h.Handle(ctx, as, emulator.HTTPEvent(http.MethodPost, "/", sign.Standard(secretOfSender, body, time.Now()), body))
		if a, ok := answer.(handler.HTTPResponse); err != nil || !ok || !strings.Contains(a.Body, `"Status":"planned"`) {
			t.Errorf("%s: %v, %+v", body, err, answer)
		}
		if _, err := h.Handle(ctx, as, body); err == nil || !strings.Contains(err.Error(), "ALLOW_DIRECT") {
			t.Errorf("%s, invoked directly: %v", body, err)
		}
	}
	made := map[string]bool{}
	for _, call := range c.eds.Calls()[before:] {
		made[call.Action] = true
	}
	if got, want := slices.Sorted(maps.Keys(made)), []string{"DescribeClientEvents", "DescribeDesktopInfo", "DescribeDesktops", "ListTagResources"}; !slices.Equal(got, want) {
		t.Errorf("make the calls %q, want %q", got, want)
	}
}
