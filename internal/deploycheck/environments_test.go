package deploycheck

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stopdesktops/internal/deployment"
)

// readEnvironment reads a file of env/: comments and NAME=value.
func readEnvironment(text string) (map[string]string, problems) {
	var found problems
	variables := map[string]string{}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		name, value, ok := strings.Cut(line, "=")
		at := fmt.Sprintf("line %d", i+1)
		switch _, twice := variables[name]; {
		case strings.HasPrefix(line, "#"):
			continue
		case !ok || name == "" || strings.ContainsAny(line, " \t\"'$`;\\"):
			found.add(at, "%q is not NAME=value, as plain as a shell and a person read the same", line)
		case twice:
			found.add(at, "%s is there twice", name)
		case secretVariable.MatchString(name):
			found.add(at, "%s is a secret, which is in no file: export it", name)
		}
		variables[name] = value
	}
	return variables, found
}

// checkEnvironments: all say the same things, none of them a secret or what the templates do not read, and no two
// are mistaken for each other.
func checkEnvironments(files map[string]string, known []string) problems {
	var found problems
	owner := map[string]string{}
	var names []string
	for _, file := range slices.Sorted(maps.Keys(files)) {
		variables, wrong := readEnvironment(files[file])
		for _, problem := range wrong {
			found.add(file, "%s", problem)
		}
		have := slices.Sorted(maps.Keys(variables))
		if names == nil {
			names = have
		}
		if !slices.Equal(have, names) {
			found.add(file, "sets %q, others %q", have, names)
		}
		for _, name := range have {
			if !slices.Contains(known, name) {
				found.add(file, "%s is read by no template", name)
			}
		}
		for _, name := range []string{"FUNCTION_NAME", "NIGHTLY_TAG"} { // functions and timers must not do each other's work
			value := name + "=" + variables[name]
			if other := owner[value]; other != "" || variables[name] == "" {
				found.add(file, "%s: as in %s", value, other)
			}
			owner[value] = file
		}
		if dry := variables["DRY_RUN"]; dry != "true" && (dry != "false" || file == "dev.env") {
			found.add(file, "DRY_RUN=%s: true or false, and true in dev", dry)
		}
	}
	return found
}

func environments(t *testing.T) (files map[string]string, known []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "env", "*.env"))
	if err != nil || len(paths) < 3 {
		t.Fatalf("%q, %v: want dev, staging and production", paths, err)
	}
	files = map[string]string{}
	for _, path := range paths {
		files[filepath.Base(path)] = string(readFile(t, filepath.Join("env", filepath.Base(path))))
	}
	known = []string{"ACCESS"} // which the Makefile reads
	for _, parts := range deployment.FromEnvironment.FindAllSubmatch(readFile(t, "s.yaml"), -1) {
		known = append(known, string(parts[1]))
	}
	return files, known
}

func TestEnvironments(t *testing.T) {
	files, known := environments(t)
	for _, problem := range checkEnvironments(files, known) {
		t.Errorf("env/%s", problem)
	}
	// What they make of the templates keeps the rules of the templates.
	for file, text := range files {
		variables, _ := readEnvironment(text)
		inserted := deployment.FromEnvironment.ReplaceAllStringFunc(string(readFile(t, "s.yaml")), func(call string) string {
			parts := deployment.FromEnvironment.FindStringSubmatch(call)
			if value := variables[parts[1]]; value != "" {
				return fmt.Sprintf("${env('%s','%s')}", parts[1], value)
			}
			return call
		})
		for _, templates := range [][][]byte{{[]byte(inserted)}, {[]byte(inserted), readFile(t, "s.webhook.yaml")}} {
			if _, found := checkTemplate(templates...); len(found) > 0 {
				t.Errorf("env/%s: %s", file, found)
			}
		}
	}
}

