package report_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"stopdesktops/internal/report"
)

// TestCatalog: every status, outcome, reason and warning has its words in both languages, and every word has its code.
func TestCatalog(t *testing.T) {
	codes := constants(t)
	words := report.Catalog()
	for name, code := range codes {
		w := words[strings.TrimSuffix(code, ":")]
		if w.Chinese == "" || w.English == "" && !strings.HasPrefix(name, "Warn") {
			t.Errorf("catalog.json has no words for %s", code)
		}
		reason := strings.HasPrefix(name, "Reason") && code != report.ReasonStatePrefix
		if reason && (w.Rule == "" || w.ToStop == "" && !judgedByEvidence[code]) {
			t.Errorf("catalog.json does not say what the reason %s means, and what would have to change", code)
		}
	}
	known := map[string]bool{"nothing_stopped": true, "still_running": true, "state": true}
	for _, code := range codes {
		known[code] = true
	}
	for code := range words {
		if !known[code] {
			t.Errorf("catalog.json has words for %s, which no report holds", code)
		}
	}
}

// judgedByEvidence are the reasons for which stopctl why says more than the catalog could.
var judgedByEvidence = map[string]bool{
	report.ReasonProtected: true, report.ReasonExcluded: true, report.ReasonKeepUntil: true, report.ReasonNotIdle: true,
}

// constants returns the codes of statuses, outcomes, reasons and warnings by the names of their constants.
func constants(t *testing.T) map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "report.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		name := spec.Names[0].Name
		isOutcome := false
		if of, typed := spec.Type.(*ast.Ident); typed {
			isOutcome = of.Name == "Outcome" || of.Name == "Status"
		}
		if ok && (isOutcome || strings.HasPrefix(name, "Reason") || strings.HasPrefix(name, "Warn")) {
			codes[name], _ = strconv.Unquote(literal.Value)
		}
		return true
	})
	if len(codes) < 35 {
		t.Fatalf("only %d codes found", len(codes))
	}
	return codes
}
