//go:build clients

package clients

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// node is a process of Node.js that runs clients.mjs.
type node struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

// startNode starts clients.mjs where the libraries are installed.
func startNode(t *testing.T) *node {
	t.Helper()
	dir, err := filepath.Abs(os.Getenv("CLIENTS"))
	if err != nil || os.Getenv("CLIENTS") == "" {
		t.Fatal("CLIENTS is not set: run make test-clients")
	}
	script, err := os.ReadFile("clients.mjs")
	if err != nil {
		t.Fatal(err)
	}
	// A script in an argument finds the libraries of its working directory.
	command := exec.CommandContext(t.Context(), "node", "--input-type=module", "--eval", string(script))
	command.Dir = dir
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = command.Wait()
	})
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	return &node{t: t, in: in, out: scanner}
}

// do calls an action of clients.mjs. The error is what the library threw.
func do[T any](n *node, action string, parameters map[string]any) (result T, thrown string) {
	n.t.Helper()
	all := map[string]any{"action": action}
	for name, value := range parameters {
		all[name] = value
	}
	line, err := json.Marshal(all)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := n.in.Write(append(line, '\n')); err != nil {
		n.t.Fatal(err)
	}
	if !n.out.Scan() {
		n.t.Fatalf("clients.mjs ended: %v", n.out.Err())
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  string          `json:"error"`
	}
	if err := json.Unmarshal(n.out.Bytes(), &answer); err != nil {
		n.t.Fatalf("%s: %v", n.out.Bytes(), err)
	}
	if answer.Error == "" && answer.Result != nil {
		if err := json.Unmarshal(answer.Result, &result); err != nil {
			n.t.Fatalf("%s: %v", answer.Result, err)
		}
	}
	return result, answer.Error
}

// must calls an action that may not fail.
func must[T any](n *node, action string, parameters map[string]any) T {
	n.t.Helper()
	result, thrown := do[T](n, action, parameters)
	if thrown != "" {
		n.t.Fatalf("%s: %s", action, thrown)
	}
	return result
}
