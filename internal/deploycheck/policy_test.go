package deploycheck

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type policy struct {
	Version   string
	Statement []struct {
		Effect   string
		Action   oneOrMore
		Resource oneOrMore
	}
}

// oneOrMore is a string or a list of them, as RAM has it.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(b []byte) error {
	if b[0] != '"' {
		return json.Unmarshal(b, (*[]string)(o))
	}
	*o = make([]string, 1)
	return json.Unmarshal(b, &(*o)[0])
}

// edsActions finds the actions that the code calls.
func edsActions(files ...*ast.File) []string {
	var actions []string
	for _, called := range actionsByFunction(files...) {
		actions = append(actions, called...)
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// actionsByFunction finds the calls x.call(ctx, "Action", …) in the functions of package eds, by the names that these
// functions have in a binary. An action that is no literal is ecd:?, which no policy grants.
func actionsByFunction(files ...*ast.File) map[string][]string {
	actions := map[string][]string{}
	for _, file := range files {
		for _, declared := range file.Decls {
			function, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(function, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok {
					return true
				}
				if selector, ok := call.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "call" && len(call.Args) > 1 {
					name := linkedName(function)
					actions[name] = append(actions[name], "ecd:"+literal(call.Args[1]))
				}
				return true
			})
		}
	}
	return actions
}

// linkedName returns the name that a function of package eds has in a binary.
func linkedName(f *ast.FuncDecl) string {
	name := f.Name.Name
	if f.Recv != nil {
		receiver := types.ExprString(f.Recv.List[0].Type)
		if strings.HasPrefix(receiver, "*") {
			receiver = "(" + receiver + ")"
		}
		name = receiver + "." + name
	}
	return "stopdesktops/internal/eds." + name
}

func literal(x ast.Expr) string {
	if basic, ok := x.(*ast.BasicLit); ok {
		return strings.Trim(basic.Value, `"`)
	}
	return "?"
}

// checkPolicy: the role may do what the code calls, and send failures to the queue of s.yaml. Nothing else.
func checkPolicy(document []byte, actions []string, destination string) problems {
	var found problems
	var read policy
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		found.add("$", "%v", err)
		return found
	}
	if read.Version != "1" {
		found.add("Version", "is %q, must be 1", read.Version)
	}
	granted := map[string]bool{}
	for _, statement := range read.Statement {
		if statement.Effect != "Allow" {
			found.add("Statement", "Effect is %q", statement.Effect)
		}
		for _, action := range statement.Action {
			if granted[action] {
				found.add(action, "granted twice")
			}
			granted[action] = true
			switch {
			case slices.Contains(actions, action):
				if !slices.Equal(statement.Resource, oneOrMore{"*"}) {
					found.add(action, "RAM knows it on * only, not on %q", statement.Resource)
				}
			case action == "mns:SendMessage" && destination != "":
				if len(statement.Resource) != 1 || !resourceCovers(statement.Resource[0], destination) {
					found.add(action, "on %q, must be the failure queue %s alone", statement.Resource, destination)
				}
			default:
				found.add(action, "granted, but nothing uses it")
			}
		}
	}
	for _, action := range actions {
		if !granted[action] {
			found.add(action, "called, but not granted")
		}
	}
	if destination != "" && !granted["mns:SendMessage"] {
		found.add("mns:SendMessage", "needed for the failure queue %s", destination)
	}
	return found
}

// resourceCovers lets region and account be *; the rest must be the destination itself.
func resourceCovers(resource, destination string) bool {
	have, want := strings.Split(resource, ":"), strings.Split(destination, ":")
	if len(have) != 5 || len(want) != 5 {
		return false
	}
	for i := range have {
		if have[i] != want[i] && (have[i] != "*" || (i != 2 && i != 3)) {
			return false
		}
	}
	return true
}

func TestPolicy(t *testing.T) {
	read, _ := checkTemplate(readFile(t, "s.yaml"))
	function := read.Resources["stop_desktops"].Props
	if function.AsyncInvokeConfig == nil {
		t.Fatal("s.yaml: no asyncInvokeConfig")
	}
	destination := function.AsyncInvokeConfig.DestinationConfig.OnFailure.Destination
	actions := edsActions(sources(t, "internal/eds")...)
	actions = slices.DeleteFunc(actions, func(action string) bool { return slices.Contains(operatorActions, action) })
	for _, problem := range checkPolicy(readFile(t, "ram-policy.json"), actions, string(destination)) {
		t.Errorf("ram-policy.json: %s", problem)
	}
}

func TestActionsAreFoundInTheCode(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "eds.go", `package eds
		func (s *Session) StopDesktops(ctx context.Context) {
			s.call(ctx, "StopDesktops", regionID, query, nil)
			s.call(ctx, "StopDesktops", regionID, query, nil)
		}
		func StartDesktops(ctx context.Context, s *Session) { s.call(ctx, "StartDesktops", regionID, query, nil) }
		func (s Session) any(ctx context.Context, action string) { go func() { s.call(ctx, action, regionID, query, nil) }() }
		func other() { call(ctx, "RebootDesktops"); s.recall(ctx, "RebootDesktops"); s.call("RebootDesktops") }`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := edsActions(file), []string{"ecd:?", "ecd:StartDesktops", "ecd:StopDesktops"}; !slices.Equal(got, want) {
		t.Errorf("actions: %q, want %q", got, want)
	}
	const eds = "stopdesktops/internal/eds."
	got, want := slices.Sorted(maps.Keys(actionsByFunction(file))), []string{eds + "(*Session).StopDesktops", eds + "Session.any", eds + "StartDesktops"}
	if !slices.Equal(got, want) {
		t.Errorf("functions: %q, want %q", got, want)
	}
}

