package main

import "stopdesktops/internal/config"

// refuseDebug refuses a command that sends the caller's credentials to EDS while DEBUG makes the SDK print
// them.
func refuseDebug(command string, getenv func(string) string) error {
	if config.PrintsSecrets(getenv("DEBUG")) {
		return usagef("%s: DEBUG in this shell makes the SDK print your credentials: unset DEBUG", command)
	}
	return nil
}
