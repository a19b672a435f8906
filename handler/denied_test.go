package handler_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"stopdesktops/internal/stop"
)

// TestFailureSaysHowToMendADenial: the message of a function error has at most 1 KB. However long the
// rest is, the action that was denied and what to do about it are in it.
func TestFailureSaysHowToMendADenial(t *testing.T) {
	const message = "the function's role may not call ecd:StopDesktops: add the action to its policy (ram-policy.json has all of them)"
	for _, text := range []string{message, message + ". EDS says: " + strings.Repeat("“", 40)} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(&scripted{stop: func(context.Context, stop.StopCall) (string, error) {
				return "", &stop.CallError{Action: "StopDesktops", Family: stop.Denied, Denial: stop.DenialPermission, Code: "NoPermission", Message: text}
			}})
			_, failure := b.send(`{"IdempotencyKey":"` + strings.Repeat("<", 128) + `","Reason":"` + strings.Repeat("<", 256) + `","DesktopId":"` + ids(900) + `"}`)
			if failure == nil || len(failure.Message) > 1024 || !strings.Contains(failure.Message, message) {
				t.Errorf("%v", failure)
			}
		})
	}
}
