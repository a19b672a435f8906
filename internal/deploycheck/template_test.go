package deploycheck

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"stopdesktops/internal/deployment"
)

// root is the top of the repository.
const root = "../.."

// The part of a Serverless Devs template that the project uses. What is not named here is refused.
type template struct {
	Edition   text                `yaml:"edition"`
	Name      text                `yaml:"name"`
	Access    text                `yaml:"access"`
	Extend    text                `yaml:"extend"`
	Resources map[string]resource `yaml:"resources"`
}

type resource struct {
	Component text  `yaml:"component"`
	Props     props `yaml:"props"`
}

// instanceConcurrency is left out on purpose: the built-in runtimes of FC 3.0 have none, yet the component takes it.
type props struct {
	Region               text             `yaml:"region"`
	FunctionName         text             `yaml:"functionName"`
	Description          text             `yaml:"description"`
	Role                 text             `yaml:"role"`
	Runtime              text             `yaml:"runtime"`
	Handler              text             `yaml:"handler"`
	Code                 text             `yaml:"code"`
	MemorySize           int              `yaml:"memorySize"`
	CPU                  float64          `yaml:"cpu"`
	DiskSize             int              `yaml:"diskSize"`
	Timeout              int              `yaml:"timeout"`
	InternetAccess       *bool            `yaml:"internetAccess"`
	LogConfig            text             `yaml:"logConfig"`
	EnvironmentVariables map[string]text  `yaml:"environmentVariables"`
	AsyncInvokeConfig    *asyncInvocation `yaml:"asyncInvokeConfig"`
	ConcurrencyConfig    *concurrency     `yaml:"concurrencyConfig"`
	Triggers             []trigger        `yaml:"triggers"`
}

type concurrency struct {
	ReservedConcurrency int `yaml:"reservedConcurrency"`
}

type asyncInvocation struct {
	MaxAsyncRetryAttempts     *int `yaml:"maxAsyncRetryAttempts"`
	MaxAsyncEventAgeInSeconds *int `yaml:"maxAsyncEventAgeInSeconds"`
	DestinationConfig         struct {
		OnFailure struct {
			Destination text `yaml:"destination"`
		} `yaml:"onFailure"`
	} `yaml:"destinationConfig"`
}

// text is a string that YAML did not read as anything else: the platform takes 100 for a number where it wants "100".
type text string

func (t *text) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode || node.ShortTag() != "!!str" {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: must be a string, is %s", node.Line, node.ShortTag())}}
	}
	*t = text(node.Value)
	return nil
}

// problems collects what is wrong, each with the path of the property.
type problems []string

func (p *problems) add(path, format string, args ...any) {
	*p = append(*p, path+": "+fmt.Sprintf(format, args...))
}

func (p *problems) match(path string, value text, pattern string) {
	if !regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(string(value)) {
		p.add(path, "%q does not look like %s", value, pattern)
	}
}

func (p *problems) oneOf(path string, value text, allowed ...text) {
	if !slices.Contains(allowed, value) {
		p.add(path, "is %q, must be one of %q", value, allowed)
	}
}

func (p *problems) between(path string, value, low, high int) {
	if value < low || value > high {
		p.add(path, "is %d, must be from %d to %d", value, low, high)
	}
}

// checkTemplate reads s.yaml, or with two documents a template that extends it, and says what is wrong.
func checkTemplate(documents ...[]byte) (template, problems) {
	var found problems
	merged := &yaml.Node{}
	for _, document := range documents {
		node, err := deployment.Parse(document)
		if err != nil {
			found.add("$", "%v", err)
			return template{}, found
		}
		found = append(found, checkSecrets(document, node)...)
		merged = deployment.Merge(merged, node)
	}
	found = append(found, checkOpenWebhook(merged)...)
	found = append(found, resolve(merged)...)
	var read template
	found = append(found, decodeStrict(merged, "", &read)...)
	if len(found) > 0 { // types are wrong: their rules would only repeat it
		return read, found
	}
	found.oneOf("edition", read.Edition, "3.0.0")
	found.match("name", read.Name, `[a-z][a-z0-9-]*`)
	found.match("access", read.Access, `[a-zA-Z0-9_-]+`) // Serverless Devs does not resolve ${env()} here
	if len(read.Resources) == 0 {
		found.add("resources", "missing")
	}
	for _, name := range slices.Sorted(maps.Keys(read.Resources)) {
		path := "resources." + name
		found.oneOf(path+".component", read.Resources[name].Component, "fc3")
		found = append(found, checkProps(path+".props", read.Resources[name].Props)...)
	}
	return read, found
}

