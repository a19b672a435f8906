package handler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"stopdesktops/handler"
	"stopdesktops/internal/stop"
)

// TestOneBadOfHundred: whatever a call for 100 desktops is refused for, if it may be one of them, the
// other 99 are stopped, and the calls that this takes are bounded. What is refused alone failed with
// EDS's code. It is not found only if the code says so.
func TestOneBadOfHundred(t *testing.T) {
	errs := map[string]stop.CallError{
		"InvalidParameter.DesktopId":   {Family: stop.Invalid, OneOfMany: true},
		"Forbidden":                    {Family: stop.Denied, OneOfMany: true},
		"InvalidOfficeSiteId.NotFound": {Family: stop.WrongState},
		"DesktopInstance.NotFound":     {Family: stop.NotFound},
	}
	for code, e := range errs {
		for _, action := range []string{"StopDesktops", "DescribeDesktopInfo"} {
			for _, at := range []int{0, 36, 49, 50, 99} {
				t.Run(fmt.Sprintf("%s of %s at %d", code, action, at), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						e.Code, e.Action = code, action
						bad := fmt.Sprintf("ecd-%05d", at)
						b, infos := refusing(action, &e, func(ids []string) bool { return slices.Contains(ids, bad) })
						_, failure := b.send(`{"DesktopId":"` + ids(100) + `"}`)
						counts, problem := `"failed":1`, `"Outcome":"failed","Code":"`+code+`"`
						if action == "DescribeDesktopInfo" && e.Family == stop.NotFound {
							counts, problem = `"not_found":1`, `"Outcome":"not_found"`
						}
						for _, want := range []string{`"Counts":{"accepted":99,` + counts + `}`, `"Problems":[{"DesktopId":"` + bad + `",` + problem + `}]`} {
							if failure == nil || !strings.Contains(failure.Message, want) {
								t.Errorf("%v, want %s", failure, want)
							}
						}
						if b.eds.stops.Load() > 15 || infos.Load() > 15 {
							t.Errorf("%d stops, %d observations", b.eds.stops.Load(), infos.Load())
						}
					})
				})
			}
		}
	}
}

// TestRefusedAsAWhole: where no single desktop is to blame, looking for one ends after a few calls, and
// none is reported as not found. A denial or a fault that cannot be about one desktop costs one call.
func TestRefusedAsAWhole(t *testing.T) {
	for _, c := range []struct {
		error               stop.CallError
		stops, observations int64 // at most
	}{
		{stop.CallError{Family: stop.Invalid, Code: "InvalidParameter.StoppedMode", OneOfMany: true}, 22, 33},
		{stop.CallError{Family: stop.Denied, Code: "Forbidden", OneOfMany: true}, 22, 33},
		{stop.CallError{Family: stop.WrongState, Code: "EntityNotExist"}, 22, 33},
		{stop.CallError{Family: stop.Denied, Code: "Forbidden.RAM"}, 1, 1},
		{stop.CallError{Family: stop.Denied, Code: "NoPermission"}, 1, 1},
		{stop.CallError{Family: stop.Invalid, Code: "InvalidApi.NotFound"}, 1, 1},
	} {
		for _, action := range []string{"StopDesktops", "DescribeDesktopInfo"} {
			t.Run(c.error.Code+" of "+action, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c.error.Action = action
					b, infos := refusing(action, &c.error, func([]string) bool { return true })
					_, failure := b.send(`{"DesktopId":"` + ids(100) + `"}`)
					if stops, observations := b.eds.stops.Load(), infos.Load(); stops > c.stops || observations > c.observations {
						t.Errorf("%d stops, %d observations, want at most %d and %d", stops, observations, c.stops, c.observations)
					}
					if failure == nil || failure.Type != handler.StopFailed || !strings.Contains(failure.Message, c.error.Code) {
						t.Errorf("%v", failure)
					} else if strings.Contains(failure.Message, "not_found") || strings.Contains(failure.Message, "accepted") {
						t.Error(failure.Message)
					}
				})
			})
		}
	}
}

// refusing is a service that refuses the calls of one action that bad picks out, and counts the observations.
func refusing(action string, e *stop.CallError, bad func(ids []string) bool) (b *bench, infos *atomic.Int64) {
	infos = &atomic.Int64{}
	return newBench(&scripted{
		info: func(_ context.Context, ids []string) ([]stop.Desktop, error) {
			infos.Add(1)
			if action == "DescribeDesktopInfo" && bad(ids) {
				return nil, e
			}
			return running(ids), nil
		},
		stop: func(_ context.Context, call stop.StopCall) (string, error) {
			if action == "StopDesktops" && bad(call.DesktopIDs) {
				return "", e
			}
			return "request", nil
		},
	}), infos
}
