// Package trial runs the commands of stopctl in tests, as a shell would.
package trial

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/emulator"
	"stopdesktops/schema/schematest"
)

// T is a test.
type T interface {
	Helper()
	Context() context.Context
	TempDir() string
	Setenv(name, value string)
	Cleanup(func())
	Fatal(args ...any)
}

// Run runs a command line in an environment with these variables only.
func Run(t T, p terminal.Program, environ map[string]string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = p.Execute(t.Context(), args, terminal.Outside{
		In: strings.NewReader(stdin), Out: &out, Err: &err, Self: "stopctl",
		Getenv: func(name string) string { return environ[name] },
	})
	Valid(t, out.String())
	return code, out.String(), err.String()
}

// Valid validates the JSON that a command has printed against its schema.
func Valid(t T, output string) {
	t.Helper()
	if _, err := schematest.Output(output); err != nil {
		t.Fatal(err)
	}
}

// File makes a file with this text, in a folder of the test's own, and returns its path.
func File(t T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Account serves an emulated account, which commands find by their environment, until the test ends.
func Account(t T, e *emulator.EDS) {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	key := emulator.OperatorCredential
	for name, value := range map[string]string{
		"EDS_ENDPOINT": server.URL, "ALIBABA_CLOUD_ACCESS_KEY_ID": key.AccessKeyId, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.AccessKeySecret,
		"ALIBABA_CLOUD_SECURITY_TOKEN": key.SecurityToken, "HOME": t.TempDir(), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// Diff names the lines that are not in both texts, which is enough to see what has changed.
func Diff(want, got string) string {
	var b strings.Builder
	a, c := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(c)) {
		switch {
		case i >= len(a):
			b.WriteString("+ " + c[i] + "\n")
		case i >= len(c):
			b.WriteString("- " + a[i] + "\n")
		case a[i] != c[i]:
			b.WriteString("- " + a[i] + "\n+ " + c[i] + "\n")
		}
	}
	return b.String()
}
