package terminal

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version of this build: make sets it.
var version string // such as v1.2.3

// Version of this build: what make calls it, else that of its module.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

// Build says which version this is, of which commit, and what built it.
func Build() string {
	info, _ := debug.ReadBuildInfo()
	return fmt.Sprintf("stopctl %s (%s, %s/%s)\n%s\n", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, commitOf(info))
}

// commitOf a build: go build notes it in a checkout.
func commitOf(info *debug.BuildInfo) string {
	settings := map[string]string{}
	if info != nil {
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
	}
	if settings["vcs.revision"] == "" {
		return "commit unknown: go build saw no Git checkout, or was told -buildvcs=false"
	}
	line := "commit " + settings["vcs.revision"] + " of " + cmp.Or(settings["vcs.time"], "an unknown date")
	if settings["vcs.modified"] == "true" {
		line += ", with changes that are not committed"
	}
	return line
}
