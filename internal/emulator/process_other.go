//go:build !unix

package emulator

import (
	"os"
	"os/exec"
)

// Elsewhere the instance can be run and killed, not measured.

func ownGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { cmd.Process.Kill() }

func peakRSS(*os.ProcessState) int64 { return 0 }

func livePeakRSS(int) int64 { return 0 }
