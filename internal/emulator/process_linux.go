package emulator

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// dieWithParent lets the kernel kill the instance when the emulator dies: a
// function whose runtime API is gone would spin on a processor for ever.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }

// livePeakRSS is the most memory a process had so far, in bytes; 0 if it has
// ended. What the kernel tells at its end is not that: it counts from the fork
// on, when the process was the emulator.
func livePeakRSS(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	var kilobytes int64
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			fmt.Sscan(rest, &kilobytes)
		}
	}
	return kilobytes << 10
}
