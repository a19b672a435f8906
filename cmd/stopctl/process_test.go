package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

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
	if state.ExitCode() != terminal.ExitUnexpected || out.String() != "" || stderr.String() != "stopctl: interrupted\n" {
		t.Errorf("%v %s%s", state, &out, &stderr)
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

// reportOf says that the event's calls stopped these desktops.
func reportOf(ids ...string) string {
	var list []string
	for _, id := range ids {
		list = append(list, `{"DesktopId":"`+id+`","Outcome":"accepted","RequestId":"R"}`)
	}
	return fmt.Sprintf(`{"EventId":"e1","Status":"accepted","RegionId":"cn-hangzhou","Counts":{"accepted":%d},"Desktops":[%s]}`, len(ids), strings.Join(list, ","))
}
