//go:build unix && !linux

package emulator

import "syscall"

// dieWithParent does nothing: only Linux offers it. A function whose emulator
// was killed spins until somebody ends it.
func dieWithParent(*syscall.SysProcAttr) {}
