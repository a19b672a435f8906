package setup

import (
	"context"
	"io"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// Harmless makes a handler that can change nothing, whatever its configuration says: each event is a dry
// run, EDS gets no call that stops desktops, and no callback is sent. faults takes what is wrong with the
// configuration. connect gives access to an account; "": the function's own.
func Harmless(c config.Config, faults config.Faults, connect func(account string) (stop.EDS, error)) *handler.Handler {
	c.DryRun = true
	return compose.Handler(c, faults, HarmlessOutside(connect))
}

// HarmlessOutside is a world in which a handler can change nothing, even if it takes an event for a real
// one.
func HarmlessOutside(connect func(account string) (stop.EDS, error)) compose.Outside {
	guarded := func(account string) (stop.EDS, error) {
		eds, err := connect(account)
		return readOnly{eds}, err
	}
	return compose.Outside{
		Log:     io.Discard,
		Version: terminal.Version(),
		Connect: func(secret.Credentials) (stop.EDS, error) { return guarded("") },
		ConnectAccount: func(_ secret.Credentials, account, _ string) (stop.EDS, error) {
			return guarded(account)
		},
		Silent: true,
	}
}

// readOnly is EDS without the one call that changes something. The plan is a dry run, which makes no
// such call. If it did all the same, the call would fail here.
type readOnly struct{ stop.EDS }

func (readOnly) StopDesktops(context.Context, stop.StopCall) (string, error) {
	return "", &stop.CallError{Action: "StopDesktops", Family: stop.Denied, Code: "ReadOnly", Message: "a plan stops nothing"}
}