func TestBrokenEnvironmentsAreRefused(t *testing.T) {
	good, known := environments(t)
	for _, m := range []struct{ file, old, new, want string }{
		{"dev.env", "DRY_RUN=true", "DRY_RUN=false", "dev.env: DRY_RUN=false"},
		{"production.env", "DRY_RUN=true", "DRY_RUN=no", "production.env: DRY_RUN=no"},
		{"production.env", "DRY_RUN=true\n", "", `sets ["ACCESS"`},
		{"staging.env", "FUNCTION_NAME=stop-desktops-staging", "FUNCTION_NAME=stop-desktops", "FUNCTION_NAME=stop-desktops: as in production.env"},
		{"staging.env", "NIGHTLY_TAG=stop-desktops:nightly-staging", "NIGHTLY_TAG=stop-desktops:nightly", "NIGHTLY_TAG=stop-desktops:nightly: as in production.env"},
		{"dev.env", "ROLE=stop-desktops", "WEBHOOK_SECRETS=x", "WEBHOOK_SECRETS is a secret"},
		{"dev.env", "MAX_DESKTOPS=5", "MAX_DESKTOP=5", "MAX_DESKTOP is read by no template"},
		{"dev.env", "MAX_DESKTOPS=5", "MAX_DESKTOPS=$(nproc)", "is not NAME=value"},
		{"dev.env", "MAX_DESKTOPS=5", "MAX_DESKTOPS=5\nMAX_DESKTOPS=6", "MAX_DESKTOPS is there twice"},
	} {
		files := maps.Clone(good)
		files[m.file] = string(mutate(t, []byte(files[m.file]), m.old, m.new))
		expect(t, m.file, m.old, m.new, checkEnvironments(files, known), m.want)
	}
}

// TestWith: a command runs with the variables of an environment, and what was exported before wins.
func TestWith(t *testing.T) {
	with := func(variables []string, args ...string) (output string, code int) {
		command := exec.Command(filepath.Join(root, "env", "with"), args...)
		command.Env = append([]string{"PATH=" + os.Getenv("PATH")}, variables...)
		out, err := command.CombinedOutput()
		if _, ended := err.(*exec.ExitError); err != nil && !ended {
			t.Fatal(err)
		}
		return string(out), command.ProcessState.ExitCode()
	}
	show := []string{"sh", "-c", `echo "$FUNCTION_NAME|$DRY_RUN|$CALLBACK_URL"; exit 3`}
	own := []string{"sh", "-c", `echo "$file|$folder|$mine"`}
	for _, c := range []struct {
		variables []string
		args      []string
		want      string
		code      int
	}{
		{nil, append([]string{"staging"}, show...), "stop-desktops-staging|true|\n", 3},
		{[]string{"DRY_RUN=false", "CALLBACK_URL=it's $HOME"}, append([]string{"production"}, show...), "stop-desktops|false|it's $HOME\n", 3},
		{[]string{"file=a", "folder=b c", "mine=d"}, append([]string{"dev"}, own...), "a|b c|d\n", 0},
		{nil, append([]string{"dev"}, own...), "||\n", 0},
		{nil, append([]string{"prod"}, show...), "there are: dev production staging", 2},
		{nil, []string{"dev"}, "usage:", 2},
		{nil, nil, "usage:", 2},
	} {
		if output, code := with(c.variables, c.args...); code != c.code || !strings.Contains(output, c.want) {
			t.Errorf("%q env/with %q: exit %d, %q", c.variables, c.args, code, output)
		}
	}
}

// TestDeployRefusesPractice: a shell that has read env.sh would deploy what belongs to the emulator.
func TestDeployRefusesPractice(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "Makefile"), readFile(t, "Makefile"), 0o600); err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir() // with something in place of Serverless Devs and Go, that only says that it was called
	for _, name := range []string{"s", "go"} {
		if err := os.WriteFile(filepath.Join(tools, name), []byte("#!/bin/sh\necho called\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for endpoint, refused := range map[string]bool{"http://127.0.0.1:8080": true, "": false} {
		command := exec.Command("make", "deploy")
		command.Dir = folder
		command.Env = []string{"PATH=" + tools + string(filepath.ListSeparator) + os.Getenv("PATH"), "EDS_ENDPOINT=" + endpoint}
		output, err := command.CombinedOutput()
		text := string(output)
		if said := strings.Contains(text, "EDS_ENDPOINT is set in this shell"); said != refused || strings.Contains(text, "called") == refused || err == nil {
			t.Errorf("with EDS_ENDPOINT=%s: %v\n%s", endpoint, err, text) // without it there is no binary to be packed
		}
	}
}
