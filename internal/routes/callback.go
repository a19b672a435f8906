package routes

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"stopdesktops/internal/callback"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/setting"
)

// members of a route's callback, by the variable that the function has for the same.
var callbackMembers = map[string]string{
	"CALLBACK_URL": "url", "CALLBACK_SECRET": "secrets", "CALLBACK_FORMAT": "format", "CALLBACK_TEMPLATE": "template", "CALLBACK_ON": "on",
}

// callback reads where the reports of a route go, and how they look there. What it does not say is as
// for the whole function; but the function's secret is for the function's receiver and no other, and its
// skeleton for its format and no other. dedicated is as in Route.
func (f *file) callback(a at) (d *callback.Destination, dedicated bool) {
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
		"url": place("url", func(a at) { // a robot's is a secret, so it does not stand in the file
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
		return nil, false
	}
	destination, bad := s.Destination()
	for variable, err := range bad {
		member := callbackMembers[variable]
		where, ok := places[member]
		text := err.Error()
		for _, v := range slices.Sorted(maps.Keys(callbackMembers)) {
			text = strings.ReplaceAll(text, v, callbackMembers[v])
		}
		if !ok { // it is the function's
			where, text = a, variable+", which holds here too, "+text
		}
		f.fault(where, "%s", text)
	}
	return destination, seen["url"] || !seen["format"]
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
