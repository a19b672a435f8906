package test

import (
	"fmt"
	"os"
	"testing"
)

// TestMain runs the tests in the top folder of the repository, where the documentation's commands run and its paths
// begin.
func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
