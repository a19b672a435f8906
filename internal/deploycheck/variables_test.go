package deploycheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sources parses the Go files of a folder, without its tests.
func sources(t *testing.T, folder string) []*ast.File {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, folder))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, folder, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		t.Fatalf("%s: no Go files", folder)
	}
	return files
}

// variables finds the `env:"NAME"` tags, and tells which of them hold a secret: those whose type is of package secret.
func variables(files ...*ast.File) map[string]bool {
	found := map[string]bool{}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			field, ok := node.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}
			tag, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				return true
			}
			if name, _, _ := strings.Cut(reflect.StructTag(tag).Get("env"), ","); name != "" {
				found[name] = mentions(field.Type, "secret")
			}
			return true
		})
	}
	return found
}

func mentions(expression ast.Expr, pkg string) bool {
	found := false
	ast.Inspect(expression, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if ident, ok := selector.X.(*ast.Ident); ok && ident.Name == pkg {
				found = true
			}
		}
		return true
	})
	return found
}

// unknownVariables says which variables of a template the function would never read.
func unknownVariables(read template, known map[string]bool) []string {
	var unknown []string
	for _, resource := range read.Resources {
		for name := range resource.Props.EnvironmentVariables {
			if _, ok := known[name]; !ok {
				unknown = append(unknown, name)
			}
		}
	}
	slices.Sort(unknown)
	return unknown
}

func TestVariablesExist(t *testing.T) {
	known := variables(sources(t, "internal/config")...)
	read, _ := checkTemplate(readFile(t, "s.yaml"))
	if unknown := unknownVariables(read, known); len(unknown) > 0 {
		t.Errorf("s.yaml sets %q; internal/config knows %q", unknown, slices.Sorted(maps.Keys(known)))
	}
	for name, secret := range known {
		if secret && !secretVariable.MatchString(name) {
			t.Errorf("%s is a secret in internal/config: secretVariable must match it", name)
		}
	}
}

func TestVariablesThatDoNotExistAreFound(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", `package config
		type Config struct {
			DryRun   bool          `+"`env:\"DRY_RUN\"`"+`
			Level    string        `+"`env:\"LOG_LEVEL,notEmpty\" envDefault:\"info\"`"+`
			Webhook  struct {
				Secrets []secret.Text `+"`env:\"WEBHOOK_SECRETS\"`"+`
			}
			Other int `+"`json:\"OTHER\"`"+`
		}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := variables(file)
	if want := map[string]bool{"DRY_RUN": false, "LOG_LEVEL": false, "WEBHOOK_SECRETS": true}; !maps.Equal(known, want) {
		t.Errorf("tags: %v, want %v", known, want)
	}
	read := template{Resources: map[string]resource{"f": {Props: props{EnvironmentVariables: map[string]text{
		"DRY_RUN": "true", "LOG_LEVEL": "", "OTHER": "", "WEBHOOK_SECRET": "",
	}}}}}
	if got, want := unknownVariables(read, known), []string{"OTHER", "WEBHOOK_SECRET"}; !slices.Equal(got, want) {
		t.Errorf("unknown: %q, want %q", got, want)
	}
}
