package doctor

import (
	"flag"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// stopctl is the program with this command alone.
func stopctl() terminal.Program {
	return terminal.Program{Commands: []terminal.Command{{Name: "doctor", Run: Command}}}
}
