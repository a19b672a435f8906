package deploycheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "stopdesktops"

// importer is a package with what it imports; Standard and third-party ones have no tests here.
type importer struct {
	ImportPath   string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
}

type graph map[string]importer

// ours are the module's packages, sorted.
func (g graph) ours() []importer {
	var packages []importer
	for _, path := range slices.Sorted(maps.Keys(g)) {
		if inModule(path) {
			packages = append(packages, g[path])
		}
	}
	return packages
}

func inModule(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// within tells whether path is one of the packages, or below one.
func within(path string, packages ...string) bool {
	for _, p := range packages {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

const (
	functionSDK = "github.com/aliyun/fc-runtime-go-sdk"
	eventsPkg   = module + "/events"
	handlerPkg  = module + "/handler"
	secrets     = module + "/internal/secret"
	clockPkg    = module + "/internal/clock"
	loopbackPkg = module + "/internal/loopback"
	spellings   = module + "/internal/spelling"
	reportPkg   = module + "/internal/report"
	stopPkg     = module + "/internal/stop"
	edsClient   = module + "/internal/eds"
	emulator    = module + "/internal/emulator"
	operator    = module + "/internal/operator"
	pipesPkg    = module + "/internal/pipes"
	composePkg  = module + "/internal/compose"
	deployments = module + "/internal/deployment"
	timers      = module + "/internal/timer"
	bench       = module + "/bench"
	benchPeers  = bench + "/peers"
	stopctl     = module + "/cmd/stopctl"
	rooms       = stopctl + "/internal/"
	trial       = rooms + "trial"
	schemas     = module + "/schema"
	sampleFiles = module + "/testdata/events"
	validator   = "github.com/santhosh-tekuri/jsonschema"
)

var desktopSDK = []string{
	"github.com/alibabacloud-go/ecd-20200930", "github.com/alibabacloud-go/darabonba-openapi",
	"github.com/alibabacloud-go/tea", "github.com/aliyun/credentials-go",
}

// What one internal package may import of the others. Everyone may import secret, clock, loopback and spelling. The
// arrows go
//
//	main, cmd → compose → handler → stop → report → events
//	eds, webhook, routes, callback, config → stop or report, never handler
//
// compose alone puts all of them together.
var internalImports = map[string][]string{
	stopPkg:                       {reportPkg},
	edsClient:                     {stopPkg},
	module + "/internal/webhook":  {reportPkg},
	module + "/internal/config":   {module + "/internal/webhook", module + "/internal/callback", module + "/internal/routes", module + "/internal/setting", module + "/internal/calendar", module + "/internal/approval"},
	module + "/internal/approval": {reportPkg},
	module + "/internal/calendar": {module + "/internal/setting"},
	module + "/internal/callback": {reportPkg, module + "/internal/webhook"},
	module + "/internal/routes":   {module + "/internal/webhook", module + "/internal/callback", module + "/internal/setting"},
	composePkg:                    {module + "/internal"},
}

// What one room of stopctl may import of the others. The arrows go
//
//	main → rooms, one a command → what several of them need → terminal
//
// No command's room knows another's.
var roomImports = map[string][]string{
	rooms + "lab":        {rooms + "emulated", rooms + "page", rooms + "reportfile", rooms + "setup", rooms + "sign", rooms + "terminal", rooms + "words"},
	rooms + "plan":       {rooms + "agenda", rooms + "emulated", rooms + "setup", rooms + "terminal", rooms + "words"},
	rooms + "doctor":     {rooms + "agenda", rooms + "setup", rooms + "terminal", rooms + "words"},
	rooms + "timers":     {rooms + "agenda", rooms + "setup", rooms + "terminal"},
	rooms + "agenda":     {rooms + "words"},
	rooms + "probe":      {rooms + "setup", rooms + "terminal"},
	rooms + "recover":    {rooms + "reportfile", rooms + "setup", rooms + "terminal"},
	rooms + "why":        {rooms + "reportfile", rooms + "setup", rooms + "terminal", rooms + "words"},
	rooms + "reporting":  {rooms + "agenda", rooms + "reportfile", rooms + "setup", rooms + "terminal", rooms + "words"},
	rooms + "routes":     {rooms + "terminal"},
	rooms + "calendar":   {rooms + "terminal"},
	rooms + "completion": {rooms + "terminal"},
	rooms + "setup":      {rooms + "terminal"},
	rooms + "reportfile": {rooms + "terminal"},
	rooms + "emulated":   {rooms + "terminal"},
	rooms + "page":       {rooms + "terminal"},
	rooms + "words":      {rooms + "terminal"},
	trial:                {rooms + "terminal"},
}

// checkImports says which edges break the rules of the layout, as "importer imports imported: why".
func checkImports(g graph) []string {
	var broken []string
	say := func(from, to, why string) { broken = append(broken, fmt.Sprintf("%s imports %s: %s", from, to, why)) }
	for _, p := range g.ours() {
		for _, element := range strings.Split(p.ImportPath, "/") {
			if slices.Contains([]string{"util", "utils", "common", "shared", "pkg", "types", "helpers"}, element) {
				broken = append(broken, p.ImportPath+": a package is named after what it provides, not "+element)
			}
		}
		for _, to := range p.Imports {
			if why := checkEdge(g, p.ImportPath, to); why != "" {
				say(p.ImportPath, to, why)
			}
		}
		for _, to := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := checkTestEdge(p.ImportPath, to); why != "" {
				say(p.ImportPath+" (test)", to, why)
			}
		}
	}
	for _, template := range []string{"text/template", "html/template"} {
		if chain := g.chain(module, template); chain != nil {
			say(strings.Join(chain[:len(chain)-1], " → "), template, "it keeps every method in the binary (+2 MB)")
		}
	}
	return broken
}

// checkEdge judges an import outside tests.
func checkEdge(g graph, from, to string) string {
	switch {
	case within(to, validator) && from == schemas+"/schematest", to == schemas+"/schematest" && from == trial:
		return ""
	case within(to, "testing", pipesPkg, trial, schemas+"/schematest", validator):
		return "production code knows nothing of tests"
	case within(to, schemas) && !within(from, schemas, stopctl):
		return "the schemas are for senders and operators, not for the function"
	case within(to, sampleFiles) && !within(from, stopctl):
		return "the samples are for people who try the function, not for the function"
	case within(to, bench) && from != bench:
		return "the benchmark is nobody's part"
	case within(from, benchPeers) && inModule(to):
		return "a peer is written without this project"
	case within(from, benchPeers): // as everybody would, with the SDKs
		return ""
	case from == bench && inModule(to) && to != emulator:
		return "the benchmark sees the function from outside only"
	case within(to, functionSDK) && from != module:
		return "only main.go knows the platform"
	case within(to, "github.com/aliyun/credentials-go") && from == operator:
		return ""
	case within(to, desktopSDK...) && from != edsClient:
		return "only internal/eds knows the EDS SDK"
	case within(to, operator) && !within(from, module+"/cmd"):
		return "what an operator may do is not for the function"
	case within(to, deployments, timers) && !within(from, module+"/cmd"):
		return "how the function is deployed is not for the function"
	case from == eventsPkg && !g[to].Standard && to != spellings:
		return "events imports the standard library only, and spelling"
	case from == eventsPkg && within(to, "os", "net/http", "syscall") || from == eventsPkg && to == "net":
		return "events is pure: no environment, no network"
	case from == emulator && !g[to].Standard && !within(to, "go.yaml.in/yaml/v3"):
		return "the emulator shares nothing with what it checks"
	case within(to, emulator) && !within(from, module+"/cmd", emulator, bench):
		return "the emulator is for a laptop and for tests, not for the function"
	case within(from, stopctl+"/internal") && within(to, stopctl+"/internal") && !slices.Contains(roomImports[from], to):
		return "a room of stopctl is reached from main, or by an arrow to what several need"
	case from == rooms+"terminal" && inModule(to) && !within(to, eventsPkg, spellings, module+"/internal/setting"):
		return "the terminal knows nothing of what the commands do"
	case within(to, "github.com/clipperhouse") && inModule(from) && from != rooms+"terminal":
		return "only the terminal counts columns"
	case from == handlerPkg && within(to, module+"/internal") && !within(to, secrets, reportPkg, stopPkg):
		return "handler declares interfaces, internal packages satisfy them"
	case to == handlerPkg && from != composePkg && from != module && !within(from, module+"/cmd"):
		return "only compose, main and cmd know the handler"
	case within(from, module+"/internal") && within(to, module+"/internal") &&
		!within(to, secrets, clockPkg, loopbackPkg, spellings) && !within(to, internalImports[from]...):
		return "internal packages do not know each other"
	}
	return ""
}

// checkTestEdge judges an import in a test: the emulator is tested with the real clients.
func checkTestEdge(from, to string) string {
	switch {
	case within(to, functionSDK) && from != module && from != emulator:
		return "only main.go knows the platform"
	case within(to, desktopSDK...) && from != edsClient && from != emulator && from != module:
		return "only internal/eds knows the EDS SDK"
	}
	return ""
}

// chain is a shortest way over imports, or nil.
func (g graph) chain(from, to string) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			var chain []string
			for p := to; p != ""; p = before[p] {
				chain = append(chain, p)
			}
			slices.Reverse(chain)
			return chain
		}
		for _, next := range g[queue[0]].Imports {
			if _, seen := before[next]; !seen {
				before[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// readGraph asks the go command, for the platform the function runs on.
func readGraph(t *testing.T) graph {
	t.Helper()
	command := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Standard,Imports,TestImports,XTestImports", "./...")
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	g := graph{}
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p importer
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return g
		} else if err != nil {
			t.Fatal(err)
		}
		g[p.ImportPath] = p
	}
}

func TestImports(t *testing.T) {
	g := readGraph(t)
	for _, want := range []string{module, eventsPkg, handlerPkg, edsClient, emulator, bench, benchPeers + "/naive", benchPeers + "/bare"} {
		if _, ok := g[want]; !ok {
			t.Errorf("%s: not found, its rules were not checked", want)
		}
	}
	for _, broken := range checkImports(g) {
		t.Error(broken)
	}
}

// events is handed the time; it does not look at the clock.
func TestEventsHasNoClock(t *testing.T) {
	for _, file := range sources(t, "events") {
		ast.Inspect(file, func(node ast.Node) bool {
			if selector, ok := node.(*ast.SelectorExpr); ok {
				ident, ok := selector.X.(*ast.Ident)
				if ok && ident.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After"}, selector.Sel.Name) {
					t.Errorf("events calls time.%s", selector.Sel.Name)
				}
			}
			return true
		})
	}
}

// A tree that keeps the rules, and one forbidden edge at a time.
func TestForbiddenImportsAreFound(t *testing.T) {
	std := func(path string, imports ...string) importer {
		return importer{ImportPath: path, Standard: true, Imports: imports}
	}
	good := func() graph {
		g := graph{}
		for _, p := range []importer{
			std("testing"), std("os"), std("os/exec"), std("net"), std("net/http"), std("net/url"), std("time"), std("testing/iotest"),
			std("text/template"), std("html/template", "text/template"), std("text/template/parse"),
			{ImportPath: "golang.org/x/sync/errgroup"}, {ImportPath: "go.yaml.in/yaml/v3"},
			{ImportPath: "github.com/aliyun/fc-runtime-go-sdk/fc"}, {ImportPath: "github.com/aliyun/fc-runtime-go-sdk-extras"},
			{ImportPath: "github.com/alibabacloud-go/ecd-20200930/v5/client"}, {ImportPath: "github.com/alibabacloud-go/tea/tea"},
			{ImportPath: "github.com/alibabacloud-go/darabonba-openapi/v2/utils"}, {ImportPath: "github.com/aliyun/credentials-go/credentials"},
			{ImportPath: module, Imports: []string{handlerPkg, module + "/internal/config", edsClient, module + "/internal/callback", "github.com/aliyun/fc-runtime-go-sdk/fc"},
				TestImports: []string{emulator, "testing"}},
			{ImportPath: module + "/cmd/stopctl", Imports: []string{emulator, handlerPkg, schemas, "text/template"}},
			{ImportPath: schemas, Imports: []string{"net/url"}, XTestImports: []string{eventsPkg, schemas + "/schematest"}},
			{ImportPath: schemas + "/schematest", Imports: []string{schemas, validator + "/v6"}}, {ImportPath: validator + "/v6"},
			{ImportPath: trial, Imports: []string{rooms + "terminal", emulator, schemas + "/schematest"}},
			{ImportPath: rooms + "lab", Imports: []string{emulator, handlerPkg, rooms + "setup", rooms + "terminal"}, TestImports: []string{trial, rooms + "recover"}},
			{ImportPath: rooms + "plan", Imports: []string{rooms + "setup", rooms + "terminal"}},
			{ImportPath: rooms + "setup", Imports: []string{composePkg, deployments, rooms + "terminal"}},
			{ImportPath: rooms + "terminal", Imports: []string{eventsPkg, "os"}},
			{ImportPath: bench, Imports: []string{emulator, "os/exec"}},
			{ImportPath: benchPeers + "/naive", Imports: []string{"github.com/alibabacloud-go/ecd-20200930/v5/client", "github.com/aliyun/fc-runtime-go-sdk/fc"}},
			{ImportPath: eventsPkg, Imports: []string{"time", "net/url"}, TestImports: []string{"testing", "os"}},
			{ImportPath: handlerPkg, Imports: []string{eventsPkg, secrets, reportPkg, stopPkg, "golang.org/x/sync/errgroup"}},
			{ImportPath: secrets},
			{ImportPath: composePkg, Imports: []string{handlerPkg, module + "/internal/config", module + "/internal/routes", edsClient, stopPkg}},
			{ImportPath: operator, Imports: []string{secrets, "github.com/aliyun/credentials-go/credentials"}},
			{ImportPath: module + "/internal/config", Imports: []string{secrets, module + "/internal/routes"}},
			{ImportPath: module + "/internal/routes", Imports: []string{secrets, eventsPkg, module + "/internal/webhook", "go.yaml.in/yaml/v3"}},
			{ImportPath: module + "/internal/webhook", Imports: []string{secrets}},
			{ImportPath: module + "/internal/callback", Imports: []string{secrets, module + "/internal/webhook", reportPkg}},
			{ImportPath: reportPkg, Imports: []string{eventsPkg}},
			{ImportPath: clockPkg, Imports: []string{"time"}},
			{ImportPath: loopbackPkg, Imports: []string{"net"}},
			{ImportPath: stopPkg, Imports: []string{eventsPkg, reportPkg, clockPkg}},
			{ImportPath: edsClient, Imports: []string{stopPkg, loopbackPkg, "github.com/alibabacloud-go/ecd-20200930/v5/client", "github.com/alibabacloud-go/tea/tea",
				"github.com/alibabacloud-go/darabonba-openapi/v2/utils", "github.com/aliyun/credentials-go/credentials"}},
			{ImportPath: emulator, Imports: []string{"net/http", "go.yaml.in/yaml/v3"},
				XTestImports: []string{"github.com/alibabacloud-go/ecd-20200930/v5/client", "github.com/aliyun/fc-runtime-go-sdk/fc", edsClient}},
		} {
			g[p.ImportPath] = p
		}
		return g
	}
	if broken := checkImports(good()); len(broken) > 0 {
		t.Fatalf("the good tree is refused: %q", broken)
	}

	const client = "github.com/alibabacloud-go/ecd-20200930/v5/client"
	for _, edge := range []struct {
		from, to string
		test     bool
		want     string
	}{
		{from: handlerPkg, to: "github.com/aliyun/fc-runtime-go-sdk/fc", want: "only main.go knows the platform"},
		{from: module + "/cmd/stopctl", to: "github.com/aliyun/fc-runtime-go-sdk/fc", want: "only main.go knows the platform"},
		{from: handlerPkg, to: "github.com/aliyun/fc-runtime-go-sdk/fc", test: true, want: "only main.go knows the platform"},
		{from: module, to: client, want: "only internal/eds"},
		{from: handlerPkg, to: client, want: "only internal/eds"},
		{from: handlerPkg, to: client, test: true, want: "only internal/eds"},
		{from: module + "/cmd/stopctl", to: "github.com/alibabacloud-go/tea/tea", want: "only internal/eds"},
		{from: module + "/internal/config", to: "github.com/alibabacloud-go/darabonba-openapi/v2/utils", want: "only internal/eds"},
		{from: module, to: "github.com/aliyun/credentials-go/credentials", want: "only internal/eds"},
		{from: eventsPkg, to: "golang.org/x/sync/errgroup", want: "standard library only"},
		{from: eventsPkg, to: secrets, want: "standard library only"},
		{from: eventsPkg, to: handlerPkg, want: "standard library only"},
		{from: edsClient, to: handlerPkg, want: "know the handler"},
		{from: module + "/internal/callback", to: handlerPkg, want: "know the handler"},
		{from: module + "/internal/webhook", to: handlerPkg, want: "know the handler"},
		{from: module + "/internal/routes", to: handlerPkg, want: "know the handler"},
		{from: module + "/internal/config", to: handlerPkg, want: "know the handler"},
		{from: operator, to: handlerPkg, want: "know the handler"},
		{from: deployments, to: handlerPkg, want: "know the handler"},
		{from: secrets, to: handlerPkg, want: "know the handler"},
		{from: reportPkg, to: handlerPkg, want: "know the handler"},
		{from: stopPkg, to: handlerPkg, want: "know the handler"},
		{from: module + "/internal/config", to: composePkg, want: "do not know each other"},
		{from: module + "/internal/config", to: stopPkg, want: "do not know each other"},
		{from: module + "/internal/routes", to: stopPkg, want: "do not know each other"},
		{from: stopPkg, to: edsClient, want: "do not know each other"},
		{from: clockPkg, to: stopPkg, want: "do not know each other"},
		{from: loopbackPkg, to: module + "/internal/setting", want: "do not know each other"},
		{from: emulator, to: loopbackPkg, want: "shares nothing"},
		{from: reportPkg, to: stopPkg, want: "do not know each other"},
		{from: eventsPkg, to: "os", want: "events is pure"},
		{from: eventsPkg, to: "os/exec", want: "events is pure"},
		{from: eventsPkg, to: "net/http", want: "events is pure"},
		{from: eventsPkg, to: "net", want: "events is pure"},
		{from: emulator, to: handlerPkg, want: "shares nothing"},
		{from: emulator, to: secrets, want: "shares nothing"},
		{from: emulator, to: client, want: "only internal/eds"},
		{from: emulator, to: "golang.org/x/sync/errgroup", want: "shares nothing"},
		{from: module, to: emulator, want: "not for the function"},
		{from: module, to: operator, want: "not for the function"},
		{from: module + "/internal/compose", to: operator, want: "not for the function"},
		{from: module, to: deployments, want: "how the function is deployed"},
		{from: module, to: timers, want: "how the function is deployed"},
		{from: module + "/internal/compose", to: deployments, want: "how the function is deployed"},
		{from: deployments, to: module + "/internal/config", want: "do not know each other"},
		{from: operator, to: client, want: "only internal/eds"},
		{from: module, to: bench, want: "nobody's part"},
		{from: handlerPkg, to: benchPeers + "/naive", want: "nobody's part"},
		{from: benchPeers + "/naive", to: handlerPkg, want: "without this project"},
		{from: benchPeers + "/naive", to: bench, want: "nobody's part"},
		{from: bench, to: handlerPkg, want: "from outside only"},
		{from: bench, to: client, want: "only internal/eds"},
		{from: bench, to: "github.com/aliyun/fc-runtime-go-sdk/fc", want: "only main.go knows the platform"},
		{from: edsClient, to: emulator, want: "not for the function"},
		{from: handlerPkg, to: module + "/internal/config", want: "handler declares interfaces"},
		{from: handlerPkg, to: edsClient, want: "handler declares interfaces"},
		{from: module + "/internal/webhook", to: module + "/internal/config", want: "do not know each other"},
		{from: module + "/internal/webhook", to: module + "/internal/callback", want: "do not know each other"},
		{from: module + "/internal/callback", to: module + "/internal/config", want: "do not know each other"},
		{from: module + "/internal/routes", to: module + "/internal/config", want: "do not know each other"},
		{from: module + "/internal/webhook", to: module + "/internal/routes", want: "do not know each other"},
		{from: handlerPkg, to: module + "/internal/routes", want: "handler declares interfaces"},
		{from: module + "/internal/callback", to: edsClient, want: "do not know each other"},
		{from: edsClient, to: module + "/internal/callback", want: "do not know each other"},
		{from: secrets, to: module + "/internal/config", want: "do not know each other"},
		{from: module, to: schemas, want: "for senders and operators"},
		{from: handlerPkg, to: schemas, want: "for senders and operators"},
		{from: module, to: sampleFiles, want: "not for the function"},
		{from: module, to: validator + "/v6", want: "knows nothing of tests"},
		{from: rooms + "plan", to: validator + "/v6", want: "knows nothing of tests"},
		{from: stopctl, to: schemas + "/schematest", want: "knows nothing of tests"},
		{from: module, to: "github.com/clipperhouse/displaywidth", want: "only the terminal counts columns"},
		{from: rooms + "terminal", to: rooms + "lab", want: "a room of stopctl"},
		{from: rooms + "terminal", to: reportPkg, want: "nothing of what the commands do"},
		{from: rooms + "setup", to: rooms + "plan", want: "a room of stopctl"},
		{from: rooms + "plan", to: rooms + "lab", want: "a room of stopctl"},
		{from: rooms + "lab", to: rooms + "plan", want: "a room of stopctl"},
		{from: rooms + "lab", to: trial, want: "knows nothing of tests"},
		{from: stopctl, to: trial, want: "knows nothing of tests"},
		{from: rooms + "shared", to: "time", want: "named after what it provides"},
		{from: module, to: "text/template", want: "keeps every method"},
		{from: handlerPkg, to: "html/template", want: "keeps every method"},
		{from: "github.com/alibabacloud-go/tea/tea", to: "text/template", want: "internal/eds → github.com/alibabacloud-go/tea/tea imports text/template"},
		{from: module, to: pipesPkg, want: "knows nothing of tests"},
		{from: handlerPkg, to: "testing", want: "knows nothing of tests"},
		{from: emulator, to: "testing", want: "knows nothing of tests"},
		{from: module + "/cmd/stopctl", to: "testing/iotest", want: "knows nothing of tests"},
		{from: module + "/internal/util", to: "time", want: "named after what it provides"},
		{from: module + "/pkg/stop", to: "time", want: "named after what it provides"},
		{from: module + "/handler/types", to: "time", want: "named after what it provides"},
		{from: module + "/common", to: "time", want: "named after what it provides"},
	} {
		g := good()
		p := g[edge.from]
		p.ImportPath = edge.from
		if edge.test {
			p.TestImports = append(slices.Clone(p.TestImports), edge.to)
		} else {
			p.Imports = append(slices.Clone(p.Imports), edge.to)
		}
		g[edge.from] = p
		expect(t, "the tree", edge.from, edge.to, checkImports(g), strings.TrimPrefix(edge.from, module), edge.want)
	}
}
