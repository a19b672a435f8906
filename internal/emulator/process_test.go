package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// start runs this test binary as a function.
func start(t *testing.T, opts emulator.Options) *emulator.Process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if opts.Env == nil {
		opts.Env = map[string]string{}
	}
	opts.Env["ACT_AS"] = "function"
	p, err := emulator.Start(t.Context(), self, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

func invoke(t *testing.T, p emulator.Invoker, inv emulator.Invocation) emulator.Result {
	t.Helper()
	r, err := p.Invoke(t.Context(), inv)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func do(what string) emulator.Invocation {
	return emulator.Invocation{Event: []byte(`{"Do":"` + what + `"}`)}
}

func TestFunction(t *testing.T) {
	var tee bytes.Buffer
	p := start(t, emulator.Options{Tee: &tee, Function: emulator.Invocation{Region: "cn-beijing", Timeout: 5 * time.Second}})
	if p.Ready() <= 0 {
		t.Error("not ready")
	}
	if r := invoke(t, p, emulator.Invocation{Event: []byte("not JSON <&>")}); string(r.Payload) != `{"echo":"not JSON \u003c\u0026\u003e"}` || r.Duration <= 0 || r.RequestID == "" {
		t.Errorf("%s %+v", r.Payload, r)
	}
	if r := invoke(t, p, emulator.Invocation{}); string(r.Payload) != `{"echo":""}` {
		t.Errorf("empty event: %s", r.Payload)
	}
	for what, want := range map[string]emulator.FunctionError{
		"fail":       {Type: "errorString", Message: "it failed"},
		"fail-typed": {Type: "StopPartial", Message: "2 of 3"},
		"panic":      {Type: "string", Message: "it panicked"},
	} {
		r := invoke(t, p, do(what))
		if e := r.FunctionError; e == nil || e.Type != want.Type || e.Message != want.Message || r.Payload != nil || (what == "panic") != (len(e.StackTrace) > 0) {
			t.Errorf("%s: %+v %v", what, r, e)
		}
	}
	if r := invoke(t, p, emulator.Invocation{Type: emulator.TypeInitialize}); r.FunctionError != nil {
		t.Error(r.FunctionError)
	}
	if r := invoke(t, p, emulator.Invocation{Type: emulator.TypePreStop}); r.FunctionError != nil {
		t.Error(r.FunctionError)
	}
	p.Stop()
	if p.PeakRSS() < 1<<20 || p.CPUTime() <= 0 {
		t.Errorf("peak RSS %d, CPU time %s", p.PeakRSS(), p.CPUTime())
	}
	if out := strings.Join(p.Stdout(), "\n"); !strings.Contains(out, "initialized") || !strings.Contains(out, "about to stop") {
		t.Errorf("stdout: %s", out)
	}
	if !strings.Contains(strings.Join(p.Stderr(), "\n"), "it panicked") || !strings.Contains(tee.String(), "it panicked") {
		t.Errorf("stderr: %v", p.Stderr())
	}
	if s := p.Runtime.Strays(); len(s) > 0 {
		t.Errorf("strays: %q", s)
	}
	if _, err := p.Invoke(t.Context(), emulator.Invocation{}); !errors.Is(err, emulator.ErrClosed) {
		t.Errorf("after Stop: %v", err)
	}
}

func TestFunctionContext(t *testing.T) {
	p := start(t, emulator.Options{Function: emulator.Invocation{Region: "cn-beijing", Timeout: 7500 * time.Millisecond}})
	var c struct {
		RequestID, Region, AccountId, Qualifier string
		Credentials                             emulator.Credential
		Function                                struct {
			Name, Handler, Memory string
			Timeout               int
		}
		RetryCount int
		LeftMs     int
	}
	r := invoke(t, p, emulator.Invocation{Event: []byte(`{"Do":"context"}`), RequestID: "r-1", RetryCount: 2, FunctionName: "f"})
	if err := json.Unmarshal(r.Payload, &c); err != nil {
		t.Fatal(err)
	}
	if c.RequestID != "r-1" || c.Region != "cn-beijing" || c.RetryCount != 2 || c.Function.Name != "f" || c.Function.Timeout != 8 ||
		c.Function.Memory != "512" || c.Credentials.SecurityToken != emulator.DefaultCredential.SecurityToken || c.LeftMs > 7500 || c.LeftMs < 6000 {
		t.Errorf("%+v", c)
	}
	inv := do("context")
	inv.Credential = &emulator.Credential{}
	if r := invoke(t, p, inv); !strings.Contains(string(r.Payload), `"AccessKeyId":""`) {
		t.Errorf("a function without a role: %s", r.Payload)
	}
}

// TestFunctionEnvironment: the caller's environment stays here.
func TestFunctionEnvironment(t *testing.T) {
	t.Setenv("SECRET_OF_THE_CALLER", "1")
	p := start(t, emulator.Options{Env: map[string]string{"MINE": "yes"}})
	var env []string
	if err := json.Unmarshal(invoke(t, p, do("env")).Payload, &env); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"MINE=yes", "FC_REGION=cn-hangzhou", "FC_FUNCTION_NAME=stop-desktops", "FC_ACCOUNT_ID=1000000000000000",
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + emulator.StaleCredential.AccessKeyId} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s in %q", want, env)
		}
	}
	if strings.Contains(strings.Join(env, " "), "SECRET_OF_THE_CALLER") {
		t.Error("the environment of the caller was passed on")
	}
	for _, bad := range []map[string]string{{"FC_X": "1"}, {"1X": "1"}, {"X": strings.Repeat("x", 4096)}} {
		if _, err := emulator.Start(t.Context(), os.Args[0], emulator.Options{Env: bad}); err == nil {
			t.Errorf("%.20v was accepted", bad)
		}
	}
}

