package test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stopdesktops/handler"
	"stopdesktops/internal/current"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/report"
)

// These tests run the function as a process of its own, as Function Compute does: the real binary,
// the real runtime SDK over the emulator's runtime API, the real EDS SDK over its EDS.

// build the function once for all tests.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "stop-desktops")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "main")
	args := append([]string{"build", "-trimpath", "-o", binary}, raceFlag...)
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return "", &os.PathError{Op: "go build", Path: string(out), Err: err}
	}
	return binary, nil
})

// stage is a function process and the world around it.
type stage struct {
	t       *testing.T
	world   *emulator.Emulator
	process *emulator.Process
	invoked int
	read    int // lines of the log already read
}

func stageFor(t *testing.T, fleet *emulator.Fleet, env map[string]string) *stage {
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return startBinary(t, binary, fleet, env)
}

func startBinary(t *testing.T, binary string, fleet *emulator.Fleet, env map[string]string) *stage {
	world := emulator.New(fleet)
	world.Receiver.Secrets = []string{callbackSecret}
	if err := world.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	all := map[string]string{
		"EDS_ENDPOINT":    world.EDSEndpoint(),
		"CALLBACK_URL":    world.CallbackURL(),
		"CALLBACK_SECRET": callbackSecret,
	}
	maps.Copy(all, env)
	process, err := emulator.Start(t.Context(), binary, emulator.Options{Env: all})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		process.Stop()
		if t.Failed() {
			t.Log(strings.Join(process.Stdout(), "\n"), strings.Join(process.Stderr(), "\n"))
		}
		for _, line := range process.Stderr() {
			if strings.Contains(line, "DATA RACE") {
				t.Error("the function has a data race")
			}
		}
	})
	return &stage{t: t, world: world, process: process}
}

func (s *stage) invoke(inv emulator.Invocation) emulator.Result {
	s.t.Helper()
	s.invoked++
	if inv.Timeout == 0 {
		inv.Timeout = 30 * time.Second
	}
	result, err := s.process.Invoke(s.t.Context(), inv)
	if err != nil {
		s.t.Fatal(err)
	}
	return result
}

