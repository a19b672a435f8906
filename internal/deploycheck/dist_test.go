package deploycheck

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestDist makes a release twice, in checkouts of the same commit that lie elsewhere, and compares.
func TestDist(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds everything twice")
	}
	for _, program := range []string{"make", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	needSBOMTool(t)
	own := runtime.GOOS + "/" + runtime.GOARCH
	first, second := checkout(t, "one"), checkout(t, "two-elsewhere")
	for name, text := range map[string]string{".git/info/exclude": "deny.txt\n", "deny.txt": "ecd-1\n"} { // not for a release
		if err := os.WriteFile(filepath.Join(second, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a, b := release(t, first, own), release(t, second, own)
	want := []string{"SHA256SUMS", "stop-desktops.cdx.json", "stop-desktops.zip", "stopctl-" + strings.ReplaceAll(own, "/", "-"), "stopctl.cdx.json"}
	for _, name := range want {
		if len(a[name]) == 0 || !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s: %d bytes, then %d others", name, len(a[name]), len(b[name]))
		}
		if sum := fmt.Sprintf("%x  %s\n", sha256.Sum256(a[name]), name); name != "SHA256SUMS" && !strings.Contains(string(a["SHA256SUMS"]), sum) {
			t.Errorf("SHA256SUMS has no %s", sum)
		}
	}
	if len(a) != len(want) {
		t.Errorf("%d files, want %v", len(a), want)
	}
	checkBOM(t, a["stop-desktops.cdx.json"], "github.com/aliyun/fc-runtime-go-sdk", "std")
	checkBOM(t, a["stopctl.cdx.json"], "github.com/clipperhouse/displaywidth", "std")
	text := output(t, first, filepath.Join(first, "dist", want[3]), "version")
	commit := strings.TrimSpace(output(t, first, "git", "rev-parse", "HEAD"))
	if !strings.HasPrefix(text, "stopctl "+commit[:7]) || !strings.Contains(text, "\ncommit "+commit+" of 2026-01-02T03:04:05Z\n") {
		t.Errorf("stopctl version says %q of commit %s", text, commit)
	}
}

// checkout makes a repository of this source with one commit, which is the same wherever it is made.
func checkout(t *testing.T, name string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	for file := range strings.SplitSeq(output(t, root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, file))
		if file == "" || os.IsNotExist(err) { // one that is deleted, but not yet committed
			continue
		}
		to := filepath.Join(folder, file)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o755)
		}
		if err == nil {
			err = os.WriteFile(to, content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	output(t, folder, "git", "init", "-q")
	output(t, folder, "git", "add", "-A")
	output(t, folder, "git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "all of it")
	return folder
}

// release runs make dist and returns its files by name.
func release(t *testing.T, folder, platforms string) map[string][]byte {
	t.Helper()
	output(t, folder, "make", "dist", "PLATFORMS="+platforms)
	paths, err := filepath.Glob(filepath.Join(folder, "dist", "*"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

var sbomTool = regexp.MustCompile(`(github\.com/CycloneDX/cyclonedx-gomod)/\S*(@v[0-9.]+)`)

// needSBOMTool skips the test if the tool that writes the SBOM cannot be fetched. Any other fault of it fails the test.
func needSBOMTool(t *testing.T) {
	t.Helper()
	m := sbomTool.FindSubmatch(readFile(t, "Makefile"))
	if m == nil {
		t.Fatal("the Makefile names no cyclonedx-gomod")
	}
	c := exec.Command("go", "mod", "download", string(m[1])+string(m[2]))
	c.Dir = t.TempDir()
	if out, err := c.CombinedOutput(); err != nil {
		t.Skipf("no release was made: cyclonedx-gomod cannot be fetched: %s", out)
	}
}

// output of a program in a folder.
func output(t *testing.T, folder string, program string, args ...string) string {
	t.Helper()
	c := exec.Command(program, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "GOFLAGS=", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", program, args, err, out, &stderr)
	}
	return string(out)
}

// checkBOM: an SBOM is CycloneDX, and names these modules with their versions.
func checkBOM(t *testing.T, text []byte, modules ...string) {
	t.Helper()
	var bom struct {
		BOMFormat  string
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(text, &bom); err != nil || bom.BOMFormat != "CycloneDX" {
		t.Fatalf("%v in %.200s", err, text)
	}
	for _, name := range modules {
		if !slices.ContainsFunc(bom.Components, func(c struct{ Name, Version string }) bool { return c.Name == name && c.Version != "" }) {
			t.Errorf("the SBOM has no %s", name)
		}
	}
}

// TestStopctlElsewhere: stopctl compiles, and vet finds nothing, on systems that the tests do not run on.
func TestStopctlElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles everything for other systems")
	}
	for _, system := range []string{"windows", "darwin"} {
		c := exec.Command("go", "vet", "./cmd/stopctl/...")
		c.Dir = root
		c.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", system, err, out)
		}
	}
}
