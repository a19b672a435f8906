package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// untouchable is a standard input that nobody may read: a terminal, say.
type untouchable struct{ t *testing.T }

func (u untouchable) Read([]byte) (int, error) {
	u.t.Error("standard input was read")
	return 0, io.EOF
}

// TestFileNotStandardInput: who names a file has typed nothing, and what he has pasted is for his shell.
func TestFileNotStandardInput(t *testing.T) {
	rep, routes := file(t, "report.json", oneReport), file(t, "routes.yaml", someRoutes)
	for _, args := range [][]string{
		{"undo", rep}, {"replay", rep}, {"callback", "resend", "-to", "http://127.0.0.1:1/", rep},
		{"routes", "try", "/own", "-f", rep, "-routes", routes},
	} {
		var out, err strings.Builder
		if code := stopctl().execute(t.Context(), args, outside{in: untouchable{t}, out: &out, err: &err, getenv: func(string) string { return "" }}); code == exitUsage {
			t.Errorf("%v: %s", args, &err)
		}
	}
}

// TestNoReport: desktops are started and stopped by what stands in a report, so nothing else passes for one.
func TestNoReport(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"an unknown status":             {`{"Status":"approved"}`, `its Status is "approved"`},
		"the status of something else":  {`{"status":"done"}`, "holds no report"},
		"somebody else's CloudEvent":    {`{"specversion":"1.0","type":"acme.done","data":{"Status":"done"}}`, `its type is "acme.done"`},
		"a CloudEvent without a report": {`{"specversion":"1.0","type":"com.aliyun.ecd.desktops.stop.done","data":{}}`, `its Status is ""`},
		"an empty batch":                {`{"Reports":[]}`, "holds no report"},
		"a batch with something else":   {`{"Reports":[{"Status":"done"},{"Status":"open"}]}`, `its Status is "open"`},
		"a line with something else":    {`{"msg":"report","report":{"State":"done"}}`, `its Status is ""`},
	} {
		for _, args := range [][]string{{"undo", "-"}, {"replay", "-"}, {"callback", "resend", "-to", "http://127.0.0.1:1/", "-"}} {
			if code, out, err := execute(t, c.text, args...); code != exitUsage || out != "" || !strings.Contains(err, c.says) {
				t.Errorf("%s, %s: exit %d %s%s", name, args[0], code, out, err)
			}
		}
	}
}

// The statuses are all that package handler has.
func TestStatuses(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), "../../internal/report/report.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, s := range statuses {
		known[`"`+string(s)+`"`] = true
	}
	n := 0
	ast.Inspect(source, func(node ast.Node) bool {
		v, ok := node.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		if name, ok := v.Type.(*ast.Ident); ok && name.Name == "Status" {
			n++
			if text := v.Values[0].(*ast.BasicLit).Value; !known[text] {
				t.Errorf("%s is not known", text)
			}
		}
		return true
	})
	if n != len(statuses) {
		t.Errorf("%d statuses there, %d here", n, len(statuses))
	}
}

// TestSameLinesTwice: two searches of the log find the same lines, one printed and one exported.
func TestSameLinesTwice(t *testing.T) {
	line := `{"time":"2026-11-22T20:00:02Z","msg":"report","report":{"EventId":"e1","Status":"failed","Counts":{"failed":1}}}`
	desktops := `{"time":"2026-11-22T20:00:02Z","msg":"desktops","EventId":"e1","Desktops":[{"DesktopId":"ecd-f","Outcome":"failed"}]}`
	code, out, err := replay(t, line+"\n"+desktops+"\n"+exported(t, line)+exported(t, desktops)+line+"\r\n"+desktops)
	if code != exitOK || strings.Count(out, "ecd-f") != 1 {
		t.Errorf("exit %d %s\n%s", code, err, out)
	}
}

// Two tries of one event with one ID: each line belongs to its own try.
func TestCallbackOfItsTry(t *testing.T) {
	reports := readLogged([]string{
		`{"msg":"report","InvocationId":"1","report":{"InvocationId":"1","EventId":"a","Status":"failed"}}`,
		`{"msg":"report","InvocationId":"2","report":{"InvocationId":"2","EventId":"a","Status":"done"}}`,
		`{"msg":"callback","InvocationId":"2","EventId":"a","Host":"tickets.example.com","Callback":{"Status":"delivered"}}`,
	})
	if len(reports) != 2 || reports[0].Callback != nil || reports[1].Callback == nil || reports[1].Callback.Host != "tickets.example.com" {
		t.Errorf("%+v", reports)
	}
}

// process is stopctl as a process of its own, that ends with the test.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), "ACT_AS=stopctl")
	t.Cleanup(func() {
		if c.ProcessState == nil && c.Process != nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	})
	return c
}

// ends says how a process ends that gets so many signals, 50 ms apart.
func ends(t *testing.T, c *exec.Cmd, signals int) *os.ProcessState {
	t.Helper()
	done := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(done)
	}()
	patience := time.After(20 * time.Second)
	for {
		next := time.After(50 * time.Millisecond)
		if signals--; signals >= 0 {
			_ = c.Process.Signal(os.Interrupt)
		}
		select {
		case <-done:
			return c.ProcessState
		case <-patience:
			_ = c.Process.Kill()
			<-done
			t.Fatal("no signal ended it")
		case <-next:
		}
	}
}

// TestInterruptedInput: a signal ends the reading of standard input in good order.
func TestInterruptedInput(t *testing.T) {
	c := process(t, "undo", "-")
	var out, stderr strings.Builder
	c.Stdout, c.Stderr = &out, &stderr
	w, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 1<<20)); err != nil { // more than a pipe holds: it reads
		t.Fatal(err)
	}
	state := ends(t, c, 1)
	if state.ExitCode() != exitUnexpected || out.String() != "" || stderr.String() != "stopctl: interrupted\n" {
		t.Errorf("%v %s%s", state, &out, &stderr)
	}
}

// What is read arrives whole.
func TestInterruptibleReads(t *testing.T) {
	text := strings.Repeat("0123456789", 5000)
	got, err := io.ReadAll(&interruptible{ctx: t.Context(), in: strings.NewReader(text)})
	if err != nil || string(got) != text {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	_, err = io.ReadAll(&interruptible{ctx: t.Context(), in: io.MultiReader(strings.NewReader("a"), failing{})})
	if !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
}

// TestSecondSignal kills what does not heed the first: here one that writes, and nobody reads.
func TestSecondSignal(t *testing.T) {
	var ids []string
	for i := range 20_000 {
		ids = append(ids, fmt.Sprintf("ecd-%05d", i))
	}
	c := process(t, "undo", file(t, "report.json", reportOf(ids...)))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c.Stdout = w
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := r.Read(make([]byte, 1)); err != nil { // it is at work
		t.Fatal(err)
	}
	if state := ends(t, c, 100); state.Exited() {
		t.Errorf("%v", state)
	}
}
