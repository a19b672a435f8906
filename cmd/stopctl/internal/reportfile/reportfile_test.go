package reportfile

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// The statuses are all that package handler has.
func TestStatuses(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), "../../../../internal/report/report.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, s := range statuses {
		known[`"`+string(s)+`"`] = true
	}
	n := 0
	ast.Inspect(source, func(node ast.Node) bool {
		v, ok := node.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		if name, ok := v.Type.(*ast.Ident); ok && name.Name == "Status" {
			n++
			if text := v.Values[0].(*ast.BasicLit).Value; !known[text] {
				t.Errorf("%s is not known", text)
			}
		}
		return true
	})
	if n != len(statuses) {
		t.Errorf("%d statuses there, %d here", n, len(statuses))
	}
}

// TestNoToken: a response or a callback with the token of a plan is read without it, whole or as a line.
func TestNoToken(t *testing.T) {
	for _, text := range []string{
		`{"EventId":"e","Status":"planned","ApprovalToken":"fake-token"}`,
		`{"Reports":[{"EventId":"e","Status":"planned","ApprovalToken":"fake-token"}]}`,
		`{"specversion":"1.0","type":"com.aliyun.ecd.desktops.stop.planned","data":{"EventId":"e","Status":"planned","ApprovalToken":"fake-token"}}`,
		`{"Step":1,"Reports":[{"EventId":"e","Status":"planned","ApprovalToken":"fake-token"}]}` + "\n" + `{"Step":2,"Reports":[]}`,
	} {
		reports, err := Read("test", "-", strings.NewReader(text))
		if err != nil || len(reports) != 1 || reports[0].ApprovalToken != "" {
			t.Errorf("%s: %v %v", text, reports, err)
		}
	}
}

// Two tries of one event with one ID: each line belongs to its own try.
func TestCallbackOfItsTry(t *testing.T) {
	reports := readLogged([]string{
		`{"msg":"report","InvocationId":"1","report":{"InvocationId":"1","EventId":"a","Status":"failed"}}`,
		`{"msg":"report","InvocationId":"2","report":{"InvocationId":"2","EventId":"a","Status":"done"}}`,
		`{"msg":"callback","InvocationId":"2","EventId":"a","Host":"tickets.example.com","Callback":{"Status":"delivered"}}`,
	})
	if len(reports) != 2 || reports[0].Callback != nil || reports[1].Callback == nil || reports[1].Callback.Host != "tickets.example.com" {
		t.Errorf("%+v", reports)
	}
}

// TestPlaceOfWarning: a warning of the log says which desktop it is about, in front.
func TestPlaceOfWarning(t *testing.T) {
	got := Warnings([]string{
		`{"level":"WARN","msg":"kept","RegionId":"cn-hangzhou","DesktopId":"ecd-a"}`,
		`{"level":"WARN","msg":"slow","RegionId":"cn-hangzhou"}`,
		`{"level":"WARN","msg":"odd"}`,
		`{"level":"WARN","msg":"in the report","Code":"SelectionMatchesNothing"}`,
	})
	if want := []string{"ecd-a in cn-hangzhou: kept", "cn-hangzhou: slow", "odd"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
