package setup

import (
	"os"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// Zone returns the time zone in which a command shows times: the one that -tz names, else TIMEZONE of the deployment
// file or, without one, of this environment, else that of this machine.
func Zone(command, name, template string, getenv func(string) string) (*time.Location, error) {
	if name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil {
			return nil, terminal.Usagef("%s: -tz %s: is no time zone: write an IANA name such as Asia/Shanghai, UTC or Local", command, name)
		}
		return zone, nil
	}
	flags := Flags{Command: command, Template: template}
	if _, err := os.Stat(template); err != nil {
		flags.Template = ""
	}
	if s, err := flags.Read(getenv); err == nil && s.Variables["TIMEZONE"] != "" {
		if zone, err := time.LoadLocation(s.Variables["TIMEZONE"]); err == nil {
			return zone, nil
		}
	}
	return time.Local, nil // doctor says what is wrong with a deployment
}
