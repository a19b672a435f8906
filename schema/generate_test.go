package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stopdesktops/schema"
)

var update = flag.Bool("update", false, "rewrite the schemas that are made from Go types")

// generated are the schemas that are made from Go types, and from the comments on them.
var generated = []struct {
	name   string
	of     string // package.Type
	title  string
	format string // the value of the member Format
}{
	{"report", "report.Report", "Report of one event", ""},
	{"doctor", "doctor.examined", "Output of stopctl doctor -o json", schema.Doctor},
	{"plan", "plan.plan", "Output of stopctl plan -o json", schema.Plan},
	{"probe", "probe.Recording", "File of stopctl probe", schema.Probe},
	{"routes", "routes.outcome", "Output of stopctl routes try", schema.Routes},
	{"run", "lab.stepJSON", "A line of the output of stopctl run -o json", schema.Run},
	{"timers", "timers.listing", "Output of stopctl timers -o json", schema.Timers},
	{"undo", "recover.undone", "Output of stopctl undo -o json", schema.Undo},
	{"why", "why.answer", "Output of stopctl why -o json", schema.Why},
}

// TestGenerated compares the schemas with the Go types that they describe. With -update it writes them.
func TestGenerated(t *testing.T) {
	source := readSource(t)
	for _, g := range generated {
		s := &generator{source, map[string]*node{}, map[string]string{}}
		root, err := s.object(g.of, true)
		if err != nil {
			t.Fatalf("%s: %v", g.name, err)
		}
		if g.format != "" {
			root.property("Format").set("const", g.format)
		}
		top := &node{}
		top.set("$schema", "https://json-schema.org/draft/2020-12/schema")
		top.set("$id", "urn:stop-desktops:"+g.name)
		top.set("title", g.title)
		top.members = append(top.members, root.members...)
		top.set("$defs", s.sorted())
		text, err := json.MarshalIndent(top, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, '\n')
		if *update {
			if err := os.WriteFile(g.name+".json", text, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if is, err := schema.Text(g.name); err != nil || !bytes.Equal(is, text) {
			t.Errorf("%s.json is not what the Go types say: go test ./schema -run TestGenerated -update. %v", g.name, err)
		}
	}
}

// node is a JSON object that keeps the order of its members.
type node struct{ members []member }

type member struct {
	name  string
	value any
}

func (n *node) set(name string, value any) *node {
	n.members = append(n.members, member{name, value})
	return n
}

func (n *node) property(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value.(*node)
		}
		if m.name == "properties" {
			return m.value.(*node).property(name)
		}
	}
	return nil
}

func (n *node) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range n.members {
		if i > 0 {
			b.WriteByte(',')
		}
		value := &bytes.Buffer{}
		e := json.NewEncoder(value)
		e.SetEscapeHTML(false)
		if err := e.Encode(m.value); err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", m.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// source are the type declarations and string constants of the module, by package and name.
type source struct {
	types     map[string]*ast.TypeSpec
	documents map[string]string   // the comments of types
	constants map[string][]member // by type: value and comment
}

// readSource parses the packages that declare what is printed.
func readSource(t *testing.T) source {
	t.Helper()
	s := source{map[string]*ast.TypeSpec{}, map[string]string{}, map[string][]member{}}
	for _, folder := range []string{"../events", "../internal/report", "../internal/emulator", "../cmd/stopctl/internal"} {
		err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err == nil {
				s.add(parsed)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s source) add(file *ast.File) {
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				name := file.Name.Name + "." + spec.Name.Name
				s.types[name] = spec
				if s.documents[name] = comment(spec.Doc); s.documents[name] == "" && len(group.Specs) == 1 {
					s.documents[name] = comment(group.Doc)
				}
			case *ast.ValueSpec:
				typ, named := spec.Type.(*ast.Ident)
				if !named || len(spec.Values) != 1 {
					continue
				}
				if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
					value, _ := strconv.Unquote(literal.Value)
					name := file.Name.Name + "." + typ.Name
					s.constants[name] = append(s.constants[name], member{value, comment(spec.Doc, spec.Comment)})
				}
			}
		}
	}
}

// comment returns the first comment there is as a sentence in one line.
func comment(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if text := strings.Join(strings.Fields(g.Text()), " "); text != "" {
			return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
		}
	}
	return ""
}

// generator makes one schema.
type generator struct {
	source
	definitions map[string]*node
	origins     map[string]string // of the definitions: the Go types
}

func (g *generator) sorted() *node {
	all := &node{}
	for _, name := range slices.Sorted(maps.Keys(g.definitions)) {
		all.set(name, g.definitions[name])
	}
	return all
}

// object returns the schema of a struct. A member that the encoder may leave out is not required.
func (g *generator) object(name string, described bool) (*node, error) {
	spec := g.types[name]
	if spec == nil {
		return nil, fmt.Errorf("there is no type %s", name)
	}
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("%s is no struct", name)
	}
	n := &node{}
	if text := g.documents[name]; described && text != "" {
		n.set("description", text)
	}
	properties := &node{}
	required, err := g.properties(name, structure, properties)
	if err != nil {
		return nil, err
	}
	n.set("type", "object").set("properties", properties)
	if len(required) > 0 {
		n.set("required", required)
	}
	return n.set("additionalProperties", false), nil
}

