//go:build !race

package test

// raceFlag: the tests run without the race detector, and so does the function.
var raceFlag []string
