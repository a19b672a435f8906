package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"stopdesktops/handler"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// TestMain lets the test binary be the function itself, for what no deployed binary can be made to do.
func TestMain(m *testing.M) {
	if os.Getenv("STOP_DESKTOPS_TEST") == "panic" {
		servePanics()
	}
	os.Exit(m.Run())
}

// TestPanicInGoroutine: a fault of ours in a goroutine of ours fails its desktops and not the
// process; the next invocation is served by the same one.
func TestPanicInGoroutine(t *testing.T) {
	world := emulator.New(emulator.DefaultFleet())
	if err := world.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	process, err := emulator.Start(t.Context(), os.Args[0], emulator.Options{Env: map[string]string{"STOP_DESKTOPS_TEST": "panic"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Stop() })
	for _, id := range []string{"ecd-running1", "ecd-running2"} {
		r, err := process.Invoke(t.Context(), emulator.Invocation{Event: []byte(`{"DesktopId":["` + id + `"]}`), Timeout: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if r.FunctionError == nil || r.FunctionError.Type != handler.StopFailed || !strings.Contains(r.FunctionError.Message, report.CodeInternal) {
			t.Errorf("%+v", r.FunctionError)
		}
	}
	said := func() bool {
		log := strings.Join(process.Stdout(), "\n")
		return strings.Contains(log, `"msg":"panic"`) && strings.Contains(log, "stack")
	}
	for deadline := time.Now().Add(5 * time.Second); !said(); time.Sleep(5 * time.Millisecond) { // the log lags behind
		if time.Now().After(deadline) {
			t.Fatal("the log does not say where the panic was")
		}
	}
}

// servePanics is the function with an EDS that has a fault.
func servePanics() {
	h := handler.New(handler.Options{
		Policy: handler.Policy{
			Policy:  stop.Policy{MaxDesktops: 100, Preflight: true, APIConcurrency: 4, Location: time.UTC},
			Regions: []string{"cn-hangzhou"}, StoppedMode: "StopCharging", AllowDirect: true, MaxEventAge: time.Hour,
		},
		Connect: func(secret.Credentials) (stop.EDS, error) { return panicking{}, nil },
		Log:     slog.New(slog.NewJSONHandler(io.Writer(os.Stdout), nil)),
	})
	start(func() *handler.Handler { return h })
}

// panicking looks as if all were well, until it is asked to stop a desktop.
type panicking struct{ stop.EDS }

func (panicking) DescribeDesktopInfo(_ context.Context, _ string, ids []string) ([]stop.Desktop, error) {
	return []stop.Desktop{{DesktopID: ids[0], DesktopStatus: "Running", ConnectionStatus: "Disconnected"}}, nil
}

func (panicking) StopDesktops(context.Context, stop.StopCall) (string, error) {
	var nothing *stop.StopCall
	return nothing.RegionID, nil
}
