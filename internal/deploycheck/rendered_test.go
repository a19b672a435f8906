//go:build serverlessdevs

package deploycheck

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"stopdesktops/internal/deployment"
)

// TestRendered: what Serverless Devs itself makes of each template is what is read of it here, and by
// stopctl. It needs the tool, so it is apart: make test-templates installs it and runs this.
func TestRendered(t *testing.T) {
	tool, err := filepath.Abs(os.Getenv("SERVERLESS_DEVS"))
	if err != nil || os.Getenv("SERVERLESS_DEVS") == "" {
		t.Fatal("SERVERLESS_DEVS is not set: run make test-templates")
	}
	environ := map[string]string{"DRY_RUN": "false", "MAX_DESKTOPS": "7", "CALLBACK_URL": "https://example.com/fake"}
	for _, set := range []map[string]string{{}, environ} {
		templates, err := filepath.Glob(filepath.Join(root, "s*.yaml"))
		if err != nil || len(templates) < 3 {
			t.Fatalf("%q, %v", templates, err)
		}
		for _, template := range templates {
			rendered := preview(t, tool, template, set)
			own := readAsDeployed(t, template, set)
			if diff := cmp.Diff(own, rendered); diff != "" {
				t.Errorf("%s: - read here, + rendered by Serverless Devs\n%s", template, diff)
			}
		}
	}
}

// preview lets Serverless Devs render a template, in a home of its own.
func preview(t *testing.T, tool, template string, set map[string]string) map[string]any {
	t.Helper()
	command := exec.CommandContext(t.Context(), tool, "preview", "-t", filepath.Base(template), "--output", "json")
	command.Dir = filepath.Dir(template)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	for name, value := range set {
		command.Env = append(command.Env, name+"="+value)
	}
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("s preview -t %s: %v\n%s", template, err, output)
	}
	var rendered map[string]any
	if _, object, ok := bytes.Cut(output, []byte("{\n")); !ok || json.Unmarshal(append([]byte("{"), object...), &rendered) != nil {
		t.Fatalf("s preview -t %s printed no JSON:\n%s", template, output)
	}
	return rendered
}

// readAsDeployed reads a template as stopctl and the other tests do.
func readAsDeployed(t *testing.T, template string, set map[string]string) map[string]any {
	t.Helper()
	names := []string{filepath.Base(template)}
	if names[0] != "s.yaml" {
		names = []string{"s.yaml", names[0]}
	}
	merged := &yaml.Node{}
	for _, name := range names {
		node, err := deployment.Parse(readFile(t, name))
		if err != nil {
			t.Fatal(err)
		}
		merged = deployment.Merge(merged, node)
	}
	deployment.Resolve(merged, func(name string) (string, bool) { v, ok := set[name]; return v, ok }, func(path string, _ *yaml.Node, text string) { t.Errorf("%s: %s", path, text) })
	var read any
	if err := merged.Decode(&read); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	delete(plain, "extend") // done
	return plain
}
