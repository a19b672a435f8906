// Package samples holds an event of each trigger, as it comes in. stopctl carries them, so that it can be tried
// without the source.
package samples

import (
	"embed"
	"strings"
)

// Files are the events NAME.json and their NAME.golden.json.
//
//go:embed *.json
var Files embed.FS

// Names of the samples, sorted, without the extension: timer, not timer.json.
func Names() []string {
	entries, err := Files.ReadDir(".")
	if err != nil {
		panic(err) // they are in the binary
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && !strings.HasSuffix(name, ".golden") {
			names = append(names, name)
		}
	}
	return names
}

// Read the sample of this name.
func Read(name string) ([]byte, error) { return Files.ReadFile(name + ".json") }
