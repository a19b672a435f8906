package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// TestEveryFlagIsExplained: what completion offers is what a command's help explains, and each has the common flags.
func TestEveryFlagIsExplained(t *testing.T) {
	for _, c := range stopctl().Outline(t.Context()) {
		var names []string
		for _, f := range c.Flags {
			names = append(names, f.Name)
			if f.Short == "" {
				t.Errorf("stopctl %s -h does not explain -%s", c.Name, f.Name)
			}
		}
		for _, name := range []string{"color", "q", "v"} {
			if !slices.Contains(names, name) {
				t.Errorf("stopctl %s has no -%s", c.Name, name)
			}
		}
	}
}

// completionFile prints the script of a shell into a file.
func completionFile(t *testing.T, shell string) string {
	t.Helper()
	code, script, stderr := execute(t, "", "completion", shell)
	if code != terminal.ExitOK || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	return file(t, "stopctl."+shell, script)
}

// inShell runs a script in a shell. Without zsh or fish, their tests are skipped.
func inShell(t *testing.T, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(args[0])
	switch {
	case err != nil && args[0] == "bash": // the other tests need it too
		t.Fatal(err)
	case err != nil:
		t.Skipf("nothing is completed in %s: %v", args[0], err)
	}
	out, err := exec.Command(path, args[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

// completed is what each shell should offer for the last word of a command line.
var completed = []struct {
	line string // with a trailing space: a word is begun
	want string // words, sorted; fish and zsh show more around them
}{
	{"stopctl pl", "plan"},
	{"stopctl re", "replay report"},
	{"stopctl plan -e", "-emulate -env -expect"},
	{"stopctl plan -o ", "json text"},
	{"stopctl run -color a", "always auto"},
	{"stopctl run -event request.json -se", "-serve"},
	{"stopctl routes ", "check try"},
	{"stopctl callback ", "resend"},
	{"stopctl schema rep", "report"},
	{"stopctl help doc", "doctor"},
	{"stopctl completion f", "fish"},
}

// TestBash completes in a real bash, by the function that it calls at a tab.
func TestBash(t *testing.T) {
	script := completionFile(t, "bash")
	for _, c := range completed {
		shell := []string{"bash", "-uc", fmt.Sprintf(`source %s; complete -p stopctl >/dev/null
			COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stopctl; printf '%%s\n' "${COMPREPLY[@]-}" | LC_ALL=C sort`, script), "bash"}
		if got := inShell(t, append(shell, strings.Split(c.line, " ")...)...); got != c.want {
			t.Errorf("%q: %q, want %q", c.line, got, c.want)
		}
	}
	// A value that may be anything is left to bash, which completes it as a file.
	got := inShell(t, "bash", "-uc", "source "+script+`; complete -p stopctl; COMP_WORDS=(stopctl run -event ""); COMP_CWORD=3; _stopctl; echo "${#COMPREPLY[@]} words"`)
	if got != "complete -o default -F _stopctl stopctl 0 words" {
		t.Error(got)
	}
}

// TestFish completes in a real fish, where there is one.
func TestFish(t *testing.T) {
	script := completionFile(t, "fish")
	for _, c := range completed {
		got := inShell(t, "fish", "--no-config", "-c", "source "+script+"; complete -C '"+c.line+"' | string replace -r '\\t.*' '' | sort -u")
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.line, got, c.want)
		}
	}
}

// TestZsh reads the script in a real zsh, where there is one, and completes with it.
func TestZsh(t *testing.T) {
	script := completionFile(t, "zsh")
	got := inShell(t, "zsh", "-fc", "autoload -Uz compinit && compinit -D -u; source "+script+"; print ${_comps[stopctl]}; functions _stopctl | grep -c 'arguments'")
	if want := fmt.Sprintf("_stopctl %d", len(stopctl().Commands)+1); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
