// Package lab is stopctl run: it runs the function's binary in an emulated account. It sends a walk of fixed events,
// events of the caller, or serves, and shows what became of each.
package lab

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"stopdesktops/cmd/stopctl/internal/emulated"
	"stopdesktops/internal/emulator"
)

// Fake secrets, for the emulator alone.
const (
	callbackSecret = "whsec_ZmFrZS1zZWNyZXQtb2YtYS1jYWxsYmFjay1yZWNlaXZlcg=="
	webhookSecret  = "whsec_ZmFrZS1zZWNyZXQtb2YtYS13ZWJob29rLXNlbmRlci0wMQ=="
)

// lab is an emulated account with the function running in it.
type lab struct {
	em       *emulator.Emulator
	function *emulator.Process
	log      *logbook
	ids      []string          // of the desktops, in the fleet's order
	env      map[string]string // the function's variables, but for those of the platform
	// callbackSecret is what the receiver checks by.
	callbackSecret string
	// ownCallback: callbacks go where the caller wants them, not to the emulator's receiver.
	ownCallback bool

	mu sync.Mutex // held by the invocation that runs
}

// newLab starts an account with this fleet, and the function with these variables. Call close.
func newLab(ctx context.Context, fleet *emulator.Fleet, binary string, env map[string]string, timeout time.Duration) (*lab, error) {
	l := &lab{em: emulator.New(fleet), log: &logbook{}}
	for _, d := range l.em.EDS.Desktops {
		l.ids = append(l.ids, d.DesktopId)
	}
	if err := l.em.Start(); err != nil {
		l.close()
		return nil, err
	}
	all := l.variables(fleet, env)
	l.env = all
	l.em.Receiver.Robot, l.callbackSecret = robotOf(all["CALLBACK_FORMAT"]), all["CALLBACK_SECRET"]
	for _, s := range strings.Split(all["CALLBACK_SECRET"], ",") {
		if s = strings.TrimSpace(s); s != "" {
			l.em.Receiver.Secrets = append(l.em.Receiver.Secrets, s)
		}
	}
	var err error
	l.function, err = emulator.Start(ctx, binary, emulator.Options{
		Env:      all,
		Tee:      l.log,
		Restart:  true,
		Function: emulator.Invocation{Timeout: timeout, Handler: "main"},
	})
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// variables of the function: what ties it to the emulator, and the caller's.
func (l *lab) variables(fleet *emulator.Fleet, env map[string]string) map[string]string {
	all := map[string]string{"EDS_ENDPOINT": l.em.EDSEndpoint()}
	if len(fleet.Accounts) > 0 {
		all["STS_ENDPOINT"] = l.em.STSEndpoint()
	}
	if _, l.ownCallback = env["CALLBACK_URL"]; !l.ownCallback {
		all["CALLBACK_URL"] = l.em.CallbackURL()
		if robot := robotOf(env["CALLBACK_FORMAT"]); robot != emulator.RobotWeCom && robot != emulator.RobotSlack { // they know no sign
			all["CALLBACK_SECRET"] = callbackSecret
		}
	}
	if regions := emulated.Regions(l.em.EDS.Desktops); !slices.Equal(regions, []string{emulator.DefaultRegion}) && len(regions) > 0 {
		all["ALLOWED_REGIONS"] = strings.Join(regions, ",")
	}
	maps.Copy(all, env)
	return all
}

func (l *lab) close() {
	if l.function != nil {
		l.function.Stop()
	}
	l.em.Close()
}

// states of all desktops now, by ID.
func (l *lab) states() map[string]string {
	states := make(map[string]string, len(l.ids))
	for _, id := range l.ids {
		d, _ := l.em.EDS.Desktop(id)
		states[id] = d.DesktopStatus
	}
	return states
}

// invoke runs the function once and notes all there is to see of it. One at a time, as an instance
// of Function Compute does, so that what is seen belongs to this invocation.
func (l *lab) invoke(ctx context.Context, inv emulator.Invocation) *record {
	l.mu.Lock()
	defer l.mu.Unlock()
	rec := &record{event: inv.Event, before: l.states(), ownCallback: l.ownCallback}
	calls, deliveries, violations := len(l.em.EDS.Calls()), len(l.em.Receiver.Deliveries()), len(l.em.EDS.Violations())
	l.log.forget()

	rec.result, rec.err = l.function.Invoke(ctx, inv)

	rec.after = l.states()
	rec.calls = slices.DeleteFunc(l.em.EDS.Calls()[calls:], func(c emulator.Call) bool {
		return c.AccessKeyId == emulator.OperatorCredential.AccessKeyId // somebody else's, meanwhile
	})
	rec.deliveries = l.em.Receiver.Deliveries()[deliveries:]
	rec.violations = l.em.EDS.Violations()[violations:]
	rec.readLog(l.log)
	return rec
}

// robotOf a format of callbacks: the receiver is then the robot that takes such messages.
func robotOf(format string) string {
	robot, _, _ := strings.Cut(format, "-")
	if slices.Contains([]string{emulator.RobotDingTalk, emulator.RobotFeishu, emulator.RobotWeCom, emulator.RobotSlack, emulator.RobotCustom}, robot) {
		return robot
	}
	return ""
}