func checkProps(path string, p props) problems {
	var found problems
	found.match(path+".region", p.Region, `[a-z]{2,}(-[a-z0-9]+)+`)
	found.match(path+".functionName", p.FunctionName, `[a-zA-Z_][a-zA-Z0-9_-]{0,127}`)
	found.match(path+".role", p.Role, `[a-z0-9:/.-]+`) // fc3 lower-cases it: a role with capitals is never found
	found.oneOf(path+".runtime", p.Runtime, "go1")
	found.oneOf(path+".handler", p.Handler, "main")
	found.oneOf(path+".code", p.Code, "./dist/stop-desktops.zip")
	found.between(path+".memorySize", p.MemorySize, 128, 32768)
	if p.MemorySize%64 != 0 {
		found.add(path+".memorySize", "is %d, must be a multiple of 64", p.MemorySize)
	}
	if steps := p.CPU / 0.05; p.CPU < 0.05 || p.CPU > 16 || math.Abs(steps-math.Round(steps)) > 1e-6 {
		found.add(path+".cpu", "is %v, must be from 0.05 to 16 in steps of 0.05", p.CPU)
	} else if ratio := float64(p.MemorySize) / 1024 / p.CPU; ratio < 1-1e-9 || ratio > 4+1e-9 {
		found.add(path+".cpu", "is %v for %d MB: GB per vCPU is %.2f, must be from 1 to 4", p.CPU, p.MemorySize, ratio)
	}
	if p.DiskSize != 512 && p.DiskSize != 10240 {
		found.add(path+".diskSize", "is %d, must be 512 or 10240", p.DiskSize)
	}
	found.between(path+".timeout", p.Timeout, 30, 86400) // the platform takes 1, but an observation, a stop and a callback need time
	if p.InternetAccess == nil {
		found.add(path+".internetAccess", "must be said")
	}
	found.oneOf(path+".logConfig", p.LogConfig, "auto")
	found = append(found, checkEnvironment(path+".environmentVariables", p.EnvironmentVariables)...)
	found = append(found, checkAsync(path+".asyncInvokeConfig", p)...)
	if p.ConcurrencyConfig != nil {
		found.between(path+".concurrencyConfig.reservedConcurrency", p.ConcurrencyConfig.ReservedConcurrency, 1, 100)
	}
	names := map[text]bool{}
	for i, t := range p.Triggers {
		at := fmt.Sprintf("%s.triggers[%d]", path, i)
		if names[t.Name] {
			found.add(at+".triggerName", "%q is there twice", t.Name)
		}
		names[t.Name] = true
		found = append(found, checkTrigger(at, p, t)...)
	}
	if len(p.Triggers) == 0 {
		found.add(path+".triggers", "missing")
	}
	return found
}

