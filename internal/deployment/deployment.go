// Package deployment reads a template of Serverless Devs (s.yaml): what a function will be deployed
// with. stopctl plans and checks with it, and the rules of internal/deploycheck read templates by it.
package deployment

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Deployment is one function of a template. What the template does not say has a Place that is not There.
type Deployment struct {
	File         string // the template
	Folder       string // of the template: what lies beside it is packed beside the function's binary
	Name         string // of the resource
	Region       Text
	FunctionName Text
	Role         Text
	Timeout      Number // seconds
	MemorySize   Number // MB
	// MaxAsyncEventAge is maxAsyncEventAgeInSeconds.
	MaxAsyncEventAge Number
	Variables        map[string]Text // environmentVariables
	Triggers         []Trigger
}

// Trigger is what invokes the function.
type Trigger struct {
	Name, Type Text
	Enable     Text // of a timer: "true" or "false"
	Cron       Text // of a timer: cronExpression
	Payload    Text // of a timer
	AuthType   Text // of an HTTP trigger
	Source     Text // of an EventBridge trigger: MNS, or Default for the bus of Alibaba Cloud's services
	Schema     Text // of an EventBridge trigger: CloudEvents or RawData
	// Forms of an EventBridge trigger are JSONPATH and TEMPLATE, wherever its configuration has one: they hand on
	// a part of an event instead of the event.
	Forms []Text
}

// Place of a property, for messages.
type Place struct {
	File     string
	Line     int    // 0: the property is not there
	Property string // below the props of the function
}

// There says whether the template has the property.
func (p Place) There() bool { return p.Line > 0 }

func (p Place) String() string {
	if !p.There() {
		return p.File + " " + p.Property
	}
	return fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Property)
}

// Text is a value. It may be a secret.
type Text struct {
	Value string
	Place
}

// Number is a value that must be a whole number.
type Number struct {
	Value int
	Place
}

// Read a template, and the one it extends. lookup returns the variables of the person who deploys. function is the
// name of its resource; empty: there is only one. The error names each fault with its place, and shows no value.
func Read(file, function string, lookup func(name string) (value string, set bool)) (*Deployment, error) {
	r := &reader{file: file, files: map[*yaml.Node]string{}, reported: map[string]bool{}}
	top, err := r.load(file)
	if err != nil {
		return nil, err
	}
	Resolve(top, lookup, func(path string, node *yaml.Node, text string) { r.fault(r.place(node, path), "%s", text) })
	resource, name, err := r.choose(top, function)
	if err != nil {
		return nil, err
	}
	d := r.deployment(member(resource, "props"))
	d.File, d.Folder, d.Name = file, filepath.Dir(file), name
	if len(r.faults) > 0 {
		return nil, errors.Join(r.faults...)
	}
	return d, nil
}

// Functions lists the names of the functions of a template and of the one it extends, in their order.
func Functions(file string) ([]string, error) {
	r := &reader{file: file, files: map[*yaml.Node]string{}, reported: map[string]bool{}}
	top, err := r.load(file)
	if err != nil {
		return nil, err
	}
	_, names, err := r.resources(top)
	return names, err
}

// Environ is the environment that the function will have, for config.Read.
func (d *Deployment) Environ() []string {
	environ := []string{"FC_FUNC_CODE_PATH=" + d.Folder}
	if d.Region.Value != "" {
		environ = append(environ, "FC_REGION="+d.Region.Value)
	}
	if d.FunctionName.Value != "" {
		environ = append(environ, "FC_FUNCTION_NAME="+d.FunctionName.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Variables)) {
		environ = append(environ, name+"="+d.Variables[name].Value)
	}
	return environ
}

type reader struct {
	file     string
	files    map[*yaml.Node]string // of each scalar; those of file itself are left out
	faults   []error
	reported map[string]bool
}

func (r *reader) fault(p Place, format string, args ...any) {
	if text := p.String() + ": " + fmt.Sprintf(format, args...); !r.reported[text] {
		r.reported[text] = true
		r.faults = append(r.faults, errors.New(text))
	}
}

// load a template and what it extends.
func (r *reader) load(file string) (*yaml.Node, error) {
	top, err := parseFile(file)
	if err != nil {
		return nil, err
	}
	extend := member(top, "extend")
	if extend == nil {
		return top, nil
	}
	base := extend.Value
	if !filepath.IsAbs(base) {
		base = filepath.Join(filepath.Dir(file), base)
	}
	below, err := parseFile(base)
	if err != nil {
		return nil, fmt.Errorf("%s:%d extend: %w", file, extend.Line, err)
	}
	if second := member(below, "extend"); second != nil {
		return nil, fmt.Errorf("%s:%d extend: Serverless Devs follows one extend and not a second, so it would deploy %s without what this names: let %s extend that, and write out what it needs of this file",
			base, second.Line, file, file)
	}
	Walk(below, func(_ string, node *yaml.Node) { r.files[node] = base })
	return Merge(below, top), nil
}

