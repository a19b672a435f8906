//go:build race

package test

// raceFlag builds the function with the race detector when its tests run with it.
var raceFlag = []string{"-race"}