func TestBrokenPoliciesAreRefused(t *testing.T) {
	actions := []string{"ecd:DescribeDesktops", "ecd:StopDesktops"}
	const queue = "acs:mns:cn-hangzhou:1:/queues/failed/messages"
	const good = `{"Version":"1","Statement":[
		{"Effect":"Allow","Action":["ecd:StopDesktops","ecd:DescribeDesktops"],"Resource":"*"},
		{"Effect":"Allow","Action":"mns:SendMessage","Resource":"acs:mns:*:*:/queues/failed/messages"}]}`
	if found := checkPolicy([]byte(good), actions, queue); len(found) > 0 {
		t.Errorf("the good policy is refused: %s", found)
	}
	for _, m := range []struct{ old, new, want string }{
		{`,"ecd:DescribeDesktops"`, ``, "ecd:DescribeDesktops: called, but not granted"},
		{`"ecd:DescribeDesktops"`, `"ecd:DescribeDesktops","ecd:RebootDesktops"`, "ecd:RebootDesktops: granted, but nothing uses it"},
		{`"ecd:DescribeDesktops"`, `"ecd:Describe*"`, "ecd:Describe*: granted, but nothing uses it"},
		{`"ecd:DescribeDesktops"`, `"ecd:StopDesktops"`, "ecd:StopDesktops: granted twice"},
		{`["ecd:StopDesktops","ecd:DescribeDesktops"]`, `"*"`, "*: granted, but nothing uses it"},
		{`"Resource":"*"`, `"Resource":"acs:ecd:*:*:desktop/ecd-1"`, "ecd:StopDesktops: RAM knows it on * only"},
		{`"Version":"1"`, `"Version":"2012-10-17"`, "Version: "},
		{`"Allow","Action":["`, `"Deny","Action":["`, `Statement: Effect is "Deny"`},
		{`"Resource":"*"`, `"Resources":"*"`, "unknown field"},
		{`"Action":"mns:SendMessage"`, `"Action":"mns:*"`, "mns:SendMessage: needed"},
		{`acs:mns:*:*:/queues/failed/messages`, `acs:mns:*:*:/queues/other/messages`, "mns:SendMessage: on"},
		{`acs:mns:*:*:/queues/failed/messages`, `*`, "mns:SendMessage: on"},
		{`acs:mns:*:*:/queues/failed/messages`, `acs:*:*:*:/queues/failed/messages`, "mns:SendMessage: on"},
	} {
		found := checkPolicy(mutate(t, []byte(good), m.old, m.new), actions, queue)
		expect(t, "policy", m.old, m.new, found, m.want)
	}
}

// policyBlock returns the JSON of docs/deploy.md that follows a marker.
func policyBlock(t *testing.T, name string) []byte {
	t.Helper()
	_, text, found := strings.Cut(string(readFile(t, "docs/deploy.md")), "<!-- "+name+" -->")
	_, text, begun := strings.Cut(text, "```json\n")
	text, _, ended := strings.Cut(text, "```")
	if !found || !begun || !ended {
		t.Fatalf("docs/deploy.md has no %s", name)
	}
	return []byte(text)
}

// TestPoliciesOfAccounts: what docs/deploy.md grants for other accounts is what the code calls there.
func TestPoliciesOfAccounts(t *testing.T) {
	actions := edsActions(sources(t, "internal/eds")...)
	actions = slices.DeleteFunc(actions, func(action string) bool { return slices.Contains(operatorActions, action) })
	for _, problem := range checkPolicy(policyBlock(t, "account-role"), actions, "") {
		t.Errorf("account-role: %s", problem)
	}
	if calls := stsActions(sources(t, "internal/eds")...); !slices.Equal(calls, []string{"sts:AssumeRole"}) {
		t.Errorf("the code calls %q of STS", calls)
	}
	var function, trust struct {
		Version   string
		Statement []struct {
			Effect    string
			Action    oneOrMore
			Resource  oneOrMore
			Principal struct{ RAM oneOrMore }
			Condition map[string]map[string]string
		}
	}
	role := regexp.MustCompile(`^acs:ram::[0-9]{16}:role/stop-desktops$`)
	for name, into := range map[string]any{"account-function": &function, "account-trust": &trust} {
		decoder := json.NewDecoder(bytes.NewReader(policyBlock(t, name)))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	f, r := function.Statement[0], trust.Statement[0]
	if len(function.Statement) != 1 || f.Effect != "Allow" || !slices.Equal(f.Action, oneOrMore{"sts:AssumeRole"}) || len(f.Resource) != 1 || !role.MatchString(f.Resource[0]) {
		t.Errorf("account-function: %+v", f)
	}
	if len(trust.Statement) != 1 || r.Effect != "Allow" || !slices.Equal(r.Action, oneOrMore{"sts:AssumeRole"}) || len(r.Principal.RAM) != 1 ||
		!role.MatchString(r.Principal.RAM[0]) || r.Principal.RAM[0] == f.Resource[0] || r.Condition["StringEquals"]["sts:ExternalId"] == "" {
		t.Errorf("account-trust: %+v", r)
	}
}

// stsActions finds the calls that name their action and the version of STS.
func stsActions(files ...*ast.File) []string {
	var actions []string
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			action, first := call.Args[0].(*ast.BasicLit)
			version, second := call.Args[1].(*ast.BasicLit)
			if first && second && version.Value == `"2015-04-01"` {
				actions = append(actions, "sts:"+strings.Trim(action.Value, `"`))
			}
			return true
		})
	}
	return actions
}