func parseFile(file string) (*yaml.Node, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	top, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s %w", file, err)
	}
	return top, nil
}

// choose the function.
func (r *reader) choose(top *yaml.Node, function string) (*yaml.Node, string, error) {
	resources, names, err := r.resources(top)
	if err != nil {
		return nil, "", err
	}
	switch {
	case function == "" && len(names) == 1:
		function = names[0]
	case function == "":
		return nil, "", fmt.Errorf("%s has more than one function: say which of %s", r.file, strings.Join(names, ", "))
	case !slices.Contains(names, function):
		return nil, "", fmt.Errorf("%s has no function %q; it has %s", r.file, function, strings.Join(names, ", "))
	}
	return member(resources, function), function, nil
}

// resources of a template, and their names.
func (r *reader) resources(top *yaml.Node) (*yaml.Node, []string, error) {
	resources := member(top, "resources")
	if resources == nil || resources.Kind != yaml.MappingNode || len(resources.Content) == 0 {
		return nil, nil, fmt.Errorf("%s has no resources: is it a template of Serverless Devs?", r.file)
	}
	var names []string
	for i := 0; i < len(resources.Content); i += 2 {
		names = append(names, resources.Content[i].Value)
	}
	return resources, names, nil
}

func (r *reader) deployment(props *yaml.Node) *Deployment {
	async := member(props, "asyncInvokeConfig")
	d := &Deployment{
		Region:           r.text(props, "region"),
		FunctionName:     r.text(props, "functionName"),
		Role:             r.text(props, "role"),
		Timeout:          r.number(props, "timeout"),
		MemorySize:       r.number(props, "memorySize"),
		MaxAsyncEventAge: r.number(async, "asyncInvokeConfig.maxAsyncEventAgeInSeconds"),
		Variables:        map[string]Text{},
	}
	if variables := member(props, "environmentVariables"); variables != nil && variables.Kind == yaml.MappingNode {
		for i := 0; i < len(variables.Content); i += 2 {
			name := variables.Content[i].Value
			d.Variables[name] = r.text(variables, "environmentVariables."+name)
		}
	}
	if triggers := member(props, "triggers"); triggers != nil && triggers.Kind == yaml.SequenceNode {
		for i, t := range triggers.Content {
			at := fmt.Sprintf("triggers[%d].", i)
			config := member(t, "triggerConfig")
			d.Triggers = append(d.Triggers, Trigger{
				Name:     r.text(t, at+"triggerName"),
				Type:     r.text(t, at+"triggerType"),
				Enable:   r.text(config, at+"triggerConfig.enable"),
				Cron:     r.text(config, at+"triggerConfig.cronExpression"),
				Payload:  r.text(config, at+"triggerConfig.payload"),
				AuthType: r.text(config, at+"triggerConfig.authType"),
				Source:   r.text(member(config, "eventSourceConfig"), at+"triggerConfig.eventSourceConfig.eventSourceType"),
				Schema:   r.text(member(member(config, "eventSinkConfig"), "deliveryOption"), at+"triggerConfig.eventSinkConfig.deliveryOption.eventSchema"),
				Forms:    r.forms(config, at+"triggerConfig"),
			})
		}
	}
	return d
}

// text of the member of node that a path ends with.
func (r *reader) text(node *yaml.Node, path string) Text {
	value := member(node, path[strings.LastIndexByte(path, '.')+1:])
	t := Text{Place: r.place(value, path)}
	switch {
	case value == nil || value.Tag == "!!null":
		return Text{Place: Place{File: r.file, Property: path}}
	case value.Kind != yaml.ScalarNode:
		r.fault(t.Place, "must be a text")
	}
	t.Value = value.Value
	return t
}

// forms below node that hand on a part of an event.
func (r *reader) forms(node *yaml.Node, path string) []Text {
	var found []Text
	if node == nil {
		return nil
	}
	Walk(node, func(below string, value *yaml.Node) {
		name := below[strings.LastIndexByte(below, '.')+1:]
		form := strings.ToUpper(value.Value)
		if strings.EqualFold(name, "form") && (form == "JSONPATH" || form == "TEMPLATE") {
			found = append(found, Text{Value: form, Place: r.place(value, path+"."+below)})
		}
	})
	return found
}

func (r *reader) number(node *yaml.Node, path string) Number {
	value := member(node, path[strings.LastIndexByte(path, '.')+1:])
	n := Number{Place: r.place(value, path)}
	if value != nil && (value.Tag != "!!int" || value.Decode(&n.Value) != nil) {
		r.fault(n.Place, "must be a whole number, written out: ${env()} makes a string")
	}
	return n
}

func (r *reader) place(node *yaml.Node, path string) Place {
	if _, property, ok := strings.Cut(path, ".props."); ok {
		path = property
	}
	p := Place{File: r.file, Property: path}
	if node != nil {
		p.File, p.Line = cmp.Or(r.files[node], r.file), node.Line
	}
	return p
}

// member of a mapping, or nil.
func member(node *yaml.Node, name string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i+1]
		}
	}
	return nil
}
