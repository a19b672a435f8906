package main

import (
	"reflect"

	"stopdesktops/internal/config"
	"stopdesktops/internal/deployment"
)

// functionEnviron is the environment that the function has: as a deployment file says, or, without
// one, as this command's own environment does. EDS_ENDPOINT of this command holds in any case: whoever
// works with the emulator must not reach the account by mistake.
func functionEnviron(command, template string, getenv func(string) string) ([]string, error) {
	if template == "" {
		environ := []string{"FC_FUNC_CODE_PATH=."}
		for field := range reflect.TypeFor[config.Config]().Fields() {
			name := field.Tag.Get("env")
			if value := getenv(name); name != "" && value != "" {
				environ = append(environ, name+"="+value)
			}
		}
		return environ, nil
	}
	d, err := deployment.Read(template, "", func(name string) (string, bool) { value := getenv(name); return value, value != "" })
	if err != nil {
		return nil, usagef("%s: %v", command, err)
	}
	environ := d.Environ()
	if endpoint := getenv("EDS_ENDPOINT"); endpoint != "" {
		environ = append(environ, "EDS_ENDPOINT="+endpoint)
	}
	return environ, nil
}
