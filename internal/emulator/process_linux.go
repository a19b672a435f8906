package emulator

import "syscall"

// dieWithParent lets the kernel kill the instance when the emulator dies: a
// function whose runtime API is gone would spin on a processor for ever.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
