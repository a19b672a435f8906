//go:build unix && !linux

package emulator

import "syscall"

// dieWithParent does nothing: only Linux offers it. A function whose emulator
// was killed spins until somebody ends it.
func dieWithParent(*syscall.SysProcAttr) {}

// livePeakRSS: see peakRSS.
func livePeakRSS(int) int64 { return 0 }