// properties adds those of a struct, and of the structs of its package that are embedded in it.
func (g *generator) properties(name string, of *ast.StructType, properties *node) (required []string, err error) {
	for _, field := range of.Fields.List {
		if embedded, ok := field.Type.(*ast.Ident); ok && field.Names == nil {
			inner, ok := g.types[packageOf(name)+"."+embedded.Name].Type.(*ast.StructType)
			if !ok {
				return nil, fmt.Errorf("%s embeds %s, which is no struct", name, embedded.Name)
			}
			more, err := g.properties(name, inner, properties)
			if err != nil {
				return nil, err
			}
			required = append(required, more...)
		}
		for _, ident := range field.Names {
			tag, options := jsonTag(field)
			if tag == "-" || !ident.IsExported() {
				continue
			}
			p, err := g.member(name, field)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", name, ident.Name, err)
			}
			if tag == "" {
				tag = ident.Name
			}
			if properties.set(tag, p); options == "" {
				required = append(required, tag)
			}
		}
	}
	return required, nil
}

// member returns the schema of a field, with its comment as the description.
func (g *generator) member(of string, field *ast.Field) (*node, error) {
	p, err := g.value(packageOf(of), field.Type)
	if err != nil {
		return nil, err
	}
	switch text := comment(field.Doc, field.Comment); {
	case text != "":
		p.members = append([]member{{"description", text}}, p.members...)
	case len(p.members) == 0 || p.members[0].name != "$ref":
		return nil, errors.New("needs a comment: it is the description in the schema")
	}
	return p, nil
}

func packageOf(name string) string {
	in, _, _ := strings.Cut(name, ".")
	return in
}

func jsonTag(field *ast.Field) (name, options string) {
	if field.Tag == nil {
		return "", ""
	}
	text, _ := strconv.Unquote(field.Tag.Value)
	name, options, _ = strings.Cut(reflect.StructTag(text).Get("json"), ",")
	return name, options
}

// value returns the schema of a type that the package in names.
func (g *generator) value(in string, of ast.Expr) (*node, error) {
	n := &node{}
	switch of := of.(type) {
	case *ast.StarExpr:
		return g.value(in, of.X)
	case *ast.ArrayType:
		items, err := g.value(in, of.Elt)
		return n.set("type", "array").set("items", items), err
	case *ast.MapType:
		return g.dictionary(in, of)
	case *ast.SelectorExpr:
		return g.named(of.X.(*ast.Ident).Name + "." + of.Sel.Name)
	case *ast.Ident:
		switch of.Name {
		case "string":
			return n.set("type", "string"), nil
		case "bool":
			return n.set("type", "boolean"), nil
		case "int", "int64":
			return n.set("type", "integer"), nil
		case "float64":
			return n.set("type", "number"), nil
		case "any":
			return n, nil
		}
		return g.named(in + "." + of.Name)
	}
	return nil, fmt.Errorf("no schema for %T", of)
}

func (g *generator) dictionary(in string, of *ast.MapType) (*node, error) {
	n := (&node{}).set("type", "object")
	if key, err := g.value(in, of.Key); err != nil {
		return nil, err
	} else if key.members[0].name == "$ref" {
		n.set("propertyNames", key)
	}
	values, err := g.value(in, of.Value)
	return n.set("additionalProperties", values), err
}

// named returns the schema of a named type: a reference to its definition, if it is one of ours.
func (g *generator) named(name string) (*node, error) {
	n := &node{}
	switch name {
	case "time.Time":
		return n.set("type", "string").set("format", "date-time"), nil
	case "json.RawMessage":
		return n, nil
	}
	spec := g.types[name]
	if spec == nil {
		return nil, fmt.Errorf("there is no type %s", name)
	}
	if list, ok := spec.Type.(*ast.ArrayType); ok {
		return g.value(packageOf(name), list)
	}
	local := strings.TrimSuffix(strings.ToUpper(spec.Name.Name[:1])+spec.Name.Name[1:], "JSON")
	ref := n.set("$ref", "#/$defs/"+local)
	if other, ok := g.origins[local]; ok && other != name {
		return nil, fmt.Errorf("%s and %s would be one definition: rename one", name, other)
	} else if ok {
		return ref, nil
	}
	g.origins[local] = name
	if _, ok := spec.Type.(*ast.StructType); !ok {
		g.definitions[local] = g.enumeration(name)
		return ref, nil
	}
	definition, err := g.object(name, true)
	g.definitions[local] = definition
	return ref, err
}

// enumeration of the constants of a type, each with its comment.
func (g *generator) enumeration(name string) *node {
	var values []*node
	for _, c := range g.constants[name] {
		one := (&node{}).set("const", c.name)
		if c.value != "" {
			one.set("description", c.value)
		}
		values = append(values, one)
	}
	return (&node{}).set("description", g.documents[name]).set("anyOf", values)
}
