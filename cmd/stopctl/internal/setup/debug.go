package setup

import (
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/config"
)

// RefuseDebug refuses a command that sends the caller's credentials to EDS while DEBUG makes the SDK print
// them.
func RefuseDebug(command string, getenv func(string) string) error {
	if config.PrintsSecrets(getenv("DEBUG")) {
		return terminal.Usagef("%s: DEBUG in this shell makes the SDK print your credentials: unset DEBUG", command)
	}
	return nil
}
