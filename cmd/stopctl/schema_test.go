package main

import (
	"encoding/json"
	"strings"
	"testing"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/schema"
)

// TestSchema: every schema is listed and printed.
func TestSchema(t *testing.T) {
	code, list, stderr := execute(t, "", "schema")
	if code != terminal.ExitOK || strings.Count(list, "\n") != len(schema.Names()) {
		t.Errorf("exit code %d\n%s%s", code, list, stderr)
	}
	for _, name := range schema.Names() {
		code, out, stderr := execute(t, "", "schema", name)
		var head struct {
			Schema string `json:"$schema"`
			Title  string `json:"title"`
		}
		if err := json.Unmarshal([]byte(out), &head); err != nil || code != terminal.ExitOK || head.Schema != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s: exit code %d, %v\n%s%s", name, code, err, out, stderr)
		}
		if !strings.Contains(list, name+" ") || head.Title == "" || !strings.Contains(list, head.Title) {
			t.Errorf("%s is not in the list:\n%s", name, list)
		}
	}
	for want, args := range map[string][]string{
		`there is no schema "../go"`:       {"schema", "../go"},
		"There are: doctor, plan, probe, ": {"schema", "requests"},
		"give one name":                    {"schema", "request", "report"},
		"-x":                               {"schema", "-x"},
	} {
		if code, out, stderr := execute(t, "", args...); code != terminal.ExitUsage || out != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit code %d, %q is not in %s%s", args, code, want, out, stderr)
		}
	}
}
