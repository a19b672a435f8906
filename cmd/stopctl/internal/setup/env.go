package setup

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/config"
)

// Variables is a flag that collects NAME=VALUE. What is wrong with one is kept for later: the flag
// package would repeat the value, which may be a secret.
type Variables struct {
	Command string // whose flag it is
	Values  map[string]string
	Fault   error
}

var variableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

func (v *Variables) String() string { return "" }

// Has tells whether a variable is given.
func (v *Variables) Has(name string) bool { _, ok := v.Values[name]; return ok }

// Set takes NAME=VALUE.
func (v *Variables) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	switch {
	case !ok:
		v.Fault = terminal.Usagef("%s: -env: write NAME=VALUE", v.Command)
	case !variableName.MatchString(name):
		v.Fault = terminal.Usagef("%s: -env %q: Function Compute takes names of letters, digits and underscores, a letter first", v.Command, name)
	case strings.HasPrefix(name, "FC_"):
		v.Fault = terminal.Usagef("%s: -env %s: names that begin with FC_ belong to Function Compute", v.Command, name)
	default:
		if v.Values == nil {
			v.Values = map[string]string{}
		}
		v.Values[name] = value
	}
	return nil
}

// IsVariable says whether the function, or Go's runtime in it, reads a variable of this name.
func IsVariable(name string) bool {
	ofGo := []string{"GODEBUG", "GOMEMLIMIT", "GOMAXPROCS", "TZ", "ZONEINFO"}
	return slices.Contains(ofGo, name) || slices.Contains(config.Variables(), name)
}

// NoteUnknown tells of variables that nothing reads: probably a slip. Routes name some of their own.
func (v *Variables) NoteUnknown(s *terminal.Screen, routes bool) {
	for _, name := range slices.Sorted(maps.Keys(v.Values)) {
		if !routes && !IsVariable(name) {
			s.Warn("-env %s: the function has no such variable.", name)
		}
	}
}
