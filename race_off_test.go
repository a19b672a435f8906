//go:build !race

package main

// raceFlag: the tests run without the race detector, and so does the function.
var raceFlag []string
