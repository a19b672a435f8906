package main

import (
	"maps"
	"os"
	"slices"

	"stopdesktops/internal/emulator"
)

// readFleet reads a file that a flag names.
func readFleet(flag, name string) (*emulator.Fleet, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usagef("%s: %v", flag, err)
	}
	defer f.Close()
	fleet, err := emulator.LoadFleet(f)
	if err != nil {
		return nil, usagef("%s %s: %v", flag, name, err)
	}
	return fleet, nil
}

// readRecording reads the file of a probe that a flag names.
func readRecording(flag, name string) (*emulator.Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usagef("%s: %v", flag, err)
	}
	defer f.Close()
	recording, err := emulator.LoadRecording(f)
	if err != nil {
		return nil, usagef("%s %s: %v", flag, name, err)
	}
	return recording, nil
}

// regionsOf desktops, sorted.
func regionsOf(desktops []emulator.Desktop) []string {
	seen := map[string]bool{}
	for _, d := range desktops {
		if d.RegionId == "" {
			d.RegionId = emulator.DefaultRegion
		}
		seen[d.RegionId] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
