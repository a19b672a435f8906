package config

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"stopdesktops/internal/callback"
	"stopdesktops/internal/routes"
)

// defaultRoutes is the routes file that is read if it lies beside the binary.
const defaultRoutes = "routes.yaml"

// readRoutes from the file. A fault in it is a fault of the function: a route that is not there would
// let in what it was to keep out.
func (c *Config) readRoutes(vars map[string]string, settings callback.Settings, f Faults) {
	name := c.RoutesFile
	if name == "" {
		name = defaultRoutes
	}
	text, err := os.ReadFile(c.besideBinary(name))
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.RoutesFile == "":
		return
	case err != nil:
		f.add("ROUTES_FILE", "names a file that cannot be read: give its path, absolute or from the folder of the function's binary")
		return
	}
	table, err := routes.Read(filepath.Base(name), string(text), routes.Options{
		Lookup:        func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		Limits:        &routes.Limits{Regions: c.AllowedRegions, Accounts: slices.Sorted(maps.Keys(c.Accounts)), AllowForce: c.AllowForce, MaxDesktops: c.MaxDesktops},
		Callback:      &settings,
		CallbackHosts: c.CallbackAllowed,
		Folder:        c.codePath(),
	})
	if err != nil {
		f.Add("ROUTES_FILE", err)
		return
	}
	c.Routes = table
	if _, any := table.HTTP(""); any && c.WebhookAuth != "" {
		f.add("WEBHOOK_AUTH", "is set beside HTTP routes, of which each says for itself how it is authenticated: take it away")
	}
}
