// Checksums writes SHA256SUMS of the files in a folder: `make dist`. sha256sum -c and shasum -c read it.
//
//	checksums dist
package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const sums = "SHA256SUMS"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "checksums:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: checksums FOLDER")
	}
	entries, err := os.ReadDir(args[0])
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, e := range entries { // by name
		if e.IsDir() || e.Name() == sums {
			continue
		}
		content, err := os.ReadFile(filepath.Join(args[0], e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(content), e.Name())
	}
	if lines.Len() == 0 {
		return fmt.Errorf("%s holds no file", args[0])
	}
	return os.WriteFile(filepath.Join(args[0], sums), []byte(lines.String()), 0o644)
}
