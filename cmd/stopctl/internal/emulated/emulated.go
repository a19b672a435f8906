// Package emulated reads the files that an emulated account is made of: a fleet, or the recording of a probe.
package emulated

import (
	"maps"
	"os"
	"slices"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/emulator"
)

// ReadFleet reads a file that a flag names.
func ReadFleet(flag, name string) (*emulator.Fleet, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, terminal.Usagef("%s: %v", flag, err)
	}
	defer f.Close()
	fleet, err := emulator.LoadFleet(f)
	if err != nil {
		return nil, terminal.Usagef("%s %s: %v", flag, name, err)
	}
	return fleet, nil
}

// ReadRecording reads the file of a probe that a flag names.
func ReadRecording(flag, name string) (*emulator.Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, terminal.Usagef("%s: %v", flag, err)
	}
	defer f.Close()
	recording, err := emulator.LoadRecording(f)
	if err != nil {
		return nil, terminal.Usagef("%s %s: %v", flag, name, err)
	}
	return recording, nil
}

// Regions desktops, sorted.
func Regions(desktops []emulator.Desktop) []string {
	seen := map[string]bool{}
	for _, d := range desktops {
		if d.RegionId == "" {
			d.RegionId = emulator.DefaultRegion
		}
		seen[d.RegionId] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
