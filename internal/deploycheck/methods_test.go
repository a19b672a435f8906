package deploycheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// maxMethods of one type. A type with more has several subjects.
const maxMethods = 25

// TestMethods: no type of the repository, tests included, has more than 25 methods.
func TestMethods(t *testing.T) {
	methods := map[string]int{}
	walk := func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(name, "."):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			if name := receiver(declaration); name != "" {
				methods[filepath.Dir(path)+" "+file.Name.Name+"."+name]++
			}
		}
		return nil
	}
	if err := filepath.WalkDir(root, walk); err != nil {
		t.Fatal(err)
	}
	if len(methods) < 50 {
		t.Fatalf("only %d types were found", len(methods))
	}
	for name, n := range methods {
		if n > maxMethods {
			t.Errorf("%s has %d methods; the limit is %d: split it by subject", name, n, maxMethods)
		}
	}
}

// receiver returns the name of a method's type; "" for everything else.
func receiver(d ast.Decl) string {
	f, ok := d.(*ast.FuncDecl)
	if !ok || f.Recv == nil {
		return ""
	}
	x := f.Recv.List[0].Type
	for {
		switch at := x.(type) {
		case *ast.StarExpr:
			x = at.X
		case *ast.IndexExpr:
			x = at.X
		case *ast.IndexListExpr:
			x = at.X
		case *ast.Ident:
			return at.Name
		default:
			return ""
		}
	}
}
