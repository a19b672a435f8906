package main

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"stopdesktops/internal/config"
	"stopdesktops/internal/deployment"
)

// setupFlags say where the function's configuration stands.
type setupFlags struct {
	command, template, function string
	env                         variables
}

func (o *setupFlags) define(command string, fs *flag.FlagSet) {
	o.command, o.env.command = command, command
	fs.StringVar(&o.template, "t", "s.yaml", "")
	fs.StringVar(&o.function, "function", "", "")
	fs.Var(&o.env, "env", "")
}

// check the flags once they are read.
func (o *setupFlags) check(fs *flag.FlagSet) error {
	if o.env.fault != nil {
		return o.env.fault
	}
	if _, err := os.Stat(o.template); err != nil && !given(fs)["t"] {
		o.template = ""
	}
	if o.template == "" && o.function != "" {
		return usagef("%s: -function needs a deployment file: give -t FILE", o.command)
	}
	return nil
}

// setup is what the function will have.
type setup struct {
	deployed  *deployment.Deployment // nil: there is no deployment file
	several   bool                   // functions in the file: one was asked for
	variables map[string]string
	places    map[string]string // of the variables
	unused    []string          // variables of this command's environment that the deployment file does not take
}

// read the deployment file, or without one the environment. EDS_ENDPOINT of this command's environment
// holds in any case: whoever works with the emulator must not reach the account by mistake.
func (o *setupFlags) read(getenv func(string) string) (*setup, error) {
	s := &setup{variables: map[string]string{}, places: map[string]string{}}
	if o.template == "" {
		s.put("", "FC_FUNC_CODE_PATH", ".")
		for _, name := range config.Variables() {
			if getenv(name) != "" {
				s.put("environment", name, getenv(name))
			}
		}
	} else if err := s.readTemplate(o, getenv); err != nil {
		return nil, err
	}
	if endpoint := getenv("EDS_ENDPOINT"); endpoint != "" {
		s.put("environment", "EDS_ENDPOINT", endpoint)
	}
	for name, value := range o.env.values {
		s.put("-env", name, value)
	}
	return s, nil
}

func (s *setup) readTemplate(o *setupFlags, getenv func(string) string) error {
	d, err := deployment.Read(o.template, o.function, func(name string) (string, bool) { value := getenv(name); return value, value != "" })
	if err != nil {
		return usagef("%s: -t: %v", o.command, err)
	}
	s.deployed, s.several = d, o.function != ""
	for _, variable := range d.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		place := ""
		if t, ok := d.Variables[name]; ok {
			place = line(t.Place)
		}
		s.put(place, name, value)
	}
	for _, name := range config.Variables() {
		practice := name == "EDS_ENDPOINT" || name == "DEBUG" || strings.HasPrefix(name, "FC_")
		if value := getenv(name); value != "" && value != s.variables[name] && !practice {
			s.unused = append(s.unused, name)
		}
	}
	return nil
}

func (s *setup) put(place, name, value string) { s.variables[name], s.places[name] = value, place }

// environ of the function, for config.Read.
func (s *setup) environ() []string {
	var environ []string
	for _, name := range slices.Sorted(maps.Keys(s.variables)) {
		environ = append(environ, name+"="+s.variables[name])
	}
	return environ
}

// line of a place: the messages name the property.
func line(p deployment.Place) string {
	if !p.There() {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// title of the setup.
func (s *setup) title() string {
	if s.deployed == nil {
		return "The variables of this environment; there is no deployment file"
	}
	return fmt.Sprintf("%s: function %s in %s", s.deployed.File, cmp.Or(s.variables["FC_FUNCTION_NAME"], "stop-desktops"), cmp.Or(s.variables["FC_REGION"], "no region"))
}
