package routes

import (
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"stopdesktops/internal/callback"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/setting"
)

// callbackMembers are the names of the settings in a route.
var callbackMembers = callback.Names{URL: "url", Secrets: "secrets", Format: "format", Template: "template", On: "on"}

// callbackVariables are the variables that the whole function has for the same settings.
var callbackVariables = map[string]string{
	callbackMembers.URL:      callback.Variables.URL,
	callbackMembers.Secrets:  callback.Variables.Secrets,
	callbackMembers.Format:   callback.Variables.Format,
	callbackMembers.Template: callback.Variables.Template,
	callbackMembers.On:       callback.Variables.On,
}

// callback reads where the reports of a route go, and in which format. A setting that the route leaves out
// is that of the whole function. There are two exceptions: the function's secret is for the function's
// receiver only, and its skeleton for its format only.
func (f *file) callback(a at, route *Route) {
	s := callback.Settings{Format: "cloudevents", On: callback.All}
	if f.Callback != nil {
		s = *f.Callback
	}
	places, before := map[string]at{}, len(f.faults)
	place := func(name string, read func(at)) func(at) {
		return func(a at) { places[name] = a; read(a) }
	}
	var named []at
	seen := f.object(a, map[string]func(at){
		"url": place("url", func(a at) { // a robot's URL is a secret, so the file names only a variable
			url, _ := f.variable(a)
			if err := setting.Text.Check(url); err != nil {
				f.fault(a, "names an environment variable that %s", err)
			}
			s.URL = secret.New(setting.Trim(url))
		}),
		"secrets":  place("secrets", func(a at) { f.list(a, func(a at) { named = append(named, a) }) }),
		"format":   place("format", func(a at) { f.text(a, &s.Format) }),
		"template": place("template", func(a at) {}),
		"on":       place("on", func(a at) { f.text(a, &s.On) }),
	})
	if len(seen) == 0 && a.resolve().node.Kind == yaml.MappingNode {
		f.fault(a, "says nothing: leave it out, or write one of url, secrets, format, template, on")
	}
	if seen["url"] || seen["secrets"] {
		s.Secrets = nil
	}
	for _, n := range named {
		s.Secrets = append(s.Secrets, f.secrets(n)...)
	}
	if seen["format"] {
		s.Skeleton = nil
	}
	if seen["template"] {
		s.Skeleton = f.template(places["template"])
	}
	if f.Callback != nil && s.URL.Empty() && len(f.CallbackHosts) == 0 && !seen["url"] {
		f.fault(a, "has nowhere to go: CALLBACK_URL is not set; name a variable as url")
	}
	if len(f.faults) > before {
		return
	}
	destination, bad := s.Destination(callbackMembers)
	for member, err := range bad {
		if where, ok := places[member]; ok {
			f.fault(where, "%s", err)
		} else {
			f.fault(a, "%s, which holds here too, %s", callbackVariables[member], err)
		}
	}
	route.Callback, route.OwnURL, route.Dedicated = destination, seen["url"], seen["url"] || !seen["format"]
}

// template is a skeleton of a message.
func (f *file) template(a at) []byte {
	var name string
	if !f.text(a, &name) {
		return nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(f.Folder, name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		f.fault(a, "names a file that cannot be read: give its path, absolute or from the folder of the routes file")
		return nil
	}
	if text, err = setting.Decode(text); err != nil {
		f.fault(a, "names a file that %s", err)
	}
	return text
}
