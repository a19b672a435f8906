package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"stopdesktops/internal/config"
)

// variables is a flag that collects NAME=VALUE. What is wrong with one is kept for later: the flag
// package would repeat the value, which may be a secret.
type variables struct {
	command string // whose flag it is
	values  map[string]string
	fault   error
}

var variableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

func (v *variables) String() string { return "" }

func (v *variables) has(name string) bool { _, ok := v.values[name]; return ok }

func (v *variables) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	switch {
	case !ok:
		v.fault = usagef("%s: -env: write NAME=VALUE", v.command)
	case !variableName.MatchString(name):
		v.fault = usagef("%s: -env %q: Function Compute takes names of letters, digits and underscores, a letter first", v.command, name)
	case strings.HasPrefix(name, "FC_"):
		v.fault = usagef("%s: -env %s: names that begin with FC_ belong to Function Compute", v.command, name)
	default:
		if v.values == nil {
			v.values = map[string]string{}
		}
		v.values[name] = value
	}
	return nil
}

// isVariable says whether the function, or Go's runtime in it, reads a variable of this name.
func isVariable(name string) bool {
	ofGo := []string{"GODEBUG", "GOMEMLIMIT", "GOMAXPROCS", "TZ", "ZONEINFO"}
	return slices.Contains(ofGo, name) || slices.Contains(config.Variables(), name)
}

// noteUnknown tells of variables that nothing reads: probably a slip. Routes name some of their own.
func (v *variables) noteUnknown(s *screen, routes bool) {
	for _, name := range slices.Sorted(maps.Keys(v.values)) {
		if !routes && !isVariable(name) {
			s.note("-env %s: the function has no such variable.", name)
		}
	}
}
