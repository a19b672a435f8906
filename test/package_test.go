package test

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestPackageIsReproducible: the same source makes the same bytes, in whatever folder and whenever it lies there, and
// they hold the binary, the time zones, and the files that are put beside it. That is what make deploy deploys, as told.
func TestPackageIsReproducible(t *testing.T) {
	t.Parallel()
	var archives [][]byte
	for i, name := range []string{"here", "or-there/with a space"} {
		folder := filepath.Join(t.TempDir(), name)
		copyTree(t, folder)
		then := time.Now().Add(-time.Duration(i) * 48 * time.Hour)
		if err := os.Chtimes(filepath.Join(folder, "main.go"), then, then); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{"routes.yaml": "http: []\n", "webhook-routes.yaml": "http: []\n", "deny.txt": "ecd-a\n", "calendar.txt": "complete 2026\n", "message.json": "{}\n", "other.json": "{}\n", "unrelated.yaml": "\n"} {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		tools := t.TempDir() // with something in place of Serverless Devs, that only says what it was told
		if err := os.WriteFile(filepath.Join(tools, "s"), []byte("#!/bin/sh\necho \"told: $* by $FUNCTION_NAME\"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		command := exec.Command("env/with", "staging", "make", "deploy", "VERSION=v1", "EXTRAS=other.json", "TEMPLATE=s.webhook.yaml")
		command.Dir = folder
		command.Env = append(newUser(tools), "DRY_RUN=false", "ACCESS=mine", "PATH="+tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("make deploy: %v\n%s", err, output)
		}
		for _, want := range []string{"told: deploy -t s.webhook.yaml -a mine by stop-desktops-staging\n", "FUNCTION_NAME=stop-desktops-staging REGION=cn-hangzhou DRY_RUN=false DISABLED=false\n",
			"calendar.txt is packed, but not read until you deploy with CALENDAR_FILE=calendar.txt\n"} {
			if !bytes.Contains(output, []byte(want)) {
				t.Errorf("%q is not said in\n%s", want, output)
			}
		}
		archive, err := os.ReadFile(filepath.Join(folder, "dist", "stop-desktops.zip"))
		if err != nil {
			t.Fatal(err)
		}
		archives = append(archives, archive)
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Errorf("two copies of the same source make different packages, of %d and %d bytes", len(archives[0]), len(archives[1]))
	}
	read, err := zip.NewReader(bytes.NewReader(archives[0]), int64(len(archives[0])))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range read.File {
		names = append(names, file.Name)
	}
	for _, want := range []string{"calendar.txt", "deny.txt", "main", "message.json", "other.json", "routes.yaml", "webhook-routes.yaml", "zoneinfo.zip"} {
		if !slices.Contains(names, want) {
			t.Errorf("the package holds %q, and not %s", names, want)
		}
	}
	if slices.Contains(names, "unrelated.yaml") {
		t.Errorf("the package holds %q", names)
	}
}
