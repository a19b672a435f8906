package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

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
					Credentials: handler.Credentials{AccessKeyID: who.AccessKeyId, AccessKeySecret: secret.New(who.AccessKeySecret), SecurityToken: secret.New(who.SecurityToken)},
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
