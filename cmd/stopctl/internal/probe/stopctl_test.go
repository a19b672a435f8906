package probe

import (
	"stopdesktops/cmd/stopctl/internal/terminal"
)

// stopctl is the program with this command alone.
func stopctl() terminal.Program {
	return terminal.Program{Commands: []terminal.Command{{Name: "probe", Run: Command}}}
}
