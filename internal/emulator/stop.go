package emulator

import (
	"slices"
	"time"
)

// stopDesktops is StopDesktops: 1 to 100 IDs, no response but a RequestId.
type stopDesktops struct {
	region string
	ids    []string
}

func parseStop(p *params) operation {
	op := &stopDesktops{region: p.required("RegionId"), ids: p.list("DesktopId", 100)}
	if len(op.ids) == 0 {
		p.fail(errMissing("DesktopId"))
	}
	p.oneOf("StoppedMode", "StopCharging", "KeepCharging")
	p.boolean("OsUpdate", false)
	return op
}

func (op *stopDesktops) run(e *EDS, c *Call, now time.Time) (any, *apiError) {
	found, unknown := e.store.known(op.region, op.ids)
	var running []*desktop
	for _, d := range found {
		switch {
		case d.Ghost:
			unknown = append(unknown, d.DesktopId)
		case d.actual(now) == "Running" && len(d.ManagementFlags) == 0:
			running = append(running, d)
		default:
			e.checkRepeat(c, d, now)
		}
	}
	bad := len(op.ids) - len(running)
	if len(running) == 0 || bad > 0 && e.MixedCalls != Partial {
		if len(unknown) > 0 {
			return nil, errNotFound(e)
		}
		return nil, errWrongState(e)
	}
	for _, d := range running {
		e.stop(c, d, now)
	}
	return map[string]string{"RequestId": c.RequestId}, nil
}

// stop begins to stop one desktop and cuts its user off.
func (e *EDS) stop(c *Call, d *desktop, now time.Time) {
	c.Stopped = append(c.Stopped, d.DesktopId)
	if d.ConnectionStatus == "Connected" {
		c.CutOff = append(c.CutOff, d.DesktopId)
		e.violate(c, "stopped %s although a user was connected", d.DesktopId)
	}
	d.beginStop(now, e.stopTime(), e.VisibleAfter)
}

// checkRepeat notes a stop of a desktop which an earlier call is stopping, if
// the caller was told so by its response or by a describe.
func (e *EDS) checkRepeat(c *Call, d *desktop, now time.Time) {
	if d.stopAccepted.IsZero() {
		return
	}
	shown := d.seen == "Stopping" || d.seen == "Stopped"
	if shown || d.told && d.actual(now) == "Stopping" {
		e.violate(c, "stopped %s again, which was known to be stopping", d.DesktopId)
	}
}

func errNotFound(e *EDS) *apiError {
	return e.NotFoundError.or(apiError{Status: 404, Code: "InvalidDesktopId.NotFound",
		Message: "The specified DesktopId does not exist."})
}

func errWrongState(e *EDS) *apiError {
	return e.StateError.or(apiError{Status: 400, Code: "IncorrectDesktopStatus",
		Message: "The current status of the desktop does not support this operation."})
}

// observe notes what a describe shows of the desktop and returns it.
func (d *desktop) observe(now time.Time) (status, connection string) {
	d.seen = d.visible(now)
	return d.seen, d.visibleConnection(now)
}

// noNil makes a list that encodes as [] rather than null.
func noNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return slices.Clone(list)
}
