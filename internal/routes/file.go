package routes

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"stopdesktops/internal/setting"
)

// fault of the file.
type fault struct {
	line int
	path string
	text string
}

// reader collects the faults of a file. The decoder of the YAML package could say what a fault is, and
// its line, but not where in the document it is, nor all of them.
type reader struct {
	name   string
	faults []fault
}

// at is a place in the file.
type at struct {
	node *yaml.Node
	path string
}

func (r *reader) fault(a at, format string, args ...any) {
	r.faults = append(r.faults, fault{a.node.Line, a.path, fmt.Sprintf(format, args...)})
}

// err is all faults, in the order of their lines.
func (r *reader) err() error {
	slices.SortStableFunc(r.faults, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	var all []error
	for _, f := range r.faults {
		where := r.name + ":" + strconv.Itoa(f.line) + ": "
		if f.path != "" {
			where += f.path + ": "
		}
		all = append(all, errors.New(where+f.text))
	}
	return errors.Join(all...)
}

// document of the file: the one that it must hold.
func (r *reader) document(text string) (at, bool) {
	nowhere := at{node: &yaml.Node{Line: 1}}
	plain, err := setting.Decode([]byte(text))
	if err != nil {
		r.fault(nowhere, "%s", err)
		return nowhere, false
	}
	decoder := yaml.NewDecoder(bytes.NewReader(plain))
	var doc, second yaml.Node
	err = decoder.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		r.fault(nowhere, "holds no routes: take the file away, or write one")
		return nowhere, false
	case err != nil:
		// "yaml: line 3: what": the text can quote the file, but the file holds no secrets.
		text := strings.TrimPrefix(err.Error(), "yaml: ")
		if line, rest, ok := strings.Cut(strings.TrimPrefix(text, "line "), ": "); ok {
			if n, err := strconv.Atoi(line); err == nil {
				nowhere.node.Line, text = n, rest
			}
		}
		r.fault(nowhere, "is not YAML: %s", text)
		return nowhere, false
	case !errors.Is(decoder.Decode(&second), io.EOF):
		r.fault(nowhere, "holds more than one document")
		return nowhere, false
	}
	return at{node: doc.Content[0]}, true
}

// resolve returns the node that an alias refers to.
func (a at) resolve() at {
	if a.node.Kind == yaml.AliasNode {
		return at{a.node.Alias, a.path}
	}
	return a
}

// object reads an object whose members are all known, and says which of them are there.
func (r *reader) object(a at, members map[string]func(at)) map[string]bool {
	a = a.resolve()
	seen := map[string]bool{}
	if a.node.Kind != yaml.MappingNode {
		r.fault(a, "must be an object with %s", known(members))
		return seen
	}
	for i := 0; i+1 < len(a.node.Content); i += 2 {
		name := a.node.Content[i].Value
		path := name
		if a.path != "" {
			path = a.path + "." + name
		}
		key := at{a.node.Content[i], path}
		read := members[name]
		switch {
		case read == nil:
			r.fault(key, "is not known here; known are %s", known(members))
		case seen[name]:
			r.fault(key, "is there twice")
		default:
			read(at{a.node.Content[i+1], path})
		}
		seen[name] = true
	}
	return seen
}

func known[T any](members map[string]T) string {
	var list []string
	for name := range members {
		list = append(list, name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// list reads an array, or one element without brackets.
func (r *reader) list(a at, read func(at)) {
	a = a.resolve()
	if a.node.Kind != yaml.SequenceNode {
		read(a)
		return
	}
	if len(a.node.Content) == 0 {
		r.fault(a, "is empty: leave it out, or write something")
	}
	for i, node := range a.node.Content {
		read(at{node, a.path + "[" + strconv.Itoa(i) + "]"})
	}
}

// text reads a string that is not empty, and holds no character that cannot have been meant.
func (r *reader) text(a at, into *string) bool { return r.textOf(setting.Text, a, into) }

// textOf reads a text of a stricter kind.
func (r *reader) textOf(kind setting.Kind, a at, into *string) bool {
	a = a.resolve()
	if a.node.Kind != yaml.ScalarNode || a.node.Tag != "!!str" || setting.Empty(a.node.Value) {
		r.fault(a, "must be a text")
		return false
	}
	if err := kind.Check(a.node.Value); err != nil {
		r.fault(a, "%s", err)
		return false
	}
	*into = setting.Trim(a.node.Value)
	return true
}

func (r *reader) texts(a at, into *[]string) {
	r.list(a, func(a at) {
		var text string
		if r.text(a, &text) {
			*into = append(*into, text)
		}
	})
}

func (r *reader) bool(a at, into *bool) {
	a = a.resolve()
	if a.node.Tag != "!!bool" || a.node.Decode(into) != nil {
		r.fault(a, "must be true or false")
	}
}

func (r *reader) number(a at, into *int) {
	a = a.resolve()
	if a.node.Tag != "!!int" || a.node.Decode(into) != nil || *into < 1 {
		r.fault(a, "must be a whole number, at least 1")
	}
}
