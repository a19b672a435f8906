package config

import (
	"maps"
	"reflect"

	"stopdesktops/internal/setting"
)

// checkCharacters finds, in each variable of the function, the first character that cannot have been meant. It returns
// the variables without the blanks around them. An empty variable has no such character.
func checkCharacters(vars map[string]string, f Faults) map[string]string {
	checked := maps.Clone(vars)
	for field := range reflect.TypeFor[Config]().Fields() {
		name, kind := field.Tag.Get("env"), setting.Kind(field.Tag.Get("kind"))
		value := vars[name]
		if kind == "" || setting.Empty(value) {
			continue // the platform sets those without a kind
		}
		checked[name] = setting.Trim(value)
		if field.Type.Kind() == reflect.Slice {
			f.Add(name, kind.CheckList(value))
		} else {
			f.Add(name, kind.Check(value))
		}
	}
	return checked
}
