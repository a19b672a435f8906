// Zip writes the code package of the function: `make zip`.
//
//	zip -o dist/stop-desktops.zip build/main [routes.yaml deny.txt …]
//
// The first file becomes the executable named main, which is what the handler setting in s.yaml names; the others lie
// beside it. The same files give the same bytes: names are sorted, and no time or owner of this machine gets in.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	output := flag.String("o", "", "the zip file to write")
	flag.Parse()
	if err := run(*output, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "zip:", err)
		os.Exit(1)
	}
}

func run(output string, files []string) error {
	if output == "" || len(files) == 0 {
		return errors.New("usage: zip -o FILE EXECUTABLE [FILE …]")
	}
	archive, err := pack(files[0], files[1:])
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o755); err != nil {
		return err
	}
	return os.WriteFile(output, archive, 0o644)
}

type entry struct {
	name, path string
	mode       fs.FileMode
}

func pack(executable string, others []string) ([]byte, error) {
	entries := []entry{{name: "main", path: executable, mode: 0o755}}
	for _, path := range others {
		entries = append(entries, entry{name: filepath.Base(path), path: path, mode: 0o644})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })

	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	writer.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for i, e := range entries {
		if i > 0 && entries[i-1].name == e.name {
			return nil, fmt.Errorf("two files named %s", e.name)
		}
		content, err := os.ReadFile(e.path)
		if err != nil {
			return nil, err
		}
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		header.SetMode(e.mode)
		file, err := writer.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := file.Write(content); err != nil {
			return nil, err
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return archive.Bytes(), nil
}
