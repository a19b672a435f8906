// Package setup reads the configuration that the function will have: from a deployment file, or from the environment.
// Its handler decides as the function does, and can change nothing.
package setup

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/config"
	"stopdesktops/internal/deployment"
)

// Flags say where the function's configuration is.
type Flags struct {
	Command, Template, function string
	Env                         Variables
}

// Define the flags of a command.
func (o *Flags) Define(command string, fs *flag.FlagSet) {
	o.Command, o.Env.Command = command, command
	fs.StringVar(&o.Template, "t", "s.yaml", "")
	fs.StringVar(&o.function, "function", "", "")
	fs.Var(&o.Env, "env", "")
}

// Check the flags once they are read.
func (o *Flags) Check(fs *flag.FlagSet) error {
	if o.Env.Fault != nil {
		return o.Env.Fault
	}
	if _, err := os.Stat(o.Template); err != nil && !terminal.Given(fs)["t"] {
		o.Template = ""
	}
	if o.Template == "" && o.function != "" {
		return terminal.Usagef("%s: -function needs a deployment file: give -t FILE", o.Command)
	}
	return nil
}

// Setup is what the function will have.
type Setup struct {
	Deployed  *deployment.Deployment // nil: there is no deployment file
	Several   bool                   // functions in the file: one was asked for
	Variables map[string]string
	Places    map[string]string // of the variables
	Unused    []string          // Variables of this command's environment that the deployment file does not take
	Taken     map[string]bool   // variables that the deployment file takes from the environment, set or not
}

// Read the deployment file, or without one the environment. EDS_ENDPOINT of this command's environment
// holds in any case: a person who works with the emulator must not reach the account by mistake.
func (o *Flags) Read(getenv func(string) string) (*Setup, error) {
	s := &Setup{Variables: map[string]string{}, Places: map[string]string{}}
	if o.Template == "" {
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
	for name, value := range o.Env.Values {
		s.put("-env", name, value)
	}
	return s, nil
}

func (s *Setup) readTemplate(o *Flags, getenv func(string) string) error {
	s.Taken = map[string]bool{}
	d, err := deployment.Read(o.Template, o.function, func(name string) (string, bool) {
		s.Taken[name] = true
		value := getenv(name)
		return value, value != ""
	})
	if err != nil {
		return terminal.Usagef("%s: -t: %v", o.Command, err)
	}
	s.Deployed, s.Several = d, o.function != ""
	for _, variable := range d.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		place := ""
		if t, ok := d.Variables[name]; ok {
			place = Line(t.Place)
		}
		s.put(place, name, value)
	}
	for _, name := range config.Variables() {
		practice := name == "EDS_ENDPOINT" || name == "DEBUG" || strings.HasPrefix(name, "FC_")
		if value := getenv(name); value != "" && value != s.Variables[name] && !practice {
			s.Unused = append(s.Unused, name)
		}
	}
	return nil
}

func (s *Setup) put(place, name, value string) { s.Variables[name], s.Places[name] = value, place }

// Environ of the function, for config.Read.
func (s *Setup) Environ() []string {
	var environ []string
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		environ = append(environ, name+"="+s.Variables[name])
	}
	return environ
}

// Line of a place: the messages name the property.
func Line(p deployment.Place) string {
	if !p.There() {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Title of the setup.
func (s *Setup) Title() string {
	if s.Deployed == nil {
		return "The variables of this environment; there is no deployment file"
	}
	return fmt.Sprintf("%s: function %s in %s", s.Deployed.File, cmp.Or(s.Variables["FC_FUNCTION_NAME"], "stop-desktops"), cmp.Or(s.Variables["FC_REGION"], "no region"))
}
