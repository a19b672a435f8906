package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, folder, name, content string, age time.Duration) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-age)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
	return path
}

// Function Compute starts /code/main: it must be there under that name, and executable whatever built it.
func TestWhatIsInside(t *testing.T) {
	folder := t.TempDir()
	output := filepath.Join(folder, "dist", "f.zip")
	err := run(output, []string{
		write(t, folder, "program", "binary", 0), write(t, folder, "routes.yaml", "routes: []", 0), write(t, folder, "deny.txt", "", 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(output)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var got []string
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, file.Mode().String()+" "+file.Name+" "+string(content))
	}
	want := "-rw-r--r-- deny.txt |-rwxr-xr-x main binary|-rw-r--r-- routes.yaml routes: []"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestSameFilesSameBytes(t *testing.T) {
	build := func(age time.Duration, reversed bool) []byte {
		folder := t.TempDir()
		others := []string{write(t, folder, "a.yaml", "a", age), write(t, folder, "z.txt", "z", age)}
		if reversed {
			others[0], others[1] = others[1], others[0]
		}
		archive, err := pack(write(t, folder, "main", strings.Repeat("binary", 1000), age), others)
		if err != nil {
			t.Fatal(err)
		}
		return archive
	}
	if !bytes.Equal(build(0, false), build(48*time.Hour, true)) {
		t.Error("the bytes depend on the files' times, their folder or their order")
	}
}

func TestRefused(t *testing.T) {
	folder := t.TempDir()
	program := write(t, folder, "main", "binary", 0)
	for _, c := range []struct {
		output string
		files  []string
		want   string
	}{
		{"", []string{program}, "usage"},
		{filepath.Join(folder, "f.zip"), nil, "usage"},
		{filepath.Join(folder, "f.zip"), []string{filepath.Join(folder, "missing")}, "no such file"},
		{filepath.Join(folder, "f.zip"), []string{program, program}, "two files named main"},
	} {
		if err := run(c.output, c.files); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q %q: %v, want %q", c.output, c.files, err, c.want)
		}
	}
}
