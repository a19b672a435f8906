package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/configuration.md")

const (
	documentFile   = "../../docs/configuration.md"
	generatedBegin = "<!-- generated from internal/config/config.go: go test ./internal/config -update -->\n"
	generatedEnd   = "<!-- end of what is generated -->\n"
)

// TestConfigurationIsDocumented: the tables of docs/configuration.md are those of Config.
func TestConfigurationIsDocumented(t *testing.T) {
	text, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), generatedBegin)
	_, after, ended := strings.Cut(rest, generatedEnd)
	if !found || !ended {
		t.Fatalf("%s does not say where its tables are", documentFile)
	}
	want := before + generatedBegin + tables(t) + generatedEnd + after
	if *update {
		if err := os.WriteFile(documentFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Errorf("%s is not what internal/config/config.go says: go test ./internal/config -update", documentFile)
	}
}

// tables are the variables of Config in Markdown, a table for each comment that no field has.
func tables(t *testing.T) string {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	fields := structOf(file, "Config").Fields
	var titles []*ast.CommentGroup
	for _, c := range file.Comments {
		inside := c.Pos() > fields.Pos() && c.End() < fields.End()
		if inside && !slices.ContainsFunc(fields.List, func(f *ast.Field) bool { return f.Doc == c }) {
			titles = append(titles, c)
		}
	}
	var out strings.Builder
	for _, f := range fields.List {
		tag := tagOf(t, f)
		if tag.Get("env") == "" {
			continue
		}
		if len(titles) > 0 && titles[0].Pos() < f.Pos() {
			fmt.Fprintf(&out, "\n## %s\n\n| variable | default | meaning |\n|---|---|---|\n", oneLine(titles[0]))
			titles = titles[1:]
		}
		if f.Doc == nil {
			t.Errorf("nothing says what %s means", tag.Get("env"))
			continue
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s |\n", tag.Get("env"), defaultOf(f, tag), oneLine(f.Doc))
	}
	return out.String() + "\n"
}

func structOf(file *ast.File, name string) *ast.StructType {
	var found *ast.StructType
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == name {
			found = spec.Type.(*ast.StructType)
		}
		return found == nil
	})
	return found
}

func tagOf(t *testing.T, f *ast.Field) reflect.StructTag {
	if f.Tag == nil {
		return ""
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		t.Fatal(err)
	}
	return reflect.StructTag(tag)
}

func defaultOf(f *ast.Field, tag reflect.StructTag) string {
	if value := tag.Get("envDefault"); value != "" {
		return "`" + value + "`"
	}
	if name, ok := f.Type.(*ast.Ident); ok && name.Name == "bool" {
		return "`false`"
	}
	return "–"
}

func oneLine(c *ast.CommentGroup) string {
	return strings.Join(strings.Fields(c.Text()), " ")
}
