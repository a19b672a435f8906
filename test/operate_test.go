package test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// walkBlock is a block of the documentation that is run, and the lines that it shows.
type walkBlock struct {
	commands string
	shows    []string
}

var shellBlock = regexp.MustCompile("(?m)^(.*)\n+^```sh\n((?s:.*?))^```\n(?:\n```text\n((?s:.*?))^```\n)?")

// walkBlocks finds what is to be run in a page. Every block of commands is, but for those that want an account.
func walkBlocks(t *testing.T, page, text string) []walkBlock {
	t.Helper()
	var blocks []walkBlock
	for _, m := range shellBlock.FindAllStringSubmatch(text, -1) {
		switch m[1] {
		case "<!-- walk -->":
			blocks = append(blocks, walkBlock{m[2], strings.Split(strings.TrimSpace(m[3]), "\n")})
		case "**your account**":
		default:
			t.Errorf("%s: a block is neither run here nor for **your account**:\n%s", page, m[2])
		}
	}
	return blocks
}

// TestOperate follows docs/operate.md.
func TestOperate(t *testing.T) {
	t.Parallel()
	blocks := walkBlocks(t, "docs/operate.md", page(t, "docs/operate.md"))
	if len(blocks) < 10 {
		t.Fatalf("%d blocks", len(blocks))
	}
	follow(t, blocks, "bash", "curl")
}

var job = regexp.MustCompile(`(?m)^## \d\. `)

// TestWalks follows docs/walks.md: all five jobs, to the last line.
func TestWalks(t *testing.T) {
	t.Parallel()
	text := page(t, "docs/walks.md")
	jobs := job.Split(text, -1)
	if len(jobs) != 6 {
		t.Fatalf("%d jobs", len(jobs)-1)
	}
	for i, one := range jobs[1:] {
		if n := len(walkBlocks(t, "docs/walks.md", one)); n < 2 {
			t.Errorf("job %d has %d blocks", i+1, n)
		}
	}
	follow(t, walkBlocks(t, "docs/walks.md", text), "bash", "curl", "openssl")
}

// TestWebhooksByHand follows those blocks of docs/webhooks.md that send events by hand.
func TestWebhooksByHand(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []walkBlock
	for _, m := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		if m[1] == "<!-- walk -->" {
			blocks = append(blocks, walkBlock{m[2], strings.Split(strings.TrimSpace(m[3]), "\n")})
		}
	}
	if len(blocks) != 2 {
		t.Fatalf("%d blocks", len(blocks))
	}
	follow(t, blocks, "bash", "curl", "openssl")
}

// follow runs blocks in a copy of this source, in one shell, and finds what they show in what comes out.
func follow(t *testing.T, blocks []walkBlock, programs ...string) {
	t.Helper()
	for _, needed := range programs {
		if _, err := exec.LookPath(needed); err != nil {
			t.Fatalf("the documentation is followed with %s: %v", needed, err)
		}
	}
	folder, address := t.TempDir(), freeAddress(t)
	copyTree(t, folder)
	script := "exec 2>&1\ntrap 'kill $server 2> /dev/null' EXIT\n"
	for i, b := range blocks {
		script += fmt.Sprintf("echo '== block %d'\n%s", i, strings.ReplaceAll(b.commands, "127.0.0.1:8080", address))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	command.Dir = folder
	command.Env = append(newUser(folder), "GOFLAGS=-trimpath") // whose builds are in the cache, wherever the source lies
	command.WaitDelay = 5 * time.Second
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	output := strings.Split(strings.ReplaceAll(out.String(), address, "127.0.0.1:8080"), "== block ")[1:]
	for i, b := range blocks {
		if i >= len(output) {
			t.Errorf("block %d was not reached", i)
			continue
		}
		if missing := firstMissing(b.shows, output[i]); missing != "" {
			t.Errorf("%s\nshows, and not in this order: %s\n%s", b.commands, missing, output[i])
		}
	}
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(folder, "build", "serve.log"))
		t.Errorf("%v; the last block:\n%s%s", err, output[len(output)-1], log)
	}
}

// firstMissing line of shows that is not found in output after those before it: "" if all are. Runs of spaces count
// as one, and … stands for anything.
func firstMissing(shows []string, output string) string {
	lines := strings.Split(output, "\n")
	for _, want := range shows {
		var parts []string
		for part := range strings.SplitSeq(strings.Join(strings.Fields(want), " "), "…") {
			parts = append(parts, regexp.QuoteMeta(part))
		}
		pattern := regexp.MustCompile(strings.Join(parts, ".*"))
		at := slices.IndexFunc(lines, func(line string) bool { return pattern.MatchString(strings.Join(strings.Fields(line), " ")) })
		if at < 0 {
			return want
		}
		lines = lines[at+1:]
	}
	return ""
}

func TestFirstMissing(t *testing.T) {
	const output = "a   b\nc 12 d\ne"
	for shows, want := range map[string]string{"a b|e": "", "c … d": "", "e|a b": "a b", "c 13 d": "c 13 d", "a b|a b": "a b"} {
		if got := firstMissing(strings.Split(shows, "|"), output); got != want {
			t.Errorf("%s: %q, want %q", shows, got, want)
		}
	}
}

// newUser is the environment of somebody with nothing of their own: of this one's, only what finds and runs Go is kept.
func newUser(home string) []string {
	environ := []string{"HOME=" + home, "ALIBABA_CLOUD_ECS_METADATA_DISABLED=true"}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "GO") && name != "GOFLAGS" || name == "PATH" || name == "TMPDIR" {
			environ = append(environ, variable)
		}
	}
	for _, name := range []string{"GOPATH", "GOMODCACHE", "GOCACHE", "GOENV"} {
		value, _ := exec.Command("go", "env", name).Output()
		environ = append(environ, name+"="+strings.TrimSpace(string(value)))
	}
	return environ
}

// freeAddress is one that nobody listens on right now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// copyTree copies this source, as a clone would have it.
func copyTree(t *testing.T, to string) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "build", "dist"}, name):
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		case !entry.Type().IsRegular() || name == ".git":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, info.Mode())
	})
	if err != nil {
		t.Fatal(err)
	}
}
