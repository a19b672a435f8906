package lab

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// modulePath is that of this project.
const modulePath = "stopdesktops"

// sourceRoot is the folder of the function's source: the working directory, or one above it.
func sourceRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; {
		if declares(filepath.Join(dir, "go.mod"), modulePath) {
			return dir, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", terminal.Usagef("run: the function's source is neither in %s nor above it (a go.mod with: module %s). Change into it, or give -binary FILE: the function built for this system.", start, modulePath)
		}
		dir = above
	}
}

func declares(gomod, module string) bool {
	data, err := os.ReadFile(gomod)
	if err != nil {
		return false
	}
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		if strings.TrimSpace(s.Text()) == "module "+module {
			return true
		}
	}
	return false
}

// build makes the function's binary as it is deployed, but for this system.
func build(ctx context.Context, root, binary string, s *terminal.Screen) error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("the go command is needed to build the function, and was not found: install Go, or give -binary FILE")
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "nethttpomithttp2", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	started := time.Now()
	err := s.During("Building the function", func() string {
		if time.Since(started) < 3*time.Second {
			return ""
		}
		return "the first time takes up to a minute"
	}, cmd.Run)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("the function does not build (%w):\n%s", err, strings.TrimRight(output.String(), "\n"))
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	s.Note("Built it in %s: %.1f MB.", terminal.Duration(time.Since(started)), float64(info.Size())/1e6)
	return nil
}

// binaryName on this system.
func binaryName() string {
	if runtime.GOOS == "windows" {
		return "main.exe"
	}
	return "main"
}
