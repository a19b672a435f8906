// Package schema holds a JSON Schema (2020-12) for each JSON document of this project: the request that senders write,
// the report, and what the commands of stopctl print. docs/json.md says what they are for.
package schema

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.json
var files embed.FS

// Names returns the names of all schemas, sorted: "request" is that of request.json.
func Names() []string {
	found, _ := fs.Glob(files, "*.json") // the pattern is correct
	for i, file := range found {
		found[i] = strings.TrimSuffix(file, ".json")
	}
	return found
}

// Text returns the schema with this name.
func Text(name string) ([]byte, error) { return files.ReadFile(name + ".json") }