// log of the function, when the pipe has brought the end of every invocation.
func (s *stage) log() []string {
	for range 1000 {
		lines, ended := s.process.Stdout(), 0
		for _, line := range lines {
			if strings.HasPrefix(line, "FC Invoke End") {
				ended++
			}
		}
		if ended == s.invoked {
			return lines
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.t.Fatal("the log does not end")
	return nil
}

// reports that the function has logged since the last time.
func (s *stage) reports() []report.Report {
	lines := s.log()
	var reports []report.Report
	for _, line := range lines[s.read:] {
		var l struct {
			Msg      string                 `json:"msg"`
			Report   report.Report          `json:"report"`
			Desktops []report.DesktopReport `json:"Desktops"`
		}
		switch {
		case strings.HasPrefix(line, "FC "): // the runtime's own
		case json.Unmarshal([]byte(line), &l) != nil:
			s.t.Errorf("a line of the log is not JSON: %s", line)
		case l.Msg == "report":
			reports = append(reports, l.Report)
		case l.Msg == "desktops":
			last := &reports[len(reports)-1]
			last.Desktops = append(last.Desktops, l.Desktops...)
		}
	}
	s.read = len(lines)
	return reports
}

// TestEveryShape sends every sample event through the process. What its desktops are is read from
// the sample's golden file; what must come of them, from the fleet.
func TestEveryShape(t *testing.T) {
	samples, err := filepath.Glob("testdata/events/*.golden.json")
	if err != nil || len(samples) < 40 {
		t.Fatalf("%d samples: %v", len(samples), err)
	}
	for _, golden := range samples {
		name := strings.TrimSuffix(filepath.Base(golden), ".golden.json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(filepath.Join("testdata/events", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			fleet := emulator.DefaultFleet()
			s := stageFor(t, fleet, map[string]string{"WEBHOOK_AUTH": "gateway"})
			result := s.invoke(emulator.Invocation{Event: current.Event(raw, time.Now())})
			s.checkShape(golden, result)
		})
	}
}

func (s *stage) checkShape(golden string, result emulator.Result) {
	asked, whole := askedFor(s.t, golden)
	reports := s.reports()
	if len(reports) == 0 {
		s.t.Fatal("no report in the log")
	}
	var reported, taken []string
	rejected := false
	for _, rep := range reports {
		rejected = rejected || rep.Status == report.StatusRejected
		once := map[string]bool{}
		for _, d := range rep.Desktops {
			if once[d.DesktopId] {
				s.t.Errorf("%s is in a report twice", d.DesktopId)
			}
			once[d.DesktopId] = true
			reported = append(reported, d.DesktopId)
			if d.Outcome == report.Accepted || d.Outcome == report.Stopped {
				taken = append(taken, d.DesktopId)
			}
		}
	}
	if slices.Sort(reported); whole && !slices.Equal(reported, asked) {
		s.t.Errorf("asked for %v, reported %v", asked, reported)
	}
	if result.FunctionError == nil && rejected && reports[0].Kind != "http" {
		s.t.Error("an event was rejected, and the invocation did not fail")
	}
	s.checkCalls(taken)
	want := len(reports)
	if strings.Contains(golden, "eventbridge-http-source") { // nobody knows who sent it
		want = 0
	}
	if len(s.world.Receiver.Deliveries()) != want && reports[0].Kind != "http" {
		s.t.Errorf("%d callbacks for %d reports", len(s.world.Receiver.Deliveries()), want)
	}
	for _, d := range s.world.Receiver.Deliveries() {
		if d.Err != "" || !d.SignatureOK {
			s.t.Errorf("callback: %s", d.Err)
		}
	}
}

// checkCalls: EDS stopped exactly what the reports say, each once, and only what was running with
// nobody connected.
func (s *stage) checkCalls(taken []string) {
	for _, v := range s.world.EDS.Violations() {
		s.t.Error(v)
	}
	var stopped []string
	for _, c := range s.world.EDS.Calls() {
		stopped = append(stopped, c.Stopped...)
	}
	slices.Sort(taken)
	slices.Sort(stopped)
	if taken = slices.Compact(taken); !slices.Equal(taken, stopped) {
		s.t.Errorf("EDS stopped %v, the reports say %v", stopped, taken)
	}
	for _, id := range stopped {
		if !strings.HasPrefix(id, "ecd-running") {
			s.t.Errorf("%s was stopped", id)
		}
	}
}

// askedFor collects the desktops of every request in a golden file. whole is false where a request
// asks for something that this function refuses, so that its desktops are in no report.
func askedFor(t *testing.T, golden string) (ids []string, whole bool) {
	raw, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	whole = true
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			refused := v["Unauthenticated"] == true
			if q, ok := v["Request"].(map[string]any); ok && !refused {
				if q["CallbackUrl"] != nil || q["Select"] != nil {
					whole = false
				}
				list, _ := q["DesktopId"].([]any)
				for _, id := range list {
					ids = append(ids, id.(string))
				}
				return
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(v)
	slices.Sort(ids)
	return ids, whole
}

// TestProcess goes through what the platform sees of the function.
func TestProcess(t *testing.T) {
	t.Parallel()
	s := stageFor(t, emulator.DefaultFleet(), nil)

	t.Run("the initializer hook may be configured", func(t *testing.T) {
		if r := s.invoke(emulator.Invocation{Type: emulator.TypeInitialize}); r.FunctionError != nil {
			t.Errorf("%+v", r.FunctionError)
		}
	})
	t.Run("success is an answer", func(t *testing.T) {
		r := s.invoke(emulator.Invocation{Event: []byte(`{"DesktopId":["ecd-running1"],"WaitSeconds":10}`)})
		var rep report.Report
		if err := json.Unmarshal(r.Payload, &rep); err != nil || rep.Status != report.StatusDone || rep.Counts[report.Stopped] != 1 {
			t.Errorf("%s %v", r.Payload, err)
		}
		if rep.Callback == nil || rep.Callback.Status != report.CallbackDelivered {
			t.Errorf("the answer does not say that the callback was delivered: %s", r.Payload)
		}
	})
	t.Run("a rejection is a function error of a stable type", func(t *testing.T) {
		r := s.invoke(emulator.Invocation{Event: []byte(`{"DesktopIdd":["ecd-running2"]}`)})
		if r.FunctionError == nil || r.FunctionError.Type != handler.EventRejected {
			t.Fatalf("%+v", r)
		}
		m := r.FunctionError.Message
		if strings.Contains(m, "\n") || len(m) > 1024 || !json.Valid([]byte(m)) || !strings.Contains(m, "$.DesktopIdd") {
			t.Errorf("message %s", m)
		}
	})
	t.Run("no role", func(t *testing.T) {
		r := s.invoke(emulator.Invocation{Event: []byte(`{"DesktopId":["ecd-running2"]}`), Credential: &emulator.Credential{}})
		if r.FunctionError == nil || !strings.Contains(r.FunctionError.Message, "NoRole") {
			t.Errorf("%+v", r)
		}
	})
	if v := s.world.EDS.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

// TestDeadline: EDS does not answer; the function does, before the platform ends it.
func TestDeadline(t *testing.T) {
	t.Parallel()
	fleet := emulator.DefaultFleet()
	fleet.Faults = []emulator.Fault{{Action: "DescribeDesktopInfo", Kind: emulator.FaultStall, Delay: time.Minute}}
	s := stageFor(t, fleet, nil)
	r := s.invoke(emulator.Invocation{Event: []byte(`{"DesktopId":["ecd-running1"]}`), Timeout: 4 * time.Second})
	if r.FunctionError == nil || r.FunctionError.Type != handler.StopFailed || !strings.Contains(r.FunctionError.Message, `"not_attempted":1`) {
		t.Errorf("%+v", r.FunctionError)
	}
	if s.world.EDS.Count("StopDesktops") != 0 {
		t.Error("something was stopped without a look")
	}
}

// TestTwoAtOnce: two invocations overlap, with different credentials; each call is signed with those
// of its own.
func TestTwoAtOnce(t *testing.T) {
	fleet := emulator.DefaultFleet()
	fleet.Latency = 50 * time.Millisecond
	one, two := emulator.DefaultCredential, emulator.DefaultCredential
	one.AccessKeyId, two.AccessKeyId = "STS.FAKE-ONE", "STS.FAKE-TWO"
	one.SecurityToken, two.SecurityToken = "fake-token-one", "fake-token-two"
	fleet.Credentials = []emulator.Credential{one, two}
	s := stageFor(t, fleet, nil)

	var wg sync.WaitGroup
	for id, key := range map[string]*emulator.Credential{"ecd-running1": &one, "ecd-running2": &two} {
		wg.Go(func() {
			r, err := s.process.Invoke(t.Context(), emulator.Invocation{Event: []byte(`{"DesktopId":["` + id + `"]}`), Credential: key, Timeout: time.Minute})
			if err != nil || r.FunctionError != nil {
				t.Errorf("%v %+v", err, r.FunctionError)
			}
		})
	}
	wg.Wait()
	for _, c := range s.world.EDS.Calls() {
		for _, id := range c.DesktopIds {
			want := map[string]string{"ecd-running1": "STS.FAKE-ONE", "ecd-running2": "STS.FAKE-TWO"}[id]
			if c.AccessKeyId != want {
				t.Errorf("%s of %s was signed by %s", c.Action, id, c.AccessKeyId)
			}
		}
	}
	if v := s.world.EDS.Violations(); len(v) > 0 {
		t.Error(v)
	}
}
