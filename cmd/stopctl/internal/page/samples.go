package page

import (
	"io/fs"
	"strings"
)

// Samples are files of events, by name: those without .golden.json.
type Samples struct{ fs.FS }

// Group of samples of one kind.
type Group struct {
	Kind  string
	Names []string
}

// kinds of samples, by how their names begin, in the order of the list.
var kinds = []struct{ begin, kind string }{
	{"direct", "Direct invocation"}, {"timer", "Timer"}, {"scheduled", "Schedule of EventBridge"}, {"http", "HTTP trigger"},
	{"eventbridge", "EventBridge"}, {"unsupported", "Triggers that carry no request"}, {"", "Others of EventBridge"},
}

// groups of all samples.
func (s Samples) groups() []Group {
	if s.FS == nil {
		return nil
	}
	names, _ := fs.Glob(s.FS, "*.json")
	all := make([]Group, len(kinds))
	for _, name := range names {
		if strings.HasSuffix(name, ".golden.json") {
			continue
		}
		for i, k := range kinds {
			if strings.HasPrefix(name, k.begin) {
				all[i].Kind, all[i].Names = k.kind, append(all[i].Names, name)
				break
			}
		}
	}
	return all
}

// text of a sample.
func (s Samples) text(name string) (string, bool) {
	for _, g := range s.groups() {
		for _, known := range g.Names {
			if known == name {
				text, err := fs.ReadFile(s.FS, name)
				return strings.TrimPrefix(string(text), "\ufeff"), err == nil
			}
		}
	}
	return "", false
}
