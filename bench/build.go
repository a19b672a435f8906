package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// program is one of those that are compared.
type program struct {
	name   string
	source string // its package
	binary string
	env    map[string]string
	check  func(payload []byte, desktops int) error // whether the answer is the right one
	most   int                                      // the largest fleet that it is given; larger ones would take too long
}

// nodeDir is where make bench installs what the Node.js peer needs.
const nodeDir = "build/peers/node"

// programs returns those that are compared. The function runs as it is configured by default.
func programs() []*program {
	return []*program{
		{name: "bare", source: "./bench/peers/bare", check: checkBare},
		{name: "naive", source: "./bench/peers/naive", check: checkNaive, most: 100_000},
		{name: "oos", source: "./bench/peers/oos", check: checkNaive, most: 10_000},
		{name: "node", source: "bench/peers/node/main.js", check: checkNaive, most: 10_000},
		{name: "function", source: ".", check: checkFunction, most: 100_000},
	}
}

// buildNode copies the Node.js peer beside what it needs. It returns false if that is not installed.
func (b *bench) buildNode(p *program) (bool, error) {
	_, missing := exec.LookPath("node")
	if _, err := os.Stat(filepath.Join(nodeDir, "node_modules")); err != nil || missing != nil {
		delete(b.figures, p.name)
		b.say("node is left out: it needs Node.js, and make bench must have installed the vendor's SDK into %s", nodeDir)
		return false, nil
	}
	script, err := os.ReadFile(p.source)
	if err != nil {
		return false, err
	}
	p.binary = filepath.Join(nodeDir, "main.js")
	return true, os.WriteFile(p.binary, script, 0o755)
}

// build makes the binaries as they are deployed, but for this system, and measures them.
func (b *bench) build(ctx context.Context) error {
	var built []*program
	for _, p := range b.programs {
		b.say("build %s", p.name)
		if p.name == "node" {
			ok, err := b.buildNode(p)
			if err != nil {
				return err
			}
			if ok {
				built = append(built, p)
			}
			continue
		}
		built = append(built, p)
		p.binary = filepath.Join(b.dir, p.name)
		if err := goBuild(ctx, p.binary, p.source, "-s -w"); err != nil {
			return err
		}
		f := b.figures[p.name]
		var err error
		if f.BinaryBytes, err = size(p.binary); err != nil {
			return err
		}
		if f.ZipBytes, err = b.zip(ctx, p); err != nil {
			return err
		}
	}
	b.programs = built
	return nil
}

func goBuild(ctx context.Context, binary, source, linker string, env ...string) error {
	command := exec.CommandContext(ctx, "go", "build", "-tags", "nethttpomithttp2", "-trimpath", "-ldflags", linker, "-o", binary, source)
	command.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", source, err, output)
	}
	return nil
}

// zip packs what would be uploaded: of the function with the time zones that it reads, as make zip does.
func (b *bench) zip(ctx context.Context, p *program) (int64, error) {
	archive := p.binary + ".zip"
	args := []string{"run", "./internal/deploycheck/zip", "-o", archive, p.binary}
	if p.source == "." {
		root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		if err != nil {
			return 0, fmt.Errorf("go env: %w", err)
		}
		args = append(args, filepath.Join(strings.TrimSpace(string(root)), "lib/time/zoneinfo.zip"))
	}
	if output, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("zip %s: %w\n%s", p.name, err, output)
	}
	return size(archive)
}

func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