func checkEnvironment(path string, variables map[string]text) problems {
	var found problems
	size := 0
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		size += len(name) + len(variables[name])
		if !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`).MatchString(name) {
			found.add(path+"."+name, "not a name: letters, digits and _ only, a letter first")
		}
		if strings.HasPrefix(name, "FC_") {
			found.add(path+"."+name, "FC_ is the platform's")
		}
	}
	if size > 4096 {
		found.add(path, "%d bytes, at most 4096", size)
	}
	return found
}

func checkAsync(path string, p props) problems {
	var found problems
	config := p.AsyncInvokeConfig
	if config == nil {
		found.add(path, "missing")
		return found
	}
	if config.MaxAsyncRetryAttempts == nil {
		found.add(path+".maxAsyncRetryAttempts", "must be said: sources differ about the default")
	} else {
		found.between(path+".maxAsyncRetryAttempts", *config.MaxAsyncRetryAttempts, 0, 8)
	}
	if config.MaxAsyncEventAgeInSeconds == nil {
		found.add(path+".maxAsyncEventAgeInSeconds", "must be said: sources differ about the default")
	} else {
		age := *config.MaxAsyncEventAgeInSeconds
		found.between(path+".maxAsyncEventAgeInSeconds", age, 1, 604800)
		limit, err := time.ParseDuration(string(p.EnvironmentVariables["MAX_EVENT_AGE"]))
		if err != nil || limit != time.Duration(age)*time.Second {
			found.add(path+".maxAsyncEventAgeInSeconds", "is %d, MAX_EVENT_AGE is %q: must be the same",
				age, p.EnvironmentVariables["MAX_EVENT_AGE"])
		}
		if config.MaxAsyncRetryAttempts != nil {
			if attempts := *config.MaxAsyncRetryAttempts + 1; attempts*p.Timeout > age {
				found.add(path+".maxAsyncRetryAttempts", "%d attempts of %d s do not fit into maxAsyncEventAgeInSeconds, %d", attempts, p.Timeout, age)
			}
		}
	}
	found.match(path+".destinationConfig.onFailure.destination", config.DestinationConfig.OnFailure.Destination,
		`acs:mns:[a-z0-9-]+:[0-9]+:/(queues|topics)/[A-Za-z0-9-]+/messages`)
	return found
}

// secretVariable tells the variables whose values nobody may read in the repository.
var secretVariable = regexp.MustCompile(`SECRET|PASSWORD|TOKEN$|EXTERNAL_ID$|ACCESS_KEY|^CALLBACK_URL$`)

var secretLiteral = regexp.MustCompile(`whsec_[A-Za-z0-9+/]|LTAI[A-Za-z0-9]{8}|STS\.[A-Za-z0-9]{8}|-----BEGIN`)

// checkSecrets looks at the file as written, before ${env()} is resolved.
func checkSecrets(document []byte, top *yaml.Node) problems {
	var found problems
	if literal := secretLiteral.Find(document); literal != nil {
		found.add("$", "holds what looks like a secret (%s…)", literal)
	}
	deployment.Walk(top, func(path string, node *yaml.Node) {
		if !secretVariable.MatchString(path[strings.LastIndexByte(path, '.')+1:]) {
			return
		}
		parts := deployment.FromEnvironment.FindStringSubmatch(node.Value)
		if parts == nil || parts[0] != node.Value || parts[2] != "''" {
			found.add(path, "a secret: must be ${env('…','')} and nothing else")
		}
	})
	return found
}

// checkOpenWebhook: with an anonymous trigger the template must name the scheme. With ${env()} one exported
// WEBHOOK_AUTH=gateway would let everyone in.
func checkOpenWebhook(top *yaml.Node) problems {
	var found problems
	var anonymous, scheme string
	deployment.Walk(top, func(path string, node *yaml.Node) {
		switch {
		case strings.HasSuffix(path, ".triggerConfig.authType") && node.Value == "anonymous":
			anonymous = path
		case strings.HasSuffix(path, ".environmentVariables.WEBHOOK_AUTH"):
			scheme = node.Value
		}
	})
	if anonymous != "" && strings.Contains(scheme, "${") {
		found.add(anonymous, "anonymous needs a WEBHOOK_AUTH that is written out, not ${env()}")
	}
	return found
}

// resolve puts the defaults in the place of ${env()}, and an account ID in that of ${config('AccountID')}.
func resolve(top *yaml.Node) problems {
	var found problems
	none := func(string) (string, bool) { return "", false }
	deployment.Resolve(top, none, func(path string, _ *yaml.Node, text string) { found.add(path, "%s", text) })
	deployment.Walk(top, func(_ string, node *yaml.Node) {
		node.Value = strings.ReplaceAll(node.Value, "${config('AccountID')}", "1234567890123456")
	})
	return found
}

// decodeStrict refuses unknown properties, wrong types and properties given twice, with the path instead of a line.
func decodeStrict(node *yaml.Node, path string, into any) problems {
	var found problems
	document, err := yaml.Marshal(node)
	if err != nil {
		found.add(path, "%v", err)
		return found
	}
	var again yaml.Node
	if err := yaml.Unmarshal(document, &again); err != nil {
		found.add(path, "%v", err)
		return found
	}
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	decoder.KnownFields(true)
	err = decoder.Decode(into)
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		paths := map[int]string{}
		lines(&again, path, paths)
		for _, message := range wrong.Errors {
			var line int
			if _, err := fmt.Sscanf(message, "line %d:", &line); err == nil {
				_, message, _ = strings.Cut(message, ": ")
			}
			found.add(paths[line], "%s", message)
		}
	} else if err != nil {
		found.add(path, "%v", err)
	}
	return found
}

// lines notes the line of each property. The document comes from yaml.Marshal: one property a line.
func lines(node *yaml.Node, path string, paths map[int]string) {
	switch node.Kind {
	case yaml.DocumentNode:
		lines(node.Content[0], path, paths)
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			at := deployment.Join(path, node.Content[i].Value)
			paths[node.Content[i].Line] = at
			lines(node.Content[i+1], at, paths)
		}
	case yaml.SequenceNode:
		for i, element := range node.Content {
			at := fmt.Sprintf("%s[%d]", path, i)
			if _, key := paths[element.Line]; !key { // a list in one line belongs to its key
				paths[element.Line] = at
			}
			lines(element, at, paths)
		}
	}
}

// readFile reads a file of the repository.
func readFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestTemplate(t *testing.T) {
	_, found := checkTemplate(readFile(t, "s.yaml"))
	for _, problem := range found {
		t.Errorf("s.yaml: %s", problem)
	}
}

// s.eventbridge.yaml, and whatever an operator keeps beside it.
func TestTemplatesThatExtend(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "s.*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Error("no s.eventbridge.yaml")
	}
	for _, path := range files {
		file := filepath.Base(path)
		read, found := checkTemplate(readFile(t, "s.yaml"), readFile(t, file))
		for _, problem := range found {
			t.Errorf("%s: %s", file, problem)
		}
		if read.Extend != "s.yaml" {
			t.Errorf("%s: extend: is %q, must be s.yaml", file, read.Extend)
		}
	}
}

var templateBlock = regexp.MustCompile("(?s)```yaml\n(edition: .*?)```")

// The templates of docs/deploy.md are ones that operators will copy.
func TestTemplatesInTheDocumentation(t *testing.T) {
	for file, want := range map[string]int{"docs/deploy.md": 2, "docs/zh/deploy.md": 1} {
		blocks := templateBlock.FindAllSubmatch(readFile(t, file), -1)
		if len(blocks) != want {
			t.Errorf("%s has %d templates, want %d", file, len(blocks), want)
		}
		for _, block := range blocks {
			if !strings.Contains(string(block[1]), "extend: s.yaml") {
				t.Errorf("%s: a template does not extend s.yaml", file)
			}
			_, found := checkTemplate(readFile(t, "s.yaml"), block[1])
			for _, problem := range found {
				t.Errorf("%s: %s", file, problem)
			}
		}
	}
}

// The first deployment must not stop anything, and must not be callable over HTTP, unless someone said so.
func TestFirstDeploymentIsHarmless(t *testing.T) {
	read, _ := checkTemplate(readFile(t, "s.yaml"))
	variables := read.Resources["stop_desktops"].Props.EnvironmentVariables
	for name, want := range map[string]text{"DRY_RUN": "true", "WEBHOOK_AUTH": "", "CALLBACK_URL": ""} {
		if got, there := variables[name]; !there || got != want {
			t.Errorf("s.yaml: %s is %q, must be %q until someone says otherwise", name, got, want)
		}
	}
}

// The template deploys the file that make zip writes.
func TestMakeWritesWhatIsDeployed(t *testing.T) {
	if !bytes.Contains(readFile(t, "Makefile"), []byte("dist/stop-desktops.zip")) {
		t.Error("Makefile: does not write dist/stop-desktops.zip, which s.yaml deploys")
	}
}
