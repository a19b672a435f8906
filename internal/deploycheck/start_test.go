package deploycheck

import (
	"debug/elf"
	"debug/gosym"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stopdesktops/internal/eds"
	"stopdesktops/internal/stop"
)

// operatorActions are made by internal/eds for stopctl alone: the role is not granted them, and the function's binary
// has no code for them.
var operatorActions = []string{"ecd:StartDesktops"}

// TestTheFunctionStartsNothing: of the functions that call EDS, the linked binary has those of the actions that
// ram-policy.json grants, and no other. The linker leaves out what nothing calls.
func TestTheFunctionStartsNothing(t *testing.T) {
	var read policy
	if err := json.Unmarshal(readFile(t, "ram-policy.json"), &read); err != nil {
		t.Fatal(err)
	}
	var granted []string
	for _, statement := range read.Statement {
		for _, action := range statement.Action {
			if strings.HasPrefix(action, "ecd:") {
				granted = append(granted, action)
			}
		}
	}
	slices.Sort(granted)
	if linked := linkedActions(t, "."); !slices.Equal(linked, granted) {
		t.Errorf("the function can call %q, its role may %q", linked, granted)
	}
	for _, action := range operatorActions {
		if name := strings.TrimPrefix(action, "ecd:"); !slices.Contains(linkedActions(t, "./cmd/stopctl"), action) {
			t.Errorf("stopctl does not call %s: take it out of operatorActions", name)
		}
	}
}

// What the function holds of EDS has no method that starts anything.
func TestNoMethodStarts(t *testing.T) {
	for _, held := range []reflect.Type{reflect.TypeFor[stop.EDS](), reflect.TypeFor[*eds.Session](), reflect.TypeFor[*eds.Client]()} {
		for i := range held.NumMethod() {
			if name := held.Method(i).Name; regexp.MustCompile(`Start|Reboot|Wakeup|Ask`).MatchString(name) {
				t.Errorf("%s has a method %s", held, name)
			}
		}
	}
}

// The function makes the calls of its own methods, and cannot make a call with parameters that somebody gives it.
func TestTheFunctionAsksNothingElse(t *testing.T) {
	const ask = "stopdesktops/internal/eds.Ask"
	if slices.Contains(linkedFunctions(t, "."), ask) {
		t.Errorf("the function's binary has %s", ask)
	}
	if !slices.Contains(linkedFunctions(t, "./cmd/stopctl"), ask) {
		t.Errorf("stopctl has no %s: this test looks for nothing", ask)
	}
}

// linkedActions finds the functions that call EDS among those of a program, and returns the actions that they call.
func linkedActions(t *testing.T, program string) []string {
	t.Helper()
	called := actionsByFunction(sources(t, "internal/eds")...)
	var actions []string
	for _, function := range linkedFunctions(t, program) {
		actions = append(actions, called[function]...)
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// functionsOf holds what linkedFunctions has read, by program: building one takes seconds.
var functionsOf = map[string][]string{}

// linkedFunctions builds a program as it is deployed and reads the names in the table of its functions.
func linkedFunctions(t *testing.T, program string) []string {
	t.Helper()
	if names, known := functionsOf[program]; known {
		return names
	}
	binary := filepath.Join(t.TempDir(), "main")
	command := exec.Command("go", "build", "-tags", "nethttpomithttp2", "-trimpath", "-ldflags", "-s -w", "-o", binary, program)
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", program, err, output)
	}
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := file.Section(".gopclntab").Data()
	if err != nil {
		t.Fatal(err)
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, file.Section(".text").Addr))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, function := range table.Funcs {
		names = append(names, function.Name)
	}
	functionsOf[program] = names
	return names
}
