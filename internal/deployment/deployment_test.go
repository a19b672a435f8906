package deployment_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"stopdesktops/internal/config"
	"stopdesktops/internal/deployment"
)

func lookup(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { value, set := variables[name]; return value, set }
}

// folder with these files, as name and text by turns.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestRead reads the template that is deployed, and the configuration that it makes has no fault.
func TestRead(t *testing.T) {
	file := filepath.Join("..", "..", "s.yaml")
	d, err := deployment.Read(file, "", lookup(map[string]string{"REGION": "cn-beijing", "ROLE": "", "MAX_DESKTOPS": "7"}))
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]string{
		"a variable that is set":         {d.Region.Value, "cn-beijing"},
		"one that is set to nothing":     {d.Role.Value, "stop-desktops"},
		"the function's own variables":   {d.Variables["MAX_DESKTOPS"].Value, "7"},
		"a default":                      {d.Variables["DRY_RUN"].Value, "true"},
		"an empty default":               {d.Variables["CALLBACK_URL"].Value, ""},
		"the trigger's type":             {d.Triggers[1].Type.Value, "http"},
		"the HTTP trigger's authType":    {d.Triggers[1].AuthType.Value, "function"},
		"a payload over several lines":   {d.Triggers[0].Payload.Value[:10], `{"Select":`},
		"the only resource":              {d.Name, "stop_desktops"},
		"what lies beside the template":  {d.Folder, filepath.Join("..", "..")},
		"a property that is not there":   {d.Triggers[1].Payload.String(), file + " triggers[1].triggerConfig.payload"},
		"a property of the timer's only": {d.Triggers[0].Enable.Value, "true"},
		"cronExpression":                 {d.Triggers[0].Cron.Value, "CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
	if d.Timeout.Value != 120 || d.MemorySize.Value != 128 || d.MaxAsyncEventAge.Value != 3600 {
		t.Errorf("timeout %d, memorySize %d, maxAsyncEventAgeInSeconds %d", d.Timeout.Value, d.MemorySize.Value, d.MaxAsyncEventAge.Value)
	}
	text, _ := os.ReadFile(file)
	line := strings.Split(string(text), "\n")[d.Timeout.Line-1]
	if !strings.Contains(line, "timeout: 120") || d.Timeout.Property != "timeout" {
		t.Errorf("timeout is at %s: %q", d.Timeout.Place, line)
	}
	c, faults := config.Read(d.Environ())
	if len(faults) > 0 || c.MaxDesktops != 7 || c.Region != "cn-beijing" || c.FunctionName != "stop-desktops" || c.CodePath != d.Folder {
		t.Errorf("faults %v, configuration %+v", faults, c)
	}
}

const base = `resources:
  f:
    props:
      region: cn-hangzhou
      timeout: 60
      environmentVariables: {A: a, B: b}
      triggers:
        - triggerName: nightly
          triggerType: timer
`

func TestExtend(t *testing.T) {
	dir := folder(t, "s.yaml", base, "s.mine.yaml", `extend: s.yaml
resources:
  f:
    props:
      timeout: 600
      environmentVariables: {B: "${env('MINE','x')}-${env('OTHER','y')}"}
      triggers:
        - {triggerName: webhook, triggerType: http, triggerConfig: {authType: anonymous}}
`)
	d, err := deployment.Read(filepath.Join(dir, "s.mine.yaml"), "f", lookup(map[string]string{"MINE": "mine"}))
	if err != nil {
		t.Fatal(err)
	}
	if d.Timeout.Value != 600 || d.Variables["A"].Value != "a" || d.Variables["B"].Value != "mine-y" || len(d.Triggers) != 1 || d.Triggers[0].AuthType.Value != "anonymous" {
		t.Errorf("%+v", d)
	}
	for got, want := range map[string]string{
		d.Region.String():         filepath.Join(dir, "s.yaml") + ":4 region",
		d.Timeout.String():        filepath.Join(dir, "s.mine.yaml") + ":5 timeout",
		d.Variables["B"].String(): filepath.Join(dir, "s.mine.yaml") + ":6 environmentVariables.B",
	} {
		if got != want {
			t.Errorf("place %q, want %q", got, want)
		}
	}
	if want := []string{"FC_FUNC_CODE_PATH=" + dir, "FC_REGION=cn-hangzhou", "A=a", "B=mine-y"}; !slices.Equal(d.Environ(), want) {
		t.Errorf("environment %q, want %q", d.Environ(), want)
	}
}

// TestMergeKeys: as Serverless Devs reads them. What a map says itself wins, then the first that is merged; each
// place of an anchor is resolved by itself, and each value is placed where it is written.
func TestMergeKeys(t *testing.T) {
	dir := folder(t, "s.yaml", `vars:
  base: &base
    region: ${env('REGION','cn-hangzhou')}
    timeout: &long 60
    role: base
    environmentVariables: &variables {A: "${env('ODD','a')}", B: b}
  more: &more {role: more, functionName: more}
resources:
  f:
    props:
      environmentVariables: {<<: *variables, B: own, C: &c c, D: *c, "<<": text}
      <<: [*more, *base]
      memorySize: 128
  g:
    props: {<<: *base, timeout: 600}
`)
	d, err := deployment.Read(filepath.Join(dir, "s.yaml"), "f", lookup(map[string]string{"REGION": "cn-beijing", "ODD": "${odd}"}))
	if err != nil {
		t.Fatal(err)
	}
	if d.Region.Value != "cn-beijing" || d.Timeout.Value != 60 || d.Role.Value != "more" || d.FunctionName.Value != "more" || d.MemorySize.Value != 128 || d.Region.Line != 3 {
		t.Errorf("%+v", d)
	}
	if want := []string{"<<=text", "A=${odd}", "B=own", "C=c", "D=c"}; !slices.Equal(d.Environ()[3:], want) {
		t.Errorf("environment %q, want %q at its end", d.Environ(), want)
	}
	if d, err = deployment.Read(filepath.Join(dir, "s.yaml"), "g", lookup(nil)); err != nil || d.Timeout.Value != 600 || d.Role.Value != "base" || len(d.Variables) != 2 {
		t.Errorf("%v, %+v", err, d)
	}
}

// TestFunctions lists the functions of a template, also those of the template that it extends.
func TestFunctions(t *testing.T) {
	dir := folder(t, "s.yaml", base, "s.mine.yaml", "extend: s.yaml\nresources: {g: {props: {timeout: 60}}}\n", "none.yaml", "resources: {}\n")
	if names, err := deployment.Functions(filepath.Join(dir, "s.mine.yaml")); err != nil || !slices.Equal(names, []string{"f", "g"}) {
		t.Errorf("%q, %v", names, err)
	}
	if names, err := deployment.Functions(filepath.Join(dir, "none.yaml")); err == nil || !strings.Contains(err.Error(), "has no resources") {
		t.Errorf("%q, %v", names, err)
	}
}

// TestMergedOnce: what a map says itself is not there a second time.
func TestMergedOnce(t *testing.T) {
	top, err := deployment.Parse([]byte("a: &a {k: 1, l: 2}\nb: {<<: [*a, *a], k: 3}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	deployment.Walk(top, func(path string, node *yaml.Node) { values = append(values, path+"="+node.Value) })
	if want := []string{"a.k=1", "a.l=2", "b.k=3", "b.l=2"}; !slices.Equal(values, want) {
		t.Errorf("%q, want %q", values, want)
	}
}

// TestAliases that lead nowhere are faults, and end.
func TestAliases(t *testing.T) {
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		laughs += strings.ReplaceAll(fmt.Sprintf("aNEW: &aNEW [%s*aOLD]\n", strings.Repeat("*aOLD, ", 8)), "NEW", strconv.Itoa(i+1))
		laughs = strings.ReplaceAll(laughs, "OLD", strconv.Itoa(i))
	}
	for want, text := range map[string]string{
		"line 2: *a is within itself":   "a: &a\n  b: *a\n",
		"is too large with its aliases": laughs,
		"line 1: << must name a map":    "<<: text\n",
		"line 2: << must name a map":    "<<:\n  - [a]\n",
	} {
		if _, err := deployment.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

// TestSecondExtend: Serverless Devs would deploy only the two files above, and say nothing.
func TestSecondExtend(t *testing.T) {
	dir := folder(t, "s.yaml", base, "s.webhook.yaml", "edition: 3.0.0\nextend: s.yaml\n", "s.mine.yaml", "extend: s.webhook.yaml\n")
	_, err := deployment.Read(filepath.Join(dir, "s.mine.yaml"), "", lookup(nil))
	if want := filepath.Join(dir, "s.webhook.yaml") + ":2 extend: Serverless Devs follows one extend and not a second"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestFaults: each names the place, and no fault shows a value.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, text, function, want string }{
		{"no YAML", "resources: [", "", "s.yaml is not YAML: "},
		{"nothing", "# nothing\n", "", "s.yaml is empty"},
		{"two documents", base + "---\na: b\n", "", "s.yaml holds more than one YAML document"},
		{"another file", "http: []\n", "", "s.yaml has no resources"},
		{"no resource", "resources: {}\n", "", "s.yaml has no resources"},
		{"another function", base, "g", `s.yaml has no function "g"; it has f`},
		{"several functions", base + "  g: {props: {timeout: 60}}\n", "", "s.yaml has more than one function: say which of f, g"},
		{"a missing base", "extend: nosuch.yaml\n" + base, "", "s.yaml:1 extend: "},
		{"a number from outside", strings.Replace(base, "60", "${env('T','60')}", 1), "", "s.yaml:5 timeout: must be a whole number, written out"},
		{"a list for a text", strings.Replace(base, "cn-hangzhou", "[cn-hangzhou]", 1), "", "s.yaml:4 region: must be a text"},
		{"a variable without a default", strings.Replace(base, "A: a", "A: \"${env('SECRET')}\"", 1), "", "s.yaml:6 environmentVariables.A: needs the environment variable SECRET"},
		{"what only Serverless Devs knows", strings.Replace(base, "A: a", `A: "s3cr3t${vars.a}"`, 1), "", "s.yaml:6 environmentVariables.A: holds a ${…} other than"},
	} {
		_, err := deployment.Read(filepath.Join(folder(t, "s.yaml", c.text), "s.yaml"), c.function, lookup(map[string]string{"SECRET": ""}))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := deployment.Read("nosuch.yaml", "", lookup(nil)); err == nil || !strings.Contains(err.Error(), "nosuch.yaml") {
		t.Errorf("no file: %v", err)
	}
}