func TestTimeout(t *testing.T) {
	for _, keep := range []bool{false, true} {
		p := start(t, emulator.Options{KeepAfterTimeout: keep})
		inv := do("hang")
		inv.Timeout = 200 * time.Millisecond
		r := invoke(t, p, inv)
		if r.FunctionError == nil || r.FunctionError.Type != emulator.ErrorTypeTimeout || r.Duration < inv.Timeout {
			t.Errorf("%+v %v", r, r.FunctionError)
		}
		_, err := p.Invoke(t.Context(), emulator.Invocation{})
		var exit *emulator.ExitError
		if keep != (err == nil) || !keep && (!errors.As(err, &exit) || !strings.Contains(exit.State, "killed")) {
			t.Errorf("keep %t: %v", keep, err)
		}
	}
}

// TestLateAnswer: a response after the deadline is not a response.
func TestLateAnswer(t *testing.T) {
	p := start(t, emulator.Options{KeepAfterTimeout: true})
	inv := do("slow")
	inv.Timeout = 50 * time.Millisecond
	if r := invoke(t, p, inv); r.FunctionError == nil {
		t.Errorf("%s", r.Payload)
	}
	for deadline := time.Now().Add(5 * time.Second); len(p.Runtime.Strays()) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the late answer did not come")
		}
	}
}

func TestCrash(t *testing.T) {
	p := start(t, emulator.Options{})
	var wg sync.WaitGroup
	inv := do("hang")
	inv.Timeout = time.Minute
	wg.Go(func() { // somebody else's, on the same instance
		_, err := p.Invoke(context.Background(), inv)
		if exit := new(emulator.ExitError); !errors.As(err, &exit) {
			t.Errorf("pending: %v", err)
		}
	})
	time.Sleep(50 * time.Millisecond)
	for range 2 { // the pending one, and a later one
		_, err := p.Invoke(t.Context(), do("exit"))
		var exit *emulator.ExitError
		if !errors.As(err, &exit) || exit.State != "exit status 7" || !strings.Contains(err.Error(), "last words") {
			t.Errorf("%v", err)
		}
	}
	wg.Wait()
}

func TestRestart(t *testing.T) {
	p := start(t, emulator.Options{Restart: true})
	first := p.PID()
	for range 3 {
		if _, err := p.Invoke(t.Context(), do("exit")); err == nil {
			t.Error("no error")
		}
		if r := invoke(t, p, do("fail-typed")); r.FunctionError.Type != "StopPartial" {
			t.Error(r.FunctionError)
		}
	}
	inv := do("hang")
	inv.Timeout = 100 * time.Millisecond
	invoke(t, p, inv)
	if r := invoke(t, p, emulator.Invocation{}); r.FunctionError != nil || p.PID() == first {
		t.Errorf("%+v", r)
	}
}

func TestConcurrentInvocations(t *testing.T) {
	p := start(t, emulator.Options{})
	begin := time.Now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if r, err := p.Invoke(context.Background(), do("slow")); err != nil || string(r.Payload) != `"slow"` {
				t.Errorf("%s %v", r.Payload, err)
			}
		})
	}
	wg.Wait()
	if d := time.Since(begin); d > 8*300*time.Millisecond {
		t.Errorf("one after the other: %s", d)
	}
}

func TestFunctionThatDoesNotStart(t *testing.T) {
	if _, err := emulator.Start(t.Context(), "/does/not/exist", emulator.Options{}); err == nil {
		t.Error("no error")
	}
	_, err := emulator.Start(t.Context(), os.Args[0], emulator.Options{Env: map[string]string{"ACT_AS": "crash-at-start"}})
	var exit *emulator.ExitError
	if !errors.As(err, &exit) || !strings.Contains(err.Error(), "no configuration") {
		t.Errorf("%v", err)
	}
	_, err = emulator.Start(t.Context(), os.Args[0], emulator.Options{Env: map[string]string{"ACT_AS": "never-ready"}, ReadyTimeout: 100 * time.Millisecond})
	if !errors.Is(err, emulator.ErrNotReady) {
		t.Errorf("%v", err)
	}
}

func TestCancelledInvocation(t *testing.T) {
	p := start(t, emulator.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := p.Invoke(ctx, do("hang")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	rt := &emulator.Runtime{ReadyTimeout: 50 * time.Millisecond}
	if _, err := rt.Invoke(t.Context(), emulator.Invocation{}); !errors.Is(err, emulator.ErrNotReady) {
		t.Errorf("nobody polls: %v", err)
	}
	if _, err := rt.Invoke(t.Context(), emulator.Invocation{Event: make([]byte, emulator.MaxEvent+1)}); err == nil {
		t.Error("too large an event")
	}
	rt.Close()
	if _, err := rt.Invoke(t.Context(), emulator.Invocation{}); !errors.Is(err, emulator.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
